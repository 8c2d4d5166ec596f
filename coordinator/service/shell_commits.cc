// The shell's committer: whatever has arrived goes into one commit.
#include <utility>

#include "coordinator/service/shell.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxCommitWrites = 4'096;
constexpr std::chrono::microseconds kMostPatience{1'000};  // for more to commit
}  // namespace

void Service::Shell::commit_loop() {
  std::size_t expected = 1;
  std::chrono::microseconds patience{0};
  while (true) {
    std::vector<CommitAction> batch;
    std::uint64_t epoch = 0;
    std::size_t writes = 0;
    {
      std::unique_lock lock(commit_mutex_);
      const auto quiet = std::chrono::milliseconds(options_.lead_touch_ms);
      if (!commit_changed_.wait_for(lock, quiet, [this] { return !commits_.empty() || stopping_; })) {
        lock.unlock();
        keep_lead();
        continue;
      }
      // Those that were just answered come back together: without a moment for them every second commit would
      // find half of them, and each would pay for two.
      commit_changed_.wait_for(lock, patience, [&] { return writes_waiting() >= expected || stopping_; });
      if (stopping_) return;
      std::size_t n = 0;
      writes = 0;
      while (n < commits_.size() && writes < kMaxCommitWrites) writes += commits_[n++].writes.size();
      auto end = commits_.begin() + static_cast<std::ptrdiff_t>(n);
      batch.assign(std::make_move_iterator(commits_.begin()), std::make_move_iterator(end));
      commits_.erase(commits_.begin(), end);
      epoch = commits_epoch_;
    }
    const auto began = std::chrono::steady_clock::now();
    commit(std::move(batch), epoch);
    const auto took = std::chrono::steady_clock::now() - began;
    patience = std::min(std::chrono::duration_cast<std::chrono::microseconds>(took / 4), kMostPatience);
    std::lock_guard lock(commit_mutex_);
    expected = writes + writes_waiting();
  }
}

// The store takes a leader that says nothing for gone, and one that was gone must hear that another leads: a
// commit of nothing does both.
void Service::Shell::keep_lead() {
  const std::uint64_t epoch = epoch_.load();
  if (epoch == 0) return;
  const CommitResult kept = parts_.store.commit(epoch, {});
  if (kept.state == CommitState::kCommitted || epoch != epoch_.load()) return;
  const bool other = kept.state == CommitState::kNotLeader;
  push(EpochRead{0, other ? Result<std::uint64_t>(0) : Result<std::uint64_t>(unavailable(kept.message))});
}

std::size_t Service::Shell::writes_waiting() const {
  std::size_t n = 0;
  for (const CommitAction& c : commits_) n += c.writes.size();
  return n;
}

void Service::Shell::commit(std::vector<CommitAction> batch, std::uint64_t epoch) {
  std::vector<Write> writes;
  std::vector<std::size_t> sizes;
  for (CommitAction& c : batch) {
    sizes.push_back(c.writes.size());
    std::move(c.writes.begin(), c.writes.end(), std::back_inserter(writes));
  }
  const auto began = std::chrono::steady_clock::now();
  CommitResult all = parts_.store.commit(epoch, writes);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  counting_.committed(writes, all, took.count());
  if (all.state != CommitState::kCommitted) {
    parts_.log.warning("a commit failed", {{"why", all.message}});
  }
  auto next = std::make_move_iterator(all.outcomes.begin());
  std::vector<CoreEvent> done;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    CommitResult one{all.state, {}, all.message};
    if (all.state == CommitState::kCommitted) {
      one.outcomes.assign(next, next + static_cast<std::ptrdiff_t>(sizes[i]));
      next += static_cast<std::ptrdiff_t>(sizes[i]);
    }
    done.push_back(Committed{batch[i].id, std::move(one)});
  }
  push(std::move(done));
}

}  // namespace storesweep
