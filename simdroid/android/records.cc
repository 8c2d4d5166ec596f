#include "simdroid/android/records.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "simdroid/android/activities.h"
#include "simdroid/android/app_ops.h"
#include "simdroid/android/platform_rules.h"
#include "simdroid/android/processes.h"
#include "simdroid/android/screen.h"
#include "simdroid/print/text.h"

namespace storesweep::simdroid::android {
namespace {
// Ids of records as Android writes them: System.identityHashCode in hex. Ours follow from what they name, so
// that one record has one id wherever it is printed.
std::string record_id(std::string_view kind, std::int64_t number) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (char c : kind) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  for (int i = 0; i < 8; ++i)
    hash = (hash ^ static_cast<std::uint32_t>((number >> (i * 8)) & 0xff)) * 16777619U;
  return fmt::format("{:x}", hash & 0xfffffffU);
}

std::int64_t elapsed(const State& s, std::int64_t at_ms) {
  return std::max<std::int64_t>(0, at_ms - s.boot_ms);
}

std::string folder_of(const Package* package) { return package ? package->code_path : ""; }

std::vector<ResolvedComponent> resolved(const Package& package, Component::Kind kind) {
  std::vector<ResolvedComponent> out;
  for (const Component& c : package.manifest.components) {
    if (c.kind != kind) continue;
    for (const IntentFilter& f : c.filters)
      out.push_back({short_component(package.name, c.name), f.actions, f.categories,
                     f.schemes.empty() ? "" : f.schemes[0]});
  }
  return out;
}

std::vector<std::string> flag_names(const State& s, const Grant& grant) {
  std::vector<std::string> out;
  if (grant.user_set) out.emplace_back("USER_SET");
  if (grant.user_fixed) out.emplace_back("USER_FIXED");
  if (grant.review_required) out.emplace_back("REVIEW_REQUIRED");
  if (s.api >= 29) out.emplace_back("USER_SENSITIVE_WHEN_GRANTED");
  if (s.api >= 29) out.emplace_back("USER_SENSITIVE_WHEN_DENIED");
  if (grant.one_time) out.emplace_back("ONE_TIME");
  return out;
}

std::string life_name(const Activity& activity, bool resumed) {
  if (resumed) return "RESUMED";
  if (!activity.created) return "INITIALIZING";
  if (activity.finishing) return "FINISHING";
  switch (activity.life) {
    case Life::kPausing:
      return "PAUSING";
    case Life::kPaused:
      return "PAUSED";
    case Life::kStopped:
      return "STOPPED";
    case Life::kDestroyed:
      return "DESTROYED";
    default:
      return "RESUMED";
  }
}

ActivityRecord activity_record(State& s, const Activity& activity) {
  const Package* package = find_package(s, activity.package);
  ActivityRecord record;
  record.id = record_id("activity", activity.id);
  record.component = component_of(activity);
  record.process = activity.process;
  record.pid = activity.pid;
  record.process_id = record_id("process", activity.pid);
  record.uid = activity.uid;
  record.intent = text_of(activity.intent);
  record.launched_from_uid = activity.from_uid;
  record.launched_from_package = activity.from_package;
  record.state = life_name(activity, s.resumed == activity.id);
  record.visible = is_visible(s, activity.id);
  record.finishing = activity.finishing;
  record.launched_elapsed_ms = elapsed(s, activity.launched_ms);
  record.base_dir = folder_of(package);
  if (package) record.data_dir = package->data_dir;
  return record;
}

TaskRecord task_record(State& s, const Task& task) {
  TaskRecord record;
  record.id_hex = record_id("task", task.id);
  record.id = task.id;
  record.stack = task.home ? 0 : task.id;
  record.affinity = task.affinity;
  record.uid = task.uid;
  record.calling_uid = task.calling_uid;
  record.type = task.home ? "home" : "standard";
  record.intent = text_of(task.intent);
  record.last_active_elapsed_ms = elapsed(s, task.last_active_ms);
  for (auto it = task.activities.rbegin(); it != task.activities.rend(); ++it)
    if (const Activity* activity = find_activity(s, *it))
      record.activities.push_back(activity_record(s, *activity));
  return record;
}

std::string focused_title(State& s) {
  if (!s.screen_on || s.keyguard) return s.api >= 31 ? "NotificationShade" : "StatusBar";
  if (s.shade) return s.api >= 31 ? "NotificationShade" : "StatusBar";
  if (!s.dialogs.empty()) {
    const SystemDialog& dialog = s.dialogs.back();
    if (dialog.kind == SystemDialog::Kind::kCrash) return "Application Error: " + dialog.package;
    if (dialog.kind == SystemDialog::Kind::kNotResponding)
      return "Application Not Responding: " + dialog.package;
    return "DeprecatedTargetSdkVersionDialog";
  }
  const Activity* front = front_activity(s);
  return front && front->created ? front->package + "/" + front->class_name : "";
}

std::vector<OpRecord> op_records(const State& s, int uid, const std::string& package,
                                 const std::map<std::string, OpState>& ops) {
  std::vector<OpRecord> out;
  for (const auto& [op, state] : ops) {
    OpRecord record;
    record.op = op;
    record.mode = state.mode.empty() ? default_op_mode(s, op) : state.mode;
    if (op == "FINE_LOCATION") {
      record.switch_op = "COARSE_LOCATION";
      record.switch_mode = op_mode(s, uid, package, "COARSE_LOCATION");
    }
    for (const auto& [at, use] : state.uses) record.uses.push_back(use);
    out.push_back(std::move(record));
  }
  return out;
}
}  // namespace

PackageRecord package_record(const State& s, const Package& package) {
  const Manifest& m = package.manifest;
  PackageRecord r;
  r.name = package.name;
  r.uid = package.uid;
  r.code_path = package.code_path;
  r.library_path = s.api < 21 ? "/data/app-lib/" + package.name + "-1" : package.code_path + "/lib";
  if (!m.abis.empty()) r.abi = m.abis.front();
  r.version_code = m.version_code;
  r.version_name = m.version_name;
  r.min_sdk = m.min_sdk;
  r.target_sdk = m.target_sdk;
  r.data_dir = package.data_dir;
  r.system = package.system;
  r.debuggable = m.debuggable;
  r.first_install_wall_ms = package.first_install_wall_ms;
  r.last_update_wall_ms = package.last_update_wall_ms;
  r.installer = package.installer;
  r.signature = package.apk ? package.apk->signer.substr(0, 8) : "deadcafe";
  r.features = m.features;
  for (const UsedPermission& p : m.permissions)
    if (p.max_sdk == 0 || s.api <= p.max_sdk) r.requested.push_back(p.name);
  for (const std::string& name : package.install_grants) r.install_permissions.push_back(name);
  for (const auto& [name, grant] : package.runtime)
    r.runtime_permissions.push_back({name, grant.granted, flag_names(s, grant)});
  r.stopped = package.stopped;
  r.not_launched = package.not_launched;
  r.enabled = package.enabled;
  for (const std::string& name : s.disabled_components)
    if (starts_with(name, package.name + "/"))
      r.disabled_components.push_back(name.substr(package.name.size() + 1));
  r.activities = resolved(package, Component::Kind::kActivity);
  r.receivers = resolved(package, Component::Kind::kReceiver);
  r.services = resolved(package, Component::Kind::kService);
  return r;
}

ActivityState activity_state(State& s) {
  ActivityState state;
  for (const Task& task : s.tasks) state.tasks.push_back(task_record(s, task));
  state.focused_title = focused_title(s);
  if (!state.focused_title.empty()) state.focused_window = record_id(state.focused_title, 0);
  state.width_px = s.shape->width_px;
  state.height_px = s.shape->height_px;
  state.density_dpi = s.shape->density_dpi;
  state.sleeping = !s.screen_on;
  for (const Task& task : s.tasks)
    if (task.home) {
      state.recents_component = task.affinity + "/com.android.quickstep.RecentsActivity";
      state.recents_uid = task.uid;
    }
  return state;
}

std::vector<TaskRecord> recent_tasks(State& s) {
  std::vector<TaskRecord> out;
  for (const Task& task : s.tasks)
    if (!task.home) out.push_back(task_record(s, task));
  std::stable_sort(out.begin(), out.end(), [](const TaskRecord& a, const TaskRecord& b) {
    return a.last_active_elapsed_ms > b.last_active_elapsed_ms;
  });
  return out;
}

std::vector<ProcessRecord> process_records(State& s) {
  std::vector<ProcessRecord> out;
  for (const auto& [pid, process] : s.processes) {
    const Standing standing = standing_of(s, process);
    const Package* package = find_package(s, process.package);
    ProcessRecord r;
    r.id = record_id("process", pid);
    r.pid = pid;
    r.parent_pid = 1'200;
    r.uid = process.uid;
    r.name = process.pid == s.server_pid ? "system" : process.name;
    r.packages = {process.package};
    r.code_path = folder_of(package);
    if (package) r.data_dir = package->data_dir;
    r.adj = standing.adj;
    r.adj_text = standing.adj_text;
    r.proc_state = standing.proc_state;
    r.adj_reason = standing.reason;
    r.persistent = process.persistent;
    r.started_elapsed_ms = elapsed(s, process.started_ms);
    r.last_activity_elapsed_ms = elapsed(s, process.last_active_ms);
    r.start_seq = process.sequence;
    r.foreground_activities = has_visible_activity(s, process);
    for (const auto& [id, service] : s.services) {
      if (service.pid != pid) continue;
      r.started_services |= service.started;
      r.foreground_services |= service.foreground;
      r.services.push_back("{" + record_id("service", id) + " u0 " +
                           short_component(service.package, service.class_name) + "}");
    }
    for (const auto& [id, activity] : s.activities) {
      if (activity.pid != pid) continue;
      const Task* task = task_of(s, id);
      r.activities.push_back("{" + record_id("activity", id) + " u0 " + component_of(activity) + " t" +
                             std::to_string(task ? task->id : -1) + "}");
    }
    for (const std::string& name : process.receivers)
      r.receivers.push_back("{" + record_id(name, pid) + " " + std::to_string(pid) + " " + process.name +
                            "/" + std::to_string(process.uid) + "/u0 remote:" + record_id("remote", pid) +
                            "}");
    out.push_back(std::move(r));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const ProcessRecord& a, const ProcessRecord& b) { return a.adj < b.adj; });
  return out;
}

std::vector<ServiceRecord> service_records(State& s) {
  std::vector<ServiceRecord> out;
  for (const auto& [id, service] : s.services) {
    const Package* package = find_package(s, service.package);
    ServiceRecord r;
    r.id = record_id("service", id);
    r.component = short_component(service.package, service.class_name);
    r.intent.component = r.component;
    r.process = service.process;
    r.process_id = record_id("process", service.pid);
    r.pid = service.pid;
    r.uid = service.uid;
    r.base_dir = folder_of(package);
    if (package) r.data_dir = package->data_dir;
    r.created_elapsed_ms = elapsed(s, service.created_ms);
    r.last_activity_elapsed_ms = elapsed(s, service.last_active_ms);
    r.restart_elapsed_ms =
        elapsed(s, service.restart_at_ms >= 0 ? service.restart_at_ms : service.created_ms);
    r.created_from_foreground = service.from_foreground;
    r.start_requested = service.started;
    r.stop_if_killed = !service.sticky;
    r.call_start = service.started;
    r.last_start_id = service.start_id;
    r.restart_count = service.restarts;
    r.foreground = service.foreground;
    r.foreground_id = service.foreground ? 1'000 + id : 0;
    r.channel = service.foreground ? "service" : "";
    out.push_back(std::move(r));
  }
  return out;
}

std::vector<PsLine> ps_lines(State& s) {
  std::vector<PsLine> out{{"root", 1, 0, 10'240, 2'140, "0", 'S', s.api < 26 ? "/init" : "init"},
                          {"root", 1'200, 1, 1'400'000, 120'000, "0", 'S', "zygote"}};
  for (const auto& [pid, process] : s.processes)
    out.push_back({user_name(process.uid), pid, 1'200, 1'290'000 + pid % 997, 68'000 + pid % 9'973, "0", 'S',
                   process.name});
  return out;
}

std::vector<UidOps> uid_ops(State& s) {
  std::vector<UidOps> out;
  std::map<int, UidOps> by_uid;
  for (const auto& [uid, modes] : s.uid_modes) {
    for (const auto& [op, mode] : modes)
      if (mode != default_op_mode(s, op)) by_uid[uid].modes.push_back({.op = op, .mode = mode});
  }
  for (const auto& [uid, packages] : s.ops)
    for (const auto& [package, ops] : packages)
      by_uid[uid].packages.push_back({package, op_records(s, uid, package, ops)});
  for (auto& [uid, ops] : by_uid) {
    ops.uid = uid;
    ops.state = believed_uid_state(s, uid);
    if (!ops.modes.empty() || !ops.packages.empty()) out.push_back(std::move(ops));
  }
  return out;
}

std::vector<AlarmLine> alarm_lines(State& s) {
  std::vector<AlarmLine> out;
  for (const auto& [id, alarm] : s.alarms) {
    AlarmLine line;
    line.id = record_id("alarm", id);
    line.package = alarm.package;
    line.uid = alarm.uid;
    line.tag = alarm.package + "/.AlarmReceiver";
    line.when_elapsed_ms = elapsed(s, alarm.at_ms);
    line.window_ms = alarm.window_ms;
    line.repeat_ms = alarm.repeat_ms;
    line.flags = alarm.while_idle ? 4 : 0;
    out.push_back(std::move(line));
  }
  std::stable_sort(out.begin(), out.end(), [](const AlarmLine& a, const AlarmLine& b) {
    return a.when_elapsed_ms < b.when_elapsed_ms;
  });
  return out;
}

std::vector<JobLine> job_lines(State& s) {
  std::vector<JobLine> out;
  for (const auto& [key, job] : s.jobs) {
    JobLine line;
    line.id = record_id(key, 0);
    line.uid = job.uid;
    line.job = job.id;
    line.package = job.package;
    line.component = job.package + "/.ProbeJobService";
    line.period_ms = job.period_ms;
    line.latency_ms = job.latency_ms;
    line.persisted = job.persisted;
    line.enqueued_elapsed_ms = elapsed(s, job.enqueued_ms);
    line.earliest_elapsed_ms = elapsed(s, job.at_ms);
    if (job.period_ms > 0) line.latest_elapsed_ms = elapsed(s, job.at_ms + job.period_ms);
    out.push_back(std::move(line));
  }
  return out;
}

std::vector<NotificationLine> notification_lines(State& s) {
  std::vector<NotificationLine> out;
  for (const Notification& n : s.notifications) {
    NotificationLine line;
    line.record_id = fmt::format("{:0>8}", record_id("notification", n.id));
    line.package = n.package;
    line.uid = n.uid;
    line.id = n.number;
    line.channel = n.channel;
    line.flags = n.flags;
    line.posted_wall_ms = n.posted_wall_ms;
    if (const Package* package = find_package(s, n.package))
      for (const Channel& c : package->channels)
        if (c.id == n.channel) line.channel_name = c.name;
    out.push_back(std::move(line));
  }
  return out;
}

std::vector<NotificationChannels> notification_channels(State& s) {
  std::vector<NotificationChannels> out;
  for (const auto& [name, package] : s.packages) {
    if (package.channels.empty()) continue;
    NotificationChannels one;
    one.package = name;
    one.uid = package.uid;
    if (s.api >= 33) {
      auto it = package.runtime.find("android.permission.POST_NOTIFICATIONS");
      one.enabled = it != package.runtime.end() && it->second.granted;
    }
    for (const Channel& c : package.channels) one.channels.emplace_back(c.id, c.name);
    out.push_back(std::move(one));
  }
  return out;
}

PowerLine power_line(const State& s) {
  PowerLine line;
  line.wakefulness = s.screen_on ? "Awake" : "Asleep";
  line.plugged = s.switches.ac || s.switches.usb || s.switches.wireless;
  line.battery_percent = s.switches.level_percent;
  line.last_wake_elapsed_ms = elapsed(s, s.last_wake_ms);
  line.last_sleep_elapsed_ms = elapsed(s, s.last_sleep_ms);
  return line;
}

BatteryLine battery_line(const State& s) {
  BatteryLine line;
  line.ac = s.switches.ac;
  line.usb = s.switches.usb;
  line.wireless = s.switches.wireless;
  line.status = s.switches.status;
  line.level_percent = s.switches.level_percent;
  return line;
}

std::vector<WindowLine> window_lines(State& s) {
  std::vector<WindowLine> out;
  const Display display = display_of(s);
  const Activity* front = front_activity(s);
  for (auto it = display.windows.rbegin(); it != display.windows.rend(); ++it) {
    WindowLine line;
    line.title = it->title;
    line.id = record_id(it->title, 0);
    line.package = it->package;
    if (const Package* package = find_package(s, it->package)) line.uid = package->uid;
    line.left = it->frame.left;
    line.top = it->frame.top;
    line.right = it->frame.right;
    line.bottom = it->frame.bottom;
    if (front && it->package == front->package) {
      const Task* task = task_of(s, front->id);
      line.pid = front->pid;
      line.activity_id = record_id("activity", front->id);
      line.activity_component = component_of(*front);
      line.task = task ? task->id : 0;
    } else {
      line.type = 2'000;
      line.pid = s.server_pid;
    }
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace storesweep::simdroid::android
