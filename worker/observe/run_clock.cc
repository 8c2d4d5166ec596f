#include "worker/observe/run_clock.h"

#include <algorithm>

#include "common/base/text.h"

namespace storesweep::observe {
namespace {
constexpr std::int64_t kUptimeStepMs = 10;
constexpr std::int64_t kSecondMs = 1000;
// Between the `date` and the /proc/uptime of one command lies the start of a program.
constexpr std::int64_t kBetweenMs = 50;
// A difference that fits by less than this is the same clock; beyond, somebody set it.
constexpr std::int64_t kStepMs = 200;
constexpr std::int64_t kSetMs = 3'000;       // what time servers correct in passing is less
constexpr std::int64_t kRateBaseMs = 2'000;  // readings further apart than this tell the rate better
constexpr std::int64_t kCloseMs = 100;
constexpr int kMaxReadings = 6;
}  // namespace

void RunClock::learn_up(std::int64_t up_ms, std::int64_t host_before_ms, std::int64_t host_after_ms) {
  const Point now{host_before_ms + (host_after_ms - host_before_ms) / 2, up_ms};
  if (!first_) first_ = now;
  if (last_ && now.host_ms < last_->host_ms) return;  // two threads read at once: the later stands
  last_ = now;
  if (now.host_ms - first_->host_ms >= kRateBaseMs && now.up_ms > first_->up_ms) {
    rate_ =
        static_cast<double>(now.up_ms - first_->up_ms) / static_cast<double>(now.host_ms - first_->host_ms);
  }
}

void RunClock::learn(const device::TimedReading& r) {
  learn_up(r.device.up_ms, r.before_ms, r.after_ms);
  const std::int64_t low = r.device.wall_s * kSecondMs - r.device.up_ms - kUptimeStepMs;
  const std::int64_t between_ms = std::max(kBetweenMs, rate_ > 1.5 ? took_on_device(r) : 0);
  const std::int64_t high = r.device.wall_s * kSecondMs + kSecondMs + between_ms - r.device.up_ms;
  const bool stepped = dated_ && (low > high_ms_ + kStepMs || high + kStepMs < low_ms_);
  if (stepped) ++steps_;
  if (!dated_ || stepped) {
    low_ms_ = low;
    high_ms_ = high;
  } else {
    low_ms_ = std::max(low_ms_, low);
    high_ms_ = std::max(low_ms_, std::min(high_ms_, high));
  }
  dated_ = true;
}

bool RunClock::fits(const device::TimedReading& r) const {
  if (!dated_) return true;
  const std::int64_t offset_ms = r.device.wall_s * kSecondMs + kSecondMs / 2 - r.device.up_ms;
  // The uptime was read after the date, by as much as the whole command took at most.
  return offset_ms + took_on_device(r) > low_ms_ - kSetMs && offset_ms < high_ms_ + kSetMs;
}

// How long a reading took at most, by the device's clock: a fast one goes far between its two commands.
std::int64_t RunClock::took_on_device(const device::TimedReading& r) const {
  return static_cast<std::int64_t>(static_cast<double>(r.after_ms - r.before_ms) * rate_);
}

void RunClock::rebooted() {
  first_.reset();
  last_.reset();
  dated_ = false;
  low_ms_ = high_ms_ = 0;
}

std::int64_t RunClock::wall_at_host(std::int64_t host_ms) const {
  if (!last_) return 0;
  const auto since = static_cast<double>(host_ms - last_->host_ms) * rate_;
  return wall_at_up(last_->up_ms + static_cast<std::int64_t>(since));
}

std::int64_t RunClock::until_telling_ms(std::int64_t up_ms) const {
  const std::int64_t into_second = (up_ms + low_ms_ + uncertainty_ms() / 2) % kSecondMs;
  return kSecondMs - into_second;
}

Status read_closely(device::Device& device, const Clock& host, const Deadline& deadline, RunClock& clock) {
  for (int i = 0; i < kMaxReadings; ++i) {
    TRY_ASSIGN(device::TimedReading reading, device::read_time(device, host, deadline));
    clock.learn(reading);
    if (clock.uncertainty_ms() <= kCloseMs) break;
    const auto wait =
        static_cast<double>(clock.until_telling_ms(reading.device.up_ms)) / std::max(clock.rate(), 0.01);
    if (i + 1 < kMaxReadings)
      TRY(sleep_ms(std::max<std::int64_t>(1, static_cast<std::int64_t>(wait)), deadline));
  }
  return ok_status();
}

Result<int> parse_zone(std::string_view text) {
  text = trim(text);
  const bool shaped = text.size() == 5 && (text[0] == '+' || text[0] == '-');
  const auto hours = shaped ? parse_int<int>(text.substr(1, 2)) : std::nullopt;
  const auto minutes = shaped ? parse_int<int>(text.substr(3, 2)) : std::nullopt;
  if (!hours || !minutes || *hours > 18 || *minutes > 59) {
    return corrupt("date +%z: '" + clean_utf8(text.substr(0, 40)) + "' is no offset from UTC");
  }
  return (text[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

Result<int> read_zone_minutes(device::Device& device, const Deadline& deadline) {
  TRY_ASSIGN(device::ShellOutput output, device.shell("date +%z", deadline));
  return parse_zone(output.out);
}

}  // namespace storesweep::observe
