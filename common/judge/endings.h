// How the app ended within a stretch of time, and at whose hand. Only what the app itself did is an exit or a
// close; a process that ended for no reason that the log or the system's history of exits names ended for an
// unknown one. Pure.
#pragma once

#include "common/judge/timeline.h"

namespace storesweep {

struct Ending {
  enum class Kind {
    kNone,   // it went on, or a crash, the system or a command of ours ended it
    kExit,   // it ended its own process
    kClose,  // it finished its screens and left the user at the home screen
    kUnexplained
  };
  Kind kind = Kind::kNone;
  const EventSeen* event = nullptr;
};

// From a moment on for so long, or until the driver did something else.
Moment watch_after(const Timeline& t, const Moment& from, std::int64_t watch_ms);
Ending ending_within(const Timeline& t, const Moment& window);

}  // namespace storesweep
