// What the load programs share: figures as JSON lines, and the line protocol by which bench.py drives them:
// one command a line on standard input, one JSON line on standard output for each. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace storesweep::bench {

inline std::int64_t steady_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

inline std::uint32_t quantile(std::vector<std::uint32_t>& values, double q) {
  if (values.empty()) return 0;
  auto at = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

inline void print_rate(std::uint64_t done, double seconds, std::vector<std::uint32_t> us,
                       std::uint64_t stalled = 0) {
  std::printf("{\"done\":%llu,\"seconds\":%.6f,\"rate\":%.1f,\"p50_us\":%u,\"p99_us\":%u,\"stalled\":%llu}\n",
              static_cast<unsigned long long>(done), seconds, static_cast<double>(done) / seconds,
              quantile(us, 0.5), quantile(us, 0.99), static_cast<unsigned long long>(stalled));
  std::fflush(stdout);
}

// False at the end of the input.
inline bool read_command(std::string* line) {
  line->clear();
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c == '\n') return true;
    line->push_back(static_cast<char>(c));
  }
  return false;
}

}  // namespace storesweep::bench
