// What the coordinator counts, from what was committed, said and judged: the one place between the service
// and its metrics. Safe for concurrent use, but for look(), which is the service thread's.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <mutex>

#include "common/metrics/metrics.h"
#include "coordinator/service/core.h"

namespace storesweep {

class Counting {
 public:
  explicit Counting(Metrics& metrics);

  void leads(std::uint64_t epoch);  // 0: not any more
  void said(const ToWorker& message);
  void committed(std::span<const Write> writes, const CommitResult& result, double seconds);
  void judging(std::uint64_t ticket, std::int64_t now_ms);
  void judged(std::uint64_t ticket, std::int64_t now_ms, bool killed);
  void blob(std::size_t bytes);
  void disk(std::uint64_t free_bytes, bool low);
  // Gauges: what is there now, and the verdicts of the sweeps that run.
  void look(const Core& core, Store& store, Now now);

 private:
  void show_nothing();
  void forget(SweepId sweep);
  void look_at_sweep(SweepId sweep, Store& store);
  void forget_old(const std::vector<SweepId>& running, Store& store);

  Metrics& metrics_;
  std::array<Counter*, 3> granted_{};   // by JobKind
  std::array<Counter*, 4> answered_{};  // by ReportAnswer
  std::mutex mutex_;
  std::map<std::uint64_t, std::int64_t> judging_since_ms_;
  Core::Counted last_;
  std::map<std::string, std::size_t> kinds_;  // of devices, as last shown
  std::deque<SweepId> shown_;                 // sweeps with gauges, the oldest first
  std::set<SweepId> running_;
};

}  // namespace storesweep
