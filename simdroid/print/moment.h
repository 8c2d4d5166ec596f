// The device's time when something is printed. Values.
#pragma once

#include <cstdint>

namespace storesweep::simdroid {

struct Moment {
  std::int64_t wall_ms = 0;  // System.currentTimeMillis
  std::int64_t elapsed_ms =
      0;  // SystemClock.elapsedRealtime and uptimeMillis: a simulated device never sleeps
};

}  // namespace storesweep::simdroid
