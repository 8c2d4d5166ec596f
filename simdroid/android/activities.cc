#include "simdroid/android/activities.h"

#include <algorithm>

#include "common/base/text.h"
#include "simdroid/android/app_ops.h"
#include "simdroid/android/components.h"
#include "simdroid/android/interpreter.h"
#include "simdroid/android/log.h"
#include "simdroid/android/permissions.h"
#include "simdroid/android/platform_rules.h"
#include "simdroid/android/processes.h"
#include "simdroid/android/system_pages.h"
#include "simdroid/android/tasks.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::int64_t kPauseMs = 12;
constexpr std::int64_t kDrawMs = 180;
constexpr std::int64_t kSettleMs = 350;

int task_id(State& s, int activity) {
  const Task* task = task_of(s, activity);
  return task ? task->id : -1;
}

void note_usage(State& s, const Activity& activity, bool front) {
  const bool named_new = s.api >= 29;
  s.usage.push_back({wall_ms(s),
                     front ? (named_new ? "ACTIVITY_RESUMED" : "MOVE_TO_FOREGROUND")
                           : (named_new ? "ACTIVITY_PAUSED" : "MOVE_TO_BACKGROUND"),
                     activity.package, activity.class_name});
  while (s.usage.size() > 500) s.usage.pop_front();
}

const Behaviour* code_of(const State& s, const Activity& activity) {
  const Process* process = find_process(s, activity.pid);
  return activity.kind == ActivityKind::kApp && process ? process->behaviour.get() : nullptr;
}

// Runs a list of the app for its activity; false when that, or its process, is gone behind it. Android writes
// an on_..._called event only behind the callback.
bool run_for(State& s, int id, const Calls& calls) {
  const Activity* activity = find_activity(s, id);
  if (!activity) return false;
  const int pid = activity->pid;
  const auto kept = find_process(s, pid)->behaviour;
  run_calls(s, pid, calls);
  return find_process(s, pid) != nullptr && find_activity(s, id) != nullptr;
}

bool create(State& s, int id) {
  Activity& activity = s.activities.at(id);
  activity.created = true;
  const Package* package = find_package(s, activity.package);
  if (activity.kind == ActivityKind::kApp && package && !package->behaviour()) activity.pages.push_back({});
  if (const Behaviour* code = code_of(s, activity); code && !run_for(s, id, code->launch)) return false;
  log_called(s, "event.on_create_called", s.activities.at(id), "performCreate");
  log_called(s, "event.on_start_called", s.activities.at(id), "handleStartActivity");
  return true;
}

// ActivityThread.performResumeActivity: the results that wait, then onResume.
bool deliver_result(State& s, int id) {
  Activity& activity = s.activities.at(id);
  const Behaviour* code = code_of(s, activity);
  if (!activity.has_result || !code) return true;
  activity.has_result = false;
  for (const auto& [permission, granted] : std::exchange(activity.result, {})) {
    auto answer = code->permission_result.find(permission);
    if (answer == code->permission_result.end()) continue;
    if (!run_for(s, id, granted ? answer->second.granted : answer->second.denied)) return false;
  }
  return true;
}

void resume(State& s, int id) {
  Activity& activity = s.activities.at(id);
  const Process* process = find_process(s, activity.pid);
  if (!process || !process->bound) return;
  const auto kept = process->behaviour;  // its lists, should the app end while they run
  const bool fresh = !activity.created;
  s.resumed = id;
  activity.life = Life::kResumed;
  const int task = task_id(s, id);
  log_activity(s, fresh ? "event.restart_activity" : "event.resume_activity", activity, task);
  log_activity(s, "event.set_resumed_activity", activity, task,
               fresh ? "minimalResumeActivityLocked" : "resumeTopActivityInnerLocked");
  note_usage(s, activity, true);
  follow_all_uids(s);
  plan(s, kSettleMs, {.kind = Event::Kind::kSettle});
  if (fresh) {
    plan(s, kDrawMs, {.kind = Event::Kind::kDrawn, .number = id});
    if (!create(s, id)) return;
  } else if (activity.was_stopped) {
    log_called(s, "event.on_restart_called", activity, "performRestartActivity");
    log_called(s, "event.on_start_called", activity, "handleStartActivity");
  }
  s.activities.at(id).was_stopped = false;
  if (!deliver_result(s, id)) return;
  if (const Behaviour* code = code_of(s, s.activities.at(id)); code && !run_for(s, id, code->resume)) return;
  log_called(s, "event.on_resume_called", s.activities.at(id), "RESUME_ACTIVITY");
  if (s.activities.at(id).kind == ActivityKind::kPermission) return permission_activity_up(s, id);
  if (fresh) app_came_up(s, id);
}

// Gives the activity its process; resume() follows when that is bound.
void bring_up(State& s, int id) {
  Activity& activity = s.activities.at(id);
  Package* package = find_package(s, activity.package);
  if (!package) return drop_activity(s, id);
  if (activity.pid == 0 || !find_process(s, activity.pid)) {
    activity.created = false;
    activity.pages.clear();
    activity.dialogs.clear();
    const std::string type = s.api >= 31 ? "next-top-activity" : "activity";
    activity.pid = need_process(s, *package, activity.process, type, component_of(activity)).pid;
  }
  resume(s, id);
}

void pause(State& s, int id) {
  Activity& activity = s.activities.at(id);
  s.resumed = 0;
  s.pausing = id;
  activity.life = Life::kPausing;
  log_activity(s, "event.pause_activity", activity, task_id(s, id), "userLeaving=true");
  plan(s, kPauseMs, {.kind = Event::Kind::kPaused, .number = id});
}

bool may_resume(const State& s) { return s.running && s.screen_on && !s.keyguard; }
}  // namespace

const Activity* front_activity(const State& s) {
  for (const Task& task : s.tasks) {
    for (auto it = task.activities.rbegin(); it != task.activities.rend(); ++it) {
      const Activity* activity = find_activity(s, *it);
      if (activity && !activity->finishing) return activity;
    }
  }
  return nullptr;
}
Activity* front_activity(State& s) {
  const Activity* activity = front_activity(std::as_const(s));
  return activity ? find_activity(s, activity->id) : nullptr;
}

bool is_visible(const State& s, int activity) {
  if (!s.screen_on || s.keyguard) return false;
  for (const Task& task : s.tasks) {
    for (auto it = task.activities.rbegin(); it != task.activities.rend(); ++it) {
      const Activity* one = find_activity(s, *it);
      if (!one || one->finishing) continue;
      if (one->id == activity) return true;
      if (!one->translucent) return false;
    }
  }
  return false;
}

void settle(State& s) {
  if (s.pausing != 0) return;
  const Activity* want = may_resume(s) ? front_activity(std::as_const(s)) : nullptr;
  const int id = want ? want->id : 0;
  if (s.resumed != 0 && s.resumed != id) {
    if (find_activity(s, s.resumed)) return pause(s, s.resumed);
    s.resumed = 0;
  }
  if (id != 0 && s.resumed != id) bring_up(s, id);
  if (id == 0) plan(s, kSettleMs, {.kind = Event::Kind::kSettle});
}

void on_paused(State& s, int id) {
  if (s.pausing != id) return;
  s.pausing = 0;
  if (Activity* activity = find_activity(s, id)) {
    activity->life = Life::kPaused;
    log_called(s, "event.on_paused_called", *activity, "performPause");
    note_usage(s, *activity, false);
    if (activity->finishing && activity->translucent) {
      log_activity(s, "event.destroy_activity", *activity, task_id(s, id), "finish-imm");
      drop_activity(s, id);
    }
  }
  follow_all_uids(s);
  settle(s);
}

void on_drawn(State& s, int id) {
  Activity* activity = find_activity(s, id);
  if (!activity || activity->drawn_ms >= 0) return;
  activity->drawn_ms = s.now_ms;
  const std::string took = std::to_string(s.now_ms - activity->launched_ms);
  log_block(s, "event.activity_launch_time",
            {{"user", "0"},
             {"id", std::to_string(50'000'000 + id * 7919)},
             {"component", component_of(*activity)},
             {"this_ms", took},
             {"total_ms", took}});
  log_block(s, "log.displayed", {{"component", component_of(*activity)}, {"took", "+" + took + "ms"}});
}

void on_settled(State& s) {
  std::vector<int> ids;
  for (const auto& [id, activity] : s.activities) ids.push_back(id);
  for (int id : ids) {
    Activity* activity = find_activity(s, id);
    if (!activity || id == s.resumed || id == s.pausing || activity->life != Life::kPaused ||
        is_visible(s, id)) {
      if (activity && activity->finishing && id != s.resumed && id != s.pausing) {
        if (activity->created)
          log_activity(s, "event.destroy_activity", *activity, task_id(s, id), "finish-idle");
        if (activity->created) log_called(s, "event.on_destroy_called", *activity, "performDestroy");
        drop_activity(s, id);
      }
      continue;
    }
    activity->life = Life::kStopped;
    activity->was_stopped = true;
    log_activity(s, "event.stop_activity", *activity, task_id(s, id));
    log_called(s, "event.on_stop_called", *activity, "handleStopActivity");
    const Process* process = find_process(s, activity->pid);
    if (process && process->behaviour && activity->kind == ActivityKind::kApp) {
      const auto behaviour = process->behaviour;
      run_calls(s, activity->pid, behaviour->background);
    }
    activity = find_activity(s, id);
    if (activity && activity->finishing) {
      log_activity(s, "event.destroy_activity", *activity, task_id(s, id), "finish-idle");
      log_called(s, "event.on_destroy_called", *activity, "performDestroy");
      drop_activity(s, id);
    }
  }
  follow_all_uids(s);
}

void activity_process_bound(State& s, int pid) {
  const Activity* want = may_resume(s) ? front_activity(std::as_const(s)) : nullptr;
  if (want && want->pid == pid && s.pausing == 0 && s.resumed == 0) resume(s, want->id);
}

void finish_activity(State& s, int id, const std::string& reason) {
  Activity* activity = find_activity(s, id);
  if (!activity || activity->finishing) return;
  activity->finishing = true;
  log_activity(s, "event.finish_activity", *activity, task_id(s, id), reason);
  if (!activity->created) drop_activity(s, id);
  settle(s);
  plan(s, kSettleMs, {.kind = Event::Kind::kSettle});
}

// Records of a dead process: the one in front is gone for good, those that were stopped are kept for a
// return.
void forget_activities(State& s, int pid) {
  std::vector<int> ids;
  for (const auto& [id, activity] : s.activities)
    if (activity.pid == pid) ids.push_back(id);
  for (int id : ids) {
    Activity& activity = s.activities.at(id);
    if (s.resumed == id) s.resumed = 0;
    if (s.pausing == id) s.pausing = 0;
    const bool kept = activity.was_stopped && !activity.finishing;
    activity.pid = 0;
    activity.created = false;
    activity.pages.clear();
    activity.dialogs.clear();
    activity.request_open = activity.has_result = false;
    if (!kept) drop_activity(s, id);
  }
}

}  // namespace storesweep::simdroid::android
