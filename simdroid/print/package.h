// What the package manager prints: `dumpsys package P`, `pm list ...`, `pm path`, answers of installs. Filled
// from plain values by the blocks "package.*" and "pm.*" of the shape. Pure. Order and words: AOSP
// services/core/java/com/android/server/pm/Settings.java dumpPackageLPr and PackageManagerShellCommand.java
// (4.4: cmds/pm Pm.java).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simdroid/print/moment.h"
#include "simdroid/print/template.h"

namespace storesweep::simdroid {

struct PermissionState {
  std::string name;
  bool granted = false;
  std::vector<std::string> flags;  // "USER_SET", "USER_SENSITIVE_WHEN_GRANTED", ... in the order of the bits
};

// A component that answers an action, for the resolver tables.
struct ResolvedComponent {
  std::string component;  // "com.x/.BootReceiver"
  std::vector<std::string> actions;
  std::vector<std::string> categories;
  std::string scheme;  // "package"; mostly empty
};

struct PackageRecord {
  std::string name;
  int uid = 0;
  std::string code_path;     // folder of base.apk; up to 4.4 the file itself
  std::string library_path;  // nativeLibraryDir's parent
  std::string abi;           // primaryCpuAbi; empty prints null
  std::int64_t version_code = 0;
  std::string version_name;
  int min_sdk = 1;
  int target_sdk = 1;
  std::string data_dir;
  bool system = false;
  bool debuggable = false;
  bool allow_backup = true;
  std::int64_t first_install_wall_ms = 0;
  std::int64_t last_update_wall_ms = 0;
  std::string installer;                                      // empty: none
  std::string signature;                                      // 8 hex digits
  std::vector<std::string> features;                          // usesFeatures are not printed on 9 and later
  std::vector<std::pair<std::string, std::string>> declared;  // permission, "signature" (protection)
  std::vector<std::string> requested;
  std::vector<std::string> install_permissions;  // names; install time grants; up to 5.1 all that are granted
  std::vector<PermissionState> runtime_permissions;
  std::vector<int> gids;
  bool installed = true;
  bool hidden = false;
  bool suspended = false;
  bool stopped = false;
  bool not_launched = false;
  int enabled = 0;                                                 // COMPONENT_ENABLED_STATE_*
  std::vector<std::string> disabled_components;                    // class names
  std::vector<ResolvedComponent> activities, receivers, services;  // with their filters
};

// `dumpsys package P`; an unknown package gives what the service says then.
std::string print_package(const Templates& t, const PackageRecord& package, Moment now);
std::string print_unknown_package(const Templates& t, const std::string& name);
// `dumpsys package` of all: the parts that are read, "Packages:" foremost.
std::string print_packages(const Templates& t, const std::vector<PackageRecord>& packages, Moment now);

struct PackageLine {
  std::string name;
  std::string path;  // of base.apk
  int uid = 0;
  std::int64_t version_code = 0;
  std::string installer;
};
struct PackageListing {
  bool path = false;          // -f
  bool uid = false;           // -U
  bool installer = false;     // -i
  bool version_code = false;  // --show-versioncode
};
// `pm list packages`: sorting is the caller's.
std::string print_package_list(const Templates& t, const std::vector<PackageLine>& packages,
                               const PackageListing& what);
// `pm path P`: base first. Nothing for none.
std::string print_package_paths(const Templates& t, const std::vector<std::string>& files);
// `pm list features`
std::string print_features(const Templates& t, const std::vector<std::string>& features);
// `pm list permissions -g -d`, `pm list users`: see the shape's texts.

// What `pm install` and `cmd package install` answer. On 4.4 `pm install` also says where the file is.
std::string print_install_success(const Templates& t, const std::string& apk_path);
// code "INSTALL_FAILED_OLDER_SDK", reason may be empty.
std::string print_install_failure(const Templates& t, const std::string& apk_path, const std::string& code,
                                  const std::string& reason);
std::string print_install_created(const Templates& t, int session);  // install-create
// install-write; path is the split's name
std::string print_install_written(const Templates& t, std::uint64_t bytes);
std::string print_uninstall(const Templates& t, bool done, const std::string& code);  // code of a failure
// `pm clear`
std::string print_clear(const Templates& t, bool done);
// `pm grant` and `revoke`: nothing when done; else what the tool says on its error output. `what` is one of
// "unknown_package", "not_requested", "not_changeable", "unknown_permission", "not_supported" (before 6.0).
std::string print_grant_error(const Templates& t, std::string_view what, const std::string& package,
                              const std::string& permission);

}  // namespace storesweep::simdroid
