// What evaluators ask of the hooks. Pure.
#pragma once

#include <set>
#include <string>

#include "common/judge/items.h"

namespace storesweep {

// Who asked, by the stack: the first class that is neither the platform's nor a layer's that reads by itself
// in every app (rules/pack.yaml).
struct HookCaller {
  bool anybody = false;     // not the platform by itself
  bool layer_only = false;  // nobody but such a layer
  std::string sdk;          // its name by the SDK catalogue; empty: the app, or a class that says nothing
};
HookCaller caller_of(const RunInput& in, const HookSeen& seen);
// Why nothing can be said of what the hooks did not see; never empty, for native code goes past them.
std::set<Reason> hook_gaps(const Timeline& t);

// R1.3 by what was read before anybody can have agreed.
void collected_by_hooks(const RunInput& in, RunResult& r);

}  // namespace storesweep
