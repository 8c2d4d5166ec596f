// The device's wall clock, exact to some tens of milliseconds, during one run. Its logs are stamped by it, so
// what the driver does must be too. `date` tells whole seconds and /proc/uptime hundredths: each reading of
// both confines the difference between them, and some readings together confine it closely. RunClock is a
// pure value for one thread (the recorder guards its own).
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/clock.h"
#include "worker/device/clock_rate.h"
#include "worker/device/device.h"

namespace storesweep::observe {

class RunClock {
 public:
  explicit RunClock(double rate) : rate_(rate) {}

  // A reading of uptime and date, of the same boot.
  void learn(const device::TimedReading& reading);
  // A reading of the uptime alone.
  void learn_up(std::int64_t up_ms, std::int64_t host_before_ms, std::int64_t host_after_ms);
  // Whether the reading is of the boot and of the wall clock that are known: else the device was rebooted, or
  // somebody set its clock by seconds.
  bool fits(const device::TimedReading& reading) const;
  // What was known of this boot is void; the next reading starts anew.
  void rebooted();

  bool known() const { return last_.has_value(); }
  // The device's wall clock, milliseconds since 1970. Not later than the truth, and less than
  // uncertainty_ms() earlier, so that what follows from an action is stamped after it.
  std::int64_t wall_at_up(std::int64_t up_ms) const { return up_ms + low_ms_; }
  std::int64_t wall_at_host(std::int64_t host_ms) const;
  std::int64_t uncertainty_ms() const { return high_ms_ - low_ms_; }
  // Milliseconds of the device from `up_ms` until a reading halves what is uncertain.
  std::int64_t until_telling_ms(std::int64_t up_ms) const;
  // The last uptime that was read: the device has come so far for certain. Negative before any reading.
  std::int64_t last_up_ms() const { return last_ ? last_->up_ms : -1; }
  double rate() const { return rate_; }
  // How often the wall clock was set while the device ran.
  int steps() const { return steps_; }

 private:
  std::int64_t took_on_device(const device::TimedReading& reading) const;
  struct Point {
    std::int64_t host_ms = 0, up_ms = 0;
  };
  double rate_;
  std::optional<Point> first_, last_;
  bool dated_ = false;
  std::int64_t low_ms_ = 0, high_ms_ = 0;  // wall - uptime
  int steps_ = 0;
};

// Reads until the wall clock is known to about 50 ms: at most six readings and five seconds of the device.
Status read_closely(device::Device& device, const Clock& host, const Deadline& deadline, RunClock& clock);
// The device's offset from UTC: its logs print local time.
Result<int> read_zone_minutes(device::Device& device, const Deadline& deadline);
// "+0800\n" -> 480. Sees only the text.
Result<int> parse_zone(std::string_view text);

}  // namespace storesweep::observe
