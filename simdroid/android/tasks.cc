#include "simdroid/android/tasks.h"

#include <algorithm>

#include "simdroid/android/activities.h"
#include "simdroid/android/app_ops.h"
#include "simdroid/android/components.h"
#include "simdroid/android/log.h"
#include "simdroid/android/processes.h"

namespace storesweep::simdroid::android {

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

void task_to_front(State& s, int task, const std::string& reason) {
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
  task_to_front(s, task, reason);
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
