// pm install and the sessions of `cmd package`: one APK, or a base with its splits. AOSP:
// services/core/java/com/ android/server/pm/PackageManagerShellCommand.java,
// PackageInstallerSession.java; 4.4: Pm.java.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/base/text.h"
#include "simdroid/android/packages.h"
#include "simdroid/android/permissions.h"
#include "simdroid/command_words.h"
#include "simdroid/commands.h"
#include "simdroid/device.h"
#include "simdroid/print/package.h"

namespace storesweep::simdroid {
namespace {
constexpr std::size_t kMaxApkBytes = 2ULL << 30;
constexpr std::int64_t kDieHostMs = 1'500;
constexpr std::int64_t kLateInstallMs = 3'000;

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

// PackageInstallerSession.validateApkInstallLocked.
android::InstallVerdict no_base() {
  return {false, "INSTALL_FAILED_INVALID_APK", "Full install must include a base package"};
}

// The APKs of one app: its base, and the splits by their names.
struct ApkSet {
  Content base;
  std::map<std::string, Content> splits;
};

android::InstallVerdict try_install(Device& device, const ApkSet& set, const android::InstallWishes& wishes) {
  android::State& s = device.android().state();
  const Content& content = set.base;
  std::size_t bytes = content->size();
  for (const auto& [name, split] : set.splits) bytes += split->size();
  if (device.files().free_bytes() < bytes)
    return {false, "INSTALL_FAILED_INSUFFICIENT_STORAGE",
            s.api < 26 ? "" : "Failed to override installation location"};
  auto apk = device.apks().read(*content);
  if (!apk.ok()) return android::parse_failure(apk.status().message());
  if (!(*apk)->manifest.split.empty()) return no_base();
  const android::Package* old = android::find_package(s, (*apk)->manifest.package);
  const std::string old_path = old ? old->code_path : "";
  android::InstallVerdict verdict = android::install(s, *apk, wishes, abis_of(device));
  if (verdict.done && device.faults().forgets_refusals)
    android::forget_refusals(s.packages.at((*apk)->manifest.package));
  if (verdict.done) {
    const android::Package& package = s.packages.at((*apk)->manifest.package);
    if (!old_path.empty()) static_cast<void>(device.files().remove(old_path, true));
    static_cast<void>(device.files().write(android::apk_path(s, package), content, 0644, kSystemUid,
                                           device.timers().wall_ms() / 1000, true));
    for (const auto& [name, split] : set.splits)
      static_cast<void>(device.files().write(package.code_path + "/split_" + name + ".apk", split, 0644,
                                             kSystemUid, device.timers().wall_ms() / 1000, true));
    device.set_property("storesweep.behaviour." + package.name,
                        (*apk)->behaviour ? "present" : "absent: " + (*apk)->absent_why);
  }
  device.android().changed();
  return verdict;
}

// Installs and keeps the file; what the tool answers. 4.4 gives codes alone, and one for all that is no APK.
android::InstallVerdict install_set(Device& device, const ApkSet& set, const android::InstallWishes& wishes) {
  android::InstallVerdict verdict = try_install(device, set, wishes);
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
bool died(Device& device, const ApkSet& set, const android::InstallWishes& wishes) {
  if (!std::exchange(device.faults().die_mid_install, false)) return false;
  device.go_offline(kDieHostMs);
  if (device.random().next_u64() % 2 == 0)
    device.timers().after(kLateInstallMs,
                          [&device, set, wishes] { static_cast<void>(install_set(device, set, wishes)); });
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
    const ApkSet set{in_.device.shared(std::move(content_)), {}};
    if (died(in_.device, set, wishes_)) return;
    in_.finish(say(in_, "", install_set(in_.device, set, wishes_)));
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

// What the files of a session are by their own manifests; file names say nothing. AOSP:
// PackageInstallerSession.validateApkInstallLocked and assertApkConsistentLocked.
android::InstallVerdict sort_session(Device& device, const InstallSession& session, ApkSet& set) {
  std::shared_ptr<const android::Apk> first;
  const auto refused = [](const std::string& why) {
    return android::InstallVerdict{false, "INSTALL_FAILED_INVALID_APK", why};
  };
  for (const auto& [file, content] : session.files) {
    auto read = device.apks().read(*content);
    if (!read.ok()) return android::parse_failure(read.status().message());
    const android::Apk& apk = **read;
    const android::Manifest& m = apk.manifest;
    if (!first) first = *read;
    if (m.package != first->manifest.package)
      return refused(file + " package " + m.package + " inconsistent with " + first->manifest.package);
    if (m.version_code != first->manifest.version_code)
      return refused(fmt::format("{} version code {} inconsistent with {}", file, m.version_code,
                                 first->manifest.version_code));
    if (apk.signer != first->signer) return refused(file + " signatures are inconsistent");
    const bool again = m.split.empty() ? set.base != nullptr : set.splits.contains(m.split);
    if (again)
      return refused("Split " + (m.split.empty() ? "null" : m.split) + " was defined multiple times");
    (m.split.empty() ? set.base : set.splits[m.split]) = content;
  }
  return set.base ? android::InstallVerdict{true, {}, {}} : no_base();
}

}  // namespace

Started pm_install(Invocation& in) {
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
  const ApkSet set{node->content, {}};
  if (died(in.device, set, wishes)) return 1;
  return say(in, words.first(), install_set(in.device, set, wishes));
}

Started pm_install_create(Invocation& in) {
  const Words words = words_of(in.args, 2, kInstallValues);
  const int session = 100'000'000 + static_cast<int>(in.device.random().next_u64() % 1'900'000'000);
  in.device.sessions()[session].wishes = wishes_of(words);
  in.out(print_install_created(in.device.templates(), session));
  return 0;
}

Started pm_install_write(Invocation& in) {
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

Started pm_install_commit(Invocation& in) {
  const int session = parse_int<int>(in.args.size() > 2 ? in.args[2] : "").value_or(-1);
  auto it = in.device.sessions().find(session);
  if (it == in.device.sessions().end() || it->second.files.empty()) {
    in.err("Error: java.lang.SecurityException: Caller has no access to session " + std::to_string(session) +
           "\n");
    return 1;
  }
  const InstallSession of = std::move(it->second);
  in.device.sessions().erase(it);
  ApkSet set;
  if (const auto sorted = sort_session(in.device, of, set); !sorted.done) return say(in, "", sorted);
  if (died(in.device, set, of.wishes)) return 1;
  return say(in, "", install_set(in.device, set, of.wishes));
}

Started pm_install_abandon(Invocation& in) {
  in.device.sessions().erase(parse_int<int>(in.args.size() > 2 ? in.args[2] : "").value_or(-1));
  in.out("Success\n");
  return 0;
}

}  // namespace storesweep::simdroid
