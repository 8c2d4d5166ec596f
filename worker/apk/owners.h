// Whose a class is: an SDK's of the catalogue, the app's own, or unknown. The longest prefix on a dotted
// boundary decides; a renamed class is nobody's, never another SDK's. A plain value after it is made; the
// catalogue must outlive it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/rules/sdks.h"

namespace storesweep::apk {

enum class OwnerKind : std::uint8_t { kUnknown, kApp, kSdk };

struct Owner {
  OwnerKind kind = OwnerKind::kUnknown;
  std::uint32_t sdk = 0;  // of SdkCatalogue::sdks, where kind is kSdk
  bool operator==(const Owner&) const = default;
};

class Owners {
 public:
  // package: of the manifest. A class under it is the app's own unless a longer prefix is an SDK's.
  Owners(const SdkCatalogue& catalogue, std::string_view package);
  Owner of(std::string_view class_name) const;  // com.foo.Bar$Baz

 private:
  const SdkCatalogue& catalogue_;
  std::string package_;
};

// Whether the name is one that a renaming tool gave: a.b.c, o0O0. Such a class is nobody's.
bool looks_renamed(std::string_view class_name);

}  // namespace storesweep::apk
