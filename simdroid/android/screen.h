// What is on the screen, and what a finger or a key does there. Acts on State; the pictures are print's.
#pragma once

#include <string>
#include <string_view>

#include "simdroid/android/state.h"

namespace storesweep::simdroid::android {

// The windows that are up now, bottom first.
Display display_of(State& s);
// Whether something on screen changes all the time.
bool never_idle_now(const State& s);

void tap(State& s, int x, int y);
void swipe(State& s, int x1, int y1, int x2, int y2);
// KeyEvent.KEYCODE_*; 3 home, 4 back, 26 power, 82 menu, 187 recents, 223 sleep, 224 wake up.
void press_key(State& s, int key);
void type_text(State& s, const std::string& text);

}  // namespace storesweep::simdroid::android
