#include "simdroid/timers.h"

#include <algorithm>
#include <cmath>

namespace storesweep::simdroid {

Timers::Timers(const Clock& clock, double rate, std::int64_t wall_start_ms)
    : clock_(clock), rate_(rate), steady_start_ms_(clock.steady_ms()), wall_start_ms_(wall_start_ms) {}

std::int64_t Timers::now_ms() const {
  return static_cast<std::int64_t>(static_cast<double>(clock_.steady_ms() - steady_start_ms_) * rate_);
}

Timers::Id Timers::after(std::int64_t device_ms, Action action) {
  const std::int64_t due = now_ms() + std::max<std::int64_t>(0, device_ms);
  queue_.emplace(std::pair(due, ++last_id_), std::move(action));
  due_[last_id_] = due;
  return last_id_;
}

Timers::Id Timers::after_host(std::int64_t host_ms, Action action) {
  return after(static_cast<std::int64_t>(std::ceil(static_cast<double>(host_ms) * rate_)), std::move(action));
}

void Timers::cancel(Id id) {
  if (auto it = due_.find(id); it != due_.end()) {
    queue_.erase({it->second, id});
    due_.erase(it);
  }
}

void Timers::run_due() {
  const std::int64_t now = now_ms();
  while (!queue_.empty() && queue_.begin()->first.first <= now) {
    auto node = queue_.extract(queue_.begin());
    due_.erase(node.key().second);
    node.mapped()();
  }
}

std::optional<std::int64_t> Timers::next_host_ms() const {
  if (queue_.empty()) return std::nullopt;
  const auto left = static_cast<double>(queue_.begin()->first.first - now_ms());
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(left / rate_)));
}

}  // namespace storesweep::simdroid
