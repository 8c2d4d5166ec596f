// What a person (by way of HTTP and the CLI) can ask of the coordinator. Every call is answered by the one
// service thread or by a read of the store; an implementation is safe for concurrent use, and each call takes
// a deadline. Pages are by cursor: give back `next` to get the rest; an empty `next` is the end.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/artifact/blob_store.h"
#include "common/base/cancel.h"
#include "common/base/status.h"
#include "common/model/calibration.h"
#include "common/model/figures.h"
#include "common/model/lease.h"
#include "common/model/listing.h"
#include "common/model/messages.h"
#include "common/model/verdict.h"
#include "common/report/statement.h"
#include "coordinator/service/garbage.h"
#include "coordinator/store/records.h"  // Selection, SweepState, Page, ResultQuery, SummaryQuery, SummaryRow, FiguresRow

namespace storesweep {

struct ImportRequest {
  std::string source;  // a path on the coordinator, or an http(s) URL
  std::string format;  // csv, jsonl, fdroid; empty: by its name
  std::string store;   // the store of every row that names none
  TenantId tenant{1};
  std::string idempotency_key;
};
struct ImportReport {
  std::int64_t id = 0;
  std::string store;
  std::int64_t rows = 0, added = 0, changed = 0, unchanged = 0, gone = 0, rejected = 0;
  std::int64_t nameless =
      0;                     // of the rejected: of which app they are is not known, so nothing counts as gone
  std::string rejects_file;  // line and reason of each bad row; empty when there is none
  std::int64_t took_ms = 0;
  std::vector<std::string> unknown_columns;  // that were not read
};

struct SweepRequest {
  std::string name;
  Selection selection;
  Depth depth = Depth::kTriage;
  std::uint32_t shards = 16;
  CampaignId campaign;
  Origin origin = Origin::kSweep;
  std::string idempotency_key;
};
enum class SweepAction : std::uint8_t { kPause, kResume, kCancel };

struct ShardStatus {
  std::uint32_t shard = 0;
  std::int64_t total = 0, ended = 0, leased = 0;
  bool paused = false;
};
struct SweepStatus {
  SweepId id;
  std::string name;
  SweepState state = SweepState::kPreparing;
  Depth depth = Depth::kTriage;
  CampaignId campaign;
  std::int64_t created_ms = 0, ended_ms = 0;  // wall clock; 0: not yet
  std::int64_t total = 0;                     // listings; each ends once
  std::map<std::string, std::int64_t> ended;  // verdict, buried, cancelled, no_device -> count
  std::int64_t ended_total = 0;
  std::int64_t leased = 0, waiting = 0;  // now
  std::int64_t confirmations_open = 0;   // ordered, not yet judged
  double rate_per_s = 0;                 // over the last minutes
  std::optional<std::int64_t> left_ms;   // at this rate
  bool simulated = false;                // some of its verdicts rest on simulated devices
  std::string stopped_why;               // "disk low", ...: why nothing is leased; empty: it runs
  std::vector<ShardStatus> shards;
};

struct CampaignRequest {
  std::string name;
  std::int64_t target_apps = 0;
  std::string end_date;  // YYYY-MM-DD
  std::string idempotency_key;
};
struct CampaignStatus {
  CampaignId id;
  std::string name;
  std::int64_t target_apps = 0;
  std::string end_date;
  std::int64_t covered_apps = 0;  // distinct apps over its sweeps
  std::int64_t left_apps = 0;
  double apps_per_day = 0;    // today's rate
  std::string forecast_date;  // when it will end at that rate; empty: never
  std::vector<SweepId> sweeps;
};

// One listing of one sweep: how it ended, and its verdict as it stands now (confirmations included).
struct ResultRow {
  JobId job;
  SweepId sweep;
  Listing listing;
  EndKind end = EndKind::kVerdict;
  std::string end_reason;  // why buried; empty otherwise
  std::int64_t ended_ms = 0;
  Verdict verdict;
  RunFigures figures;
  std::vector<BlobRef> blobs;  // of the first run
  std::string worker, device;
  struct Evidence {  // of one run that the verdict rests on
    RunId run;
    std::string worker, device;
    std::int64_t at_ms = 0;
    std::vector<BlobRef> blobs;
  };
  std::vector<Evidence> evidence;  // the first run first, then its confirmation and what amended it
  std::vector<Voiding> voidings;   // what it said and says no more, the oldest first
};
// One SDK in one version, in the words of the coordinator's catalogue.
struct SdkRow {
  SdkCount count;
  std::string name, company, kind;
};
struct SdkReport {
  SdkSummary summary;  // without its rows
  std::vector<SdkRow> rows;
};
// The six columns of the ministry's announcements.
struct AnnouncementRow {
  std::int64_t number = 0;
  std::string app, developer, source, version, problems;
};

struct WorkerStatus {
  std::string name;
  bool connected = false, draining = false;
  std::int64_t last_seen_ms = 0;  // wall clock
  std::size_t devices = 0, leases = 0, spooled = 0;
  std::int64_t reports = 0, failures = 0, overruled = 0;
};
struct DeviceStatus {
  Device device;
  std::string worker;
  std::size_t worker_leases =
      0;  // what its worker holds on all of its devices; which on which it does not say
  std::optional<DeviceAct> quarantined;  // it gets no leases: it failed a control
};

struct RetestRequest {
  JobId job;                       // the (sweep, listing) to test again
  std::vector<std::string> rules;  // empty: all
  Origin origin = Origin::kRetest;
  std::string idempotency_key;
  // The key of one finding of that result: its rule's phases are replayed, and it is answered by an act of
  // that finding; the verdict stays. rules is given by the service then.
  std::string finding;
  std::string apk_url;  // of a finding: the version to test; empty: the one that the catalogue lists now
};

// A finding with what people said of it. `standing` is what counts of the history.
struct FindingRow {
  JobId job;
  std::string key;
  SweepId sweep;
  Listing listing;
  Finding finding;  // the machine's, as the verdict that stands gives it
  bool simulated = false;
  std::vector<FindingAct> history;
  std::map<std::int64_t, Verdict> retests;  // what those that ran saw, by the id of their act
  FindingStanding standing;
  struct Earlier {  // the same rule in another version of the same app, of the same store
    JobId job;
    std::string key, version_name;
    std::int64_t version_code = 0;
    Level level = Level::kSuspected;
    std::int64_t ended_ms = 0;
  };
  std::optional<Earlier> repeats;  // the newest of those that were found before this one
};
struct FindingQuery {
  ResultQuery results;                // of whose results; a level is that of the finding
  std::optional<FindingState> state;  // empty: any
};
struct FindingOrder {  // of a person
  JobId job;
  std::string key;
  ActKind kind = ActKind::kConfirm;  // confirm, withdraw, overrule, notice
  std::string officer, reason;
  std::optional<Level> level;  // overrule
  std::string date;            // notice: YYYY-MM-DD, in Beijing; empty: today
  std::string idempotency_key;
};

// Stored runs judged again, a page at a time: what would change, or (apply) what did.
struct RejudgeRequest {
  ResultQuery query;
  JobId job;                   // that result alone; 0: what the query finds
  std::optional<Digest> pack;  // one that was put before; empty: the coordinator's own
  bool apply = false;
};
struct RejudgeChange {
  int task = 0;
  std::string rule;  // empty: the row of the task
  Level from = Level::kNotTested, to = Level::kNotTested;
  std::vector<std::string>
      why;  // what is missing for certainty, or why it was not tested: names of the model
};
struct RejudgedRow {
  JobId job;
  std::string store, package;
  bool simulated = false;
  std::vector<RejudgeChange> changes{};  // of levels; none: only findings, values or what was covered differ
  std::string failed{};                  // why it could not be judged; empty: it was
  std::int64_t second_runs = 0;          // that it asks for: violations are to be repeated on another device
};
struct RejudgeReport {
  std::int64_t judged = 0, unchanged = 0, changed = 0, failed = 0, applied = 0;
  std::int64_t without_runs = 0;  // buried, no device: there is nothing to judge
  std::int64_t moved = 0;         // not applied: another judgement came meanwhile
  std::int64_t second_runs = 0;   // asked for by the changed ones, ordered with what is applied
  std::string pack_version;
  std::vector<RejudgedRow> rows;  // changed and failed ones
  std::string next;
};

struct Event {
  std::int64_t sequence = 0;
  std::string kind;  // progress, ended, finding, worker, stopped
  std::string json;
};

struct StatedResult {
  SignedStatement statement;
  std::vector<Closing> closings;  // of its runs' journals, in their order
};

class ServiceApi {
 public:
  virtual ~ServiceApi() = default;
  virtual Result<ImportReport> import_catalogue(const ImportRequest&, const Deadline&) = 0;
  virtual Result<SweepStatus> start_sweep(const SweepRequest&, const Deadline&) = 0;
  virtual Result<SweepStatus> change_sweep(SweepId, SweepAction, std::optional<std::uint32_t> shard,
                                           const Deadline&) = 0;
  virtual Result<SweepStatus> sweep(SweepId, const Deadline&) = 0;
  virtual Result<Page<SweepStatus>> sweeps(const PageRequest&, const Deadline&) = 0;
  virtual Result<CampaignStatus> create_campaign(const CampaignRequest&, const Deadline&) = 0;
  virtual Result<CampaignStatus> campaign(CampaignId, const Deadline&) = 0;
  // What catalogues brought new, changed and no longer, the newest first.
  virtual Result<Page<ChangeRow>> changes(const ChangeQuery&, const PageRequest&, const Deadline&) = 0;
  virtual Result<Page<Listing>> listings(const std::string& store, const PageRequest&, const Deadline&) = 0;
  virtual Result<Page<ResultRow>> results(const ResultQuery&, const PageRequest&, const Deadline&) = 0;
  virtual Result<ResultRow> result(JobId, const Deadline&) = 0;
  virtual Result<std::vector<SummaryRow>> summary(const SummaryQuery&, const Deadline&) = 0;
  virtual Result<std::vector<FiguresRow>> figures(SweepId, const Deadline&) = 0;  // per device kind
  virtual Result<SdkReport> sdks(SweepId, const Deadline&) = 0;  // that the sweep's listings hold
  virtual Result<std::vector<AnnouncementRow>> announcement(SweepId, const Deadline&) = 0;
  virtual Result<JobId> retest(const RetestRequest&, const Deadline&) = 0;
  // Of the results of one page; a page may hold more findings than rows were asked for, or none.
  virtual Result<Page<FindingRow>> findings(const FindingQuery&, const PageRequest&, const Deadline&) = 0;
  virtual Result<FindingRow> finding(JobId, const std::string& key, const Deadline&) = 0;
  virtual Result<FindingRow> say_of_finding(const FindingOrder&, const Deadline&) = 0;
  virtual Result<std::vector<WorkerStatus>> workers(const Deadline&) = 0;
  virtual Result<std::vector<DeviceStatus>> devices(const Deadline&) = 0;
  // Lets it finish what it has and take nothing new, or (false) take jobs again.
  virtual Status drain(const std::string& worker, bool draining, const Deadline&) = 0;
  // A quarantined device gets leases again: somebody attests its reset, and says of it what there is to say.
  virtual Status free_device(const std::string& device, const std::string& why, const Deadline&) = 0;
  // Controls that were run, the newest first.
  virtual Result<Page<ControlRecord>> controls(const PageRequest&, const Deadline&) = 0;
  // What probe apps showed of a class of devices; value: what holds of it now. Judged by from the next report
  // on.
  virtual Result<Calibration> calibrate(const Calibration&, const Deadline&) = 0;
  virtual Result<Page<Calibration>> calibrations(const PageRequest&, const Deadline&) = 0;
  // Events after `after`, waiting up to the deadline for the first; empty at the deadline.
  virtual Result<std::vector<Event>> events(std::int64_t after, SweepId, const Deadline&) = 0;
  // Whether this is the address of a token of ours: asked before a body is read. Never blocks.
  virtual bool gave_out(const std::string& address_key) = 0;
  // Where a blob of a token goes, asked before a body is read; by the rule of put_blob. `sha256` and `bytes`
  // are what the worker says, and hold it where it goes elsewhere.
  virtual Result<BlobPlace> place_blob(const std::string& address_key, const std::string& name,
                                       const Digest& sha256, std::uint64_t bytes, const Deadline&) = 0;
  // Blobs of a token: written once under the address that came with the lease, by the rule of reports.
  virtual Status put_blob(const std::string& address_key, const std::string& name, std::string bytes,
                          const Deadline&) = 0;
  virtual Result<std::string> blob(const Digest& sha256, const Deadline&) = 0;
  // The newest entry of the chain of closed journals (number 0: none yet), and the entries behind `after`.
  virtual Result<Closing> closing_head(const Deadline&) = 0;
  virtual Result<std::vector<Closing>> closings(std::int64_t after, std::size_t rows, const Deadline&) = 0;
  // What the coordinator signs of a result for whoever takes its evidence away. kNotFound where the verdict
  // rests on no run.
  virtual Result<StatedResult> statement(JobId, const Deadline&) = 0;
  // The files of a rule pack that was judged with, as a container.
  virtual Result<std::string> pack(const Digest& sha256, const Deadline&) = 0;
  // Keeps a rule pack (a container of its files) for rejudging. kInvalid with what is wrong of it.
  virtual Status put_pack(const Digest& sha256, const std::string& files, const Deadline&) = 0;
  // One page; kExists while another is under way.
  virtual Result<RejudgeReport> rejudge(const RejudgeRequest&, const PageRequest&, const Deadline&) = 0;
  // Evidence of finished sweeps older than that goes, but for what is held; value: blobs deleted.
  virtual Result<std::int64_t> gc(const RetentionWish& asked, const Deadline&) = 0;
  // A case needs the evidence of a result (or needs it no more): no gc removes it while it is held. As the
  // store's put_hold().
  virtual Result<HoldAct> hold(const HoldAct& act, const Deadline&) = 0;
  virtual Result<Page<HoldAct>> holds(const PageRequest&, const Deadline&) = 0;
  // Ok when it leads and its store answers.
  virtual Status healthy() = 0;  // leads or stands by, and the store answers
  virtual Status leading() = 0;
  virtual std::string metrics_page() = 0;  // Prometheus text format
};

}  // namespace storesweep
