#include <algorithm>

#include "common/base/text.h"
#include "simdroid/android/app_ops.h"
#include "simdroid/android/components.h"
#include "simdroid/android/interpreter.h"
#include "simdroid/android/log.h"
#include "simdroid/android/platform_rules.h"
#include "simdroid/android/processes.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::int64_t kSwipeKillMs = 60;
constexpr std::int64_t kIdleLookMs = 600;
constexpr int kForegroundNotification = 1'000;
constexpr int kForegroundFlags = 0x62;

const ServiceCode* code_of(const Package& package, const std::string& name) {
  if (!package.behaviour()) return nullptr;
  auto it = package.behaviour()->services.find(name);
  return it == package.behaviour()->services.end() ? nullptr : &it->second;
}

std::string name_of(const Package& package, const std::string& class_name) {
  if (!package.behaviour()) return "";
  for (const auto& [name, code] : package.behaviour()->services)
    if (package.name + "." + class_stem(name) + "Service" == class_name) return name;
  return "";
}

Service* find_service(State& s, const std::string& package, const std::string& class_name) {
  for (auto& [id, service] : s.services)
    if (service.package == package && service.class_name == class_name) return &service;
  return nullptr;
}

// ActivityManagerService.getAppStartModeLocked: idle uids of apps that target 26 on.
bool background_limited(State& s, const Package& package) {
  if (package.system || !holds(Rule::kBackgroundServiceLimit, s.api, package.manifest.target_sdk))
    return false;
  follow_uid(s, package.uid);
  auto it = s.uids.find(package.uid);
  return it == s.uids.end() || (it->second.idle && it->second.exempt_until_ms <= s.now_ms);
}

void show_foreground(State& s, Service& service, Package& package) {
  service.foreground = true;
  service.must_show = false;
  create_channel(s, package, "service", "service");
  post_notification(s, package, "service", package.label, kForegroundNotification + service.id,
                    kForegroundFlags);
}

// onCreate and every onStartCommand that waits, on the main thread of its process.
void run_service(State& s, int id) {
  auto it = s.services.find(id);
  if (it == s.services.end()) return;
  Package* package = find_package(s, it->second.package);
  const int pid = it->second.pid;
  if (!package || !find_process(s, pid)) return;
  const ServiceCode* code = code_of(*package, it->second.name);
  const auto kept = package->apk;  // the code, should it be uninstalled meanwhile
  if (!it->second.created) {
    it->second.created = true;
    it->second.created_ms = s.now_ms;
    log_block(s, "event.create_service",
              {{"user", "0"},
               {"id", std::to_string(70'000'000 + id * 6151)},
               {"service", short_component(it->second.package, it->second.class_name)},
               {"uid", std::to_string(it->second.uid)},
               {"pid", std::to_string(pid)}});
    if (code) run_calls(s, pid, code->create);
  }
  while ((it = s.services.find(id)) != s.services.end() && it->second.starts_waiting > 0 &&
         find_process(s, pid)) {
    --it->second.starts_waiting;
    it->second.last_active_ms = s.now_ms;
    if (!code) continue;
    if (code->foreground) show_foreground(s, it->second, *package);
    it->second.sticky = code->sticky;
    follow_uid(s, it->second.uid);
    run_calls(s, pid, code->start);
  }
  if (it != s.services.end()) follow_uid(s, it->second.uid);
}

void end_service(State& s, int id) {
  auto it = s.services.find(id);
  if (it == s.services.end()) return;
  log_block(s, "event.destroy_service",
            {{"user", "0"},
             {"id", std::to_string(70'000'000 + id * 6151)},
             {"pid", std::to_string(it->second.pid)}});
  const std::string package = it->second.package;
  const int uid = it->second.uid;
  const bool foreground = it->second.foreground;
  s.services.erase(it);
  if (foreground) cancel_notifications(s, package, kForegroundNotification + id);
  follow_uid(s, uid);
}

// ActiveServices.scheduleServiceRestartLocked.
void plan_restart(State& s, Service& service) {
  const bool ran_long = s.now_ms - service.created_ms > kServiceResetMs;
  if (service.restart_delay_ms == 0 || ran_long) {
    service.restarts = 1;
    service.restart_delay_ms = kServiceRestartMs;
  } else {
    ++service.restarts;
    service.restart_delay_ms *= kServiceRestartFactor;
  }
  std::int64_t at = s.now_ms + service.restart_delay_ms;
  for (const auto& [id, other] : s.services)
    if (other.id != service.id && other.restart_at_ms >= 0 &&
        std::abs(other.restart_at_ms - at) < kServiceApartMs)
      at = other.restart_at_ms + kServiceApartMs;
  service.restart_at_ms = at;
  const std::string ms = std::to_string(at - s.now_ms);
  const std::string component = short_component(service.package, service.class_name);
  log_block(s, "event.schedule_service_restart", {{"user", "0"}, {"component", component}, {"ms", ms}});
  log_block(s, "log.schedule_service_restart", {{"component", component}, {"ms", ms}});
  plan(s, at - s.now_ms, {.kind = Event::Kind::kServiceRestart, .number = service.id});
}
}  // namespace

ServiceStart start_service(State& s, const std::string& package_name, const std::string& class_name,
                           int from_uid, bool foreground_wanted) {
  Package* package = find_package(s, package_name);
  const Component* component = package ? package->manifest.find(class_name) : nullptr;
  if (!component || component->kind != Component::Kind::kService) return ServiceStart::kNotFound;
  if (!component->exported && from_uid != package->uid && from_uid != 0 && from_uid != kSystemUid)
    return ServiceStart::kNotExported;
  const bool limited = background_limited(s, *package);
  const bool refused = foreground_wanted ? limited && holds(Rule::kForegroundServiceStartLimit, s.api,
                                                            package->manifest.target_sdk)
                                         : limited;
  if (refused) {
    log_block(s, "log.background_start",
              {{"component", short_component(package_name, class_name)},
               {"package", package_name},
               {"uid", std::to_string(package->uid)}});
    return ServiceStart::kBackground;
  }
  Service* service = find_service(s, package_name, class_name);
  if (!service) {
    Service fresh;
    fresh.id = s.next_id++;
    fresh.package = package_name;
    fresh.class_name = class_name;
    fresh.name = name_of(*package, class_name);
    fresh.process = component->process;
    fresh.uid = package->uid;
    fresh.created_ms = s.now_ms;
    const int id = fresh.id;
    service = &s.services.emplace(id, std::move(fresh)).first->second;
  }
  service->started = true;
  service->restart_at_ms = -1;
  service->from_foreground = current_uid_state(s, package->uid) <= UidState::kTop;
  ++service->start_id;
  ++service->starts_waiting;
  if (foreground_wanted && !service->foreground) {
    service->must_show = true;
    plan(s, kMustShowMs, {.kind = Event::Kind::kMustShow, .number = service->id});
  }
  bring_up_service(s, service->id);
  return ServiceStart::kStarted;
}

void bring_up_service(State& s, int id) {
  auto it = s.services.find(id);
  if (it == s.services.end()) return;
  Service& service = it->second;
  Package* package = find_package(s, service.package);
  if (!package) return;
  const Process& process = need_process(s, *package, service.process, "service",
                                        short_component(service.package, service.class_name));
  service.pid = process.pid;
  // Like every callback it runs on the main looper, after what runs there now.
  if (process.bound) plan(s, 0, {.kind = Event::Kind::kServiceRun, .number = id});
}

void service_process_bound(State& s, int pid) {
  std::vector<int> ids;
  for (const auto& [id, service] : s.services)
    if (service.pid == pid) ids.push_back(id);
  for (int id : ids) run_service(s, id);
}

bool stop_service(State& s, const std::string& package, const std::string& class_name) {
  const Service* service = find_service(s, package, class_name);
  if (!service) return false;
  end_service(s, service->id);
  return true;
}

void services_of_dead(State& s, const Process& process, bool forced) {
  std::vector<int> ids;
  for (const auto& [id, service] : s.services)
    if (service.pid == process.pid) ids.push_back(id);
  for (int id : ids) {
    Service& service = s.services.at(id);
    service.pid = 0;
    service.created = false;
    if (forced || !service.started || (!service.sticky && service.starts_waiting == 0)) {
      if (service.foreground) cancel_notifications(s, service.package, kForegroundNotification + id);
      s.services.erase(id);
      continue;
    }
    if (service.foreground) cancel_notifications(s, service.package, kForegroundNotification + id);
    service.foreground = false;
    service.starts_waiting = std::max(1, service.starts_waiting);  // a null intent
    plan_restart(s, service);
  }
}

void restart_service(State& s, int id) {
  auto it = s.services.find(id);
  if (it == s.services.end() || it->second.restart_at_ms < 0) return;
  it->second.restart_at_ms = -1;
  bring_up_service(s, id);
  // Its uid came up idle: what an app from 26 on started may not stay
  // (ActiveServices.stopInBackgroundLocked).
  if (auto now = s.services.find(id); now != s.services.end())
    plan(s, kIdleLookMs, {.kind = Event::Kind::kServiceIdle, .number = now->second.uid});
}

// Swiped from recents: the services hear of it, then its processes are killed when nobody needs them.
void task_removed(State& s, const std::string& package_name) {
  Package* package = find_package(s, package_name);
  if (!package) return;
  std::vector<int> ids;
  for (const auto& [id, service] : s.services)
    if (service.package == package_name && service.started) ids.push_back(id);
  for (int id : ids) {
    auto it = s.services.find(id);
    if (it == s.services.end()) continue;
    const Component* component = package->manifest.find(it->second.class_name);
    if (component && component->stop_with_task) {
      end_service(s, id);
      continue;
    }
    const ServiceCode* code = code_of(*package, it->second.name);
    if (code && it->second.created) run_calls(s, it->second.pid, code->task_removed);
    package = find_package(s, package_name);
    if (!package) return;
  }
  // ActivityManagerService.killProcessesForRemovedTask: not with a foreground service, nor with another task.
  std::vector<int> pids;
  for (const auto& [pid, process] : s.processes) {
    if (process.package != package_name) continue;
    const bool shown = std::any_of(s.services.begin(), s.services.end(), [&](const auto& entry) {
      return entry.second.package == package_name && entry.second.foreground;
    });
    const bool elsewhere = std::any_of(s.activities.begin(), s.activities.end(), [&](const auto& entry) {
      return entry.second.package == package_name && !entry.second.finishing;
    });
    if (shown || elsewhere) return;
    pids.push_back(pid);
  }
  for (int pid : pids) plan(s, kSwipeKillMs, {.kind = Event::Kind::kKill, .pid = pid, .text = "remove task"});
}

void stop_idle_services(State& s, int uid) {
  std::vector<int> ids;
  for (const auto& [id, service] : s.services)
    if (service.uid == uid && service.started && !service.foreground) ids.push_back(id);
  for (int id : ids) {
    auto it = s.services.find(id);
    if (it == s.services.end()) continue;
    const Package* package = find_package(s, it->second.package);
    if (!package || !background_limited(s, *package)) continue;
    log_block(s, "event.stop_idle_service",
              {{"uid", std::to_string(uid)},
               {"component", short_component(it->second.package, it->second.class_name)}});
    log_block(s, "log.stop_idle_service",
              {{"uid_name", "u0a" + std::to_string(uid - 10'000)},
               {"took", "-1m0s0ms"},
               {"component", short_component(it->second.package, it->second.class_name)}});
    end_service(s, id);
  }
}

void run_planned_service(State& s, int id) { run_service(s, id); }

// Context.startForegroundService() did not then call Service.startForeground().
void must_show_over(State& s, int id) {
  auto it = s.services.find(id);
  if (it == s.services.end() || !it->second.must_show || it->second.pid == 0) return;
  const Package* package = find_package(s, it->second.package);
  const Process* process = find_process(s, it->second.pid);
  if (!package || !process || !holds(Rule::kForegroundServiceMustShow, s.api, package->manifest.target_sdk))
    return;
  const int pid = process->pid;
  log_crash(s, *process, "Context.startForegroundService() did not then call Service.startForeground()",
            "android.app.RemoteServiceException");
  end_service(s, id);
  kill_process(s, pid, "crash");
}

}  // namespace storesweep::simdroid::android
