// What a store on a database that speaks SQL does: all but opening it (sqlite_store.h, postgres_store.h). One
// connection writes; reads have their own, each call seeing one moment. Safe for concurrent use.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "coordinator/store/store.h"

namespace storesweep {

class Db;
class CommitRows;
class ImportRows;

class SqlStore : public Store {
 public:
  ~SqlStore() override;

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

 protected:
  explicit SqlStore(std::unique_ptr<Db> writer);
  virtual Result<std::unique_ptr<Db>> open_reader() = 0;
  virtual std::unique_ptr<CommitRows> commit_rows(Db& db);
  virtual std::unique_ptr<ImportRows> rows_of_import(Db& db);
  // Those of these blobs that no run names.
  virtual std::vector<Digest> unnamed_of(Db& db, std::span<const Digest> blobs);
  // Under writing_:
  Result<Lead> take_lead_now(std::uint64_t incarnation);
  CommitResult commit_now(std::uint64_t epoch, std::span<const Write> writes);
  // Runs `body` in one read transaction of a connection of its own.
  template <class T, class Body>
  Result<T> read(Body body);

  std::mutex writing_;
  const std::unique_ptr<Db> writer_;

 private:
  Status start_write(std::uint64_t epoch);                           // begins a transaction of the leader's
  Status go_on_importing(std::uint64_t epoch, std::int64_t import);  // ... with an import that is open
  Result<std::unique_ptr<Db>> reader();                              // one that is idle, or a new one
  void give_back(std::unique_ptr<Db> reader);
  void drop_readers();

  std::mutex idle_mutex_;
  std::vector<std::unique_ptr<Db>> idle_;  // read connections that wait for use
};

}  // namespace storesweep
