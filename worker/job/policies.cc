#include "worker/job/policies.h"

#include <algorithm>

#include "common/base/file.h"
#include "common/net/page.h"
#include "common/policy/policy.h"

namespace storesweep::job {
namespace {
constexpr std::int64_t kKeepMs = 3'600'000, kKeepFailureMs = 10 * 60'000;
constexpr std::size_t kMaxKept = 256, kMaxKeptBytes = std::size_t{64} << 20;

std::size_t bytes_of(const Result<std::string>& page) { return page.ok() ? page->size() : 0; }
}  // namespace

Result<std::string> Policies::at(const std::string& address, const Deadline& deadline) {
  {
    std::lock_guard lock(mutex_);
    const auto known = kept_.find(address);
    if (known != kept_.end()) {
      const std::int64_t for_ms = known->second.page.ok() ? kKeepMs : kKeepFailureMs;
      if (clock_.steady_ms() - known->second.since_ms < for_ms) return known->second.page;
    }
  }
  TRY(make_folders(options_.folder));
  const std::string file = options_.folder + "/" + std::to_string(files_++);
  auto page = net::fetch_page(client_, address, file, policy::kMaxPolicyBytes,
                              deadline.at_most_ms(options_.fetch_ms));
  // Who was told to stop learnt nothing of the address.
  if (page.ok() || page.status().kind() != ErrorKind::kCancelled) keep(address, page);
  return page;
}

void Policies::keep(const std::string& address, const Result<std::string>& page) {
  std::lock_guard lock(mutex_);
  const auto drop = [&](auto at) {
    kept_bytes_ -= bytes_of(at->second.page);
    kept_.erase(at);
  };
  if (const auto known = kept_.find(address); known != kept_.end()) drop(known);
  while (!kept_.empty() && (kept_.size() >= kMaxKept || kept_bytes_ + bytes_of(page) > kMaxKeptBytes)) {
    drop(std::min_element(kept_.begin(), kept_.end(), [](const auto& a, const auto& b) {
      return a.second.since_ms < b.second.since_ms;
    }));
  }
  kept_bytes_ += bytes_of(page);
  kept_.emplace(address, Kept{clock_.steady_ms(), page});
}

}  // namespace storesweep::job
