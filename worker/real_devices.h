// Everything between an adb server and a Runner, wired: the pool of devices, the cache and the fetcher, the
// rule pack and the profiles. For the worker and for `storesweep check`. Clock, random and log outlive it;
// runs end before it does. start() begins to follow the adb server, the destructor stops.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/rules/pack.h"
#include "common/rules/profile.h"
#include "common/rules/sdks.h"
#include "common/rules/sources.h"
#include "worker/device/pool.h"
#include "worker/job/device_runner.h"

namespace storesweep::worker {

struct DeviceConfig {
  device::PoolOptions pool;
  std::string cache_folder;
  std::uint64_t cache_bytes = std::uint64_t{20} << 30;
  job::FetchLimits fetch;
  std::vector<std::string> file_folders;  // file: addresses must lie below one of these
  std::string fetch_ca;                   // PEM of whom APK addresses are believed; empty: the system's
  std::string rules;                      // folder of the rule pack and all that lies beside it
  job::DecoyOptions decoys;               // without a maker: runs have none, and say so
  observe::ProxyOptions proxy;            // likewise without a program
  observe::HookOptions hooks;             // likewise
  observe::PictureOptions pictures;       // likewise
  job::PolicyOptions policies;
};

class RealDevices {
 public:
  static Result<std::unique_ptr<RealDevices>> open(const DeviceConfig& config, const std::string& worker,
                                                   const SigningKey& key, const Clock& clock, Random& random,
                                                   Log& log);
  void start() { pool_->start(); }

  job::DeviceRunner& runner() { return *runner_; }
  job::Fetcher& fetcher() { return *fetcher_; }
  device::DevicePool& pool() { return *pool_; }
  const RulePack& pack() const { return pack_; }

 private:
  RealDevices() = default;

  RulePack pack_;
  SourceCatalogue sources_;
  SdkCatalogue sdks_;
  DecoyRules decoy_rules_;
  Profiles profiles_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<job::Cache> cache_;
  std::unique_ptr<job::Fetcher> fetcher_;
  std::unique_ptr<job::Policies> policies_;
  std::unique_ptr<job::DecoyMaker> decoys_;
  std::unique_ptr<observe::ProxyKit> proxy_;
  std::unique_ptr<observe::HookKit> hooks_;
  std::unique_ptr<observe::PictureReader> pictures_;
  std::unique_ptr<device::DevicePool> pool_;
  std::unique_ptr<job::DeviceRunner> runner_;
};

}  // namespace storesweep::worker
