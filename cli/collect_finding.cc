#include "cli/collect_finding.h"

#include <algorithm>

#include "cli/collect_report.h"
#include "cli/json_fields.h"
#include "common/base/clock.h"
#include "common/base/hash.h"
#include "common/report/finding_id.h"
#include "common/report/json_reader.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
class FindingCollector {
 public:
  FindingCollector(Session& session, const std::string& id) : session_(session), id_(id) {}

  Result<FindingPage> collect() {
    TRY_ASSIGN(json_, session_.client.get("/api/v1/findings/" + id_, {}, session_.quick()));
    page_.id = id_;
    page_.written_wall_ms = SystemClock().wall_ms();
    TRY(read_app());
    TRY(read_people());
    ReportEvidence evidence([this](const Digest& d) { return blob(d); }, {});
    TRY(evidence.add(page_.app));
    TRY(read_steps());
    TRY(read_retest(evidence));
    return std::move(page_);
  }

 private:
  Result<std::string> blob(const Digest& digest) {
    return session_.client.get_text("/api/v1/blobs/" + to_hex(digest), {}, session_.slow());
  }

  // The result that it stands in, with this finding alone.
  Status read_app() {
    const auto id = finding_id_of(id_);
    if (!id)
      return invalid("wanted the id of a finding, like 17.3f2a9c1e07: `storesweep finding list` shows them");
    TRY_ASSIGN(const Json result,
               session_.client.get("/api/v1/results/" + std::to_string(id->job.value), {}, session_.quick()));
    ReportApp& app = page_.app;
    app.job = id->job;
    TRY_ASSIGN(app.listing, listing_from_json(below(result, "listing")));
    TRY_ASSIGN(app.verdict, verdict_from_json(below(result, "verdict")));
    app.device = text_of(result, "device");
    const Finding* found = find_finding(app.verdict, id->key);
    if (!found) return not_found("the verdict has gone on and has this finding no more");
    app.verdict.findings = {Finding(*found)};
    return ok_status();
  }

  Status read_people() {
    for (const Json& json : below(json_, "history")) {
      TRY_ASSIGN(FindingAct act, act_of(json));
      page_.history.push_back(std::move(act));
    }
    page_.standing = standing_of(page_.history);
    page_.repeats = text_of(below(json_, "repeats"), "version_name");
    return ok_status();
  }

  // What a newer coordinator's officers did is not to be taken for something else.
  static Result<FindingAct> act_of(const Json& json) {
    FindingAct act;
    const auto kind = named_in<ActKind>(text_of(json, "kind"), kActKinds, 1);
    if (!kind) return unsupported("this program does not know the act `" + text_of(json, "kind") + "`");
    act.kind = *kind;
    act.officer = text_of(json, "officer");
    act.reason = text_of(json, "reason");
    act.level = level_named(text_of(json, "level"));
    act.notice_date = text_of(json, "notice_date");
    act.due_date = text_of(json, "due_date");
    act.retest = JobId(int_of(json, "retest"));
    act.apk_url = text_of(json, "apk_url");
    act.outcome =
        named_in<RetestOutcome>(text_of(json, "outcome"), kRetestOutcomes).value_or(RetestOutcome::kNone);
    act.at_ms = parse_time(text_of(json, "at")).value_or(0);
    return act;
  }

  Result<Journal> journal(const Digest& digest) {
    TRY_ASSIGN(const std::string bytes, blob(digest));
    if (sha256(bytes) != digest) return corrupt("its SHA-256 differs");
    return read_journal_untrusted(as_bytes(bytes));
  }

  Status read_steps() {
    const Finding& f = page_.app.verdict.findings[0];
    if (f.evidence.empty()) return ok_status();
    const auto read = journal(f.evidence[0].journal);
    if (read.ok()) page_.steps = steps_to(*read, f.device_ms);
    return read.status().kind() == ErrorKind::kUnavailable ? read.status() : ok_status();
  }

  Status read_retest(ReportEvidence& evidence) {
    for (const Json& act : below(json_, "history")) {
      if (int_of(act, "retest") != page_.standing.retest.value || !page_.standing.retest) continue;
      if (text_of(act, "kind") == "retest_ordered") page_.retest_apk = text_of(act, "apk_url");
      if (text_of(act, "kind") == "retested") TRY(add_retest(act, evidence));
    }
    return ok_status();
  }

  Status add_retest(const Json& act, ReportEvidence& evidence) {
    const auto verdict = verdict_from_json(below(act, "verdict"));
    if (!verdict.ok()) return ok_status();  // nothing was run
    const Finding& before = page_.app.verdict.findings[0];
    ReportApp app;
    app.job = page_.standing.retest;
    app.listing = page_.app.listing;
    app.verdict = *verdict;
    std::erase_if(app.verdict.findings, [&](const Finding& f) { return f.rule != before.rule; });
    TRY(evidence.add(app));
    if (app.verdict.findings.empty()) TRY(add_silence(app, text_of(act, "journal"), before, evidence));
    page_.retest = std::move(app);
    return ok_status();
  }

  // Nothing was seen again: the screens of the phase in which it would have been.
  Status add_silence(ReportApp& app, const std::string& hex, const Finding& before,
                     ReportEvidence& evidence) {
    const auto digest = digest_from_hex(hex);
    if (!digest) return ok_status();
    Verdict whole = app.verdict;
    Finding where = before;
    where.evidence = {{*digest, 0, ""}};
    app.verdict.findings = {where};
    TRY(evidence.add(app));
    app.verdict = std::move(whole);
    return ok_status();
  }

  Session& session_;
  const std::string id_;
  Json json_;
  FindingPage page_;
};
}  // namespace

Result<FindingPage> collect_finding(Session& session, const std::string& id) {
  return FindingCollector(session, id).collect();
}

}  // namespace storesweep::cli
