// The permission requests of one run: who asked (the app, or the system by itself), for what, whether the
// dialog was seen, and what had led to it. What our own taps, our timing or a lost answer could explain is
// told apart: an accusation may rest on nothing of the kind. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/judge/timeline.h"

namespace storesweep {

// A permission dialog as it was read: two are the same request when they say the same.
struct Dialog {
  std::string group;  // the most certain one; empty: not understood
  std::string message;
  bool one_group = false;  // nothing else fits its words
};

struct Ask : Moment {
  enum class By {
    kApp,
    kSystem,
    kUnknown  // the dialog was seen, the log has no line of its start
  };
  By by = By::kUnknown;
  bool shown = false;    // a hierarchy showed the dialog
  bool unclear = false;  // one of its dialogs may have been that of another request
  std::vector<Dialog> dialogs;
  std::uint64_t screen_record = 0;
  std::string first_group() const;
};

// In the order of time. Dialogs that the system starts by itself (REQUEST_PERMISSIONS_FOR_OTHER, permission
// review) are By::kSystem: never the app's request (rules.md task 5 d).
std::vector<Ask> permission_asks(const Timeline& t);

// From when the dialog was there until its refusal was taken: by the log where the log tells (the dialog's
// screen was finished), else by our command.
struct Refusal : Moment {
  Dialog dialog;
};
std::vector<Refusal> refusals(const Timeline& t);

enum class Same { kNo, kYes, kUnclear };
// Whether a dialog of the request asks for what was refused.
Same same_permission(const Ask& ask, const Refusal& refusal);
// The app's data were cleared in between: what was refused before, it cannot know.
bool forgotten_between(const Timeline& t, std::int64_t from_ms, std::int64_t to_ms);

// What led to something that came about in [from, until]. kUnclear: an old tap, an answer that was lost or an
// action that overlaps may have, or may not have.
enum class Trigger { kNone, kLaunch, kAgree, kTap, kRefusal, kUnclear };
Trigger trigger_of(const Timeline& t, std::int64_t from_ms, std::int64_t until_ms,
                   std::int64_t tap_trigger_ms);

// The app's own words that press for a permission, and what had led to them.
struct Pressing : Moment {
  Trigger trigger = Trigger::kNone;
  bool stood_before = false;  // it may have stood behind the system's dialog all the time
};
std::vector<Pressing> pressing_screens(const Timeline& t, std::int64_t tap_trigger_ms);
bool is_pressing(const ScreenSeen& s, const Timeline& t);

}  // namespace storesweep
