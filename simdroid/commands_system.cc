#include <fmt/format.h>

#include "common/base/text.h"
#include "simdroid/android/components.h"
#include "simdroid/android/platform_rules.h"
#include "simdroid/commands.h"
#include "simdroid/device.h"
#include "simdroid/print/text.h"

namespace storesweep::simdroid {
namespace {
int settings_usage(Invocation& in) {
  in.out(
      "Settings provider (settings) commands:\n  get [--user <USER_ID> | current] NAMESPACE KEY\n"
      "  put [--user <USER_ID> | current] NAMESPACE KEY VALUE\n  delete NAMESPACE KEY\n  list NAMESPACE\n");
  return 255;
}
}  // namespace

Started run_getprop(Invocation& in) {
  if (in.args.size() > 1 && in.args[1] == "storesweep.filled") {
    for (const std::string& block : in.device.templates().filled()) in.out(block + "\n");
    return 0;
  }
  if (in.args.size() > 1) {
    const std::string value = in.device.property(in.args[1]);
    in.out((value.empty() && in.args.size() > 2 ? in.args[2] : value) + "\n");
    return 0;
  }
  std::string out;
  for (const auto& [key, value] : in.device.properties()) out += "[" + key + "]: [" + value + "]\n";
  in.out(out);
  return 0;
}

Started run_setprop(Invocation& in) {
  if (in.args.size() != 3) {
    in.err("usage: setprop NAME VALUE\n");
    return 1;
  }
  if (in.args[1] == "storesweep.fault") {
    if (Status s = in.device.inject(in.args[2]); !s.ok()) {
      in.err("setprop: " + s.message() + "\n");
      return 1;
    }
    return 0;
  }
  if (starts_with(in.args[1], "ro.")) {
    in.err("setprop: failed to set property '" + in.args[1] + "' to '" + in.args[2] + "'\n");
    return 1;
  }
  in.device.set_property(in.args[1], in.args[2]);
  return 0;
}

Started run_settings(Invocation& in) {
  std::vector<std::string> args(in.args.begin() + 1, in.args.end());
  if (args.size() > 2 && args[1] == "--user") args.erase(args.begin() + 1, args.begin() + 3);
  if (args.size() > 1 && args[0] == "--user") args.erase(args.begin(), args.begin() + 2);
  if (args.size() < 2) return settings_usage(in);
  auto& settings = in.device.settings();
  const std::string prefix = args[1] + "/";
  if (args[0] == "list") {
    for (const auto& [key, value] : settings) {
      if (starts_with(key, prefix)) in.out(key.substr(prefix.size()) + "=" + value + "\n");
    }
    return 0;
  }
  if (args.size() < 3) return settings_usage(in);
  const std::string key = prefix + args[2];
  if (args[0] == "get") {
    auto it = settings.find(key);
    in.out((it == settings.end() ? "null" : it->second) + "\n");
  } else if (args[0] == "put" && args.size() > 3) {
    settings[key] = args[3];
  } else if (args[0] == "delete") {
    in.out(fmt::format("Deleted {} rows\n", settings.erase(key)));
  } else {
    return settings_usage(in);
  }
  return 0;
}

Started run_date(Invocation& in) {
  std::int64_t wall_ms = in.device.timers().wall_ms();
  for (std::size_t i = 1; i < in.args.size(); ++i) {
    const std::string& a = in.args[i];
    if (starts_with(a, "+")) {
      std::string format = a.substr(1);
      const std::string nanos = fmt::format("{:09d}", wall_ms % 1000 * 1'000'000);
      for (auto at = format.find("%N"); at != std::string::npos; at = format.find("%N"))
        format.replace(at, 2, nanos);
      for (auto at = format.find("%s"); at != std::string::npos; at = format.find("%s")) {
        format.replace(at, 2, std::to_string(wall_ms / 1000));
      }
      in.out(date_text(format.c_str(), wall_ms) + "\n");
      return 0;
    }
    if (starts_with(a, "@") && in.uid == kRootUid) {
      const auto seconds = parse_int<std::int64_t>(a.substr(1));
      if (!seconds) return 1;
      in.device.timers().shift_wall(*seconds * 1000 - wall_ms);
      wall_ms = *seconds * 1000;
    } else if (a != "-u") {
      in.err("date: cannot set date: Operation not permitted\n");
      return 1;
    }
  }
  in.out(date_text("%a %b %e %H:%M:%S UTC %Y", wall_ms) + "\n");
  return 0;
}

// `cmd alarm set-time MS`: AlarmManagerService.ShellCmd, as the shell, whom Android lets set the time.
Started run_alarm(Invocation& in) {
  const std::string verb = in.args.size() > 1 ? in.args[1] : "";
  const auto ms = in.args.size() > 2 ? parse_int<std::int64_t>(in.args[2]) : std::nullopt;
  const android::State& s = in.device.android().state();
  if (verb != "set-time" || !ms || *ms < 0 || !android::holds(android::Rule::kShellSetsTime, s.api, 0)) {
    in.err("Alarm manager service (alarm) commands:\n  help\n    Print this help text.\n");
    return 255;
  }
  in.device.timers().shift_wall(*ms - in.device.timers().wall_ms());
  android::Intent intent;
  intent.action = "android.intent.action.TIME_SET";
  android::send_broadcast(in.device.android().state(), std::move(intent), android::kSystemUid, "android");
  in.device.android().changed();
  return 0;
}

Started run_id(Invocation& in) {
  const std::string user = user_name(in.uid);
  if (in.args.size() > 1 && in.args[1] == "-u") {
    in.out(std::to_string(in.uid) + "\n");
    return 0;
  }
  if (in.device.shape().old_shell) {
    in.out(in.uid == kRootUid ? "uid=0(root) gid=0(root)\n"
                              : "uid=2000(shell) gid=2000(shell) "
                                "groups=1003(graphics),1004(input),1007(log),1009(mount),1011(adb),"
                                "1015(sdcard_rw),1028(sdcard_r),3001(net_bt_admin),3002(net_bt),3003(inet),"
                                "3006(net_bw_stats)\n");
    return 0;
  }
  in.out(fmt::format(
      "uid={}({}) gid={}({}) groups={}({}),1004(input),1007(log),1011(adb),1015(sdcard_rw),"
      "1028(sdcard_r),3001(net_bt_admin),3002(net_bt),3003(inet),3006(net_bw_stats),3009(readproc),"
      "3011(uhid) context=u:r:{}:s0\n",
      in.uid, user, in.uid, user, in.uid, user, in.uid == kRootUid ? "su" : "shell"));
  return 0;
}

Started run_whoami(Invocation& in) {
  in.out(user_name(in.uid) + "\n");
  return 0;
}

Started run_uname(Invocation& in) {
  const bool all = in.args.size() > 1 && in.args[1] == "-a";
  in.out(all ? "Linux localhost 4.4.0 #1 SMP PREEMPT x86_64\n" : "Linux\n");
  return 0;
}

Started run_uptime(Invocation& in) {
  const std::int64_t s = in.device.timers().uptime_ms() / 1000;
  in.out(fmt::format(" {} up {} min,  0 users,  load average: 0.12, 0.10, 0.09\n",
                     date_text("%H:%M:%S", in.device.timers().wall_ms()), s / 60));
  return 0;
}

Started run_reboot(Invocation& in) {
  in.device.reboot();
  return 0;
}

}  // namespace storesweep::simdroid
