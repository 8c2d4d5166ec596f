// How fast a device's clock runs beside this host's: 1 on real devices, more on simulated ones that say so.
// It is measured at each lease, never configured; phases then wait on the device's clock. Functions; safe for
// concurrent use.
#pragma once

#include <cstdint>

#include "common/base/clock.h"
#include "worker/device/device.h"

namespace storesweep::device {

// A reading of the device's time and when it was taken, on the host's steady clock.
struct TimedReading {
  std::int64_t before_ms = 0;
  std::int64_t after_ms = 0;
  DeviceTime device;
};
struct ClockRate {
  double rate = 1;  // device time by host time
  double low = 1;   // the true rate lies between these: the reading took time and the clock has 10 ms steps
  double high = 1;
};

// Pure. kInvalid when the readings are no interval, or the device's clock went back (it was rebooted).
Result<ClockRate> rate_between(const TimedReading& first, const TimedReading& second);

Result<TimedReading> read_time(Device& device, const Clock& host, const Deadline& deadline);
// Two readings interval_ms of the host apart, each the closest of three.
Result<ClockRate> attest_clock_rate(Device& device, const Clock& host, std::int64_t interval_ms,
                                    const Deadline& deadline);
// Returns when `ms` have passed on the device's clock; kInvalid when it was rebooted meanwhile.
Status sleep_on_device(Device& device, const ClockRate& rate, std::int64_t ms, const Deadline& deadline);

}  // namespace storesweep::device
