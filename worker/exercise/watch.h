// Looking at the screen again and again until a moment: the pure part of every wait for something. A value.
#pragma once

#include <algorithm>

#include "worker/exercise/step.h"

namespace storesweep::exercise {

class Watch {
 public:
  // From now for `ms`, with a look every `every_ms`, the first after `first_ms`, and one at the end.
  void start(std::int64_t now, std::int64_t ms, std::int64_t every_ms, std::int64_t first_ms) {
    until_ = now + ms;
    every_ms_ = every_ms;
    next_ = std::min(until_, now + first_ms);
    ended_ = false;
  }
  bool started() const { return every_ms_ > 0; }
  // The next rest or look; nothing when the time is over and the last look was taken.
  std::optional<Action> next(std::int64_t now) {
    if (ended_) return std::nullopt;
    if (now < next_) return Rest{next_ - now};
    ended_ = now >= until_;
    // The end is looked at, not what stands just before it.
    next_ = until_ - now < every_ms_ * 3 / 2 ? until_ : now + every_ms_;
    return LookAt{};
  }

 private:
  std::int64_t until_ = 0, next_ = 0, every_ms_ = 0;
  bool ended_ = true;
};

}  // namespace storesweep::exercise
