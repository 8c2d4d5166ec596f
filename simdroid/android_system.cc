#include "simdroid/android_system.h"

#include "simdroid/android/platform.h"

namespace storesweep::simdroid {

AndroidSystem::AndroidSystem(const DeviceShape& shape, const Templates& templates, Timers& timers,
                             std::uint64_t seed, std::int64_t wall_zero_ms)
    : timers_(timers), state_(android::make_state(shape, templates, seed, wall_zero_ms)) {}
AndroidSystem::~AndroidSystem() {
  if (timer_ != 0) timers_.cancel(timer_);
}

android::State& AndroidSystem::state() {
  state_.wall_zero_ms = timers_.wall_ms() - timers_.now_ms();
  state_.boot_ms = timers_.now_ms() - timers_.uptime_ms();
  android::advance(state_, timers_.now_ms());
  return state_;
}

void AndroidSystem::changed() {
  state();
  const auto due = android::next_due_ms(state_);
  if (!due || *due != timer_at_) {
    if (timer_ != 0) timers_.cancel(timer_);
    timer_ = 0;
    timer_at_ = due.value_or(-1);
    if (due) timer_ = timers_.after(*due - timers_.now_ms(), [this] { tick(); });
  }
  tell();
}

void AndroidSystem::tick() {
  timer_ = 0;
  timer_at_ = -1;
  changed();
}

void AndroidSystem::tell() {
  if (telling_) return;
  telling_ = true;
  const std::vector<LogLine> fresh = std::exchange(state_.log.fresh, {});
  std::vector<int> ids;
  for (const auto& [id, entry] : watchers_) ids.push_back(id);
  for (int id : ids) {
    auto it = watchers_.find(id);
    if (it == watchers_.end()) continue;
    const Watcher watcher = it->second.watcher;  // it may remove itself
    watcher(fresh);
  }
  telling_ = false;
}

int AndroidSystem::watch(Watcher watcher, bool logs) {
  watchers_[++last_watcher_] = {std::move(watcher), logs};
  if (logs) state_.log.followed = true;
  return last_watcher_;
}

void AndroidSystem::unwatch(int id) {
  watchers_.erase(id);
  state_.log.followed = false;
  for (const auto& [other, entry] : watchers_) state_.log.followed |= entry.logs;
  if (!state_.log.followed) state_.log.fresh.clear();
}

void AndroidSystem::boot() {
  power_up();
  boot_completed();
}
void AndroidSystem::power_down() {
  android::power_down(state());
  changed();
}
void AndroidSystem::power_up() {
  android::power_up(state());
  changed();
}
void AndroidSystem::boot_completed() {
  android::boot_completed(state());
  changed();
}

}  // namespace storesweep::simdroid
