#include <algorithm>

#include "simdroid/android/components.h"
#include "simdroid/android/interpreter.h"
#include "simdroid/android/log.h"
#include "simdroid/android/permissions.h"
#include "simdroid/android/platform_rules.h"
#include "simdroid/android/processes.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::int64_t kJobSoonMs = 2'000;
constexpr std::size_t kMaxAlarms = 500;  // AlarmManagerService.MAX_ALARMS_PER_UID

std::string job_key(const std::string& package, const std::string& name) { return package + "/" + name; }

void plan_alarm(State& s, const Alarm& alarm) {
  plan(s, alarm.at_ms - s.now_ms, {.kind = Event::Kind::kAlarm, .number = alarm.id});
}

void forget_alarm(State& s, const std::string& package, const std::string& name) {
  std::erase_if(s.alarms, [&](const auto& entry) {
    return entry.second.package == package && entry.second.name == name;
  });
}
}  // namespace

void set_alarm(State& s, const Package& package, const Call& call) {
  const int target = package.manifest.target_sdk;
  const bool exact = call.flag && call.repeat_ms == 0;
  if (exact && holds(Rule::kExactAlarmPermission, s.api, target) &&
      !has_permission(s, package, "android.permission.SCHEDULE_EXACT_ALARM"))
    return;  // a SecurityException, which the app catches
  forget_alarm(s, package.name, call.text);
  const bool floor = holds(Rule::kAlarmFloor, s.api, target);
  Alarm alarm;
  alarm.id = s.next_id++;
  alarm.package = package.name;
  alarm.name = call.text;
  alarm.uid = package.uid;
  alarm.at_ms = s.now_ms + (floor ? std::max(call.in_ms, kAlarmFuturityMs) : call.in_ms);
  alarm.repeat_ms =
      call.repeat_ms > 0 && floor ? std::max(call.repeat_ms, kAlarmPeriodFloorMs) : call.repeat_ms;
  // AlarmManagerService.maxTriggerTime: three quarters of the way, or of the period.
  alarm.window_ms = exact ? 0 : (alarm.repeat_ms > 0 ? alarm.repeat_ms : alarm.at_ms - s.now_ms) * 3 / 4;
  alarm.while_idle = exact && s.api >= 23;
  if (s.alarms.size() >= kMaxAlarms) return;
  const int id = alarm.id;
  plan_alarm(s, s.alarms.emplace(id, std::move(alarm)).first->second);
}

void cancel_alarm(State& s, const std::string& package, const std::string& name) {
  forget_alarm(s, package, name);
}

void alarm_due(State& s, int id) {
  auto it = s.alarms.find(id);
  if (it == s.alarms.end() || it->second.at_ms > s.now_ms) return;
  const Alarm alarm = it->second;
  if (alarm.repeat_ms > 0) {
    it->second.at_ms += alarm.repeat_ms;
    plan_alarm(s, it->second);
  } else {
    s.alarms.erase(it);
  }
  Package* package = find_package(s, alarm.package);
  if (!package) return;
  if (alarm.while_idle) s.uids[alarm.uid].exempt_until_ms = s.now_ms + kIdleExemptMs;
  Intent intent;
  intent.target_package = alarm.package;
  intent.target_class = alarm.package + ".AlarmReceiver";
  intent.data = "alarm:" + alarm.name;
  intent.flags = 0x14;
  send_broadcast(s, std::move(intent), kSystemUid, "android");
}

void schedule_job(State& s, const Package& package, const Call& call) {
  if (s.api < 21) return;
  JobPlan job;
  job.package = package.name;
  job.name = call.text;
  job.uid = package.uid;
  const auto& jobs = package.behaviour()->jobs;
  job.id = static_cast<int>(std::distance(jobs.begin(), jobs.find(call.text))) + 1;
  job.persisted = call.flag && has_permission(s, package, "android.permission.RECEIVE_BOOT_COMPLETED");
  if (call.flag && !job.persisted) return;  // an IllegalArgumentException, which the app catches
  job.period_ms = call.repeat_ms;
  if (job.period_ms > 0 && holds(Rule::kJobPeriodFloor, s.api, 0))
    job.period_ms = std::max(job.period_ms, kJobPeriodFloorMs);
  job.latency_ms = call.in_ms;
  job.enqueued_ms = s.now_ms;
  // A periodic job may run at any time of its period: without constraints it does soon.
  job.at_ms = s.now_ms + (job.period_ms > 0 ? kJobSoonMs : std::max<std::int64_t>(call.in_ms, 1));
  const std::string key = job_key(package.name, call.text);
  plan(s, job.at_ms - s.now_ms, {.kind = Event::Kind::kJob, .text = key});
  s.jobs[key] = std::move(job);
}

void job_due(State& s, const std::string& key) {
  auto it = s.jobs.find(key);
  if (it == s.jobs.end() || it->second.at_ms > s.now_ms) return;
  JobPlan& job = it->second;
  Package* package = find_package(s, job.package);
  if (!package) return;
  const std::string class_name = job.package + ".ProbeJobService";
  const Component* component = package->manifest.find(class_name);
  if (!component) return;
  const Process& process =
      need_process(s, *package, component->process, "service", short_component(job.package, class_name));
  if (!process.bound) return plan(s, 100, {.kind = Event::Kind::kJob, .text = key});
  const int pid = process.pid;
  const std::string name = job.name;
  log_block(s, "event.create_service",
            {{"user", "0"},
             {"id", std::to_string(70'000'000 + job.id)},
             {"service", short_component(job.package, class_name)},
             {"uid", std::to_string(job.uid)},
             {"pid", std::to_string(pid)}});
  if (job.period_ms > 0) {
    job.at_ms += job.period_ms;
    plan(s, job.at_ms - s.now_ms, {.kind = Event::Kind::kJob, .text = key});
  } else {
    s.jobs.erase(it);
  }
  if (!package->behaviour()) return;
  const auto kept = package->apk;
  if (auto calls = kept->behaviour->jobs.find(name); calls != kept->behaviour->jobs.end())
    run_calls(s, pid, calls->second);
}

void reload_jobs(State& s) {
  std::erase_if(s.jobs, [](const auto& entry) { return !entry.second.persisted; });
  for (auto& [key, job] : s.jobs) {
    job.at_ms = std::max(job.at_ms, s.now_ms + kJobSoonMs);
    plan(s, job.at_ms - s.now_ms, {.kind = Event::Kind::kJob, .text = key});
  }
}

void create_channel(State& s, Package& package, const std::string& id, const std::string& name) {
  if (s.api < 26) return;
  auto it = std::find_if(package.channels.begin(), package.channels.end(),
                         [&](const Channel& c) { return c.id == id; });
  if (it != package.channels.end()) {
    it->name = name;
    return;
  }
  package.channels.push_back({id, name});
  if (package.channels.size() == 1 &&
      holds(Rule::kNotificationPermissionAsked, s.api, package.manifest.target_sdk))
    plan(s, 400, {.kind = Event::Kind::kAskNotifications, .text = package.name});
}

void post_notification(State& s, const Package& package, const std::string& channel, const std::string& text,
                       int number, int flags) {
  const bool foreground = flags != 0;
  const bool known = std::any_of(package.channels.begin(), package.channels.end(),
                                 [&](const Channel& c) { return c.id == channel; });
  if (holds(Rule::kNotificationChannels, s.api, package.manifest.target_sdk) && !known) {
    log_block(s, "log.no_channel", {{"package", package.name}, {"channel", channel}});
    return;
  }
  if (holds(Rule::kNotificationPermission, s.api, package.manifest.target_sdk) && !foreground &&
      !has_permission(s, package, "android.permission.POST_NOTIFICATIONS"))
    return;
  std::erase_if(s.notifications,
                [&](const Notification& n) { return n.package == package.name && n.number == number; });
  s.notifications.push_back(
      {s.next_id++, number, package.name, package.uid, channel, text, flags, wall_ms(s)});
  log_block(s, "event.notification_enqueue",
            {{"uid", std::to_string(package.uid)},
             {"package", package.name},
             {"number", std::to_string(number)},
             {"channel", channel},
             {"user", "0"},
             {"pid", std::to_string(s.server_pid)}});
}

void cancel_notifications(State& s, const std::string& package, int number) {
  std::erase_if(s.notifications, [&](const Notification& n) {
    return n.package == package && (number == 0 || n.number == number);
  });
}

}  // namespace storesweep::simdroid::android
