// `dumpsys package [P]`: what is installed, in which version, with which permissions granted, per user. From
// AOSP's Settings.java dumpPackagesLPr (4.4 to 16): "userId=" or, since 13, "appId="; "User 0:" states;
// permission lists in their three shapes; the system's hidden (updated) copy of a package in a section of its
// own. Pure; see dump.h.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

struct PermissionState {
  std::string name;
  int user = -1;  // -1: granted at install, for all users
  bool granted = false;
  std::vector<std::string> flags;  // USER_SET, USER_FIXED, ONE_TIME, GRANTED_BY_DEFAULT, ...
};

struct UserState {
  int user = 0;
  bool installed = true;
  bool hidden = false;
  bool suspended = false;
  bool stopped = false;
  bool not_launched = false;
  std::string
      enabled;  // number as printed: 0 default, 1 enabled, 2 disabled, 3 disabled by user, 4 until used
  std::string first_install_time;  // 13+ prints it here
};

struct PackageState {
  std::string name;
  bool hidden_system = false;   // the copy on the system image that an update hides
  bool is_shared_user = false;  // a "SharedUser [...]" block: what several packages were granted together
  int uid = -1;                 // of user 0 (the app id)
  std::int64_t version_code = -1;
  std::string version_name;
  int min_sdk = -1;
  int target_sdk = -1;
  std::string code_path;
  std::string installer;
  std::string first_install_time;
  std::string last_update_time;
  std::string shared_user;
  std::vector<std::string> flags;      // flags=[ ... ]: SYSTEM, DEBUGGABLE, ...
  std::vector<std::string> requested;  // requested permissions
  std::vector<PermissionState> permissions;
  std::vector<UserState> users;

  const PermissionState* permission(std::string_view permission_name, int user = 0) const;
  const UserState* user(int id) const;
};

// The packages of the sections "Packages:" and "Hidden system packages:", and the blocks of "Shared users:";
// other sections are known and skipped. A cut piece of a dump without those headings is read as the block of
// one package.
Parsed<PackageState> parse_packages(std::string_view text);

// The record of that package that is in use (not hidden); null if it is not there.
const PackageState* find_package(const Parsed<PackageState>& packages, std::string_view name);

// What that package holds: its own state or, where it shares a uid, the shared user's. Null: not asked for or
// not there.
const PermissionState* find_permission(const Parsed<PackageState>& packages, std::string_view name,
                                       std::string_view permission, int user = 0);

}  // namespace storesweep::android
