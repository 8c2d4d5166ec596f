// A Runner on the devices of a pool: fetches by the fetcher, runs by app_run.h, and gives each device back as
// it deserves. Safe for concurrent use; everything handed over outlives it.
#pragma once

#include "common/base/log.h"
#include "worker/device/pool.h"
#include "worker/job/app_run.h"
#include "worker/job/fetcher.h"
#include "worker/job/runner.h"

namespace storesweep::job {

class DeviceRunner final : public Runner {
 public:
  DeviceRunner(device::DevicePool& pool, Fetcher& fetcher, RunBasis basis, Log& log)
      : pool_(pool), fetcher_(fetcher), basis_(std::move(basis)), log_(log) {}

  std::vector<Device> devices() override { return pool_.fit_devices(); }
  FetchEnd fetch(const LeaseOffer& offer, const Deadline& deadline) override;
  RunEnd run(const RunOrder& order, const Deadline& deadline) override;
  // Its run has told the pool already.
  void suspect(const std::string&) override {}

 private:
  FetchedApp files_of(const RunOrder& order, const Deadline& deadline);
  void accompany(const RunOrder& order, AppFiles& app, const Deadline& deadline);
  bool wants_policy(const LeaseOffer& offer) const;
  RunExtras extras_of(const RunOrder& order, const Deadline& deadline);
  std::shared_ptr<const AppFiles> older_of(const RunOrder& order, const AppFiles& app,
                                           const Deadline& deadline);
  RunEnd run_on(const device::LeasedDevice& leased, const RunOrder& order, const AppFiles& app,
                const Deadline& deadline);
  RunEnd run_once(const device::LeasedDevice& leased, const RunOrder& order, const AppFiles& app, bool attest,
                  const Deadline& deadline);

  device::DevicePool& pool_;
  Fetcher& fetcher_;
  const RunBasis basis_;
  Log& log_;
};

}  // namespace storesweep::job
