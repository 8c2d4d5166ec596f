// Starts of other apps by this one that nobody asked for. Pure.
#pragma once

#include <vector>

#include "common/judge/items.h"

namespace storesweep {

struct OtherStart : Moment {
  std::string package;
  std::string type;  // of a decoy's process, whose starter the log does not name; else empty
  const ScreenSeen* before = nullptr;  // what stood on the screen then
};
struct OtherStarts {
  std::vector<OtherStart> untold;  // no tap had led to them and no screen had told of them; a package once
  bool unclear = false;            // some of which nobody can tell
};
OtherStarts other_starts(const RunInput& in);

}  // namespace storesweep
