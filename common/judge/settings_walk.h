// What P12 came to see of an app's settings: its switches of personalised push, how far they lie from the
// main screen and what became of each when it was put to "off" and the app started anew; where an account is
// ended and where one complains. Read from screens and actions alone: what the worker thought it did does not
// count. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/judge/timeline.h"
#include "common/model/verdict.h"

namespace storesweep {

struct Sighting : Moment {
  std::string label;
  int taps = 0;           // from the main screen, the least of all sightings
  bool straight = false;  // it was come to without a Back on the way: the taps are counted, not reckoned
};

struct SwitchSeen : Sighting {
  enum class Came {
    kUntried,   // not put to "off", or not seen again afterwards
    kDisabled,  // it takes no taps
    kPending,   // put to "off", but it did not stand so when the app was left: a dialog, or no effect
    kUnclear,   // something in between may explain what was read: a crash, a log-in, a lost answer
    kPersists,
    kReset  // it stood open again, for as long as the rule watches
  };
  Came came = Came::kUntried;
  Moment closed, reopened;  // of kReset: how it was left, how it was found
};

struct SettingsSeen {
  bool walked = false;  // P12 came to its end, and pages of the app's own were read
  int pages = 0;        // that were read
  int deepest = 0;      // taps from the main screen to the furthest of them
  bool login_wall = false;
  std::vector<SwitchSeen> switches;
  std::vector<Sighting> account_ends, complaints;
  std::vector<std::string> conditions;  // for ending an account, that people have to look at
};

SettingsSeen read_settings_walk(const Timeline& t, std::int64_t switch_watch_ms);
// The same for a verdict, which says nothing of it as a rule.
LookUps look_ups_of(const Timeline& t, const SettingsSeen& seen);

}  // namespace storesweep
