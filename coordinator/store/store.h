// The store: the only durable thing beside the blobs and the workers' spools. Interface of SQLite (one
// machine) and PostgreSQL (a cluster), and of MemoryStore for tests; all pass
// tests/unit/coordinator/store/contract.h.
//
// One leader writes. Each commit checks inside its own transaction that the epoch is still the leader's, and
// each write what it says in writes.h; a commit is durable before it returns. Nothing is written for a lease.
// Safe for concurrent use: writes one after the other, reads beside them, each seeing one moment.
#pragma once

#include <span>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "coordinator/store/writes.h"

namespace storesweep {

struct Lead {
  std::uint64_t epoch = 0;        // raised by one; never given twice
  std::uint64_t incarnation = 0;  // as passed in
  Bytes secret;                   // 32 bytes, made at the store's creation: key of the tokens' MACs
};

// ---- what a leader loads; only unfinished sweeps (running, paused) and open jobs

struct LoadedSweep {
  SweepRecord sweep;
  std::vector<JobId> ended;                      // ascending
  std::map<std::string, std::int64_t> ended_by;  // name(EndKind) -> listings
};
struct JobTokens {  // tokens of one open job that ended
  JobId job;
  std::array<std::int32_t, kFailureKinds> by_kind{};  // by FailureKind
  TokenKey last;                                      // the highest
};
struct FileSetTokens {  // tokens of kind app of one file set in one sweep's own jobs (no confirmations, no
                        // retests)
  SweepId sweep;
  Digest file_set{};
  std::int32_t ended = 0;
};
struct Loaded {
  std::vector<LoadedSweep> sweeps;  // by id
  std::vector<ExtraJob> extras;     // open, by id
  std::vector<JobTokens> tokens;
  std::vector<FileSetTokens> file_sets;
  std::vector<PutKnown> known;  // of open jobs
  std::vector<std::string> draining;
  std::vector<ControlRecord> controls;      // of jobs of these sweeps that have not ended
  std::vector<ControlRecord> bad_controls;  // all that ever were, by run
  std::vector<DeviceAct> quarantined;       // devices that are, by the act that did it
  RunId next_run;
  JobId next_extra;  // at least kFirstExtraJob
};

// ---- commits

enum class CommitState : std::uint8_t {
  kCommitted,
  kNotLeader,  // the epoch is another's: nothing was written
  kUnknown,    // it may or may not have been written: the leader steps down and loads anew
};
struct CommitResult {
  CommitState state = CommitState::kUnknown;
  std::vector<WriteOutcome> outcomes;  // one for each write, when committed
  std::string message;
};

// ---- reads for people

struct SweepCounts {
  SweepRecord sweep;
  std::map<std::string, std::int64_t> ended;  // name(EndKind) -> listings
  std::int64_t confirmations_open = 0;
  bool simulated = false;  // some run of it was on a simulated device
};
struct CampaignCounts {
  CampaignRecord campaign;
  std::int64_t covered_apps = 0;   // distinct (tenant, package) with a verdict in its sweeps
  std::int64_t covered_since = 0;  // of these, those covered first at or after `since_ms`
  std::vector<SweepId> sweeps;
};

class Store {
 public:
  virtual ~Store() = default;

  // ---- leading
  // One atomic increment.
  virtual Result<Lead> take_lead(std::uint64_t incarnation) = 0;
  virtual Result<std::uint64_t> epoch() = 0;
  virtual Result<Loaded> load() = 0;
  virtual CommitResult commit(std::uint64_t epoch, std::span<const Write> writes) = 0;

  // ---- what the leader reads as it goes
  // Payloads of jobs of sweeps; unknown ids are left out.
  virtual Result<std::vector<JobPayload>> jobs(std::span<const JobId> ids) = 0;
  // Complete runs of a file set that are not partial, newest first, at most 16.
  virtual Result<std::vector<RunRecord>> runs_of(const Digest& file_set) = 0;
  // The runs that confirmed `base`, newest first, at most 16.
  virtual Result<std::vector<RunRecord>> runs_confirming(RunId base) = 0;
  virtual Result<RunRecord> run(RunId id) = 0;         // kNotFound
  virtual Result<ExtraJob> extra(JobId job) = 0;       // ended ones too; kNotFound
  virtual Result<StoredResult> result(JobId job) = 0;  // kNotFound while it has not ended

  // What was said of findings, in its order; at most kMaxFindingActs.
  virtual Result<std::vector<FindingAct>> finding_acts(const FindingActQuery& query) = 0;
  // The newest revision of the listing of this tenant, place, store and package; kNotFound.
  virtual Result<Listing> current_listing(const Listing& key) = 0;

  // ---- catalogues; each call is a transaction that checks the epoch (kPermission when it is another's)
  // value: the import's id. A key that was used before: the same import where it broke off, kExists where it
  // finished (message is its id).
  virtual Result<std::int64_t> begin_import(std::uint64_t epoch, const std::string& store,
                                            const std::string& idempotency_key, std::int64_t at_ms) = 0;
  // A listing is known by (tenant, place, store, package). The same content changes nothing; other content is
  // a new revision with a new id; a listing that had gone and is back is `added`. Rank and downloads are kept
  // up to date and are no content. At most 10,000 rows a call.
  virtual Result<ImportCounts> import_rows(std::uint64_t epoch, std::int64_t import,
                                           std::span<const Listing> rows) = 0;
  // Apps whose rows could not be read: what stands of them stands on. Of the rows only the key is looked at.
  virtual Status keep_listed(std::uint64_t epoch, std::int64_t import, std::span<const Listing> rows) = 0;
  // What this store had and this import neither brought nor kept has gone since now; nothing has while some
  // rejected rows are nameless, for it may be theirs. value: counts of the whole import.
  virtual Result<ImportCounts> finish_import(std::uint64_t epoch, std::int64_t import, Rejected rejected,
                                             std::int64_t at_ms) = 0;
  virtual Result<ImportCounts> import_counts(std::int64_t import) = 0;  // kNotFound
  // What imports found new, changed and gone, the newest first.
  virtual Result<Page<ChangeRow>> changes(const ChangeQuery& query, const PageRequest& page) = 0;
  virtual Result<Page<Listing>> listings(const std::string& store, const PageRequest& page) = 0;

  // ---- reads for people
  virtual Result<SweepCounts> sweep(SweepId id) = 0;
  virtual Result<Page<SweepCounts>> sweeps(const PageRequest& page) = 0;  // newest first
  virtual Result<CampaignCounts> campaign(CampaignId id, std::int64_t since_ms) = 0;
  virtual Result<Page<StoredResult>> results(const ResultQuery& query, const PageRequest& page) = 0;
  virtual Result<std::vector<SummaryRow>> summary(const SummaryQuery& query) = 0;
  virtual Result<std::vector<FiguresRow>> figures(SweepId sweep) = 0;
  virtual Result<SdkSummary> sdks(SweepId sweep) = 0;

  // ---- evidence
  // The entry of a journal; kNotFound.
  virtual Result<Closing> closing_of(const Digest& journal) = 0;
  // The chain behind entry `after`, in its order, at most kMaxPageRows.
  virtual Result<std::vector<Closing>> closings(std::int64_t after, std::size_t rows) = 0;
  virtual Result<Closing> closing_head() = 0;  // number 0: nothing was closed yet
  // The newest of that version, or the one of that content; kNotFound.
  virtual Result<KeptPack> pack_of(const std::string& version) = 0;
  virtual Result<KeptPack> pack(const Digest& sha256) = 0;

  // ---- calibrations: one for each class of devices, the last one put
  virtual Status put_calibration(std::uint64_t epoch, const CalibrationRecord& record) = 0;
  virtual Result<CalibrationRecord> calibration(const DeviceClass& where) = 0;  // kNotFound
  // At most kMaxCalibrationsAtOnce a page.
  virtual Result<Page<CalibrationRecord>> calibrations(const PageRequest& page) = 0;

  // ---- controls
  // What is known of one device: at most kMaxTrail of its controls.
  virtual Result<DeviceTrail> trail_of(const std::string& device) = 0;
  // Those whose result rests on a run that the device made after `since` (a control of it, an attested reset
  // of it, or zero); `from` is 0 or what the last page said.
  virtual Result<RestingJobs> resting_on(const std::string& device, RunId since, std::int64_t from) = 0;
  // Controls that were run, the newest first.
  virtual Result<Page<ControlRecord>> controls(const PageRequest& page) = 0;

  // ---- gc
  // Runs older than that (of sweeps that are done or cancelled) lose their evidence and are never reused
  // again; value: digests that no other run names. Verdicts stay.
  virtual Result<std::vector<Digest>> expire_evidence(std::uint64_t epoch, const Retention& keep) = 0;
  // A hold or its end; value: the act as it is kept. A hold covers the runs of the job and of its
  // confirmations and retests, also later ones. kNotFound: no such result, or no evidence of it is left;
  // kExists: it is held (or is not) already; kExhausted: kMaxHolds stand.
  virtual Result<HoldAct> put_hold(std::uint64_t epoch, const HoldAct& act) = 0;
  // The holds that stand, by the act that made them.
  virtual Result<Page<HoldAct>> holds(const PageRequest& page) = 0;
  // Those of these blobs that no run names which still has its evidence.
  virtual Result<std::vector<Digest>> unnamed(std::span<const Digest> blobs) = 0;
};

}  // namespace storesweep
