// A run's own figures, aggregated per sweep and device kind. Plain values.
#pragma once

#include <array>
#include <cstdint>

namespace storesweep {

inline constexpr std::size_t kPhaseCount = 13;  // P0 to P12

struct RunFigures {
  std::array<std::int64_t, kPhaseCount> phase_ms{};  // host time in each phase
  std::int64_t commands = 0;
  std::int64_t bytes_from_device = 0;
  std::int64_t bytes_to_device = 0;
  std::int64_t events = 0;
  std::int64_t events_lost = 0;
  std::int64_t crashes = 0;
  std::int64_t anrs = 0;
  std::int64_t screens = 0;
  std::int64_t fetch_ms = 0;
  std::int64_t device_ms = 0;  // device held, from lease of the device to its return
  bool operator==(const RunFigures&) const = default;
};

}  // namespace storesweep
