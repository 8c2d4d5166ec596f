// Canaries in a body, in whatever it is wrapped: the matcher over each layer that unwrap finds. Pure.
#pragma once

#include <vector>

#include "common/traffic/matcher.h"
#include "common/traffic/unwrap.h"

namespace storesweep::traffic {

struct Sighting {
  Hit hit;
  Layers layers;  // where: hit.offset counts in the innermost
};

struct Sightings {
  // The outer before the inner. A form that a layer shows is not told again of what is inside that layer:
  // unescaped text has its plain words twice.
  std::vector<Sighting> seen;
  std::vector<Unread> unread;  // empty and not cut: all was looked at
  bool cut = false;            // more than kMaxHits
};

Sightings find_canaries(const CanaryMatcher& matcher, ByteView body, const UnwrapLimits& limits = {});

}  // namespace storesweep::traffic
