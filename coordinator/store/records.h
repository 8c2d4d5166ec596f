// What the store keeps, as plain values: sweeps, jobs, tokens that ended, runs, results, counters. Verdicts
// are opaque bytes here (common/evidence/verdict_codec.h makes them). Times are wall clock, in milliseconds.
// Values; no thread rule.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/calibration.h"
#include "common/model/closing.h"
#include "common/model/control.h"
#include "common/model/figures.h"
#include "common/model/finding_act.h"
#include "common/model/lease.h"
#include "common/model/listing.h"
#include "common/model/messages.h"
#include "common/model/sdk_list.h"
#include "common/model/verdict.h"

namespace storesweep {

inline constexpr std::size_t kMaxPageRows = 1000;
inline constexpr std::uint32_t kMaxShards = 1024;

// Pages are by cursor: give back `next` to get the rest; an empty `next` is the end.
struct PageRequest {
  std::string cursor;
  std::size_t rows = 100;  // at most kMaxPageRows
};
template <class T>
struct Page {
  std::vector<T> rows;
  std::string next;
};

// ---- what devices showed of apps with known faults

inline constexpr std::size_t kMaxCalibrations = 10'000;    // classes of devices
inline constexpr std::size_t kMaxCalibrationsAtOnce = 20;  // each may be a megabyte

struct CalibrationRecord {
  std::int64_t id = 0;  // of its class, made by the store
  DeviceClass where;
  std::int64_t at_ms = 0;
  std::string json;  // the whole (common/report/calibration_json.h)
};

// ---- sweeps and campaigns

struct Selection {
  enum class Kind : std::uint8_t {
    kAll,
    kStore,
    kChanged,  // new or changed since what earlier whole sweeps of the same store (or of all) held
    kTop,
    kList
  };
  Kind kind = Kind::kAll;
  std::string store;                  // kStore; also narrows the others
  std::int64_t top = 0;               // kTop: the first N by downloads
  std::vector<std::string> packages;  // kList
};
// Why a sweep over it would hold no listing, and what to do about it.
std::string nothing_selected(const Selection& selection);
enum class SweepState : std::uint8_t { kPreparing, kRunning, kPaused, kCancelled, kDone };
std::string_view name(SweepState state);

// A shard is a sub-range of its sweep's job ids: first + [0, count).
struct ShardRecord {
  JobId first;
  std::int64_t count = 0;
  std::int64_t mark = 0;  // none of its positions from here on was ever leased
  bool paused = false;
};
struct SweepRecord {
  SweepId id;
  std::string name;
  Selection selection;
  Depth depth = Depth::kTriage;
  CampaignId campaign;
  Origin origin = Origin::kSweep;
  SweepState state = SweepState::kRunning;
  std::int64_t created_ms = 0, ended_ms = 0;  // 0: not yet
  std::int64_t total = 0;
  std::vector<ShardRecord> shards;
};
struct CampaignRecord {
  CampaignId id;
  std::string name;
  std::int64_t target_apps = 0;
  std::string end_date;  // YYYY-MM-DD
};
// The shard of a package: the same app of every store lands in one shard, so that caches are warm and twins
// meet.
std::uint32_t shard_of(std::string_view package, std::uint32_t shards);
// The hand-out order inside a shard: longest first, ties by listing id. `known_ms` is device_ms of the newest
// run of the package (0: never run), else the size decides. Milliseconds; only its order matters.
std::int64_t expected_ms(std::int64_t known_ms, std::int64_t apk_bytes);

// ---- jobs

// The jobs of sweeps have ids below this, given by the store; confirmations and retests from here on, given
// by the leader.
inline constexpr std::int64_t kFirstExtraJob = std::int64_t{1} << 40;
inline bool is_extra(JobId job) { return job.value >= kFirstExtraJob; }

// What a lease and a judgement need to know of a sweep's job.
struct JobPayload {
  JobId job;
  SweepId sweep;
  Listing listing;
};

// A confirmation or a retest. Its verdict is attached to its parent, a job of a sweep.
struct ExtraJob {
  JobId job;
  JobKind kind = JobKind::kConfirmation;
  JobId parent;
  SweepId sweep;  // of the parent
  Origin origin = Origin::kSweep;
  std::vector<std::string> rules;  // the phases of these alone; empty: all
  Depth depth = Depth::kLab;
  RunId base_run;                     // a confirmation: the run it shall repeat
  std::string not_on_device;          // a confirmation: the identity that made base_run
  std::optional<DeviceKind> on_kind;  // a confirmation: of the same kind
  Digest file_set{};                  // a confirmation: of the same file set; zero: not known
  std::string idempotency_key;        // a retest
  // A retest of one finding of the parent's verdict: it answers that finding and leaves the verdict alone.
  std::string finding;
  std::string apk_url;  // ... on this version; empty: on the one that the listing names
};
// What the history of the finding says of its retest.
FindingAct answer_to(const ExtraJob& retest, RetestOutcome outcome, std::int64_t at_ms);

// ---- runs and results

// One complete run of one file set on one device. blobs[0] is the journal.
struct RunRecord {
  RunId id;  // given by the leader
  TokenKey token;
  JobId job;  // that made it; others may reuse it
  SweepId sweep;
  RunId base_run;  // it is the confirmation of this one; zero: none
  Digest file_set{};
  Device device;
  std::string worker;
  Depth depth = Depth::kTriage;
  bool partial = false;            // of some rules' phases alone: never reused
  std::vector<std::string> rules;  // those of its order, where it is partial
  bool transient = false;          // something was not tested for a passing reason: never reused
  std::string pack_version;
  std::vector<BlobRef> blobs;
  RunFigures figures;
  SdkList sdks;  // of its file set; names of the coordinator's catalogue alone
  std::int64_t at_ms = 0;
};

// How long evidence of finished sweeps is kept (wall clock): runs that are older lose it, those on which a
// verdict rests that accuses somebody (violation, suspected) or that were retests of a finding by the other
// date, which is never the later one. What is held keeps it in any case.
struct Retention {
  std::int64_t before_ms = 0;
  std::int64_t accusing_before_ms = 0;
};

inline constexpr std::size_t kMaxHolds = 10'000;  // that stand at once

// What a person said of a result's evidence. The last act of a job counts.
struct HoldAct {
  std::int64_t id = 0;  // made by the store
  JobId job;
  bool held = true;  // false: released
  std::string officer, reason;
  std::int64_t at_ms = 0;
};

// A rule pack as its files were (common/rules/pack_files.h packs them).
struct KeptPack {
  std::string version;
  Digest sha256{};  // of `files`
  std::string files;
  std::int64_t at_ms = 0;
};

// One level that a verdict gives: of a task's row (rule empty) or of a rule's item.
struct Tally {
  std::uint8_t task = 0;  // 1 to 10
  std::string rule;
  Level level = Level::kNotTested;
  bool operator==(const Tally&) const = default;
};
// By what counters are grouped, beside the whole.
struct Groups {
  std::string store, region, developer, category;
};

// What a result said of some rules, by runs of a device that failed a control since: it says so no more,
// until these rules' phases were run again elsewhere. Never changed.
struct VoidedRule {
  std::string rule;
  Level said = Level::kNotTested;
  bool operator==(const VoidedRule&) const = default;
};
struct Voiding {
  std::int64_t id = 0;  // made by the store
  JobId job;            // the result's
  SweepId sweep;
  RunId control;  // the one that failed
  std::string device;
  std::vector<VoidedRule> rules;
  std::vector<RunId> runs;     // have no word on them any more: all that the result rested on
  std::int64_t judgement = 0;  // that said so
  JobId retest;                // that runs them again
  std::int64_t at_ms = 0;
};

// One listing of one sweep: how it ended and its verdict as it stands now.
struct StoredResult {
  JobId job;
  SweepId sweep;
  Listing listing;
  EndKind end = EndKind::kVerdict;
  std::string end_reason;
  std::int64_t ended_ms = 0;
  std::string verdict;               // encoded; empty only for a cancelled job
  std::int64_t judgement = 0;        // which of the job's judgements that is; 0: none
  std::optional<RunRecord> run;      // the first run that the verdict rests on; none: it was not run
  std::vector<RunRecord> more_runs;  // the others: a confirmation, a partial retest
  std::vector<Voiding> voidings;     // the oldest first
};
// Jobs whose result as it stands rests on a run of a device, a page of judgements at a time.
struct RestingJobs {
  std::vector<JobId> jobs;
  std::int64_t next = 0;  // to go on from; 0: that was all
};
struct ResultQuery {
  SweepId sweep;
  std::string store, package, rule;  // empty: any
  std::optional<Level> level;        // rows (or the rule's item) of this level
};
struct FindingActQuery {
  JobId job;      // zero: any
  SweepId sweep;  // zero: any
};
inline constexpr std::size_t kMaxTrail = 1'000;          // controls of one device that one read gives
inline constexpr std::size_t kMaxFindingActs = 200'000;  // that one read gives
struct SummaryQuery {
  SweepId sweep;
  std::string by;  // store, region, developer, category; empty, rule or task: the whole
};
struct SummaryRow {
  std::string group;  // the store, region, ... ; empty for the whole
  int task = 0;
  std::string rule;  // empty: the row of the task
  Level level = Level::kNotTested;
  std::int64_t count = 0;
};
// How many listings of one sweep hold an SDK in one version. A listing counts once, by the run that its job
// ended with (an earlier run that stood in counts for each listing that it stood in for); confirmations,
// retests and new judgements change nothing.
struct SdkCount {
  std::string id;
  std::string version;  // empty: the package does not tell
  std::int64_t listings = 0;
  bool rest = false;  // of all versions that have no row of their own
  bool operator==(const SdkCount&) const = default;
};
struct SdkSummary {
  std::int64_t looked = 0;                         // listings whose package was looked through
  std::int64_t not_looked = 0;                     // the others that have ended: of them nothing is known
  std::int64_t left_out = 0;                       // times that an SDK was found and is in no row
  std::map<std::string, std::int64_t> catalogues;  // version -> listings that were looked through by it
  std::vector<SdkCount> rows;                      // by id
};
// Sums over the runs of one sweep on one kind of device.
struct FiguresRow {
  DeviceKind kind;
  std::int64_t runs = 0;
  RunFigures sum;
};

// ---- catalogues

struct ImportCounts {
  std::int64_t added = 0, changed = 0, unchanged = 0, gone = 0, rejected = 0;
  std::int64_t nameless = 0;  // of the rejected
};
struct Rejected {
  std::int64_t rows = 0;
  std::int64_t nameless = 0;  // of these: nobody knows which app they are of
};

// What an import found of one listing.
enum class ChangeKind : std::uint8_t { kAdded = 1, kChanged, kGone };
std::string_view name(ChangeKind kind);  // added, changed, gone
struct ChangeQuery {
  std::string store;               // empty: any
  std::int64_t import = 0;         // 0: any
  std::optional<ChangeKind> kind;  // empty: any
};
struct ChangeRow {
  std::int64_t id = 0;
  ChangeKind kind = ChangeKind::kAdded;
  std::int64_t import = 0;
  std::int64_t at_ms = 0;  // of the import
  Listing listing;         // as it stands now; gone: as it stood last
};

}  // namespace storesweep
