// The store without a disk: what simulation and unit tests run on, and the other side of the contract test.
// Slow and plain on purpose: counters are counted anew from the results at each question, so that they cannot
// be wrong. Safe for concurrent use.
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "common/base/hash.h"
#include "coordinator/store/store.h"

namespace storesweep {

class MemoryStore : public Store {
 public:
  // `seed` makes the secret.
  explicit MemoryStore(std::uint64_t seed = 1);

  Result<Lead> take_lead(std::uint64_t incarnation) override;
  Result<std::uint64_t> epoch() override;
  Result<Loaded> load() override;
  CommitResult commit(std::uint64_t epoch, std::span<const Write> writes) override;
  Result<std::vector<JobPayload>> jobs(std::span<const JobId> ids) override;
  Result<std::vector<RunRecord>> runs_of(const Digest& file_set) override;
  Result<std::vector<RunRecord>> runs_confirming(RunId base) override;
  Result<RunRecord> run(RunId id) override;
  Result<ExtraJob> extra(JobId job) override;
  Result<StoredResult> result(JobId job) override;
  Result<std::vector<FindingAct>> finding_acts(const FindingActQuery& query) override;
  Result<Listing> current_listing(const Listing& key) override;
  Result<std::int64_t> begin_import(std::uint64_t epoch, const std::string& store,
                                    const std::string& idempotency_key, std::int64_t at_ms) override;
  Result<ImportCounts> import_rows(std::uint64_t epoch, std::int64_t import,
                                   std::span<const Listing> rows) override;
  Status keep_listed(std::uint64_t epoch, std::int64_t import, std::span<const Listing> rows) override;
  Result<ImportCounts> finish_import(std::uint64_t epoch, std::int64_t import, Rejected rejected,
                                     std::int64_t at_ms) override;
  Result<ImportCounts> import_counts(std::int64_t import) override;
  Result<Page<ChangeRow>> changes(const ChangeQuery& query, const PageRequest& page) override;
  Result<Page<Listing>> listings(const std::string& store, const PageRequest& page) override;
  Result<SweepCounts> sweep(SweepId id) override;
  Result<Page<SweepCounts>> sweeps(const PageRequest& page) override;
  Result<CampaignCounts> campaign(CampaignId id, std::int64_t since_ms) override;
  Result<Page<StoredResult>> results(const ResultQuery& query, const PageRequest& page) override;
  Result<std::vector<SummaryRow>> summary(const SummaryQuery& query) override;
  Result<std::vector<FiguresRow>> figures(SweepId sweep) override;
  Result<Closing> closing_of(const Digest& journal) override;
  Result<std::vector<Closing>> closings(std::int64_t after, std::size_t rows) override;
  Result<Closing> closing_head() override;
  Result<KeptPack> pack_of(const std::string& version) override;
  Result<KeptPack> pack(const Digest& sha256) override;
  Status put_calibration(std::uint64_t epoch, const CalibrationRecord& record) override;
  Result<CalibrationRecord> calibration(const DeviceClass& where) override;
  Result<Page<CalibrationRecord>> calibrations(const PageRequest& page) override;
  Result<SdkSummary> sdks(SweepId sweep) override;
  Result<DeviceTrail> trail_of(const std::string& device) override;
  Result<RestingJobs> resting_on(const std::string& device, RunId since, std::int64_t from) override;
  Result<Page<ControlRecord>> controls(const PageRequest& page) override;
  Result<std::vector<Digest>> expire_evidence(std::uint64_t epoch, const Retention& keep) override;
  Result<HoldAct> put_hold(std::uint64_t epoch, const HoldAct& act) override;
  Result<Page<HoldAct>> holds(const PageRequest& page) override;
  Result<std::vector<Digest>> unnamed(std::span<const Digest> blobs) override;

  // ---- what invariants look at
  const std::map<JobId, EndJob>& ends() const { return ends_; }
  const std::map<TokenKey, EndToken>& tokens() const { return tokens_; }
  const std::map<TokenKey, std::int64_t>& notes() const { return notes_; }
  const std::map<JobId, ExtraJob>& extras() const { return extras_; }
  const std::map<JobId, std::vector<Judged>>& judgements() const { return judged_; }
  const std::map<RunId, RunRecord>& runs() const { return runs_; }
  const std::vector<Closing>& chain() const { return closings_; }
  const std::map<TokenKey, ControlRecord>& all_controls() const { return controls_; }
  const std::vector<DeviceAct>& device_acts() const { return device_acts_; }
  const std::vector<Voiding>& voidings() const { return voidings_; }
  const std::map<SweepId, SweepRecord>& all_sweeps() const { return sweeps_; }
  std::uint64_t current_epoch() const { return epoch_; }
  // A hash of everything that is stored: whether something changed.
  Digest fingerprint() const;

 protected:
  // For tests with faults: the epoch is not checked (a deliberate bug).
  bool unfenced_ = false;

 private:
  struct Kept {  // a listing revision
    Listing listing;
    std::int64_t import = 0;  // that brought it last
    std::int64_t since = 0;   // change that brought this content, or brought it back
    bool gone = false;
  };
  struct Import {
    std::string store;
    std::string key;
    std::int64_t at_ms = 0;
    ImportCounts counts;
    bool finished = false;
  };

  WriteOutcome apply(const PutMark& w);
  WriteOutcome apply(const EndToken& w);
  WriteOutcome apply(const Box<EndJob>& w) { return apply(*w); }
  WriteOutcome apply(const EndJob& w);
  bool bury(const EndToken& w);
  WriteOutcome apply(const ProbeJob& w);
  WriteOutcome apply(const NoteReport& w);
  WriteOutcome apply(const Attach& w);
  WriteOutcome apply(const OrderJob& w);
  WriteOutcome apply(const PutKnown& w);
  WriteOutcome apply(const CreateSweep& w);
  WriteOutcome apply(const SetSweep& w);
  WriteOutcome apply(const SetShard& w);
  WriteOutcome apply(const CancelSweep& w);
  WriteOutcome apply(const CreateCampaign& w);
  WriteOutcome apply(const SetDraining& w);
  WriteOutcome apply(const ActOnFinding& w);
  std::int64_t add_act(FindingAct act);
  void close_journal(const RunRecord& run, JobId job, std::int64_t at_ms, const SigningKey& key);
  void load_controls(Loaded& loaded) const;
  bool is_control(RunId run) const;
  WriteOutcome apply(const KeepPack& w);
  WriteOutcome apply(const PutControl& w);
  WriteOutcome apply(const Box<EndControl>& w);
  WriteOutcome apply(const ActOnDevice& w);
  WriteOutcome apply(const Box<VoidRules>& w);
  WriteOutcome apply(const EndVoiding& w);

  WriteOutcome ended_by(JobId job, TokenKey token) const;
  std::int64_t swept_until(const std::string& store) const;
  std::vector<ListingId> chosen(const Selection& selection, std::int64_t since) const;
  std::int64_t known_ms(const std::string& package) const;
  SweepCounts counts(const SweepRecord& sweep) const;
  StoredResult result_of(const EndJob& end) const;
  bool matches(const ResultQuery& query, const StoredResult& row) const;
  Status check_import(std::uint64_t epoch, std::int64_t import) const;
  std::set<RunId> accusing_runs() const;
  std::set<RunId> runs_of_result(JobId job) const;
  std::vector<HoldAct> standing_holds() const;
  std::int64_t changed(std::int64_t import, ChangeKind kind, const Listing& listing);

  mutable std::mutex mutex_;
  Bytes secret_;
  std::uint64_t epoch_ = 0;
  std::map<ListingId, Kept> listings_;
  std::map<std::string, ListingId> current_;  // key -> newest revision
  std::map<std::int64_t, Import> imports_;
  std::map<SweepId, SweepRecord> sweeps_;
  std::map<SweepId, std::pair<std::int64_t, std::int64_t>> held_;  // the changes after .first up to .second
  std::vector<ChangeRow> changes_;
  std::map<CampaignId, CampaignRecord> campaigns_;
  std::map<JobId, std::pair<SweepId, ListingId>> jobs_;
  std::map<JobId, ExtraJob> extras_;
  std::map<JobId, EndJob> ends_;
  std::map<TokenKey, EndToken> tokens_;
  std::map<TokenKey, std::int64_t> notes_;
  std::map<RunId, RunRecord> runs_;
  std::set<RunId> expired_;
  std::vector<CalibrationRecord> calibrations_;  // id n stands at n - 1
  std::map<JobId, std::vector<Judged>> judged_;
  std::vector<HoldAct> holds_;  // id n stands at n - 1
  std::map<JobId, PutKnown> known_;
  std::vector<FindingAct> acts_;
  std::map<TokenKey, ControlRecord> controls_;
  std::vector<DeviceAct> device_acts_;
  std::vector<Voiding> voidings_;  // id n stands at n - 1
  std::vector<Closing> closings_;  // number n stands at n - 1
  std::vector<KeptPack> packs_;
  std::set<std::string> draining_;
  std::map<std::string, std::int64_t> keys_;  // idempotency key -> id
};

}  // namespace storesweep
