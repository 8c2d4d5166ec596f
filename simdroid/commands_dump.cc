// dumpsys, cmd, appops, ps, pidof, service: what the system says of itself.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/base/text.h"
#include "simdroid/android/app_ops.h"
#include "simdroid/android/platform.h"
#include "simdroid/android/records.h"
#include "simdroid/commands.h"
#include "simdroid/device.h"
#include "simdroid/print/appops.h"
#include "simdroid/print/device_state.h"
#include "simdroid/print/package.h"
#include "simdroid/print/processes.h"
#include "simdroid/print/scheduled.h"

namespace storesweep::simdroid {
namespace {
// The words behind the service's name.
using Dump = std::string (*)(Invocation& in, const std::vector<std::string>& words);

std::string dump_package(Invocation& in, const std::vector<std::string>& words) {
  const android::State& s = in.device.android().state();
  const Templates& t = in.device.templates();
  for (const std::string& word : words) {
    if (starts_with(word, "-")) continue;
    const android::Package* package = android::find_package(s, word);
    return package ? print_package(t, android::package_record(s, *package), android::moment(s))
                   : print_unknown_package(t, word);
  }
  std::vector<PackageRecord> all;
  for (const auto& [name, package] : s.packages) all.push_back(android::package_record(s, package));
  return print_packages(t, all, android::moment(s));
}

std::string dump_appops(Invocation& in, const std::vector<std::string>& words) {
  android::State& s = in.device.android().state();
  std::vector<UidOps> uids = android::uid_ops(s);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != "--package") continue;
    std::erase_if(uids, [&](const UidOps& uid) {
      return std::none_of(uid.packages.begin(), uid.packages.end(),
                          [&](const PackageOps& p) { return p.package == words[i + 1]; });
    });
  }
  return print_appops(in.device.templates(), uids, android::moment(s));
}

std::string dump_activity(Invocation& in, const std::vector<std::string>& words) {
  android::State& s = in.device.android().state();
  const Templates& t = in.device.templates();
  const Moment now = android::moment(s);
  std::string what;
  for (const std::string& word : words)
    if (!starts_with(word, "-") && what.empty()) what = word;
  if (what == "activities" || what == "a" || what == "containers")
    return print_activities(t, android::activity_state(s), now);
  if (what == "recents" || what == "r")
    return print_recents(t, android::activity_state(s), android::recent_tasks(s), now);
  if (what == "processes" || what == "p") return print_processes(t, android::process_records(s), now);
  if (what == "services" || what == "s") return print_services(t, android::service_records(s), now);
  if (what == "broadcasts" || what == "b")
    return print_broadcasts(t, {s.broadcasts.begin(), s.broadcasts.end()}, now);
  if (what == "top") return print_activities(t, android::activity_state(s), now);
  return print_broadcasts(t, {s.broadcasts.begin(), s.broadcasts.end()}, now) +
         print_services(t, android::service_records(s), now) +
         print_recents(t, android::activity_state(s), android::recent_tasks(s), now) +
         print_activities(t, android::activity_state(s), now) +
         print_processes(t, android::process_records(s), now);
}

std::string dump_window(Invocation& in, const std::vector<std::string>& words) {
  android::State& s = in.device.android().state();
  const bool displays = !words.empty() && (words[0] == "displays" || words[0] == "d");
  const auto state = android::activity_state(s);
  const auto windows = android::window_lines(s);
  if (displays) return print_displays(in.device.templates(), state, windows);
  std::string text;
  if (words.empty() || words[0] == "policy" || words[0] == "p") {
    // WindowManagerPolicy.dump: the lines that tools look for.
    text = "WINDOW MANAGER POLICY STATE (dumpsys window policy)\n";
    text += fmt::format("    mAwake={}\n    mScreenOnEarly={} mScreenOnFully={}\n", s.screen_on, s.screen_on,
                        s.screen_on);
    text += fmt::format(
        "    isStatusBarKeyguard={}\n    mShowingLockscreen={} mShowingDream=false mDreamingLockscreen={}\n",
        s.keyguard, s.keyguard, s.keyguard);
    text += fmt::format("    KeyguardServiceDelegate\n      showing={}\n", s.keyguard);
    if (!words.empty()) return text;
    text += "\n" + print_displays(in.device.templates(), state, windows) + "\n";
  }
  return text + print_windows(in.device.templates(), state, windows);
}

std::string dump_power(Invocation& in, const std::vector<std::string>&) {
  const android::State& s = in.device.android().state();
  return print_power(in.device.templates(), android::power_line(s), android::moment(s));
}

// `dumpsys battery unplug | set ac 0 | set level 50 | reset` acts, without words it prints.
std::string dump_battery(Invocation& in, const std::vector<std::string>& words) {
  android::State& s = in.device.android().state();
  std::vector<std::string> given = words;
  std::erase(given, "-f");
  if (given.empty()) return print_battery(in.device.templates(), android::battery_line(s));
  if (given[0] == "unplug") {
    s.switches.battery_faked = true;
    android::set_plugged(s, false, false);
  } else if (given[0] == "reset") {
    s.switches.battery_faked = false;
    s.switches.level_percent = 100;
    android::set_plugged(s, false, true);
  } else if (given[0] == "set" && given.size() > 2) {
    const int value = parse_int<int>(given[2]).value_or(0);
    s.switches.battery_faked = true;
    if (given[1] == "ac") android::set_plugged(s, value != 0, s.switches.usb);
    if (given[1] == "usb") android::set_plugged(s, s.switches.ac, value != 0);
    if (given[1] == "level") s.switches.level_percent = value;
    if (given[1] == "status") s.switches.status = value;
  }
  in.device.android().changed();
  return "";
}

std::string dump_alarm(Invocation& in, const std::vector<std::string>&) {
  android::State& s = in.device.android().state();
  return print_alarms(in.device.templates(), android::alarm_lines(s), android::moment(s));
}
std::string dump_jobs(Invocation& in, const std::vector<std::string>&) {
  android::State& s = in.device.android().state();
  return print_jobs(in.device.templates(), android::job_lines(s), android::moment(s));
}
std::string dump_notification(Invocation& in, const std::vector<std::string>&) {
  android::State& s = in.device.android().state();
  return print_notifications(in.device.templates(), android::notification_lines(s),
                             android::notification_channels(s), android::moment(s));
}
std::string dump_usage(Invocation& in, const std::vector<std::string>&) {
  android::State& s = in.device.android().state();
  return print_usage(in.device.templates(), {s.usage.begin(), s.usage.end()}, android::moment(s));
}
std::string dump_idle(Invocation&, const std::vector<std::string>& words) {
  if (!words.empty() && words[0] == "whitelist") return "";
  return "  Settings:\n  mLightEnabled=true  mDeepEnabled=true\n  mForceIdle=false\n  mScreenOn=true\n  "
         "mCharging=true\n"
         "  mState=ACTIVE mLightState=ACTIVE\n";
}

const std::map<std::string, Dump>& services() {
  static const std::map<std::string, Dump> table{
      {"package", dump_package},  {"appops", dump_appops},     {"activity", dump_activity},
      {"window", dump_window},    {"power", dump_power},       {"battery", dump_battery},
      {"alarm", dump_alarm},      {"jobscheduler", dump_jobs}, {"notification", dump_notification},
      {"usagestats", dump_usage}, {"deviceidle", dump_idle}};
  return table;
}

bool there(const Device& device, const std::string& service) {
  const int api = device.shape().api;
  if (service == "usagestats" || service == "jobscheduler") return api >= 21 || service == "usagestats";
  if (service == "deviceidle") return api >= 23;
  return true;
}

int ops_get(Invocation& in, const std::string& name, const std::string& op) {
  android::State& s = in.device.android().state();
  const android::Package* package = android::find_package(s, name);
  if (!package) {
    in.err("Error: No UID for " + name + " in user 0\n");
    return 255;
  }
  for (UidOps& uid : android::uid_ops(s)) {
    if (uid.uid != package->uid) continue;
    for (PackageOps& ops : uid.packages) {
      if (ops.package != name) continue;
      if (!op.empty()) std::erase_if(ops.ops, [&](const OpRecord& r) { return r.op != op; });
      if (!op.empty()) std::erase_if(uid.modes, [&](const OpRecord& r) { return r.op != op; });
      if (ops.ops.empty() && uid.modes.empty()) break;
      in.out(print_appops_get(in.device.templates(), uid, ops, android::moment(s)));
      return 0;
    }
    if (!op.empty()) std::erase_if(uid.modes, [&](const OpRecord& r) { return r.op != op; });
    if (uid.modes.empty() || !uid.packages.empty()) break;
    in.out(print_appops_get(in.device.templates(), uid, {name, {}}, android::moment(s)));
    return 0;
  }
  in.out(print_appops_none(in.device.templates(), op.empty() ? "" : android::default_op_mode(s, op)));
  return 0;
}

int ops_set(Invocation& in, const std::vector<std::string>& words, bool whole_uid) {
  android::State& s = in.device.android().state();
  const android::Package* package = words.size() > 2 ? android::find_package(s, words[0]) : nullptr;
  if (!package) {
    in.err("Error: No UID for " + (words.empty() ? "" : words[0]) + " in user 0\n");
    return 255;
  }
  const std::string op = starts_with(words[1], "android:") ? words[1].substr(8) : words[1];
  if (whole_uid) {
    s.uid_modes[package->uid][op] = words[2];
  } else {
    s.ops[package->uid][package->name][op].mode = words[2];
  }
  in.device.android().changed();
  return 0;
}
}  // namespace

Started run_dumpsys(Invocation& in) {
  std::vector<std::string> words(in.args.begin() + 1, in.args.end());
  while (!words.empty() && (words[0] == "-t" || words[0] == "-T" || words[0] == "--priority"))
    words.erase(words.begin(), words.begin() + std::min<std::size_t>(2, words.size()));
  if (!in.device.android().state().running) {
    in.err("dumpsys: Unable to get default service manager!\n");
    return 20;
  }
  if (words.empty() || words[0] == "-l") {
    in.out("Currently running services:\n");
    for (const auto& [name, dump] : services())
      if (there(in.device, name)) in.out("  " + name + "\n");
    if (words.empty())
      for (const auto& [name, dump] : services())
        if (there(in.device, name) && name != "battery")
          in.out(
              "-------------------------------------------------------------------------------\nDUMP OF "
              "SERVICE " +
              name + ":\n" + dump(in, {}));
    return 0;
  }
  auto it = services().find(words[0]);
  if (it == services().end() || !there(in.device, words[0])) {
    const std::string text = "Can't find service: " + words[0] + "\n";
    in.device.shape().api < 26 ? in.out(text) : in.err(text);
    return 0;
  }
  words.erase(words.begin());
  in.out(it->second(in, words));
  return 0;
}

Started run_appops(Invocation& in) {
  if (in.device.shape().api < 21) {
    in.err("/system/bin/sh: appops: not found\n");
    return 127;
  }
  std::vector<std::string> words(in.args.begin() + 1, in.args.end());
  const bool whole_uid = std::erase(words, "--uid") > 0;
  for (auto it = std::find(words.begin(), words.end(), "--user"); it != words.end();
       it = std::find(words.begin(), words.end(), "--user"))
    words.erase(it, it + std::min<std::ptrdiff_t>(2, words.end() - it));
  const std::string verb = words.empty() ? "" : words[0];
  if (!words.empty()) words.erase(words.begin());
  if (verb == "get" && !words.empty()) return ops_get(in, words[0], words.size() > 1 ? words[1] : "");
  if (verb == "set") return ops_set(in, words, whole_uid);
  if (verb == "reset") {
    android::State& s = in.device.android().state();
    for (auto& [uid, packages] : s.ops)
      for (auto& [name, ops] : packages)
        if (words.empty() || name == words[0])
          for (auto& [op, state] : ops) state.mode.clear();
    in.out("Reset all modes to default\n");
    return 0;
  }
  in.err("AppOps service (appops) commands:\n  get | set | reset | query-op\n");
  return verb.empty() ? 0 : 255;
}

Started run_cmd(Invocation& in) {
  if (in.device.shape().api < 24) {
    in.err("/system/bin/sh: cmd: not found\n");
    return 127;
  }
  static const std::map<std::string, Command> table{
      {"package", run_pm},  {"activity", run_am},       {"appops", run_appops},   {"window", run_wm},
      {"input", run_input}, {"settings", run_settings}, {"content", run_content}, {"alarm", run_alarm}};
  const std::string service = in.args.size() > 1 ? in.args[1] : "";
  if (service == "-l") {
    in.out("Currently running services:\n");
    for (const auto& [name, command] : table) in.out("  " + name + "\n");
    return 0;
  }
  auto it = table.find(service);
  if (it == table.end()) {
    in.err(service.empty() ? "cmd: No service specified; use -l to list all running services. Use -w to "
                             "start and wait for a service.\n"
                           : "cmd: Can't find service: " + service + "\n");
    return 20;
  }
  in.args.erase(in.args.begin());
  return it->second(in);
}

// `ps`, `ps -A`, `ps -ef`: up to 7 all of them, later those of the shell's own terminal without -A.
Started run_ps(Invocation& in) {
  std::vector<PsLine> all = android::ps_lines(in.device.android().state());
  const bool every =
      in.device.shape().api < 26 || std::any_of(in.args.begin() + 1, in.args.end(), [](const std::string& a) {
        return starts_with(a, "-") && a.find_first_of("Ae") != std::string::npos;
      });
  if (!every) std::erase_if(all, [](const PsLine& line) { return line.user != "shell"; });
  in.out(print_ps(in.device.templates(), all));
  return 0;
}

Started run_pidof(Invocation& in) {
  std::string found;
  for (const PsLine& line : android::ps_lines(in.device.android().state()))
    for (std::size_t i = 1; i < in.args.size(); ++i)
      if (line.name == in.args[i]) found += (found.empty() ? "" : " ") + std::to_string(line.pid);
  if (found.empty()) return 1;
  in.out(found + "\n");
  return 0;
}

Started run_service(Invocation& in) {
  const std::string verb = in.args.size() > 1 ? in.args[1] : "";
  if (verb == "check" && in.args.size() > 2) {
    in.out("Service " + in.args[2] + ": " + (services().contains(in.args[2]) ? "found" : "not found") + "\n");
  } else if (verb == "list") {
    in.out(fmt::format("Found {} services:\n", services().size()));
    int number = 0;
    for (const auto& [name, dump] : services()) in.out(fmt::format("{}\t{}: []\n", number++, name));
  }
  return 0;
}

}  // namespace storesweep::simdroid
