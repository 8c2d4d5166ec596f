// The coordinator's one writer: the protocol's core (core.h) with its shell of threads, and what people ask
// of it. One service thread owns the core and reads the store for it; a committer thread commits whatever has
// arrived, many reports to one commit; an evidence thread makes blobs durable and reads journals for the
// judge's children. It takes the lead when it starts, stands by while another has it (reads are answered,
// nothing else is), and takes it again a while after it lost it. Every public call is safe for concurrent
// use. What is handed over at the making outlives the service.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <span>

#include "common/artifact/blob_store.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/metrics/metrics.h"
#include "common/net/client.h"
#include "common/rules/workdays.h"
#include "coordinator/judging/pool.h"
#include "coordinator/service/core.h"

namespace storesweep {

class Rejudging;

struct ServiceOptions {
  CoreOptions core;
  JudgeOptions judge;
  std::string folder;                             // for rejects files and catalogues on their way
  std::vector<std::string> disks;                 // folders of the store and the evidence
  std::uint64_t disk_low_bytes = 512ull << 20;    // free space of one of them below which nothing is leased
  std::uint64_t disk_fine_bytes = 1024ull << 20;  // ... and from which on it goes on
  std::int64_t disk_look_ms = 5'000;
  std::int64_t lead_again_ms = 2'000;  // after the lead was lost, or while another has it
  std::int64_t lead_touch_ms = 3'000;  // so long it says nothing to the store at most while it leads
  std::size_t max_blob_bytes = 256u << 20;
  std::string observations;        // folder of observation records; empty: none are kept
  int rejudging_children = 2;      // judges that rejudge at once
  std::string heads;               // folder for the daily head of the closings; empty: none is written
  std::string pack_files;          // the rule pack that is judged with, as a container; kept for good
  std::vector<std::string> rules;  // of the rule pack; a retest of another one is refused. Empty: any
  RetentionWish retention;         // where gc is not told otherwise
  Workdays workdays;               // by which a notice falls due
  // Told on the service thread that it leads with this epoch, or (0) leads no more. Empty: nobody asks.
  std::function<void(std::uint64_t epoch, const std::string& why)> on_lead;
};

struct ServiceParts {
  Store& store;
  BlobStore& blobs;
  net::Client& client;
  const Clock& clock;
  Random& random;
  Metrics& metrics;
  Log& log;
};

class Service final : public ServiceApi {
 public:
  // `send` may be called from the service thread until the service is destroyed; it must return soon.
  Service(ServiceOptions options, ServiceParts parts,
          std::function<void(const std::string& worker, std::span<const ToWorker> turn)> send);
  ~Service() override;

  // ---- from the link; they return at once
  void on_messages(std::vector<FromWorkerEvent> messages);
  // Every message that had arrived by then was handed over.
  void on_inbox_drained(std::int64_t steady_ms);

  // ---- from people
  Result<ImportReport> import_catalogue(const ImportRequest&, const Deadline&) override;
  Result<SweepStatus> start_sweep(const SweepRequest&, const Deadline&) override;
  Result<SweepStatus> change_sweep(SweepId, SweepAction, std::optional<std::uint32_t> shard,
                                   const Deadline&) override;
  Result<SweepStatus> sweep(SweepId, const Deadline&) override;
  Result<Page<SweepStatus>> sweeps(const PageRequest&, const Deadline&) override;
  Result<CampaignStatus> create_campaign(const CampaignRequest&, const Deadline&) override;
  Result<CampaignStatus> campaign(CampaignId, const Deadline&) override;
  Result<Page<ChangeRow>> changes(const ChangeQuery&, const PageRequest&, const Deadline&) override;
  Result<Page<Listing>> listings(const std::string& store, const PageRequest&, const Deadline&) override;
  Result<Page<ResultRow>> results(const ResultQuery&, const PageRequest&, const Deadline&) override;
  Result<ResultRow> result(JobId, const Deadline&) override;
  Result<std::vector<SummaryRow>> summary(const SummaryQuery&, const Deadline&) override;
  Result<std::vector<FiguresRow>> figures(SweepId, const Deadline&) override;
  Result<SdkReport> sdks(SweepId, const Deadline&) override;
  Result<std::vector<AnnouncementRow>> announcement(SweepId, const Deadline&) override;
  Result<JobId> retest(const RetestRequest&, const Deadline&) override;
  Result<Page<FindingRow>> findings(const FindingQuery&, const PageRequest&, const Deadline&) override;
  Result<FindingRow> finding(JobId, const std::string& key, const Deadline&) override;
  Result<FindingRow> say_of_finding(const FindingOrder&, const Deadline&) override;
  Result<std::vector<WorkerStatus>> workers(const Deadline&) override;
  Result<std::vector<DeviceStatus>> devices(const Deadline&) override;
  Status drain(const std::string& worker, bool draining, const Deadline&) override;
  Status free_device(const std::string& device, const std::string& why, const Deadline&) override;
  Result<Page<ControlRecord>> controls(const PageRequest&, const Deadline&) override;
  Result<Calibration> calibrate(const Calibration&, const Deadline&) override;
  Result<Page<Calibration>> calibrations(const PageRequest&, const Deadline&) override;
  Result<std::vector<Event>> events(std::int64_t after, SweepId, const Deadline&) override;
  bool gave_out(const std::string& address_key) override;
  Result<BlobPlace> place_blob(const std::string& address_key, const std::string& name, const Digest& sha256,
                               std::uint64_t bytes, const Deadline&) override;
  Status put_blob(const std::string& address_key, const std::string& name, std::string bytes,
                  const Deadline&) override;
  Result<std::string> blob(const Digest& sha256, const Deadline&) override;
  Result<Closing> closing_head(const Deadline&) override;
  Result<std::vector<Closing>> closings(std::int64_t after, std::size_t rows, const Deadline&) override;
  Result<StatedResult> statement(JobId, const Deadline&) override;
  Result<std::string> pack(const Digest& sha256, const Deadline&) override;
  Status put_pack(const Digest& sha256, const std::string& files, const Deadline&) override;
  Result<RejudgeReport> rejudge(const RejudgeRequest&, const PageRequest&, const Deadline&) override;
  Result<std::int64_t> gc(const RetentionWish& asked, const Deadline&) override;
  Result<HoldAct> hold(const HoldAct& act, const Deadline&) override;
  Result<Page<HoldAct>> holds(const PageRequest&, const Deadline&) override;
  Status healthy() override;
  Status leading() override;
  std::string metrics_page() override;

 private:
  // Among what the address has taken; the error says why it takes it not.
  Status count_evidence(const std::string& address_key, const std::string& name, const Digest& sha256,
                        std::uint64_t bytes, const Deadline&);
  Result<ImportReport> import_into(std::int64_t id, const ImportRequest&, const Deadline&);

  class Shell;
  std::unique_ptr<Shell> shell_;
  std::unique_ptr<Rejudging> rejudging_;
  ServiceOptions options_;
  ServiceParts parts_;
  Status complete(RetestRequest& request, const Deadline&);

  std::mutex finding_mutex_;  // what is said of a finding is checked against what was said before
  std::mutex import_mutex_;
  std::set<std::string> importing_;  // stores whose catalogue is being imported
};

}  // namespace storesweep
