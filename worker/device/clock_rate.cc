#include "worker/device/clock_rate.h"

#include <algorithm>

namespace storesweep::device {

namespace {
constexpr double kStepMs = 10;  // of /proc/uptime
}

Result<ClockRate> rate_between(const TimedReading& first, const TimedReading& second) {
  const auto shortest_ms = static_cast<double>(second.before_ms - first.after_ms);
  const auto longest_ms = static_cast<double>(second.after_ms - first.before_ms);
  const auto device_ms = static_cast<double>(second.device.up_ms - first.device.up_ms);
  if (shortest_ms <= 0) return invalid("clock rate: the two readings overlap");
  if (device_ms < 0) return invalid("clock rate: the device's clock went back: it was rebooted");
  return ClockRate{.rate = 2 * device_ms / (shortest_ms + longest_ms),
                   .low = std::max(0.0, device_ms - kStepMs) / longest_ms,
                   .high = (device_ms + kStepMs) / shortest_ms};
}

Result<TimedReading> read_time(Device& device, const Clock& host, const Deadline& deadline) {
  TimedReading reading;
  reading.before_ms = host.steady_ms();
  TRY_ASSIGN(reading.device, device.time(deadline));
  reading.after_ms = host.steady_ms();
  return reading;
}

namespace {
// The one of three that took least: what it tells is known best.
Result<TimedReading> read_time_closely(Device& device, const Clock& host, const Deadline& deadline) {
  TRY_ASSIGN(TimedReading best, read_time(device, host, deadline));
  for (int i = 0; i < 2; ++i) {
    TRY_ASSIGN(const TimedReading other, read_time(device, host, deadline));
    if (other.after_ms - other.before_ms < best.after_ms - best.before_ms) best = other;
  }
  return best;
}
}  // namespace

Result<ClockRate> attest_clock_rate(Device& device, const Clock& host, std::int64_t interval_ms,
                                    const Deadline& deadline) {
  TRY_ASSIGN(TimedReading first, read_time_closely(device, host, deadline));
  TRY(sleep_ms(interval_ms, deadline));
  TRY_ASSIGN(TimedReading second, read_time_closely(device, host, deadline));
  return rate_between(first, second);
}

Status sleep_on_device(Device& device, const ClockRate& rate, std::int64_t ms, const Deadline& deadline) {
  TRY_ASSIGN(DeviceTime start, device.time(deadline));
  std::int64_t left_ms = ms;
  while (left_ms > 0) {
    const double host_ms = static_cast<double>(left_ms) / std::max(rate.rate, 0.01);
    TRY(sleep_ms(std::max<std::int64_t>(1, static_cast<std::int64_t>(host_ms)), deadline));
    TRY_ASSIGN(DeviceTime now, device.time(deadline));
    if (now.up_ms < start.up_ms) return invalid("waiting on the device's clock: it was rebooted");
    left_ms = ms - (now.up_ms - start.up_ms);
  }
  return ok_status();
}

}  // namespace storesweep::device
