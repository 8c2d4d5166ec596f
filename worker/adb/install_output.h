// What `pm install`, `cmd package install` and `pm uninstall` print, read as an outcome. Exit codes are not
// trusted: adb and old pm end with 0 after a failure. Pure; safe for concurrent use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep::adb {

// Who has to change something before another try can succeed.
enum class InstallBlame {
  kNobody,    // it succeeded
  kApp,       // the package itself is bad
  kNeeds,     // the app needs another kind of device: ABI, API level, feature, library
  kLeftover,  // something on the device is in the way: an older copy, another signer, a higher version
  kDevice,    // space, storage, policy, a package manager that is down
  kUnknown,   // no outcome was printed, or none that is known: ask `pm path` before trying again
};
std::string_view install_blame_name(InstallBlame blame);  // "nobody", "app", ...

struct InstallOutcome {
  bool success = false;
  InstallBlame blame = InstallBlame::kUnknown;
  std::string
      reason;  // "INSTALL_FAILED_OLDER_SDK", "DELETE_FAILED_INTERNAL_ERROR"; empty when none was named
  std::string detail;  // what stood behind it, on one line
};
InstallOutcome parse_install_output(std::string_view text);

// "Success: created install session [42]".
std::optional<std::uint64_t> parse_install_session(std::string_view text);
// "package:/data/app/x-1/base.apk" a line: the paths; empty when the package is not there.
std::vector<std::string> parse_pm_path(std::string_view text);

}  // namespace storesweep::adb
