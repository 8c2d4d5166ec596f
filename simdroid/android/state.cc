#include "simdroid/android/state.h"

#include <fmt/format.h>

#include "common/base/text.h"

namespace storesweep::simdroid::android {

Moment moment(const State& s) { return {wall_ms(s), uptime_ms(s)}; }

void plan(State& s, std::int64_t in_ms, Event event) {
  s.future.emplace(std::pair(s.now_ms + std::max<std::int64_t>(0, in_ms), s.next_order++), std::move(event));
}

// splitmix64 (Steele, Lea, Flood 2014).
std::uint64_t next_number(State& s) {
  std::uint64_t z = (s.seed += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::string hex_id(State& s, int bytes) {
  return fmt::format("{:0{}x}", next_number(s) >> (64 - bytes * 8), bytes * 2);
}

Package* find_package(State& s, std::string_view name) {
  auto it = s.packages.find(std::string(name));
  return it == s.packages.end() ? nullptr : &it->second;
}
const Package* find_package(const State& s, std::string_view name) {
  auto it = s.packages.find(std::string(name));
  return it == s.packages.end() ? nullptr : &it->second;
}

Process* find_process(State& s, int pid) {
  auto it = s.processes.find(pid);
  return it == s.processes.end() ? nullptr : &it->second;
}
const Process* find_process(const State& s, int pid) {
  auto it = s.processes.find(pid);
  return it == s.processes.end() ? nullptr : &it->second;
}

Process* process_named(State& s, int uid, std::string_view name) {
  for (auto& [pid, process] : s.processes)
    if (process.uid == uid && process.name == name) return &process;
  return nullptr;
}

Activity* find_activity(State& s, int id) {
  auto it = s.activities.find(id);
  return it == s.activities.end() ? nullptr : &it->second;
}
const Activity* find_activity(const State& s, int id) {
  auto it = s.activities.find(id);
  return it == s.activities.end() ? nullptr : &it->second;
}

Task* task_of(State& s, int activity) {
  for (Task& task : s.tasks)
    for (int id : task.activities)
      if (id == activity) return &task;
  return nullptr;
}

std::string short_component(const std::string& package, const std::string& class_name) {
  const bool inside = starts_with(class_name, package + ".");
  return package + "/" + (inside ? class_name.substr(package.size()) : class_name);
}

std::string component_of(const Activity& activity) {
  return short_component(activity.package, activity.class_name);
}

IntentText text_of(const Intent& intent) {
  IntentText text;
  text.action = intent.action;
  text.data = intent.data;
  text.package = intent.package;
  text.categories = intent.categories;
  text.flags = intent.flags;
  text.has_extras = intent.has_extras;
  if (!intent.target_class.empty())
    text.component = short_component(intent.target_package, intent.target_class);
  return text;
}

std::pair<std::string, std::string> split_component(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return {text, ""};
  const std::string package = text.substr(0, slash);
  const std::string name = text.substr(slash + 1);
  return {package, name.empty() || name[0] != '.' ? name : package + name};
}

}  // namespace storesweep::simdroid::android
