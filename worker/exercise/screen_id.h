// Which screen this is, by its structure: a list that has other rows, a clock that shows another time and an
// advertisement that has changed its picture leave a screen the same; another set of buttons does not. And
// what a person could do on it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/android/screen.h"
#include "worker/observe/screen_look.h"

namespace storesweep::exercise {

using ScreenId = std::uint64_t;
ScreenId screen_id(const observe::ScreenLook& look);

struct Choice {
  enum class Kind { kTap, kScroll };
  Kind kind = Kind::kTap;
  std::string key;    // the same element on the same screen, whenever it is seen again
  std::string shape;  // what it shares with the other rows of its list; empty outside of lists
  std::string label;
  android::Bounds bounds;
};
// In document order, scrolling last. Left out: input fields, ways out of the app (the rules' text, settings),
// and labels that hold one of the words.
std::vector<Choice> choices(const observe::ScreenLook& look, const std::vector<std::string>& never_tap);

// English words match as whole words, others anywhere.
bool holds_word(std::string_view label, std::string_view word);

}  // namespace storesweep::exercise
