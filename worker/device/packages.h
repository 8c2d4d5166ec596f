// Questions about packages, on any Device. The text of `pm` is trusted only where the package manager
// answered. Free functions; safe for concurrent use.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "worker/device/device.h"

namespace storesweep::device {

// Packages that are no part of the system. kNotFound when the package manager is down, kCorrupt when its
// answer holds lines that are no packages.
Result<std::set<std::string>> third_party_packages(Device& device, const Deadline& deadline);
// The APKs of a package; empty when it is not installed. After an install that timed out this decides.
Result<std::vector<std::string>> package_paths(Device& device, std::string_view package,
                                               const Deadline& deadline);

}  // namespace storesweep::device
