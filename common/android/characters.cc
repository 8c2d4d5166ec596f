#include "common/android/characters.h"

#include "common/android/phrases.h"
#include "common/base/text.h"

namespace storesweep::android {

void Characters::add(std::string_view normalised) {
  std::uint32_t code = 0;
  const auto put = [&] {
    const std::uint32_t hash = code * 0x9E3779B1u >> 22;  // of 32 bits the upper ten
    bits[hash / 64] |= std::uint64_t{1} << hash % 64;
  };
  for (const char c : normalised) {
    const auto byte = static_cast<std::uint8_t>(c);
    const bool goes_on = (byte & 0xC0) == 0x80;
    if (!goes_on && code != 0) put();
    code = goes_on ? code << 8 | byte : byte;
  }
  if (code != 0) put();
}

bool Characters::include(const Characters& others) const {
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if ((others.bits[i] & ~bits[i]) != 0) return false;
  }
  return true;
}

Characters characters_of(const Hierarchy& tree) {
  Characters out;
  for (const Node& n : tree.nodes) {
    for (const std::string* words : {&n.text, &n.description, &n.hint}) {
      if (!words->empty()) out.add(normalise(*words));
    }
  }
  return out;
}

}  // namespace storesweep::android
