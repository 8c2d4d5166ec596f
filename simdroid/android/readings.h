// What an app reads about its user: which permission guards it, which op is noted, by the platform's rules.
// Acts on State.
#pragma once

#include "simdroid/android/state.h"

namespace storesweep::simdroid::android {

// What the call gave. The Android ID is the device's own business: a value here.
Got read_something(State& s, const Package& package, Do what);

}  // namespace storesweep::simdroid::android
