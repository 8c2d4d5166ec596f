// The platform's dangerous permissions and their groups (AOSP core/res/AndroidManifest.xml), and the words
// that Chinese stores name the groups by. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace storesweep {

// "CAMERA", "LOCATION", ..; empty: not a dangerous permission of the platform.
std::string_view permission_group(std::string_view permission);
inline bool dangerous_permission(std::string_view permission) {
  return !permission_group(permission).empty();
}
// The groups that a store's own words speak of: "相机、位置信息" -> CAMERA, LOCATION. A name of a permission
// is its own group.
std::vector<std::string_view> groups_named(std::string_view words);

}  // namespace storesweep
