// A ServiceApi that answers fixed values and remembers what it was asked: handlers are tested against it, and
// the server over it. Safe for concurrent use as far as the tests need: `asked` has a lock.
#pragma once

#include <atomic>
#include <mutex>

#include "coordinator/http/register.h"
#include "coordinator/service/api.h"

namespace storesweep {

class FakeService : public ServiceApi {
 public:
  std::mutex mutex;
  std::vector<std::string> asked;
  std::atomic<std::size_t> blobs{0};
  std::atomic<std::int64_t> sequence{3};  // of the last event there is
  Status health, lead;
  ImportRequest import;
  SweepRequest sweep_request;
  RetestRequest retest_request;
  ResultQuery query;
  FindingQuery finding_query;
  FindingOrder finding_order;
  PageRequest page;

  void note(std::string what) {
    std::lock_guard lock(mutex);
    asked.push_back(std::move(what));
  }
  // What was asked last, for a test that reads it in another thread behind the same lock.
  template <class T>
  void keep(T& field, const T& value) {
    std::lock_guard lock(mutex);
    field = value;
  }
  static SweepStatus example_sweep() {
    SweepStatus s;
    s.id = SweepId(3);
    s.name = "nightly";
    s.state = SweepState::kRunning;
    s.created_ms = 1'600'000'000'000;
    s.total = 1000;
    s.ended = {{"verdict", 240}, {"buried", 2}};
    s.ended_total = 242;
    s.leased = 16;
    s.waiting = 742;
    s.rate_per_s = 0.5;
    s.left_ms = 1'516'000;
    s.simulated = true;
    s.shards = {{0, 500, 142, 8, false}, {1, 500, 100, 8, true}};
    return s;
  }
  static ResultRow example_result() {
    ResultRow r;
    r.job = JobId(17);
    r.sweep = SweepId(3);
    r.listing.store = "应用宝";
    r.listing.package = "com.example.app";
    r.listing.label = "示例";
    r.listing.version_name = "1.2.3";
    r.listing.developer = "示例公司";
    r.listing.permissions = {{"android.permission.CAMERA", "扫码"}};
    r.ended_ms = 1'600'000'000'000;
    r.verdict = untested_verdict(Reason::kProfile);
    r.verdict.simulated = true;
    r.verdict.device_kind = {"simulated", 28};
    r.verdict.items = {{"R5.7", Level::kSuspected, {}}};
    Finding f;
    f.rule = "R5.7";
    f.what = "asked_again";
    f.values = {{"permission", "CAMERA"}, {"count", "2"}};
    f.missing = {Missing::kSingleDevice};
    f.evidence = {{sha256("journal"), 17, "START u0"}};
    r.verdict.findings = {f};
    r.blobs = {{"journal", sha256("journal"), 7}};
    r.evidence = {{RunId(4), "w1", "d1", 1'600'000'000'000, r.blobs}};
    r.worker = "w1";
    r.device = "d1";
    return r;
  }

  Result<ImportReport> import_catalogue(const ImportRequest& r, const Deadline&) override {
    keep(import, r);
    return ImportReport{1, "s", 10, 5, 1, 3, 1, 1, 0, "/r", 12};
  }
  Result<SweepStatus> start_sweep(const SweepRequest& r, const Deadline&) override {
    keep(sweep_request, r);
    return example_sweep();
  }
  Result<SweepStatus> change_sweep(SweepId id, SweepAction action, std::optional<std::uint32_t> shard,
                                   const Deadline&) override {
    note("change " + std::to_string(id.value) + " " + std::to_string(static_cast<int>(action)) + " " +
         (shard ? std::to_string(*shard) : "-"));
    return example_sweep();
  }
  Result<SweepStatus> sweep(SweepId id, const Deadline&) override {
    if (id.value == 404) return not_found("there is no sweep 404; `storesweep sweep list` has them all");
    return example_sweep();
  }
  Result<Page<SweepStatus>> sweeps(const PageRequest& p, const Deadline&) override {
    page = p;
    return Page<SweepStatus>{{example_sweep()}, "more"};
  }
  Result<CampaignStatus> create_campaign(const CampaignRequest& r, const Deadline&) override {
    return CampaignStatus{CampaignId(2), r.name,      r.target_apps, r.end_date, 10, 90, 5,
                          "2027-01-01",  {SweepId(3)}};
  }
  Result<CampaignStatus> campaign(CampaignId id, const Deadline&) override {
    return CampaignStatus{id, "c", 100, "2026-12-31", 10, 90, 5, "", {SweepId(3)}};
  }
  Result<Page<ChangeRow>> changes(const ChangeQuery&, const PageRequest&, const Deadline&) override {
    return Page<ChangeRow>{{{7, ChangeKind::kGone, 2, 1'600'000'000'000, example_result().listing}}, ""};
  }
  Result<Page<Listing>> listings(const std::string&, const PageRequest&, const Deadline&) override {
    return Page<Listing>{{example_result().listing}, ""};
  }
  Result<Page<ResultRow>> results(const ResultQuery& q, const PageRequest& p, const Deadline&) override {
    keep(query, q);
    page = p;
    return Page<ResultRow>{{example_result()}, ""};
  }
  Result<ResultRow> result(JobId, const Deadline&) override { return example_result(); }
  Result<std::vector<SummaryRow>> summary(const SummaryQuery& q, const Deadline&) override {
    return std::vector<SummaryRow>{{q.by == "store" ? "应用宝" : "", 5, "", Level::kSuspected, 3},
                                   {"", 5, "R5.7", Level::kSuspected, 3}};
  }
  Result<std::vector<FiguresRow>> figures(SweepId, const Deadline&) override {
    return std::vector<FiguresRow>{{{"simulated", 28}, 4, {}}};
  }
  Result<SdkReport> sdks(SweepId, const Deadline&) override {
    SdkReport r;
    r.summary = {5, 2, 1, {{"2026.11.24", 5}}, {}};
    r.rows = {{{"jpush", "", 2, false}, "极光推送", "极光", "push"},
              {{"jpush", "=4.1", 3, false}, "极光推送", "极光", "push"},
              {{"jpush", "", 1, true}, "极光推送", "极光", "push"}};
    return r;
  }
  Result<std::vector<AnnouncementRow>> announcement(SweepId, const Deadline&) override {
    return std::vector<AnnouncementRow>{
        {1, "=HYPERLINK(\"x\")", "示例公司", "应用宝", "1.2.3", "违规收集个人信息"}};
  }
  Result<JobId> retest(const RetestRequest& r, const Deadline&) override {
    keep(retest_request, r);
    return JobId(1001);
  }
  static FindingRow example_finding() {
    const ResultRow result = example_result();
    FindingRow row;
    row.job = result.job;
    row.key = "0123456789";
    row.sweep = result.sweep;
    row.listing = result.listing;
    row.finding = result.verdict.findings[0];
    row.simulated = true;
    FindingAct confirm, ordered, retested;
    confirm.officer = "王芳";
    confirm.reason = "已核对截图";
    ordered.kind = ActKind::kRetestOrdered;
    retested.kind = ActKind::kRetested;
    ordered.retest = retested.retest = JobId(1001);
    retested.outcome = RetestOutcome::kFixed;
    retested.journal_sha256 = to_hex(sha256("journal"));
    FindingAct notice;
    notice.kind = ActKind::kNotice;
    notice.officer = "王芳";
    notice.notice_date = "2026-07-06";
    notice.due_date = "2026-07-13";
    row.history = {confirm, notice, ordered, retested};
    row.standing = standing_of(row.history);
    row.repeats =
        FindingRow::Earlier{JobId(3), "0123456789", "1.2.2", 122, Level::kViolation, 1'500'000'000'000};
    return row;
  }
  Result<Page<FindingRow>> findings(const FindingQuery& q, const PageRequest& p, const Deadline&) override {
    keep(finding_query, q);
    page = p;
    return Page<FindingRow>{{example_finding()}, ""};
  }
  Result<FindingRow> finding(JobId job, const std::string&, const Deadline&) override {
    if (job.value == 404) return not_found("no such finding");
    return example_finding();
  }
  Result<FindingRow> say_of_finding(const FindingOrder& order, const Deadline&) override {
    keep(finding_order, order);
    return example_finding();
  }
  Result<std::vector<WorkerStatus>> workers(const Deadline&) override {
    return std::vector<WorkerStatus>{{"w1", true, false, 1'600'000'000'000, 8, 8, 0, 100, 1, 2}};
  }
  Result<std::vector<DeviceStatus>> devices(const Deadline&) override {
    return std::vector<DeviceStatus>{{{"d1", {"simulated", 28}, {"x86_64"}, {}, false},
                                      "w1",
                                      1,
                                      DeviceAct{"d1", DeviceActKind::kQuarantined, RunId{12}, "", 5}}};
  }
  Status free_device(const std::string& device, const std::string& why, const Deadline&) override {
    note("free " + device + ": " + why);
    return ok_status();
  }
  Result<Page<ControlRecord>> controls(const PageRequest&, const Deadline&) override {
    ControlRecord c;
    c.job = JobId{3};
    c.sweep = SweepId{7};
    c.probe = "cn.storesweep.probe.ask_once";
    c.end = ControlEnd::kBad;
    c.device = "d1";
    c.worker = "w1";
    c.run = RunId{12};
    c.rules = {{"R5.7", ProbeOutcome::kFlagged, RunId{4}}, {"R5.3", ProbeOutcome::kSilent, {}}};
    return Page<ControlRecord>{{c}, "12"};
  }
  Result<Calibration> calibrate(const Calibration& c, const Deadline&) override {
    note("calibrate " + c.where.fingerprint);
    return c;
  }
  Result<Page<Calibration>> calibrations(const PageRequest&, const Deadline&) override {
    return Page<Calibration>{};
  }
  Status drain(const std::string& worker, bool draining, const Deadline&) override {
    note((draining ? "drain " : "undrain ") + worker);
    return ok_status();
  }
  Result<std::vector<Event>> events(std::int64_t after, SweepId, const Deadline& deadline) override {
    std::vector<Event> all;
    for (std::int64_t n = after + 1; n <= sequence; ++n)
      all.push_back({n, "ended", "{\"job\":" + std::to_string(n) + "}"});
    if (all.empty()) {
      Status s = sleep_ms(50, deadline);
      if (s.kind() == ErrorKind::kCancelled) return s;
    }
    return all;
  }
  bool gave_out(const std::string& address) override { return address != "never"; }
  Result<HoldAct> hold(const HoldAct& act, const Deadline&) override {
    note("hold " + std::to_string(act.job.value) + (act.held ? " by " : " ended by ") + act.officer + ": " +
         act.reason);
    if (act.job.value == 99) return not_found("result 99 is none, or has no evidence (any more)");
    HoldAct kept = act;
    kept.id = 1;
    kept.at_ms = 1'600'000'000'000;
    return kept;
  }
  Result<Page<HoldAct>> holds(const PageRequest&, const Deadline&) override {
    return Page<HoldAct>{{{1, JobId{17}, true, "王警官", "案件 2026-31", 1'600'000'000'000}}, ""};
  }
  Result<BlobPlace> place_blob(const std::string& address, const std::string& name, const Digest& sha256,
                               std::uint64_t bytes, const Deadline&) override {
    note("place " + address + " " + name + " " + to_hex(sha256).substr(0, 8) + " " + std::to_string(bytes));
    if (address == "stranger") return permission("this address is not good (any more)");
    if (address == "bucket") return BlobPlace{BlobPlace::Kind::kElsewhere, "https://bucket.example/ab?sign"};
    return BlobPlace{address == "known" ? BlobPlace::Kind::kThere : BlobPlace::Kind::kHere, ""};
  }
  Status put_blob(const std::string& address, const std::string& name, std::string bytes,
                  const Deadline&) override {
    ++blobs;
    if (bytes.size() < 100) note("blob " + address + " " + name + " " + bytes);
    if (address == "stranger") return permission("this address is not good (any more)");
    return ok_status();
  }
  Result<std::string> blob(const Digest& digest, const Deadline&) override {
    if (digest != sha256("journal")) return not_found("there is no such blob");
    return std::string("journal");
  }
  static SigningKey evidence_key() { return signing_key_from_seed(sha256("the coordinator's")); }
  static Closing example_closing() {
    return next_closing({}, sha256("journal"), {1, 4}, JobId(17), 1'600'000'000'000, evidence_key());
  }
  Result<Closing> closing_head(const Deadline&) override { return example_closing(); }
  Result<std::vector<Closing>> closings(std::int64_t after, std::size_t, const Deadline&) override {
    return after == 0 ? std::vector<Closing>{example_closing()} : std::vector<Closing>{};
  }
  Result<StatedResult> statement(JobId job, const Deadline&) override {
    Statement s;
    s.job = job;
    s.runs = {{RunId(4), {}, {}, sha256("journal")}};
    return StatedResult{sign_statement(std::move(s), evidence_key()), {example_closing()}};
  }
  Result<std::string> pack(const Digest&, const Deadline&) override { return std::string("PK"); }
  Status put_pack(const Digest& sha256, const std::string& files, const Deadline&) override {
    note("pack " + to_hex(sha256).substr(0, 8) + " " + std::to_string(files.size()));
    return ok_status();
  }
  Result<RejudgeReport> rejudge(const RejudgeRequest& r, const PageRequest& p, const Deadline&) override {
    note("rejudge " + std::to_string(r.query.sweep.value) + (r.apply ? " apply" : "") +
         (r.pack ? " pack" : ""));
    RejudgeReport report;
    report.pack_version = "2";
    report.judged = 2;
    report.unchanged = report.changed = 1;
    report.applied = r.apply ? 1 : 0;
    report.rows = {{JobId(17),
                    "应用宝",
                    "com.example.app",
                    true,
                    {{1, "R1.7", Level::kSuspected, Level::kNotFound, {}},
                     {5, "R5.7", Level::kNotFound, Level::kNotTested, {"PROFILE"}}},
                    ""}};
    if (p.cursor.empty()) report.next = "17";
    return report;
  }
  Result<std::int64_t> gc(const RetentionWish& wish, const Deadline&) override {
    note("gc " + std::to_string(wish.others_ms.value_or(-1)) + " " +
         std::to_string(wish.accusing_ms.value_or(-1)));
    return std::int64_t{5};
  }
  Status healthy() override { return health; }
  Status leading() override { return lead.ok() ? health : lead; }
  std::string metrics_page() override { return "storesweep_leases 1\n"; }
};

// Who may work: one token is good, and what is asked is remembered.
class FakeRegister : public http::WorkerRegister {
 public:
  std::vector<std::string> asked;
  Result<Invitation> invite(const std::string& name, std::int64_t ttl_ms) override {
    asked.push_back("invite " + name + " " + std::to_string(ttl_ms));
    return Invitation{name + ".5ca1ab1e", 1'600'000'000'000 + ttl_ms};
  }
  Result<Enrolled> enrol(const std::string& token, const std::string& key,
                         const std::string& remote) override {
    asked.push_back("enrol " + token + " " + key + " " + remote);
    if (token == "often") return exhausted("too often");
    if (token != "w9.5ca1ab1e") return permission("not known");
    return Enrolled{"w9", "the coordinator's", {"tcp://c:7070"}};
  }
  Status revoke(const std::string& name) override {
    asked.push_back("revoke " + name);
    return name == "nobody" ? not_found("there is no worker") : ok_status();
  }
};

}  // namespace storesweep
