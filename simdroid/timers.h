// A device's time and what is to happen later. Device time runs `rate` times as fast as the host's steady
// clock and stands still for nobody: uptime counts from the boot, wall time from a fixed start. Everything
// that waits on a device waits here. One thread; the clock outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "common/base/clock.h"

namespace storesweep::simdroid {

class Timers {
 public:
  using Id = std::uint64_t;
  using Action = std::function<void()>;

  Timers(const Clock& clock, double rate, std::int64_t wall_start_ms);

  double rate() const { return rate_; }
  // Device milliseconds since the simulation started: the time of everything here.
  std::int64_t now_ms() const;
  std::int64_t wall_ms() const { return wall_start_ms_ + now_ms(); }
  std::int64_t uptime_ms() const { return now_ms() - boot_ms_; }
  std::int64_t boot_wall_ms() const { return wall_start_ms_ + boot_ms_; }
  void mark_boot() { boot_ms_ = now_ms(); }
  void shift_wall(std::int64_t ms) { wall_start_ms_ += ms; }  // `date` was set

  Id after(std::int64_t device_ms, Action action);
  // After real milliseconds of the host: faults of transport, not of the device.
  Id after_host(std::int64_t host_ms, Action action);
  void cancel(Id id);
  void run_due();
  // Host milliseconds until the next action; nothing when none is planned.
  std::optional<std::int64_t> next_host_ms() const;

 private:
  const Clock& clock_;
  double rate_;
  std::int64_t steady_start_ms_;
  std::int64_t wall_start_ms_;
  std::int64_t boot_ms_ = 0;
  Id last_id_ = 0;
  std::map<std::pair<std::int64_t, Id>, Action> queue_;  // by device time
  std::map<Id, std::int64_t> due_;
};

}  // namespace storesweep::simdroid
