// pm and `cmd package`: installing, listing, granting. AOSP: services/core/java/com/android/server/pm/
// PackageManagerShellCommand.java; 4.4: cmds/pm/src/com/android/commands/pm/Pm.java.
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
#include "simdroid/commands.h"
#include "simdroid/device.h"
#include "simdroid/print/package.h"

namespace storesweep::simdroid {
namespace {
constexpr std::size_t kMaxApkBytes = 2ULL << 30;
constexpr std::int64_t kDieHostMs = 1'500;
constexpr std::int64_t kLateInstallMs = 3'000;

// The words behind a subcommand: options taken off, the rest in order.
struct Words {
  std::vector<std::string> rest;
  std::set<std::string> flags;
  std::map<std::string, std::string> values;
  bool has(const std::string& flag) const { return flags.contains(flag); }
  std::string first() const { return rest.empty() ? "" : rest[0]; }
};
Words words_of(const std::vector<std::string>& args, std::size_t from,
               const std::set<std::string>& with_value) {
  Words out;
  for (std::size_t i = from; i < args.size(); ++i) {
    if (args[i].size() < 2 || args[i][0] != '-') {
      out.rest.push_back(args[i]);
    } else if (with_value.contains(args[i]) && i + 1 < args.size()) {
      out.values[args[i]] = args[i + 1];
      ++i;
    } else {
      out.flags.insert(args[i]);
    }
  }
  return out;
}
const std::set<std::string> kInstallValues{"-S",
                                           "-i",
                                           "--user",
                                           "--abi",
                                           "--installer",
                                           "--install-location",
                                           "--dexopt-compiler-filter",
                                           "-p",
                                           "--originating-uri",
                                           "--referrer"};

android::InstallWishes wishes_of(const Words& words) {
  android::InstallWishes wishes;
  wishes.replace = words.has("-r");
  wishes.test = words.has("-t");
  wishes.downgrade = words.has("-d");
  wishes.grant = words.has("-g");
  wishes.bypass_low_target = words.has("--bypass-low-target-sdk-block");
  if (auto it = words.values.find("-i"); it != words.values.end()) wishes.installer = it->second;
  return wishes;
}

std::vector<std::string> abis_of(const Device& device) {
  std::vector<std::string> out;
  std::string list = device.property("ro.product.cpu.abilist");
  if (list.empty()) list = device.property("ro.product.cpu.abi");
  for (std::string_view abi : split(list, ',')) out.emplace_back(abi);
  if (const std::string second = device.property("ro.product.cpu.abi2"); !second.empty())
    out.push_back(second);
  return out;
}

android::InstallVerdict try_install(Device& device, const Content& content,
                                    const android::InstallWishes& wishes) {
  android::State& s = device.android().state();
  if (device.files().free_bytes() < content->size())
    return {false, "INSTALL_FAILED_INSUFFICIENT_STORAGE",
            s.api < 26 ? "" : "Failed to override installation location"};
  auto apk = device.apks().read(*content);
  if (!apk.ok()) return android::parse_failure(apk.status().message());
  const android::Package* old = android::find_package(s, (*apk)->manifest.package);
  const std::string old_path = old ? old->code_path : "";
  android::InstallVerdict verdict = android::install(s, *apk, wishes, abis_of(device));
  if (verdict.done) {
    const android::Package& package = s.packages.at((*apk)->manifest.package);
    if (!old_path.empty()) static_cast<void>(device.files().remove(old_path, true));
    static_cast<void>(device.files().write(android::apk_path(s, package), content, 0644, kSystemUid,
                                           device.timers().wall_ms() / 1000, true));
    device.set_property("storesweep.behaviour." + package.name,
                        (*apk)->behaviour ? "present" : "absent: " + (*apk)->absent_why);
  }
  device.android().changed();
  return verdict;
}

// Installs and keeps the file; what the tool answers. 4.4 gives codes alone, and one for all that is no APK.
android::InstallVerdict install_bytes(Device& device, const Content& content,
                                      const android::InstallWishes& wishes) {
  android::InstallVerdict verdict = try_install(device, content, wishes);
  if (device.shape().api >= 21) return verdict;
  verdict.reason.clear();
  if (verdict.code == "INSTALL_PARSE_FAILED_NOT_APK") verdict.code = "INSTALL_FAILED_INVALID_APK";
  return verdict;
}

int say(Invocation& in, const std::string& path, const android::InstallVerdict& verdict) {
  const Templates& t = in.device.templates();
  in.out(verdict.done ? print_install_success(t, path)
                      : print_install_failure(t, path, verdict.code, verdict.reason));
  return verdict.done || in.device.shape().api < 24 ? 0 : 1;
}

// The connection dies at the end of the transfer; every other time the device installs it none the less.
bool died(Device& device, const Content& content, const android::InstallWishes& wishes) {
  if (!std::exchange(device.faults().die_mid_install, false)) return false;
  device.go_offline(kDieHostMs);
  if (device.random().next_u64() % 2 == 0)
    device.timers().after(kLateInstallMs, [&device, content, wishes] {
      static_cast<void>(install_bytes(device, content, wishes));
    });
  return true;
}

// `install -S n`: the APK comes on standard input.
class StreamedInstall final : public Job {
 public:
  StreamedInstall(Invocation& in, std::size_t size, android::InstallWishes wishes)
      : in_(in), size_(size), wishes_(std::move(wishes)) {}
  void input(std::string_view bytes) override {
    if (ended_) return;
    content_.append(bytes.substr(0, size_ - content_.size()));
    if (content_.size() == size_) complete();
  }
  void input_end() override {
    if (ended_) return;
    ended_ = true;
    in_.out(print_install_failure(in_.device.templates(), "", "INSTALL_FAILED_INVALID_APK",
                                  "the stream ended early"));
    in_.finish(1);
  }

 private:
  void complete() {
    ended_ = true;
    const Content content = in_.device.shared(std::move(content_));
    if (died(in_.device, content, wishes_)) return;
    in_.finish(say(in_, "", install_bytes(in_.device, content, wishes_)));
  }
  Invocation in_;
  std::size_t size_;
  android::InstallWishes wishes_;
  std::string content_;
  bool ended_ = false;
};

// `install-write -S n SESSION NAME [-]`
class WriteJob final : public Job {
 public:
  WriteJob(Invocation& in, std::size_t size, int session, std::string name)
      : in_(in), size_(size), session_(session), name_(std::move(name)) {}
  void input(std::string_view bytes) override {
    content_.append(bytes.substr(0, size_ - content_.size()));
    if (content_.size() < size_ || ended_) return;
    ended_ = true;
    in_.device.sessions()[session_].files[name_] = in_.device.shared(std::move(content_));
    in_.out(print_install_written(in_.device.templates(), size_));
    in_.finish(0);
  }
  void input_end() override {
    if (!ended_) in_.finish(1);
    ended_ = true;
  }

 private:
  Invocation in_;
  std::size_t size_;
  int session_;
  std::string name_;
  std::string content_;
  bool ended_ = false;
};

Started install(Invocation& in) {
  const Words words = words_of(in.args, 2, kInstallValues);
  const android::InstallWishes wishes = wishes_of(words);
  if (wishes.grant && in.device.shape().api < 23) {  // there are no permissions to be granted yet
    in.out("Error: Unknown option: -g\n");
    return 1;
  }
  if (auto size = words.values.find("-S"); size != words.values.end() && words.rest.empty()) {
    const auto bytes = parse_int<std::size_t>(size->second);
    if (!bytes || *bytes == 0 || *bytes > kMaxApkBytes) {
      in.err("Error: must specify a valid APK size\n");
      return 1;
    }
    return std::make_unique<StreamedInstall>(in, *bytes, wishes);
  }
  if (words.rest.empty()) {
    in.err("Error: no package specified\n");
    return 1;
  }
  const Node* node = in.device.files().find(words.first());
  if (!node || !node->content) {
    if (in.device.shape().api < 24) return say(in, words.first(), {false, "INSTALL_FAILED_INVALID_URI", ""});
    in.err("Error: Unable to open file: " + words.first() + "\n");
    in.err("Consider using a file under /data/local/tmp/\n");
    return 1;
  }
  const Content content = node->content;
  if (died(in.device, content, wishes)) return 1;
  return say(in, words.first(), install_bytes(in.device, content, wishes));
}

Started install_create(Invocation& in) {
  const Words words = words_of(in.args, 2, kInstallValues);
  const int session = 100'000'000 + static_cast<int>(in.device.random().next_u64() % 1'900'000'000);
  in.device.sessions()[session].wishes = wishes_of(words);
  in.out(print_install_created(in.device.templates(), session));
  return 0;
}

Started install_write(Invocation& in) {
  const Words words = words_of(in.args, 2, kInstallValues);
  const int session = parse_int<int>(words.first()).value_or(-1);
  if (!in.device.sessions().contains(session) || words.rest.size() < 2) {
    in.err("Error: java.lang.SecurityException: Caller has no access to session " + words.first() + "\n");
    return 1;
  }
  const bool from_file = words.rest.size() > 2 && words.rest[2] != "-";
  if (from_file) {
    const Node* node = in.device.files().find(words.rest[2]);
    if (!node || !node->content) {
      in.err("Error: Unable to open file: " + words.rest[2] + "\n");
      return 1;
    }
    in.device.sessions()[session].files[words.rest[1]] = node->content;
    in.out(print_install_written(in.device.templates(), node->content->size()));
    return 0;
  }
  auto size = words.values.find("-S");
  const auto bytes = size == words.values.end() ? std::nullopt : parse_int<std::size_t>(size->second);
  if (!bytes || *bytes > kMaxApkBytes) {
    in.err("Error: must specify a APK size\n");
    return 1;
  }
  return std::make_unique<WriteJob>(in, *bytes, session, words.rest[1]);
}

// The base is the file that is not named a split; splits are kept for nothing but their size.
Started install_commit(Invocation& in) {
  const int session = parse_int<int>(in.args.size() > 2 ? in.args[2] : "").value_or(-1);
  auto it = in.device.sessions().find(session);
  if (it == in.device.sessions().end() || it->second.files.empty()) {
    in.err("Error: java.lang.SecurityException: Caller has no access to session " + std::to_string(session) +
           "\n");
    return 1;
  }
  auto base = std::find_if(it->second.files.begin(), it->second.files.end(),
                           [](const auto& file) { return starts_with(file.first, "base"); });
  if (base == it->second.files.end()) base = it->second.files.begin();
  const Content content = base->second;
  const android::InstallWishes wishes = it->second.wishes;
  in.device.sessions().erase(it);
  if (died(in.device, content, wishes)) return 1;
  return say(in, "", install_bytes(in.device, content, wishes));
}

Started install_abandon(Invocation& in) {
  in.device.sessions().erase(parse_int<int>(in.args.size() > 2 ? in.args[2] : "").value_or(-1));
  in.out("Success\n");
  return 0;
}

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
  in.out(print_package_paths(in.device.templates(), {android::apk_path(s, *package)}));
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
  static const std::map<std::string, Command> table{{"install", install},
                                                    {"install-create", install_create},
                                                    {"install-write", install_write},
                                                    {"install-commit", install_commit},
                                                    {"install-abandon", install_abandon},
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
