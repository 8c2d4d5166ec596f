// Looking at the screen again and again until a moment: the pure part of every wait for something. A value.
#pragma once

#include <algorithm>

#include "worker/exercise/step.h"

namespace storesweep::exercise {

class Watch {
 public:
  // For `ms` from the next event on (a tap that is to be done first takes its time), with a look every
  // `every_ms`, the first after `first_ms`, and one at the end.
  void start(std::int64_t ms, std::int64_t every_ms, std::int64_t first_ms) {
    ms_ = ms;
    every_ms_ = every_ms;
    first_ms_ = first_ms;
    waiting_ = true;
    ended_ = false;
  }
  bool started() const { return every_ms_ > 0; }
  // The next rest or look; nothing when the time is over and the last look was taken.
  std::optional<Action> next(std::int64_t now) {
    if (ended_) return std::nullopt;
    if (waiting_) {
      until_ = now + ms_;
      next_ = std::min(until_, now + first_ms_);
      waiting_ = false;
    }
    if (now < next_) return Rest{next_ - now};
    ended_ = now >= until_;
    // The end is looked at, not what stands just before it.
    next_ = until_ - now < every_ms_ * 3 / 2 ? until_ : now + every_ms_;
    return LookAt{};
  }

 private:
  std::int64_t ms_ = 0, first_ms_ = 0, until_ = 0, next_ = 0, every_ms_ = 0;
  bool waiting_ = false, ended_ = true;
};

}  // namespace storesweep::exercise
