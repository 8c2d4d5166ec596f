// The permission requests of one run: who asked (the app, or the system by itself), for what, whether the
// dialog was seen, what the driver had done before. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/judge/timeline.h"

namespace storesweep {

struct Ask : Moment {
  enum class By {
    kApp,
    kSystem,
    kUnknown
  };  // unknown: the dialog was seen, the log has no line of its start
  By by = By::kUnknown;
  bool shown = false;            // a hierarchy showed the dialog
  std::set<std::string> groups;  // of the dialogs that were seen
  std::uint64_t screen_record = 0;
};

// In the order of time. Dialogs that the system starts by itself (REQUEST_PERMISSIONS_FOR_OTHER, permission
// review) are By::kSystem: never the app's request (rules.md task 5 d).
std::vector<Ask> permission_asks(const Timeline& t);

struct Refusal : Moment {
  std::string group;
};
std::vector<Refusal> refusals(const Timeline& t);
// The app's data were cleared in between: what was refused before, it cannot know.
bool forgotten_between(const Timeline& t, std::int64_t from_ms, std::int64_t to_ms);

// What led to a moment, by the driver's last action before it.
enum class Trigger { kNone, kLaunch, kAgree, kTap, kRefusal };
Trigger trigger_of(const Timeline& t, std::int64_t device_ms, std::int64_t tap_trigger_ms);

}  // namespace storesweep
