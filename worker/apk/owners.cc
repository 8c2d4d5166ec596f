#include "worker/apk/owners.h"

#include <algorithm>

#include "common/base/text.h"

namespace storesweep::apk {
namespace {
// How many bytes of the name the package has, on a dotted boundary; 0: it is not under it.
std::size_t under(std::string_view name, std::string_view package) {
  if (package.empty() || !starts_with(name, package)) return 0;
  return name.size() == package.size() || name[package.size()] == '.' ? package.size() : 0;
}

bool renamed_part(std::string_view part) {
  if (part.size() <= 2) return true;
  // Made of letters that look alike: Il1, O0o.
  return part.find_first_not_of("Il1") == std::string_view::npos ||
         part.find_first_not_of("Oo0") == std::string_view::npos;
}
}  // namespace

bool looks_renamed(std::string_view class_name) {
  const std::size_t dollar = class_name.find('$');
  const std::vector<std::string_view> parts = split(class_name.substr(0, dollar), '.');
  if (parts.size() == 1) return renamed_part(parts[0]) || class_name.size() <= 3;
  // Short parts occur in names that people give (io.a, v4); a class name or a package of nothing else does
  // not.
  const auto short_parts = std::ranges::count_if(parts, renamed_part);
  return renamed_part(parts.back()) || short_parts * 2 > static_cast<std::ptrdiff_t>(parts.size());
}

Owners::Owners(const SdkCatalogue& catalogue, std::string_view package)
    : catalogue_(catalogue), package_(package) {}

Owner Owners::of(std::string_view class_name) const {
  const std::size_t sdk = catalogue_.prefix_bytes(class_name), own = under(class_name, package_);
  if (own > 0 && own >= sdk) return {OwnerKind::kApp};
  if (sdk > 0) return {OwnerKind::kSdk, catalogue_.of_class(class_name).value_or(0)};
  return {};
}

}  // namespace storesweep::apk
