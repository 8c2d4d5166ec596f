// Installing and removing packages. Streamed (`exec:cmd package install -S`) where the device has the feature
// "cmd", else pushed and given to `pm`. Free functions on a Client; safe for concurrent use.
//
// An install that timed out may still be completed by the device minutes later: ask package_paths before
// trying again and before trusting that the device is clean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/cancel.h"
#include "common/base/status.h"
#include "worker/adb/client.h"
#include "worker/adb/install_output.h"

namespace storesweep::adb {

struct InstallOptions {
  bool replace = true;             // -r
  bool allow_test = true;          // -t
  bool allow_downgrade = false;    // -d
  bool grant_permissions = false;  // -g (Android 6 and later)
};
// One APK, or a base with its splits. The bytes outlive the call.
struct InstallFile {
  std::string name;  // of the split or base: letters, digits, '.', '_', '-'
  ByteView bytes;
};

// The outcome that the device printed; an error when there is none. Several files need the feature "cmd"
// (kUnsupported).
Result<InstallOutcome> install(Client& client, const Target& target, const Features& features,
                               const std::vector<InstallFile>& files, const InstallOptions& options,
                               const Deadline& deadline);
Result<InstallOutcome> uninstall(Client& client, const Target& target, const Features& features,
                                 std::string_view package, const Deadline& deadline);
// The package's APKs on the device; empty when it is not installed. kNotFound when the package manager is
// down.
Result<std::vector<std::string>> package_paths(Client& client, const Target& target, const Features& features,
                                               std::string_view package, const Deadline& deadline);
// Whether the text is a package name by Android's rules: what else could be a word for the device's sh is
// refused.
bool valid_package_name(std::string_view name);

}  // namespace storesweep::adb
