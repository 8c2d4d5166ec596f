// Which characters texts are made of, as a small set that may hold more than are there, never less: enough to
// say for certain that a phrase cannot stand in any text that is cut and put together from them. Pure values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/android/hierarchy.h"

namespace storesweep::android {

struct Characters {
  std::array<std::uint64_t, 16> bits{};

  void add(std::string_view normalised);  // a text as normalise() leaves it
  bool include(const Characters& others) const;
};

// Of all words of a tree that the readers of screens and settings look at.
Characters characters_of(const Hierarchy& tree);

}  // namespace storesweep::android
