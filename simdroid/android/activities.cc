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

bool same_filter(const Intent& a, const Intent& b) {
  return a.action == b.action && a.data == b.data && a.categories == b.categories &&
         a.target_package == b.target_package && a.target_class == b.target_class;
}

Task& new_task(State& s, const Intent& intent, const Package& package, int calling_uid, bool home) {
  Task task;
  task.id = s.next_task++;
  task.affinity = package.name;
  task.uid = package.uid;
  task.calling_uid = calling_uid;
  task.home = home;
  task.intent = intent;
  task.last_active_ms = s.now_ms;
  s.tasks.insert(s.tasks.begin(), std::move(task));
  log_block(s, "event.create_task", {{"user", "0"}, {"task", std::to_string(s.tasks[0].id)}});
  return s.tasks[0];
}

int add_activity(State& s, Task& task, ActivityKind kind, const Package& package,
                 const std::string& class_name, const std::string& process, const Intent& intent,
                 const Starter& starter) {
  Activity activity;
  activity.id = s.next_id++;
  activity.kind = kind;
  activity.package = package.name;
  activity.class_name = class_name;
  activity.process = process;
  activity.uid = package.uid;
  activity.intent = intent;
  activity.from_uid = starter.uid;
  activity.from_package = starter.package;
  activity.launched_ms = s.now_ms;
  activity.translucent = kind == ActivityKind::kPermission;
  const int id = activity.id;
  task.activities.push_back(id);
  task.last_active_ms = s.now_ms;
  const int task_number = task.id;
  s.activities.emplace(id, std::move(activity));
  log_activity(s, "event.create_activity", s.activities.at(id), task_number);
  return id;
}

void front(State& s, int task, const std::string& reason) {
  auto it = std::find_if(s.tasks.begin(), s.tasks.end(), [&](const Task& t) { return t.id == task; });
  if (it == s.tasks.end() || it == s.tasks.begin()) return;
  std::rotate(s.tasks.begin(), it, it + 1);
  s.tasks[0].last_active_ms = s.now_ms;
  log_block(s, "event.task_to_front", {{"user", "0"}, {"task", std::to_string(task)}, {"reason", reason}});
}

Task* task_by_id(State& s, int id) {
  for (Task& task : s.tasks)
    if (task.id == id) return &task;
  return nullptr;
}

void drop_activity(State& s, int id) {
  for (Task& task : s.tasks) std::erase(task.activities, id);
  std::erase_if(s.tasks, [](const Task& task) { return task.activities.empty() && !task.home; });
  if (s.resumed == id) s.resumed = 0;
  if (s.pausing == id) s.pausing = 0;
  s.activities.erase(id);
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

bool resolve_activity(const State& s, Intent& intent) {
  if (!intent.target_class.empty()) {
    const Package* package = find_package(s, intent.target_package);
    if (!package) return false;
    if (package->system) return true;
    const Component* component = package->manifest.find(intent.target_class);
    return component && component->kind == Component::Kind::kActivity;
  }
  for (const auto& [name, package] : s.packages) {
    if (!intent.package.empty() && name != intent.package) continue;
    if (package.system || package.enabled >= 2) continue;
    for (const Component& c : package.manifest.components) {
      if (c.kind != Component::Kind::kActivity || !c.enabled) continue;
      for (const IntentFilter& filter : c.filters) {
        auto in = [](const std::vector<std::string>& list, const std::string& text) {
          return std::find(list.begin(), list.end(), text) != list.end();
        };
        const std::string scheme = intent.data.substr(0, intent.data.find(':'));
        if (!in(filter.actions, intent.action) || filter.schemes.empty() != intent.data.empty()) continue;
        if (!intent.data.empty() && !in(filter.schemes, scheme)) continue;
        if (!std::all_of(intent.categories.begin(), intent.categories.end(),
                         [&](const std::string& category) { return in(filter.categories, category); }))
          continue;
        intent.target_package = name;
        intent.target_class = c.target.empty() ? c.name : c.target;
        return true;
      }
    }
  }
  return resolve_system_page(s, intent);
}

namespace {
// Who may start an activity while nothing of it is in sight (Android 10 and later).
bool may_start(State& s, const Starter& starter) {
  if (starter.uid < kFirstAppUid || !holds(Rule::kBackgroundActivityLimit, s.api, 0)) return true;
  return current_uid_state(s, starter.uid) <= UidState::kTop;
}

// A task whose root is of that package comes to the front, or is given the activity.
StartOutcome into_task(State& s, Task& task, const Intent& intent, const Package& package,
                       const Component& component, const Starter& starter) {
  const int number = task.id;
  const bool was_front = !s.tasks.empty() && s.tasks[0].id == number;
  StartOutcome outcome{StartOutcome::Kind::kBroughtToFront, 0, short_component(package.name, component.name),
                       package.uid};
  const bool same = same_filter(task.intent, intent);
  front(s, number, "startActivity");
  Task& moved = *task_by_id(s, number);
  if (!same && !moved.activities.empty()) {
    outcome.activity = add_activity(s, moved, ActivityKind::kApp, package, component.name, component.process,
                                    intent, starter);
    outcome.kind = StartOutcome::Kind::kStarted;
  } else {
    outcome.activity = moved.activities.back();
    if (was_front) outcome.kind = StartOutcome::Kind::kBroughtToFront;
  }
  settle(s);
  return outcome;
}
}  // namespace

StartOutcome start_activity(State& s, Intent intent, const Starter& starter) {
  if (!resolve_activity(s, intent)) return {StartOutcome::Kind::kNotFound, 0, {}, 0};
  Package& package = s.packages.at(intent.target_package);
  StartOutcome outcome{StartOutcome::Kind::kStarted, 0, short_component(package.name, intent.target_class),
                       package.uid};
  log_start_intent(s, intent, starter.uid, starter.pid);
  if (!may_start(s, starter)) {
    log_block(s, "log.background_activity_start",
              {{"package", starter.package},
               {"intent", intent_text(text_of(intent), s.api)},
               {"uid", std::to_string(starter.uid)}});
    outcome.kind = StartOutcome::Kind::kBlocked;
    return outcome;
  }
  if (package.system) {
    outcome.activity = start_system_page(s, intent, starter);
    return outcome;
  }
  const Component* component = package.manifest.find(intent.target_class);
  if (component && !component->target.empty()) component = package.manifest.find(component->target);
  if (!component) return {StartOutcome::Kind::kNotFound, 0, {}, 0};
  if (!component->exported && starter.uid != package.uid && starter.uid != 0 && starter.uid != kSystemUid) {
    outcome.kind = StartOutcome::Kind::kDenied;
    return outcome;
  }
  if (review_first(s, package, intent, starter)) return outcome;
  const bool new_task_wanted = (intent.flags & kFlagNewTask) != 0 || starter.from_activity == 0;
  Task* task = nullptr;
  if (new_task_wanted) {
    for (Task& one : s.tasks)
      if (!one.home && one.affinity == package.name && !one.activities.empty()) task = &one;
    if (task) return into_task(s, *task, intent, package, *component, starter);
  } else {
    task = task_of(s, starter.from_activity);
  }
  if (!task) task = &new_task(s, intent, package, starter.uid, false);
  outcome.activity = add_activity(s, *task, ActivityKind::kApp, package, component->name, component->process,
                                  intent, starter);
  front(s, task_id(s, outcome.activity), "startActivity");
  settle(s);
  return outcome;
}

int start_system_activity(State& s, ActivityKind kind, const std::string& package_name,
                          const std::string& class_name, Intent intent, const Starter& starter,
                          int in_task_of) {
  Package* package = find_package(s, package_name);
  if (!package) return 0;
  intent.target_package = package_name;
  intent.target_class = class_name;
  Task* task = in_task_of != 0 ? task_of(s, in_task_of) : nullptr;
  if (!task) {
    for (Task& one : s.tasks)
      if (kind == ActivityKind::kHome && one.home) task = &one;
    if (!task) task = &new_task(s, intent, *package, starter.uid, kind == ActivityKind::kHome);
  }
  const int id = add_activity(s, *task, kind, *package, class_name, package_name, intent, starter);
  return id;
}

void launch_home(State& s) {
  const std::string home = home_package(s);
  if (home.empty()) return;
  Intent intent;
  intent.action = "android.intent.action.MAIN";
  intent.categories = {"android.intent.category.HOME"};
  intent.flags = 0x10000100;
  intent.target_package = home;
  intent.target_class = home_class(s);
  log_start_intent(s, intent, 0);
  start_system_activity(s, ActivityKind::kHome, home, intent.target_class, intent, {0, 0, "android", 0}, 0);
  settle(s);
}

void go_home(State& s, const std::string& why) {
  auto it = std::find_if(s.tasks.begin(), s.tasks.end(), [](const Task& task) { return task.home; });
  if (it == s.tasks.end() || it->activities.empty()) return launch_home(s);
  if (it == s.tasks.begin()) return;
  Intent intent = it->intent;
  log_start_intent(s, intent, kSystemUid);
  front(s, it->id, why);
  settle(s);
}

void move_task_back(State& s, int activity) {
  const Task* task = task_of(s, activity);
  if (!task || s.tasks.empty()) return;
  const int id = task->id;
  auto it = std::find_if(s.tasks.begin(), s.tasks.end(), [&](const Task& t) { return t.id == id; });
  std::rotate(it, it + 1, s.tasks.end());
  settle(s);
  if (!front_activity(s)) go_home(s, "moveTaskToBack");
}

bool bring_task_front(State& s, int task, const std::string& reason) {
  if (!task_by_id(s, task)) return false;
  front(s, task, reason);
  settle(s);
  return true;
}

bool remove_task(State& s, int number) {
  Task* task = task_by_id(s, number);
  if (!task || task->home) return false;
  const std::string package = task->affinity;
  const std::vector<int> ids = task->activities;
  log_block(s, "event.remove_task",
            {{"task", std::to_string(number)}, {"root", std::to_string(number)}, {"user", "0"}});
  for (int id : ids) {
    if (Activity* activity = find_activity(s, id)) {
      activity->finishing = true;
      if (s.resumed == id || s.pausing == id) {
        log_activity(s, "event.pause_activity", *activity, number, "remove-task");
        s.resumed = s.resumed == id ? 0 : s.resumed;
        s.pausing = s.pausing == id ? 0 : s.pausing;
      }
      log_activity(s, "event.destroy_activity", *activity, number, "remove-task");
      drop_activity(s, id);
    }
  }
  std::erase_if(s.tasks, [&](const Task& t) { return t.id == number; });
  settle(s);
  follow_all_uids(s);
  task_removed(s, package);
  return true;
}

}  // namespace storesweep::simdroid::android
