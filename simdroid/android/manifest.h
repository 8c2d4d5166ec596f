// What an app's manifest says, as a simulated device needs it: read from what Debian's aapt prints, so that
// nothing is shared with the product's own APK parser. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep::simdroid::android {

struct IntentFilter {
  std::vector<std::string> actions;
  std::vector<std::string> categories;
  std::vector<std::string> schemes;
};

struct Component {
  enum class Kind { kActivity, kService, kReceiver, kProvider };
  Kind kind = Kind::kActivity;
  std::string name;     // the full class name
  std::string process;  // the full process name
  std::string permission;
  std::string target;  // of an activity alias
  bool exported = false;
  bool enabled = true;
  bool stop_with_task = false;
  std::vector<IntentFilter> filters;
};

struct UsedPermission {
  std::string name;
  int max_sdk = 0;  // 0: always
};

struct Manifest {
  std::string package;
  std::string split;  // the name of a split; empty: a base
  std::int64_t version_code = 0;
  std::string version_name;
  int min_sdk = 1;
  int target_sdk = 1;
  std::string label;
  std::string application;  // class, may be empty
  std::string shared_user;
  bool test_only = false;
  bool debuggable = false;
  bool system = false;
  std::vector<UsedPermission> permissions;
  std::vector<std::string> features;   // required ones
  std::vector<std::string> libraries;  // required shared libraries
  std::vector<std::string> abis;       // of its native code
  std::vector<Component> components;

  const Component* find(std::string_view class_name) const;
  const Component* launcher() const;
};

// From `aapt dump badging` and `aapt dump xmltree ... AndroidManifest.xml`. kCorrupt when they hold no
// manifest.
Result<Manifest> manifest_of(std::string_view badging, std::string_view xml_tree);

// ".Main" or "Main" of package a.b is "a.b.Main".
std::string full_class(const std::string& package, const std::string& name);

}  // namespace storesweep::simdroid::android
