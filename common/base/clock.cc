#include "common/base/clock.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <ctime>

namespace storesweep {
namespace {
template <class C>
std::int64_t since_epoch_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(C::now().time_since_epoch()).count();
}
}  // namespace

std::int64_t SystemClock::steady_ms() const { return since_epoch_ms<std::chrono::steady_clock>(); }
std::int64_t SystemClock::wall_ms() const { return since_epoch_ms<std::chrono::system_clock>(); }

std::string format_time(std::int64_t wall_ms) {
  std::int64_t ms = wall_ms % 1000;
  std::time_t seconds = static_cast<std::time_t>(wall_ms / 1000);
  if (ms < 0) {
    ms += 1000;
    --seconds;
  }
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", tm.tm_year + 1900, tm.tm_mon + 1,
                     tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  std::tm tm{};
  int ms = 0;
  const std::string whole(text);
  if (std::sscanf(whole.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
                  &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms) != 7) {
    return std::nullopt;
  }
  tm.tm_year -= 1900;
  tm.tm_mon -= 1;
  const std::int64_t wall_ms = std::int64_t{timegm(&tm)} * 1000 + ms;
  if (format_time(wall_ms) != whole) return std::nullopt;  // another form, or no such day
  return wall_ms;
}

}  // namespace storesweep
