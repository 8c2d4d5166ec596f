// A moment of a run, and the record that tells of it. Values.
#pragma once

#include <cstdint>
#include <string>

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

}  // namespace storesweep
