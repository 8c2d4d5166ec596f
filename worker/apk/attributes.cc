#include "worker/apk/attributes.h"

#include <utility>

namespace storesweep::apk {

std::uint32_t attribute_named(std::string_view name) {
  static constexpr std::pair<std::string_view, std::uint32_t> kAttributes[] = {
#define STORESWEEP_ATTRIBUTE(name, id) {#name, id},
      STORESWEEP_MANIFEST_ATTRIBUTES(STORESWEEP_ATTRIBUTE)
#undef STORESWEEP_ATTRIBUTE
  };
  for (const auto& [known, id] : kAttributes) {
    if (known == name) return id;
  }
  return 0;
}

}  // namespace storesweep::apk
