#include <algorithm>

#include "simdroid/android/activities.h"
#include "simdroid/android/app_ops.h"
#include "simdroid/android/log.h"
#include "simdroid/android/permissions.h"
#include "simdroid/android/platform_rules.h"
#include "simdroid/android/system_pages.h"
#include "simdroid/android/tasks.h"

namespace storesweep::simdroid::android {
namespace {
bool same_filter(const Intent& a, const Intent& b) {
  return a.action == b.action && a.data == b.data && a.categories == b.categories &&
         a.target_package == b.target_package && a.target_class == b.target_class;
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
}  // namespace

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
  task_to_front(s, number, "startActivity");
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
  task_to_front(s, task_of(s, outcome.activity)->id, "startActivity");
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
  task_to_front(s, it->id, why);
  settle(s);
}

}  // namespace storesweep::simdroid::android
