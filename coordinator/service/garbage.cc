#include "coordinator/service/garbage.h"

#include <algorithm>
#include <span>

#include "coordinator/judging/observed.h"

namespace storesweep {
namespace {
constexpr std::size_t kAtOnce = 1'000;
constexpr std::int64_t kUnderWayMs = 3'600'000;
}  // namespace

Result<RetentionAges> ages_of(const RetentionWish& asked, const RetentionWish& configured) {
  const auto others = asked.others_ms ? asked.others_ms : configured.others_ms;
  if (!others) return invalid("say how old evidence must be, or set retention.others_ms of the coordinator");
  if (asked.accusing_ms && *asked.accusing_ms < *others)
    return invalid("evidence of what accuses somebody is kept at least as long as other evidence");
  const auto accusing = asked.accusing_ms ? asked.accusing_ms : configured.accusing_ms;
  return RetentionAges{*others, std::max(*others, accusing.value_or(0))};
}

Result<std::int64_t> collect_garbage(Store& store, BlobStore& blobs, std::uint64_t epoch, std::int64_t now_ms,
                                     const RetentionAges& ages, const Deadline& deadline) {
  const Retention keep{now_ms - ages.others_ms, now_ms - ages.accusing_ms};
  TRY(store.expire_evidence(epoch, keep).status());
  const std::int64_t before_ms = now_ms - std::max(ages.others_ms, kUnderWayMs);
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
