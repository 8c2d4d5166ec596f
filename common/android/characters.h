// Which characters texts are made of, as a set that may hold more than are there, never less: enough to say
// for certain that a phrase cannot stand in any text that is cut and put together from them. Pure values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/android/hierarchy.h"

namespace storesweep::android {

// The characters of a text as normalise() leaves it, each as a hash, once and in order.
using CharacterHashes = std::vector<std::uint32_t>;
CharacterHashes characters_in(std::string_view normalised);

class Characters {
 public:
  Characters() = default;
  explicit Characters(const CharacterHashes& hashes);
  explicit Characters(std::string bits) : bits_(std::move(bits)) {}  // that bits() gave
  // All of them. False is certain; true by chance one time in thousands.
  bool include(const CharacterHashes& hashes) const;
  const std::string& bits() const { return bits_; }

 private:
  bool has(std::uint32_t hash) const;
  std::string bits_;  // 8 a byte, eight times as many as characters or more; their number is a power of two
};

// Of all words of a tree that the readers of screens and settings look at.
Characters characters_of(const Hierarchy& tree);

}  // namespace storesweep::android
