// Permissions that the platform adds to those an app asks for, since they were once part of them (AOSP
// data/etc/platform.xml, split-permission; CompatibilityPermissionInfo). Pure.
#pragma once

#include <string>
#include <vector>

#include "worker/apk/manifest_facts.h"

namespace storesweep::apk {

// Sorted; without those that are asked for anyway.
std::vector<std::string> implied_permissions(const std::vector<UsesPermission>& asked, int target_sdk);

}  // namespace storesweep::apk
