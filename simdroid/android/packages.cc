#include "simdroid/android/packages.h"

#include <fmt/format.h>

#include <algorithm>

#include "simdroid/android/activities.h"
#include "simdroid/android/components.h"
#include "simdroid/android/log.h"
#include "simdroid/android/permissions.h"
#include "simdroid/android/platform_rules.h"
#include "simdroid/android/processes.h"

namespace storesweep::simdroid::android {
namespace {

// 16 random bytes as Android 8 and later name code paths.
std::string random_name(State& s) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  for (int i = 0; i < 22; ++i) out += kLetters[next_number(s) % 64];
  return out + "==";
}

// Until Android 7 a replaced package goes to and fro between -1 and -2.
std::string code_path(State& s, const std::string& package, const std::string& old) {
  const std::string number = old.find(package + "-1") == std::string::npos ? "-1" : "-2";
  if (s.api < 21) return "/data/app/" + package + number + ".apk";
  if (s.api < 26) return "/data/app/" + package + number;
  if (s.api < 30) return "/data/app/" + package + "-" + random_name(s);
  return "/data/app/~~" + random_name(s) + "/" + package + "-" + random_name(s);
}

InstallVerdict refused(const std::string& code, const std::string& reason) { return {false, code, reason}; }

InstallVerdict check_needs(const State& s, const Manifest& m, const InstallWishes& wishes,
                           const std::vector<std::string>& abis) {
  if (m.min_sdk > s.api) {
    return refused("INSTALL_FAILED_OLDER_SDK",
                   fmt::format("Failed parse during installPackageLI: /data/app/vmdl{}.tmp/base.apk (at "
                               "Binary XML file line #7): "
                               "Requires newer sdk version #{} (current version is #{})",
                               1'000'000'000 + s.next_id, m.min_sdk, s.api));
  }
  if (holds(Rule::kRefusesOldTargets, s.api, m.target_sdk) && !wishes.bypass_low_target)
    return refused(
        "INSTALL_FAILED_DEPRECATED_SDK_VERSION",
        fmt::format("App package must target at least SDK version 23, but found {}", m.target_sdk));
  if (m.test_only && !wishes.test) return refused("INSTALL_FAILED_TEST_ONLY", "installPackageLI");
  const bool runs = m.abis.empty() || std::any_of(m.abis.begin(), m.abis.end(), [&](const std::string& abi) {
                      return std::find(abis.begin(), abis.end(), abi) != abis.end();
                    });
  if (!runs)
    return refused("INSTALL_FAILED_NO_MATCHING_ABIS", "Failed to extract native libraries, res=-113");
  for (const std::string& library : m.libraries) {
    static constexpr std::string_view kKnown[] = {"android.test.runner", "android.test.base",
                                                  "android.test.mock",   "org.apache.http.legacy",
                                                  "javax.obex",          "com.android.location.provider"};
    if (std::find(std::begin(kKnown), std::end(kKnown), library) == std::end(kKnown))
      return refused(
          "INSTALL_FAILED_MISSING_SHARED_LIBRARY",
          fmt::format("Package {} requires unavailable shared library {}; failing!", m.package, library));
  }
  return {true, {}, {}};
}

InstallVerdict check_update(const State& s, const Package& old, const Apk& apk, const InstallWishes& wishes) {
  const std::string& name = apk.manifest.package;
  if (!wishes.replace && !holds(Rule::kReplaceByDefault, s.api, 0))
    return refused("INSTALL_FAILED_ALREADY_EXISTS",
                   "Attempt to re-install " + name + " without first uninstalling.");
  if (old.system || !old.apk || old.apk->signer != apk.signer) {
    if (s.api < 21) return refused("INSTALL_PARSE_FAILED_INCONSISTENT_CERTIFICATES", "");
    return refused(
        "INSTALL_FAILED_UPDATE_INCOMPATIBLE",
        s.api >= 30
            ? "Existing package " + name + " signatures do not match newer version; ignoring!"
            : "Package " + name + " signatures do not match the previously installed version; ignoring!");
  }
  if (s.api >= 23 && apk.manifest.target_sdk < 23 && old.manifest.target_sdk >= 23)
    return refused("INSTALL_FAILED_PERMISSION_MODEL_DOWNGRADE",
                   fmt::format("Package {} new target SDK {} doesn't support runtime permissions but the old "
                               "target SDK {} does.",
                               name, apk.manifest.target_sdk, old.manifest.target_sdk));
  if (apk.manifest.version_code < old.manifest.version_code && !wishes.downgrade)
    return refused("INSTALL_FAILED_VERSION_DOWNGRADE",
                   s.api >= 30
                       ? fmt::format("Downgrade detected: Update version code {} is older than current {}",
                                     apk.manifest.version_code, old.manifest.version_code)
                       : "");
  return {true, {}, {}};
}

void tell(State& s, const char* action, const Package& package, bool to_itself = false) {
  Intent intent;
  intent.action = action;
  intent.data = to_itself ? "" : "package:" + package.name;
  intent.flags = 0x4000010;
  intent.has_extras = true;
  if (to_itself) intent.package = package.name;
  send_broadcast(s, std::move(intent), kSystemUid, "android");
}
}  // namespace

std::string apk_path(const State& s, const Package& package) {
  const bool file =
      package.code_path.size() > 4 && package.code_path.compare(package.code_path.size() - 4, 4, ".apk") == 0;
  if (file) return package.code_path;
  if (!package.system) return package.code_path + (s.api < 21 ? "" : "/base.apk");
  return package.code_path + "/" + package.code_path.substr(package.code_path.rfind('/') + 1) + ".apk";
}

InstallVerdict parse_failure(const std::string& words) {
  const auto colon = words.find(": ");
  return refused(words.substr(0, colon), colon == std::string::npos ? "" : words.substr(colon + 2));
}

InstallVerdict install(State& s, const std::shared_ptr<const Apk>& apk, const InstallWishes& wishes,
                       const std::vector<std::string>& device_abis) {
  const Manifest& m = apk->manifest;
  if (InstallVerdict verdict = check_needs(s, m, wishes, device_abis); !verdict.done) return verdict;
  Package* old = find_package(s, m.package);
  const bool update = old != nullptr;
  if (update) {
    if (InstallVerdict verdict = check_update(s, *old, *apk, wishes); !verdict.done) return verdict;
    kill_package(s, m.package, "installPackageLI", false);
    old = find_package(s, m.package);
  }
  Package package = update ? *old : Package{};
  package.name = m.package;
  package.manifest = m;
  package.label = m.label;
  package.apk = apk;
  package.installer = wishes.installer;
  if (!update) {
    package.uid = s.next_uid++;
    package.first_install_wall_ms = wall_ms(s);
    package.stopped = package.not_launched = true;
    package.data_dir = s.api < 24 ? "/data/data/" + m.package : "/data/user/0/" + m.package;
  }
  package.last_update_wall_ms = wall_ms(s);
  package.code_path = code_path(s, m.package, package.code_path);
  grant_at_install(s, package, wishes.grant);
  s.packages[m.package] = std::move(package);
  const Package& now = s.packages.at(m.package);
  if (!apk->behaviour) log_block(s, "log.no_behaviour", {{"package", m.package}, {"why", apk->absent_why}});
  tell(s, update ? "android.intent.action.PACKAGE_REPLACED" : "android.intent.action.PACKAGE_ADDED", now);
  if (update) tell(s, "android.intent.action.MY_PACKAGE_REPLACED", now, true);
  return {true, {}, {}};
}

bool uninstall(State& s, const std::string& name) {
  Package* package = find_package(s, name);
  if (!package || package->system) return false;
  kill_package(s, name, "stop " + name, true);
  const Package gone = s.packages.at(name);
  s.packages.erase(name);
  s.ops.erase(gone.uid);
  s.uid_modes.erase(gone.uid);
  s.uids.erase(gone.uid);
  tell(s, "android.intent.action.PACKAGE_REMOVED", gone);
  tell(s, "android.intent.action.PACKAGE_FULLY_REMOVED", gone);
  return true;
}

bool clear_data(State& s, const std::string& name) {
  Package* package = find_package(s, name);
  if (!package || package->system) return false;
  kill_package(s, name, "clear data", true);
  package->prefs.clear();
  package->channels.clear();
  package->runtime.clear();
  package->warned_of_age = false;
  package->stopped = true;
  grant_at_install(s, *package, false);
  return true;
}

bool set_enabled(State& s, const std::string& name, int state) {
  Package* package = find_package(s, name);
  if (!package) return false;
  package->enabled = state;
  if (state >= 2) kill_package(s, name, "stop " + name + " due to package disabled", true);
  return true;
}

void force_stop(State& s, const std::string& name) {
  Package* package = find_package(s, name);
  if (!package) return;
  const int pid = s.next_pid + 5;  // of the am that asked
  log_block(s, "log.force_stop",
            {{"package", name},
             {"uid", std::to_string(package->uid)},
             {"user", "0"},
             {"reason", "from pid " + std::to_string(pid)}});
  kill_package(s, name, "stop " + name + " due to from pid " + std::to_string(pid), true);
  if (!package->system) package->stopped = true;
}

}  // namespace storesweep::simdroid::android
