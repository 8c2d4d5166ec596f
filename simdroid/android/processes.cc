#include "simdroid/android/processes.h"

#include <algorithm>

#include "common/base/text.h"
#include "simdroid/android/activities.h"
#include "simdroid/android/app_ops.h"
#include "simdroid/android/components.h"
#include "simdroid/android/interpreter.h"
#include "simdroid/android/log.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::int64_t kForkToBoundMs = 60;

int new_pid(State& s) {
  s.next_pid += 11 + static_cast<int>(next_number(s) % 23);
  if (s.next_pid > 32'000) s.next_pid = 2'000;
  while (s.processes.contains(s.next_pid)) ++s.next_pid;
  return s.next_pid;
}

Process& add_process(State& s, const Package& package, const std::string& name) {
  Process process;
  process.pid = new_pid(s);
  process.uid = package.uid;
  process.name = name;
  process.package = package.name;
  process.started_ms = process.last_active_ms = s.now_ms;
  process.sequence = s.next_process++;
  process.prefs = package.prefs;
  if (package.apk) process.behaviour = package.apk->behaviour;
  return s.processes[process.pid] = std::move(process);
}

// ProcessList of 4.4: oom_adj from -16 to 15; since 7 the kernel's score.
Standing standing(const State& s, int adj, int old_adj, std::string text, int state, std::string reason,
                  UidState uid_state, bool background) {
  return {s.api < 24 ? old_adj : adj, std::move(text), state, std::move(reason), uid_state, background};
}

// ActivityManager.PROCESS_STATE_*: the captures of 4.4 and 9 print them beside their names; 10 and later have
// one more (BOUND_TOP), 4.4 lacks some.
struct ProcStates {
  int foreground_service, service, receiver, home, last, cached_empty;
};
const ProcStates& proc_states(int api) {
  static constexpr ProcStates kOfFour{3, 7, 8, 9, 10, 13};
  static constexpr ProcStates kOfNine{3, 9, 10, 13, 14, 18};
  static constexpr ProcStates kOfTen{4, 10, 11, 14, 15, 19};
  constexpr int kNougat = 24, kTen = 29;
  return api < kNougat ? kOfFour : api < kTen ? kOfNine : kOfTen;
}

bool runs_service(const State& s, int pid, bool foreground) {
  return std::any_of(s.services.begin(), s.services.end(), [&](const auto& entry) {
    const Service& service = entry.second;
    return service.pid == pid && service.started && (!foreground || service.foreground);
  });
}

bool was_in_front_before(const State& s, const Process& process) {
  for (const Task& task : s.tasks) {
    if (task.home || task.activities.empty()) continue;
    const Activity* top = find_activity(s, task.activities.back());
    return top && top->pid == process.pid;
  }
  return false;
}
}  // namespace

bool has_visible_activity(const State& s, const Process& process) {
  return std::any_of(s.activities.begin(), s.activities.end(), [&](const auto& entry) {
    return entry.second.pid == process.pid && entry.second.created && is_visible(s, entry.first);
  });
}

// OomAdjuster.computeOomAdjLSP in its order.
Standing standing_of(const State& s, const Process& process) {
  const bool awake = s.screen_on;
  const ProcStates& states = proc_states(s.api);
  if (process.pid == s.server_pid)
    return standing(s, -900, -16, "sys", 0, "fixed", UidState::kPersistent, false);
  if (process.persistent) return standing(s, -800, -12, "pers", 0, "fixed", UidState::kPersistent, false);
  const Activity* front = front_activity(s);
  if (front && front->pid == process.pid && awake)
    return standing(s, 0, 0, "fore", 2, "top-activity", UidState::kTop, false);
  if (awake && has_visible_activity(s, process))
    return standing(s, 100, 1, "vis", 2, "vis-activity", UidState::kTop, false);
  if (runs_service(s, process.pid, true))
    return standing(s, 200, 2, "prcp", states.foreground_service, "fg-service", UidState::kForegroundService,
                    false);
  if (process.receiving > 0)
    return standing(s, 0, 0, "fore", states.receiver, "broadcast", UidState::kBackground, true);
  if (runs_service(s, process.pid, false))
    return standing(s, 500, 5, "svc", states.service, "started-services", UidState::kBackground, true);
  const Package* package = find_package(s, process.package);
  const bool home = std::any_of(s.activities.begin(), s.activities.end(), [&](const auto& entry) {
    return entry.second.kind == ActivityKind::kHome && entry.second.pid == process.pid;
  });
  if (package && home) return standing(s, 600, 6, "home", states.home, "home", UidState::kCached, true);
  if (was_in_front_before(s, process))
    return standing(s, 700, 7, "prev", states.last, "previous", UidState::kCached, true);
  return standing(s, 900, 9, "cch", states.cached_empty, "cch-empty", UidState::kCached, true);
}

Process& need_process(State& s, Package& package, const std::string& name, std::string_view type,
                      const std::string& component) {
  package.stopped = false;
  package.not_launched = false;
  if (Process* running = process_named(s, package.uid, name)) return *running;
  Process& process = add_process(s, package, name);
  log_proc_start(s, process, type, component);
  plan(s, kForkToBoundMs, {.kind = Event::Kind::kProcessBound, .pid = process.pid});
  return process;
}

void on_process_bound(State& s, int pid) {
  Process* process = find_process(s, pid);
  if (!process || process->bound) return;
  process->bound = true;
  log_proc_bound(s, *process);
  if (process->behaviour) {
    const auto behaviour = process->behaviour;
    run_calls(s, pid, behaviour->start);
  }
  if (!find_process(s, pid)) return;
  activity_process_bound(s, pid);
  if (find_process(s, pid)) service_process_bound(s, pid);
  follow_all_uids(s);
}

void process_died(State& s, int pid, bool forced) {
  Process* process = find_process(s, pid);
  if (!process) return;
  const Standing standing = standing_of(s, *process);
  const Process gone = *process;
  s.processes.erase(pid);
  log_proc_died(s, gone, standing.adj, standing.proc_state);
  for (auto it = s.future.begin(); it != s.future.end();) {
    const bool its = it->second.pid == pid &&
                     (it->second.kind == Event::Kind::kCall ||
                      it->second.kind == Event::Kind::kProcessBound || it->second.kind == Event::Kind::kKill);
    it = its ? s.future.erase(it) : std::next(it);
  }
  services_of_dead(s, gone, forced);
  forget_activities(s, pid);
  receiver_done(s, pid);
  settle(s);
  follow_all_uids(s);
}

void kill_process(State& s, int pid, const std::string& reason, bool forced) {
  Process* process = find_process(s, pid);
  if (!process) return;
  log_kill(s, *process, standing_of(s, *process).adj, reason);
  process_died(s, pid, forced);
}

void kill_package(State& s, const std::string& package, const std::string& reason, bool forced) {
  std::vector<int> pids;
  for (const auto& [pid, process] : s.processes)
    if (process.package == package) pids.push_back(pid);
  if (forced) {
    std::erase_if(s.alarms, [&](const auto& entry) { return entry.second.package == package; });
    std::erase_if(s.jobs, [&](const auto& entry) { return entry.second.package == package; });
    cancel_notifications(s, package);
  }
  for (int pid : pids) kill_process(s, pid, reason, forced);
  if (forced) {
    std::erase_if(s.services, [&](const auto& entry) { return entry.second.package == package; });
    std::erase_if(s.dialogs, [&](const SystemDialog& dialog) { return dialog.package == package; });
    std::vector<int> ids;
    for (const auto& [id, activity] : s.activities)
      if (activity.package == package || activity.ask.package == package) ids.push_back(id);
    for (int id : ids) finish_activity(s, id, "force-stop");
    settle(s);
  }
}

void start_system_processes(State& s) {
  Package server;
  server.name = "android";
  server.uid = kSystemUid;
  Process& process = add_process(s, server, "system_server");
  process.persistent = process.bound = true;
  s.server_pid = process.pid;
  for (const char* name : {"com.android.systemui", "com.android.phone"}) {
    Package* package = find_package(s, name);
    if (!package) continue;
    Process& one = add_process(s, *package, package->name);
    one.persistent = one.bound = true;
    log_proc_start(
        s, one, name == std::string_view("com.android.phone") ? "added application" : "service",
        name == std::string_view("com.android.phone") ? name : "com.android.systemui/.SystemUIService");
    log_proc_bound(s, one);
  }
}

}  // namespace storesweep::simdroid::android
