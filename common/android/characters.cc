#include "common/android/characters.h"

#include <algorithm>
#include <bit>

#include "common/android/phrases.h"

namespace storesweep::android {

CharacterHashes characters_in(std::string_view normalised) {
  CharacterHashes out;
  std::uint32_t code = 0;
  const auto put = [&] { out.push_back(code * 0x9E3779B1u); };
  for (const char c : normalised) {
    const auto byte = static_cast<std::uint8_t>(c);
    const bool goes_on = (byte & 0xC0) == 0x80;
    if (!goes_on && code != 0) put();
    code = goes_on ? code << 8 | byte : byte;
  }
  if (code != 0) put();
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Characters::Characters(const CharacterHashes& hashes) : bits_(std::bit_ceil(hashes.size() + 1), '\0') {
  for (const std::uint32_t hash : hashes) {
    const std::size_t bit = (hash >> 8) % (bits_.size() * 8);  // the upper bits are mixed best
    bits_[bit / 8] = static_cast<char>(bits_[bit / 8] | 1 << bit % 8);
  }
}

bool Characters::has(std::uint32_t hash) const {
  if (bits_.empty()) return false;
  const std::size_t bit = (hash >> 8) % (bits_.size() * 8);
  return (bits_[bit / 8] >> bit % 8 & 1) != 0;
}

bool Characters::include(const CharacterHashes& hashes) const {
  return std::all_of(hashes.begin(), hashes.end(), [&](std::uint32_t hash) { return has(hash); });
}

Characters characters_of(const Hierarchy& tree) {
  std::string words;
  for (const Node& n : tree.nodes) {
    for (const std::string* text : {&n.text, &n.description, &n.hint}) {
      if (!text->empty()) words += normalise(*text);
    }
  }
  return Characters(characters_in(words));
}

}  // namespace storesweep::android
