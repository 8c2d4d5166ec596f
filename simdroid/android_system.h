// The Android of one device: its state (simdroid/android), moved along by the device's clock. Commands look
// at it and act on it between ticks; who waits for something watches. One thread; the shape, the templates
// and the timers outlive it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "simdroid/android/state.h"
#include "simdroid/timers.h"

namespace storesweep::simdroid {

class AndroidSystem {
 public:
  AndroidSystem(const DeviceShape& shape, const Templates& templates, Timers& timers, std::uint64_t seed,
                std::int64_t wall_zero_ms);
  ~AndroidSystem();
  AndroidSystem(const AndroidSystem&) = delete;
  AndroidSystem& operator=(const AndroidSystem&) = delete;

  // The state as it is now: what was due has happened.
  android::State& state();
  // After a command acted on the state: what it set in motion is planned, watchers are told.
  void changed();

  // What apps want sent since this was last asked.
  std::vector<android::Sending> take_sendings() { return std::exchange(state_.sendings, {}); }

  // Called after each step until it is removed; it may remove itself. With `logs` it is given the lines
  // since.
  using Watcher = std::function<void(const std::vector<LogLine>& fresh)>;
  int watch(Watcher watcher, bool logs = false);
  void unwatch(int id);

  void boot();        // power_up and boot_completed at once: a device that was found running
  void power_down();  // and what follows
  void power_up();
  void boot_completed();

 private:
  void tick();
  void tell();

  Timers& timers_;
  android::State state_;
  struct Entry {
    Watcher watcher;
    bool logs = false;
  };
  std::map<int, Entry> watchers_;
  int last_watcher_ = 0;
  bool telling_ = false;
  Timers::Id timer_ = 0;
  std::int64_t timer_at_ = -1;
};

}  // namespace storesweep::simdroid
