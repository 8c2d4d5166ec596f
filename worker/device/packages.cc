#include "worker/device/packages.h"

#include <fmt/format.h>

#include "common/android/lists.h"
#include "common/base/text.h"
#include "worker/adb/install.h"

namespace storesweep::device {

namespace {

std::string start_of(const ShellOutput& output) {
  return clean_utf8(trim((output.out + output.err).substr(0, 200)));
}

bool manager_down(const ShellOutput& output) {
  return adb::parse_install_output(output.out + output.err).blame == adb::InstallBlame::kDevice;
}

}  // namespace

Result<std::set<std::string>> third_party_packages(Device& device, const Deadline& deadline) {
  TRY_ASSIGN(ShellOutput output, device.shell("pm list packages -3", deadline));
  if (manager_down(output)) return not_found("pm list packages: " + start_of(output));
  const auto list = android::parse_package_list(output.out);
  if (!list.trusted()) return corrupt("pm list packages: " + start_of(output));
  std::set<std::string> names;
  for (const android::ListedPackage& package : list.records) names.insert(package.name);
  return names;
}

Result<std::vector<std::string>> package_paths(Device& device, std::string_view package,
                                               const Deadline& deadline) {
  if (!adb::valid_package_name(package)) {
    return invalid(fmt::format("'{}' is no package name", clean_utf8(package)));
  }
  TRY_ASSIGN(ShellOutput output, device.shell(fmt::format("pm path {}", package), deadline));
  auto paths = adb::parse_pm_path(output.out);
  if (paths.empty() && manager_down(output)) return not_found("pm path: " + start_of(output));
  return paths;
}

}  // namespace storesweep::device
