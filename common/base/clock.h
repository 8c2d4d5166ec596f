// Time as an interface, so that tests own it. Two clocks that must not be mixed: steady_ms never jumps
// (leases, deadlines); wall_ms is the date (records, pages). Implementations are safe for concurrent use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace storesweep {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t steady_ms() const = 0;  // since an arbitrary start
  virtual std::int64_t wall_ms() const = 0;    // since 1970-01-01T00:00Z
};

class SystemClock final : public Clock {
 public:
  std::int64_t steady_ms() const override;
  std::int64_t wall_ms() const override;
};

// A clock that a test moves by hand.
class FakeClock final : public Clock {
 public:
  std::int64_t steady_ms() const override { return now_ms_; }
  std::int64_t wall_ms() const override { return 1'600'000'000'000 + now_ms_; }
  void advance_ms(std::int64_t ms) { now_ms_ += ms; }

 private:
  std::int64_t now_ms_ = 0;
};

// "2020-07-24T08:00:00.000Z" (RFC 3339, UTC).
std::string format_time(std::int64_t wall_ms);
// Back from exactly that form; nothing for other text.
std::optional<std::int64_t> parse_time(std::string_view text);

}  // namespace storesweep
