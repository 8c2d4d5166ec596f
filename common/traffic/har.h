// The exchanges of a run as HTTP Archive 1.2, for the tools that people have: requests with what the proxy
// kept of them, answers by their status, type and length alone, since no more of them is recorded. What was
// masked in the journal stays so. The same lines give the same bytes. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace storesweep::traffic {

inline constexpr std::size_t kMaxHarEntries = 20'000;
inline constexpr std::size_t kMaxHarBytes = 64u << 20;

// A line of the proxy and the wall clock, in milliseconds since 1970, when it was written.
struct TimedFlowLine {
  std::string_view line;
  std::int64_t wall_ms = 0;
};

// Empty where no request passed. Lines that are none are left out; how many, and what else is not shown
// (connections that never came to a request, messages of other protocols, entries beyond the bounds), stands
// in the log's comment.
std::string har_of(std::span<const TimedFlowLine> lines, std::string_view package, std::string_view creator);

}  // namespace storesweep::traffic
