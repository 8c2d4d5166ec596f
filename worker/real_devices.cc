#include "worker/real_devices.h"

namespace storesweep::worker {

Result<std::unique_ptr<RealDevices>> RealDevices::open(const DeviceConfig& config, const std::string& worker,
                                                       const SigningKey& key, const Clock& clock,
                                                       Random& random, Log& log) {
  std::unique_ptr<RealDevices> all(new RealDevices);
  TRY_ASSIGN(all->pack_, load_rule_pack(config.rules));
  TRY_ASSIGN(all->profiles_, load_profiles(config.rules));
  TRY_ASSIGN(all->sources_, load_sources(config.rules));
  TRY_ASSIGN(all->sdks_, load_sdks(config.rules));
  TRY_ASSIGN(all->decoy_rules_, load_decoys(config.rules));
  all->decoys_ =
      std::make_unique<job::DecoyMaker>(config.decoys, all->decoy_rules_, all->pack_.system_packages);
  net::Options options;
  options.file_folders = config.file_folders;
  options.ca_file = config.fetch_ca;
  all->client_ = std::make_unique<net::Client>(options, random);
  TRY_ASSIGN(all->cache_, job::Cache::open(config.cache_folder, config.cache_bytes));
  all->fetcher_ = std::make_unique<job::Fetcher>(*all->client_, *all->cache_, config.fetch,
                                                 FactsKnowledge{&all->sources_, &all->sdks_});
  all->policies_ = std::make_unique<job::Policies>(*all->client_, clock, config.policies);
  all->proxy_ = std::make_unique<observe::ProxyKit>(config.proxy);
  all->hooks_ = std::make_unique<observe::HookKit>(config.hooks, all->sources_);
  all->pictures_ = std::make_unique<observe::PictureReader>(config.pictures);
  all->pool_ = std::make_unique<device::DevicePool>(config.pool, clock, log);
  all->runner_ = std::make_unique<job::DeviceRunner>(
      *all->pool_, *all->fetcher_,
      job::RunBasis{all->pack_, all->profiles_, clock, worker, key, all->decoys_.get(), all->proxy_.get(),
                    all->hooks_.get(), all->pictures_.get(), all->policies_.get()},
      log);
  return all;
}

}  // namespace storesweep::worker
