// A moment of a run, and the record that tells of it. Values.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "common/evidence/journal.h"

namespace storesweep {

// Device clock, since the start of the run. What the device's log stamped happened at one moment; what we did
// or looked at happened somewhere between the moments at which the command began and had ended. Nothing may
// be concluded from the order of two moments that overlap.
struct Moment {
  std::int64_t device_ms = 0;  // not before
  std::int64_t until_ms = 0;   // not after
  std::uint64_t record = 0;
  std::string excerpt;  // the raw line, bounded
};

// Of what we did or looked at; without an excerpt.
inline Moment moment_of(const Record& r) {
  return {r.device_ms, r.device_ms + std::max<std::int64_t>(0, r.took_ms), r.sequence, ""};
}

}  // namespace storesweep
