// The device's own state: `dumpsys battery` and `dumpsys power` (4.4 to 16).
// Pure; see dump.h.
#pragma once

#include "common/android/lists.h"

namespace storesweep::android {

// `dumpsys battery`: "level: 100" and so on, names as printed.
Parsed<Property> parse_battery(std::string_view text);

struct WakeLock {
  std::string level;  // PARTIAL_WAKE_LOCK
  std::string tag;
  int uid = -1;
  int pid = -1;
};
struct PowerState {
  std::string wakefulness;  // Awake, Asleep, Dozing, Dreaming; empty: not printed
  bool interactive() const { return wakefulness == "Awake" || wakefulness == "Dreaming"; }
};
// `dumpsys power`: records are the wake locks; the state of the screen comes by `state`.
Parsed<WakeLock> parse_power(std::string_view text, PowerState& state);

}  // namespace storesweep::android
