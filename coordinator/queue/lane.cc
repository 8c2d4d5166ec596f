#include "coordinator/queue/lane.h"

#include <algorithm>

namespace storesweep {

bool serves(const Device& device, const Wish& wish) {
  return satisfies(device, wish.needs) &&
         (wish.not_on_device.empty() || device.identity != wish.not_on_device) &&
         (!wish.on_kind || device.kind == *wish.on_kind) &&
         !std::binary_search(wish.avoid.begin(), wish.avoid.end(), device.identity);
}

std::string wish_key(const Wish& wish) {
  const bool anything = wish.needs.empty() && wish.not_on_device.empty() && !wish.on_kind;
  if (anything && wish.avoid.empty()) return "";
  std::string key = std::to_string(wish.needs.min_api) + (wish.needs.quick_app_runtime ? "q" : "");
  for (const std::string& abi : wish.needs.abis) key += "\na" + abi;
  for (const std::string& feature : wish.needs.features) key += "\nf" + feature;
  key += "\nc" + wish.needs.other_than_class + "\nd" + wish.not_on_device;
  for (const std::string& device : wish.avoid) key += "\nx" + device;
  return wish.on_kind ? key + "\nk" + text(*wish.on_kind) : key;
}

std::uint64_t Lane::push(JobId job, const Wish& wish) {
  Kind& kind = kinds_[wish_key(wish)];
  if (kind.jobs.empty()) kind.wish = wish;
  kind.jobs.emplace_back(++arrivals_, job);
  return arrivals_;
}

JobId Lane::take(const std::vector<const Device*>& devices,
                 const std::function<bool(JobId, std::uint64_t)>& current, std::size_t* device) {
  auto best = kinds_.end();
  std::size_t best_device = 0;
  for (auto k = kinds_.begin(); k != kinds_.end();) {
    auto& jobs = k->second.jobs;
    while (!jobs.empty() && !current(jobs.front().second, jobs.front().first)) jobs.pop_front();
    if (jobs.empty()) {
      k = kinds_.erase(k);
      continue;
    }
    auto d = std::find_if(devices.begin(), devices.end(),
                          [&](const Device* one) { return serves(*one, k->second.wish); });
    bool older = best == kinds_.end() || jobs.front().first < best->second.jobs.front().first;
    if (d != devices.end() && older) {
      best = k;
      best_device = static_cast<std::size_t>(d - devices.begin());
    }
    ++k;
  }
  if (best == kinds_.end()) return {};
  JobId job = best->second.jobs.front().second;
  best->second.jobs.pop_front();
  if (best->second.jobs.empty()) kinds_.erase(best);
  *device = best_device;
  return job;
}

}  // namespace storesweep
