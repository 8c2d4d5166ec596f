#include "coordinator/service/garbage.h"

#include <algorithm>
#include <span>

#include "coordinator/judging/observed.h"

namespace storesweep {
namespace {
constexpr std::size_t kAtOnce = 1'000;
constexpr std::int64_t kUnderWayMs = 3'600'000;
}  // namespace

Result<std::int64_t> collect_garbage(Store& store, BlobStore& blobs, std::uint64_t epoch, std::int64_t now_ms,
                                     std::int64_t older_than_ms, const Deadline& deadline) {
  auto expired = store.expire_evidence(epoch, now_ms - older_than_ms);
  if (!expired.ok()) return expired.status();
  const std::int64_t before_ms = now_ms - std::max(older_than_ms, kUnderWayMs);
  std::int64_t gone = 0;
  Status s;
  std::vector<Digest> some;
  auto remove_some = [&]() -> Status {
    TRY_ASSIGN(const std::vector<Digest> orphans, store.unnamed(some));
    some.clear();
    TRY(blobs.remove_many(orphans, before_ms, deadline));
    gone += static_cast<std::int64_t>(orphans.size());
    return ok_status();
  };
  auto look = [&](const BlobInfo& blob) {
    if (blob.touched_ms < before_ms) some.push_back(blob.sha256);
    if (some.size() >= kAtOnce) s = remove_some();
    return s.ok();
  };
  TRY(blobs.list(look, deadline));
  TRY(s);
  TRY(remove_some());
  return gone;
}

Result<std::int64_t> collect_observations(Store& store, const std::string& folder) {
  return sweep_observed(folder, [&](const Digest& journal) {
    const auto orphans = store.unnamed(std::span(&journal, 1));
    return orphans.ok() && !orphans->empty();
  });
}

}  // namespace storesweep
