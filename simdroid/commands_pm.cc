// pm and `cmd package`: listing, granting, and the table of both (installing: commands_install.cc). AOSP:
// services/core/java/com/android/server/pm/ PackageManagerShellCommand.java; 4.4:
// cmds/pm/src/com/android/commands/pm/Pm.java.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/base/text.h"
#include "simdroid/android/activities.h"
#include "simdroid/android/packages.h"
#include "simdroid/android/permissions.h"
#include "simdroid/android/platform_rules.h"
#include "simdroid/android/processes.h"
#include "simdroid/android/records.h"
#include "simdroid/command_words.h"
#include "simdroid/commands.h"
#include "simdroid/device.h"
#include "simdroid/print/package.h"

namespace storesweep::simdroid {
namespace {
Started uninstall(Invocation& in) {
  const Words words = words_of(in.args, 2, {"--user", "--versionCode"});
  android::State& s = in.device.android().state();
  const android::Package* package = android::find_package(s, words.first());
  const std::string path = package ? package->code_path : "";
  const bool done = android::uninstall(s, words.first());
  if (done) {
    static_cast<void>(in.device.files().remove(path, true));
    in.device.set_property("storesweep.behaviour." + words.first(), "");
  }
  in.device.android().changed();
  const std::string code = done          ? ""
                           : package     ? "DELETE_FAILED_INTERNAL_ERROR"
                           : s.api >= 24 ? "DELETE_FAILED_INTERNAL_ERROR"
                                         : "";
  in.out(print_uninstall(in.device.templates(), done, code));
  return done || s.api < 24 ? 0 : 1;
}

bool wanted(const android::Package& package, const Words& words) {
  if (words.has("-3") && package.system) return false;
  if (words.has("-s") && !package.system) return false;
  if (words.has("-e") && package.enabled >= 2) return false;
  if (words.has("-d") && package.enabled < 2) return false;
  return words.rest.size() < 2 || package.name.find(words.rest[1]) != std::string::npos;
}

Started list_packages(Invocation& in, const Words& words) {
  const android::State& s = in.device.android().state();
  std::vector<PackageLine> found;
  for (const auto& [name, package] : s.packages)
    if (wanted(package, words))
      found.push_back({name, android::apk_path(s, package), package.uid, package.manifest.version_code,
                       package.installer});
  const PackageListing listing{words.has("-f"), words.has("-U"), words.has("-i"),
                               words.has("--show-versioncode")};
  in.out(print_package_list(in.device.templates(), found, listing));
  return 0;
}

Started list(Invocation& in) {
  const Words words = words_of(in.args, 2, {"--user", "--uid"});
  const std::string what = words.first();
  if (what == "packages" || what == "package") return list_packages(in, words);
  if (what == "features") {
    in.out(print_features(in.device.templates(), in.device.shape().hardware));
    return 0;
  }
  if (what == "users") {
    in.out("Users:\n\tUserInfo{0:Owner:13} running\n");
    return 0;
  }
  if (auto it = in.device.shape().texts.find("pm list " + what); it != in.device.shape().texts.end()) {
    in.out(it->second);
    return 0;
  }
  if (what == "permissions" || what == "permission-groups" || what == "instrumentation" ||
      what == "libraries")
    return 0;
  in.err("Error: unknown list type '" + what + "'\n");
  return 255;
}

Started path(Invocation& in) {
  const Words words = words_of(in.args, 2, {"--user"});
  const android::State& s = in.device.android().state();
  const android::Package* package = android::find_package(s, words.first());
  if (!package) return s.api < 24 ? 0 : 1;
  std::vector<std::string> paths = {android::apk_path(s, *package)};
  if (s.api >= 21) {
    for (std::string& split : in.device.files().glob(package->code_path + "/split_*.apk"))
      if (in.device.files().find(split)) paths.push_back(std::move(split));
  }
  in.out(print_package_paths(in.device.templates(), paths));
  return 0;
}

Started grant(Invocation& in) {
  const bool granted = in.args[1] == "grant";
  const Words words = words_of(in.args, 2, {"--user"});
  android::State& s = in.device.android().state();
  android::Package* package = android::find_package(s, words.first());
  const std::string permission = words.rest.size() > 1 ? words.rest[1] : "";
  std::string_view wrong;
  const bool known = android::runtime_permission(permission, s.api) != nullptr;
  if (s.api < 23) {
    wrong = "not_supported";
  } else if (!package) {
    wrong = "unknown_package";
  } else if (!known && !android::is_normal_permission(permission, s.api)) {
    wrong = "unknown_permission";
  } else if (!android::requests_permission(s, *package, permission)) {
    wrong = "not_requested";
  } else if (!known) {
    wrong = "not_changeable";
  }
  if (!wrong.empty()) {
    in.err(print_grant_error(in.device.templates(), wrong, words.first(), permission));
    return s.api < 24 ? 0 : 255;
  }
  const bool had = android::has_permission(s, *package, permission);
  android::set_granted(s, *package, permission, granted);
  if (had && !granted) android::kill_package(s, package->name, "permissions revoked", false);
  in.device.android().changed();
  return 0;
}

Started clear(Invocation& in) {
  const Words words = words_of(in.args, 2, {"--user"});
  android::State& s = in.device.android().state();
  const bool done = android::clear_data(s, words.first());
  in.device.android().changed();
  in.out(print_clear(in.device.templates(), done));
  return done || s.api < 24 ? 0 : 1;
}

Started enable(Invocation& in) {
  const Words words = words_of(in.args, 2, {"--user"});
  android::State& s = in.device.android().state();
  const std::map<std::string, std::pair<int, std::string>> states{{"enable", {1, "enabled"}},
                                                                  {"disable", {2, "disabled"}},
                                                                  {"disable-user", {3, "disabled-user"}},
                                                                  {"default-state", {0, "default"}}};
  const auto& [number, name] = states.at(in.args[1]);
  const auto [package, class_name] = android::split_component(words.first());
  if (!android::find_package(s, package)) {
    in.err("Error: java.lang.IllegalArgumentException: Unknown package: " + package + "\n");
    return s.api < 24 ? 0 : 255;
  }
  if (class_name.empty()) {
    android::set_enabled(s, package, number);
    in.out("Package " + package + " new state: " + name + "\n");
  } else {
    if (number >= 2) s.disabled_components.insert(package + "/" + class_name);
    if (number < 2) s.disabled_components.erase(package + "/" + class_name);
    in.out("Component {" + package + "/" + class_name + "} new state: " + name + "\n");
  }
  in.device.android().changed();
  return 0;
}

Started resolve_activity(Invocation& in) {
  const Words words = words_of(in.args, 2, {"--user", "-a", "-c", "-d", "-t", "-n", "-p", "--query-flags"});
  const android::State& s = in.device.android().state();
  android::Intent intent;
  auto value = [&](const char* key) {
    auto it = words.values.find(key);
    return it == words.values.end() ? std::string() : it->second;
  };
  intent.action = value("-a");
  intent.data = value("-d");
  if (const std::string category = value("-c"); !category.empty()) intent.categories.push_back(category);
  intent.package = value("-p");
  if (!words.rest.empty()) {
    intent.package = words.first();
    if (intent.action.empty()) intent.action = "android.intent.action.MAIN";
  }
  if (const std::string component = value("-n"); !component.empty())
    std::tie(intent.target_package, intent.target_class) = android::split_component(component);
  if (!android::resolve_activity(s, intent)) {
    in.out("No activity found\n");
    return 0;
  }
  const std::string component = android::short_component(intent.target_package, intent.target_class);
  if (words.has("--components")) {
    in.out(component + "\n");
  } else {
    in.out("priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true\n" + component + "\n");
  }
  return 0;
}

Started dump(Invocation& in) {
  std::vector<std::string> args{"dumpsys", "package"};
  for (std::size_t i = 2; i < in.args.size(); ++i) args.push_back(in.args[i]);
  in.args = std::move(args);
  return run_dumpsys(in);
}
}  // namespace

Started run_pm(Invocation& in) {
  static const std::map<std::string, Command> table{{"install", pm_install},
                                                    {"install-create", pm_install_create},
                                                    {"install-write", pm_install_write},
                                                    {"install-commit", pm_install_commit},
                                                    {"install-abandon", pm_install_abandon},
                                                    {"uninstall", uninstall},
                                                    {"list", list},
                                                    {"path", path},
                                                    {"grant", grant},
                                                    {"revoke", grant},
                                                    {"clear", clear},
                                                    {"enable", enable},
                                                    {"disable", enable},
                                                    {"disable-user", enable},
                                                    {"default-state", enable},
                                                    {"resolve-activity", resolve_activity},
                                                    {"dump", dump}};
  if (!in.device.android().state().running) {
    in.err("Error: Could not access the Package Manager.  Is the system running?\n");
    return 1;
  }
  const std::string verb = in.args.size() > 1 ? in.args[1] : "";
  if (verb == "trim-caches" || verb == "set-install-location" || verb == "compile" || verb == "bg-dexopt-job")
    return 0;
  if (verb == "get-install-location") {
    in.out("0[auto]\n");
    return 0;
  }
  auto it = table.find(verb);
  if (it == table.end()) {
    in.err(verb.empty() ? "usage: pm path|list|install|uninstall|clear|grant|revoke ...\n"
                        : "Unknown command: " + verb + "\n");
    return in.device.shape().api < 24 ? 1 : 255;
  }
  return it->second(in);
}

}  // namespace storesweep::simdroid
