#include "worker/apk/implied.h"

#include <set>

namespace storesweep::apk {
namespace {
struct Split {
  std::string_view asked, added;
  int below_target;  // for targets below that; 0: for all
};
// Names without "android.permission.". Media permissions of Android 13 are not split from storage: the
// platform gives both as one group.
constexpr Split kSplits[] = {
    {"WRITE_EXTERNAL_STORAGE", "READ_EXTERNAL_STORAGE", 0},
    {"READ_CONTACTS", "READ_CALL_LOG", 16},
    {"WRITE_CONTACTS", "WRITE_CALL_LOG", 16},
    {"ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION", 31},
    {"ACCESS_FINE_LOCATION", "ACCESS_BACKGROUND_LOCATION", 29},
    {"ACCESS_COARSE_LOCATION", "ACCESS_BACKGROUND_LOCATION", 29},
    {"READ_EXTERNAL_STORAGE", "ACCESS_MEDIA_LOCATION", 29},
    {"BLUETOOTH", "BLUETOOTH_SCAN", 31},
    {"BLUETOOTH", "BLUETOOTH_CONNECT", 31},
    {"BLUETOOTH", "BLUETOOTH_ADVERTISE", 31},
    {"BLUETOOTH_ADMIN", "BLUETOOTH_SCAN", 31},
    {"BLUETOOTH_ADMIN", "BLUETOOTH_CONNECT", 31},
    {"BLUETOOTH_ADMIN", "BLUETOOTH_ADVERTISE", 31},
    {"BODY_SENSORS", "BODY_SENSORS_BACKGROUND", 33},
};
constexpr std::string_view kCompatibility[] = {"WRITE_EXTERNAL_STORAGE", "READ_PHONE_STATE"};
constexpr std::string_view kPrefix = "android.permission.";
}  // namespace

std::vector<std::string> implied_permissions(const std::vector<UsesPermission>& asked, int target_sdk) {
  std::set<std::string> names, added;
  for (const UsesPermission& p : asked) names.insert(p.name);
  auto add = [&](std::string_view name) {
    std::string full = std::string(kPrefix).append(name);
    if (names.insert(full).second) added.insert(full);
  };
  if (target_sdk < 4) {
    for (std::string_view name : kCompatibility) add(name);
  }
  for (const Split& s : kSplits) {
    bool applies = s.below_target == 0 || target_sdk < s.below_target;
    if (applies && names.count(std::string(kPrefix).append(s.asked)) != 0) add(s.added);
  }
  return {added.begin(), added.end()};
}

}  // namespace storesweep::apk
