// Which evidence goes, and what is held.
#include <algorithm>

#include "coordinator/store/memory_page.h"
#include "coordinator/store/memory_store.h"

namespace storesweep {
namespace {
bool accuses(const Judged& j) {
  return std::any_of(j.tallies.begin(), j.tallies.end(), [](const Tally& t) {
    return t.level == Level::kViolation || t.level == Level::kSuspected;
  });
}
}  // namespace

std::set<RunId> MemoryStore::accusing_runs() const {
  std::set<RunId> out;
  for (const auto& [job, list] : judged_) {
    for (const Judged& j : list) {
      if (accuses(j)) out.insert(j.runs.begin(), j.runs.end());
    }
  }
  for (const auto& [id, run] : runs_) {
    const auto extra = extras_.find(run.job);
    if (extra != extras_.end() && !extra->second.finding.empty()) out.insert(id);
  }
  return out;
}

std::set<RunId> MemoryStore::runs_of_result(JobId job) const {
  std::set<RunId> out;
  for (const auto& [ended, end] : ends_) {
    const auto extra = extras_.find(ended);
    if (ended != job && (extra == extras_.end() || extra->second.parent != job)) continue;
    if (end.run) out.insert(end.run->id);
    if (end.reused.value != 0) out.insert(end.reused);
  }
  if (const auto list = judged_.find(job); list != judged_.end()) {
    for (const Judged& j : list->second) out.insert(j.runs.begin(), j.runs.end());
  }
  return out;
}

std::vector<HoldAct> MemoryStore::standing_holds() const {
  std::vector<HoldAct> out;
  for (auto a = holds_.begin(); a != holds_.end(); ++a) {
    const bool last = std::none_of(a + 1, holds_.end(), [&](const HoldAct& b) { return b.job == a->job; });
    if (a->held && last) out.push_back(*a);
  }
  return out;
}

Result<std::vector<Digest>> MemoryStore::expire_evidence(std::uint64_t epoch, const Retention& keep) {
  std::lock_guard lock(mutex_);
  if (epoch != epoch_) return permission("another coordinator leads now");
  const std::set<RunId> accusing = accusing_runs();
  std::set<RunId> held;
  for (const HoldAct& a : standing_holds()) held.merge(runs_of_result(a.job));
  std::set<Digest> old, kept;
  for (const auto& [id, run] : runs_) {
    const auto s = sweeps_.find(run.sweep);
    const bool over = s != sweeps_.end() &&
                      (s->second.state == SweepState::kDone || s->second.state == SweepState::kCancelled);
    const std::int64_t before_ms =
        accusing.count(id) ? std::min(keep.before_ms, keep.accusing_before_ms) : keep.before_ms;
    const bool expire = over && run.at_ms < before_ms && !held.count(id) && !expired_.count(id);
    for (const BlobRef& b : run.blobs) {
      if (!expired_.count(id)) (expire ? old : kept).insert(b.sha256);
    }
    if (expire) expired_.insert(id);
  }
  std::vector<Digest> out;
  std::set_difference(old.begin(), old.end(), kept.begin(), kept.end(), std::back_inserter(out));
  return out;
}

Result<std::vector<Digest>> MemoryStore::unnamed(std::span<const Digest> blobs) {
  std::lock_guard lock(mutex_);
  std::set<Digest> named;
  for (const auto& [id, run] : runs_) {
    for (const BlobRef& b : run.blobs) {
      if (!expired_.count(id)) named.insert(b.sha256);
    }
  }
  std::vector<Digest> out;
  std::copy_if(blobs.begin(), blobs.end(), std::back_inserter(out),
               [&](const Digest& d) { return named.count(d) == 0; });
  return out;
}

Result<HoldAct> MemoryStore::put_hold(std::uint64_t epoch, const HoldAct& act) {
  std::lock_guard lock(mutex_);
  if (epoch != epoch_) return permission("another coordinator leads now");
  const std::string result = "result " + std::to_string(act.job.value);
  const auto standing = standing_holds();
  const bool held =
      std::any_of(standing.begin(), standing.end(), [&](const HoldAct& a) { return a.job == act.job; });
  if (held == act.held) return exists(result + (held ? " is held already" : " is not held"));
  if (act.held && standing.size() >= kMaxHolds)
    return exhausted("10000 holds stand: release what no case needs");
  const std::set<RunId> runs = runs_of_result(act.job);
  const bool evidence =
      std::any_of(runs.begin(), runs.end(), [&](RunId run) { return !expired_.count(run); });
  if (act.held && !evidence) return not_found(result + " is none, or has no evidence (any more)");
  holds_.push_back(act);
  holds_.back().id = static_cast<std::int64_t>(holds_.size());
  return holds_.back();
}

Result<Page<HoldAct>> MemoryStore::holds(const PageRequest& page) {
  std::lock_guard lock(mutex_);
  return page_of(standing_holds(), page, [](const HoldAct& a) { return std::to_string(a.id); });
}

}  // namespace storesweep
