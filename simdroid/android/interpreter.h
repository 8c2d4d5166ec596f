// Runs what a behaviour file says: lists of calls on the main thread of a process. Acts on State; outcomes
// are the platform's.
#pragma once

#include "simdroid/android/state.h"

namespace storesweep::simdroid::android {

// Runs the calls in order, here and now; those with a delay are planned. Stops when the process dies.
void run_calls(State& s, int pid, const Calls& calls);
// A planned call is due.
void call_due(State& s, const Event& event);
// The app's living activity in that process, which calls marked A need.
Activity* living_activity(State& s, const Process& process);

}  // namespace storesweep::simdroid::android
