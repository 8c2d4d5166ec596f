// What evaluators ask of traffic. Pure.
#pragma once

#include <set>
#include <vector>

#include "common/judge/items.h"

namespace storesweep {

// Canaries that left the device and were sent by the app, or nobody knows by whom.
std::vector<const LeftSeen*> left_of_app(const Timeline& t);
// Whether it had certainly left before anybody can have agreed to anything.
bool before_consent(const Timeline& t, const LeftSeen& left);
// What a finding on it lacks beside what its rule wants: whose process sent it, whether it is more than a
// digest.
std::vector<Missing> traffic_missing(const LeftSeen& left);
// Why nothing can be said of what was not seen to leave.
std::set<Reason> traffic_gaps(const Timeline& t);
// Whether two runs had other canaries: what left in one then shows what it was in the other.
bool other_canaries(const Timeline& a, const Timeline& b);
// Whether the finding rests on canaries.
bool rests_on_canaries(const Finding& f);

// R1.3 by what left the device.
void collected_by_traffic(const RunInput& in, RunResult& r);

}  // namespace storesweep
