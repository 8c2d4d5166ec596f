#include "worker/device/hygiene.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/android/lists.h"
#include "common/base/text.h"
#include "worker/adb/protocol.h"
#include "worker/device/device_clock.h"
#include "worker/device/packages.h"

namespace storesweep::device {

namespace {

using Kind = Difference::Kind;

constexpr std::array<std::string_view, 3> kNamespaces = {"system", "secure", "global"};
constexpr std::array<std::string_view, 2> kRoots = {"/sdcard/", "/data/local/tmp/"};
constexpr int kPasses = 2;

// Settings that Android itself counts up, stamps or computes, whatever apps do: they tell nothing of the app
// before and would come back however often they were put back. Names and who writes them by AOSP,
// frameworks/base (Settings.java and the service named). What an app or its user could set on purpose
// (accessibility services, notification listeners, input methods, the proxy, the clock's mode, volumes) is
// not among them.
constexpr std::array<std::string_view, 19> kRestless = {
    // ActivityManagerService: each boot
    "global/boot_count", "global/last_boot_time",
    // NetworkWatchlistService: each report
    "global/network_watchlist_last_report_time",
    // BatteryStats and the estimates of Turbo and SystemUI: with the charge
    "global/battery_estimates_last_update_time", "global/time_remaining_estimate_millis",
    "global/time_remaining_estimate_based_on_usage", "global/average_time_to_discharge",
    // BatterySaverStateMachine: with the charge, and when power is toggled
    "global/low_power", "global/low_power_sticky",
    // ZenModeHelper: a hash of its whole configuration, anew when any package comes or goes
    "global/zen_mode_config_etag",
    // telephony, SubscriptionController: when SIMs are looked at, as after each boot
    "global/multi_sim_data_call", "global/multi_sim_sms", "global/multi_sim_voice_call",
    // InputMethodManagerService: which keyboard was last shown
    "secure/input_methods_subtype_history",
    // SetupWizard: when it last asked
    "secure/last_setup_shown",
    // UiModeManagerService: at sunset and sunrise
    "secure/ui_night_mode_last_computed",
    // AlarmManagerService: the next alarm clock, as text
    "system/next_alarm_formatted",
    // DisplayPowerController: what the light sensor wants, in automatic mode
    "system/screen_brightness", "system/screen_brightness_float"};

bool restless(std::string_view setting) {
  return std::find(kRestless.begin(), kRestless.end(), setting) != kRestless.end();
}

// Beneath a folder that was added, only the folder itself counts.
bool below(std::string_view path, const std::vector<Difference>& added) {
  return std::any_of(added.begin(), added.end(), [&](const Difference& d) {
    return d.kind == Kind::kFileAdded && ends_with(d.subject, "/") && starts_with(path, d.subject);
  });
}

void compare_packages(const Snapshot& was, const Snapshot& now, std::vector<Difference>& out) {
  for (const auto& p : now.packages) {
    if (!was.packages.contains(p)) out.push_back({.kind = Kind::kPackageAdded, .subject = p, .expected = ""});
  }
  for (const auto& p : was.packages) {
    if (!now.packages.contains(p)) out.push_back({.kind = Kind::kPackageGone, .subject = p, .expected = ""});
  }
}

void compare_settings(const Snapshot& was, const Snapshot& now, std::vector<Difference>& out) {
  if (!was.settings_seen || !now.settings_seen) return;
  for (const auto& [name, value] : was.settings) {
    auto it = now.settings.find(name);
    if (restless(name) || (it != now.settings.end() && it->second == value)) continue;
    out.push_back({.kind = Kind::kSetting, .subject = name, .expected = value, .was_set = true});
  }
  for (const auto& [name, value] : now.settings) {
    if (restless(name) || was.settings.contains(name)) continue;
    out.push_back({.kind = Kind::kSetting, .subject = name, .expected = "", .was_set = false});
  }
}

void compare_files(const Snapshot& was, const Snapshot& now, std::vector<Difference>& out) {
  for (const auto& [path, size] : now.files) {  // sorted: a folder comes before what is in it
    auto it = was.files.find(path);
    if (it == was.files.end()) {
      if (!below(path, out)) out.push_back({.kind = Kind::kFileAdded, .subject = path, .expected = ""});
    } else if (it->second != size) {
      out.push_back({.kind = Kind::kFileChanged, .subject = path, .expected = ""});
    }
  }
  for (const auto& [path, size] : was.files) {
    if (!now.files.contains(path)) out.push_back({.kind = Kind::kFileGone, .subject = path, .expected = ""});
  }
}

struct FileWalk {
  Device& device;
  const Deadline& deadline;
  Snapshot& snapshot;
  std::size_t folders = 0;

  Status walk(const std::string& folder, int depth) {
    if (++folders > kHygieneFoldersMax) {
      return exhausted(fmt::format("hygiene: more than {} folders", kHygieneFoldersMax));
    }
    TRY_ASSIGN(std::vector<FileEntry> entries, device.list(folder, deadline));
    for (const FileEntry& entry : entries) {
      if (entry.name.empty() || entry.name.find('/') != std::string::npos) {
        return corrupt("hygiene: a file name with a slash in " + clean_utf8(folder));
      }
      const std::string path = folder + entry.name + (entry.folder() ? "/" : "");
      snapshot.files[path] = entry.folder() ? 0 : entry.size;
      if (snapshot.files.size() > kHygieneFilesMax) {
        return exhausted(fmt::format("hygiene: more than {} files", kHygieneFilesMax));
      }
      if (entry.folder() && depth < kHygieneDepthMax) TRY(walk(path, depth + 1));
    }
    return ok_status();
  }
};

Status add_settings(Device& device, std::string_view space, Snapshot& snapshot, const Deadline& deadline) {
  TRY_ASSIGN(ShellOutput output, device.shell(fmt::format("settings list {}", space), deadline));
  const auto list = android::parse_settings(output.out);
  if (!list.trusted()) {
    return corrupt(fmt::format("settings list {}: '{}'", space, clean_utf8(output.out.substr(0, 100))));
  }
  for (const android::Property& p : list.records)
    snapshot.settings[fmt::format("{}/{}", space, p.name)] = p.value;
  return ok_status();
}

Status undo_setting(Device& device, const Difference& d, const Deadline& deadline) {
  const std::size_t slash = d.subject.find('/');
  const std::string space = d.subject.substr(0, slash);
  const std::string name = adb::quoted(d.subject.substr(slash + 1));
  const std::string command = d.was_set
                                  ? fmt::format("settings put {} {} {}", space, name, adb::quoted(d.expected))
                                  : fmt::format("settings delete {} {}", space, name);
  return device.shell(command, deadline).status();
}

// A clock that cannot be put back stays noted, and with it the device unclean.
Status undo_shift(Device& device, const Deadline& deadline) {
  Status restored = restore_clock(device, deadline);
  return restored.kind() == ErrorKind::kUnsupported ? ok_status() : restored;
}

// A trailing slash would follow a link that was put in the folder's place.
std::string remove_command(std::string path) {
  if (ends_with(path, "/")) path.pop_back();
  return "rm -rf " + adb::quoted(path);
}

}  // namespace

std::string text(const Difference& d) {
  const std::string subject = clean_utf8(d.subject);
  switch (d.kind) {
    case Kind::kPackageAdded:
      return "package left: " + subject;
    case Kind::kPackageGone:
      return "package gone: " + subject;
    case Kind::kSetting:
      return d.subject == kClockNote ? "clock shifted by a run" : "setting changed: " + subject;
    case Kind::kFileAdded:
      return "file left: " + subject;
    case Kind::kFileGone:
      return "file gone: " + subject;
    case Kind::kFileChanged:
      break;
  }
  return "file changed: " + subject;
}

std::vector<Difference> compare(const Snapshot& baseline, const Snapshot& now) {
  std::vector<Difference> out;
  compare_packages(baseline, now, out);
  compare_settings(baseline, now, out);
  compare_files(baseline, now, out);
  return out;
}

Result<Snapshot> take_snapshot(Device& device, const Deadline& deadline) {
  Snapshot snapshot;
  TRY_ASSIGN(snapshot.packages, third_party_packages(device, deadline));
  snapshot.settings_seen = device.facts().api >= 23;  // `settings list` came with Android 6
  if (snapshot.settings_seen) {
    for (std::string_view space : kNamespaces) TRY(add_settings(device, space, snapshot, deadline));
  }
  FileWalk files{.device = device, .deadline = deadline, .snapshot = snapshot};
  for (std::string_view root : kRoots) TRY(files.walk(std::string(root), 0));
  return snapshot;
}

Status clean(Device& device, const std::vector<Difference>& differences, const Deadline& deadline) {
  for (const Difference& d : differences) {
    switch (d.kind) {
      case Kind::kPackageAdded:
        TRY(device.uninstall(d.subject, deadline).status());
        break;
      case Kind::kSetting:
        TRY(d.subject == kClockNote ? undo_shift(device, deadline) : undo_setting(device, d, deadline));
        break;
      case Kind::kFileAdded:
        TRY(device.shell(remove_command(d.subject), deadline).status());
        break;
      case Kind::kPackageGone:
      case Kind::kFileGone:
      case Kind::kFileChanged:
        break;
    }
  }
  return ok_status();
}

Result<Attestation> clean_and_attest(Device& device, const Snapshot& baseline, const Deadline& deadline) {
  Attestation result;
  result.covered = {"packages", "files"};
  if (baseline.settings_seen) result.covered.insert(result.covered.end(), {"settings", "clock"});
  for (int pass = 0;; ++pass) {
    TRY_ASSIGN(Snapshot now, take_snapshot(device, deadline));
    result.left = compare(baseline, now);
    result.clean = result.left.empty();
    if (result.clean || pass == kPasses) return result;
    TRY(clean(device, result.left, deadline));
    result.removed.insert(result.removed.end(), result.left.begin(), result.left.end());
  }
}

}  // namespace storesweep::device
