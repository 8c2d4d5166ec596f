#include "common/android/activities.h"

#include <cctype>

#include "common/base/text.h"

namespace storesweep::android {
namespace {

// "25f1806 u0 com.x/.Main t12" (inside ActivityRecord{} or Window{}).
bool record_inside(std::string_view inside, ActivityOnTop& out) {
  take_word(inside);
  std::string_view user = take_word(inside);
  if (!take(user, "u")) return false;
  out.user = parse_int<int>(user).value_or(-1);
  out.component = std::string(take_word(inside));
  std::string_view task = take_word(inside);
  if (take(task, "t")) out.task = parse_int<int>(task).value_or(-1);
  return out.user >= 0 && !out.component.empty();
}

// "ActivityRecord{25f1806 u0 com.x/.Main t12}", since 14 "ActivityRecord{25f1806 u0 com.x/.Main} t12}", also
// inside a token; "Window{41d2b2b8 u0 com.x/com.x.Main}", whose title may hold blanks ("Application Error:
// com.x").
bool on_top(std::string_view value, ActivityOnTop& out) {
  if (const std::string_view inside = between(value, "ActivityRecord{", "}"); !inside.empty()) {
    if (!record_inside(inside, out)) return false;
    std::string_view behind = value.substr(value.find(inside) + inside.size() + 1);
    behind = trim(behind.substr(0, behind.find_first_of("}")));
    if (out.task < 0 && take(behind, "t")) out.task = parse_int<int>(take_word(behind)).value_or(-1);
    return true;
  }
  std::string_view inside = between(value, "Window{", "}");
  if (!record_inside(inside, out)) return false;
  take_word(inside), take_word(inside);
  if (std::string_view rest = inside; !contains(out.component, "/")) {
    // Samsung names the display between user and title: "d0".
    if (rest.size() > 1 && rest[0] == 'd' && std::isdigit(static_cast<unsigned char>(rest[1])))
      take_word(rest);
    rest = trim(rest.substr(0, rest.find(" paused=")));
    if (!rest.empty()) out.component = std::string(rest);
  }
  return true;
}

// Whether the line is one of those that name what is on top; empty or "null" is nothing.
bool top_line(std::string_view body, ActivityOnTop::Kind& kind, std::string_view& value) {
  for (std::string_view key : {"mResumedActivity: ", "ResumedActivity: ", "topResumedActivity=",
                               "mFocusedActivity: ", "ResumedActivity:", "Resumed: ", "mResumedActivity="}) {
    value = body;
    if (take(value, key)) return kind = ActivityOnTop::Kind::kResumed, true;
  }
  for (std::string_view key : {"mCurrentFocus=", "mFocusedApp="}) {
    value = body;
    if (take(value, key)) return kind = ActivityOnTop::Kind::kFocused, true;
  }
  return false;
}

}  // namespace

Parsed<ActivityOnTop> parse_top_activities(std::string_view text) {
  Parsed<ActivityOnTop> out;
  LineReader lines(text, out);
  Line line;
  while (lines.next(line)) {
    ActivityOnTop top;
    std::string_view value;
    if (!top_line(line.body, top.kind, value)) {
      const bool other_shape = contains(line.body, "esumedActivity") && contains(line.body, "{") &&
                               !starts_with(line.body, "mLast");
      if (other_shape || is_device_error(line.body)) out.unknown(line, true);
      continue;
    }
    value = trim(value);
    if (value.empty() || value == "null") continue;
    if (on_top(value, top))
      out.add(std::move(top));
    else
      out.unknown(line, true);
  }
  return out;
}

namespace {

// "TaskRecord{c674e9 #12 A=com.x U=0 ...}", since 10 "Task{... A=10086:com.x U=0"; newer ones without U=.
std::optional<RecentTask> recent_head(std::string_view inside) {
  const std::size_t hash = inside.find(" #");
  if (hash == std::string_view::npos) return std::nullopt;
  RecentTask task;
  std::string_view rest = inside.substr(hash + 2);
  task.id = parse_int<int>(take_word(rest)).value_or(-1);
  task.user = parse_int<int>(value_of(inside, "U=")).value_or(-1);
  std::string_view affinity = value_of(inside, "A=");
  if (affinity.empty()) affinity = value_of(inside, "I=");
  const std::size_t colon = affinity.find(':');
  if (colon != std::string_view::npos && parse_int<int>(affinity.substr(0, colon)))
    affinity.remove_prefix(colon + 1);
  task.package = std::string(package_of(affinity));
  return task;
}

// Lines of Task.dump. The root's component is "realActivity=" up to 7, then "mActivityComponent=".
void recent_line(RecentTask& task, std::string_view body) {
  if (const auto uid = parse_uid(value_of(body, "effectiveUid="))) task.uid = *uid;
  if (task.user < 0 && starts_with(body, "userId="))
    task.user = parse_int<int>(value_of(body, "userId=")).value_or(-1);
  if (!task.component.empty()) return;
  if (!take(body, "realActivity=") && !take(body, "mActivityComponent=")) return;
  if (take(body, "{")) body = body.substr(0, body.find('}'));
  task.component = std::string(body);
  task.package = std::string(package_of(task.component));
}

}  // namespace

Parsed<RecentTask> parse_recents(std::string_view text) {
  Parsed<RecentTask> out;
  LineReader lines(text, out);
  Line line;
  while (lines.next(line)) {
    if (starts_with(line.body, "* Recent #")) {
      if (auto task = recent_head(between(line.body, "{", "}")))
        out.add(std::move(*task));
      else
        out.unknown(line, true);
    } else if (!out.records.empty()) {
      recent_line(out.records.back(), line.body);
    } else if (is_device_error(line.body)) {
      out.unknown(line, true);
    }
  }
  return out;
}

Parsed<RunningService> parse_services(std::string_view text) {
  Parsed<RunningService> out;
  LineReader lines(text, out);
  Line line;
  bool open = false;
  while (lines.next(line)) {
    std::string_view body = line.body;
    if (starts_with(body, "* ServiceRecord{")) {  // "* ServiceRecord{4432b25 u0 com.x/.S}"
      ActivityOnTop head;
      open = record_inside(between(body, "{", "}"), head);
      if (open) {
        RunningService service;
        service.user = head.user;
        service.component = head.component;
        out.add(std::move(service));
      } else {
        out.unknown(line, true);
      }
      continue;
    }
    // ActiveServices dumps its work lists after the services: "* Restarting ServiceRecord{...}", Pending,
    // Destroy, "Delayed start", "Starting bg". They name services a second time, or such as do not run.
    if (starts_with(body, "* ") && contains(body, " ServiceRecord{")) open = false;
    if (!open) {
      if (is_device_error(body)) out.unknown(line, true);
      continue;
    }
    RunningService& s = out.records.back();
    if (take(body, "packageName="))
      s.package = std::string(body);
    else if (take(body, "processName="))
      s.process = std::string(body);
    else if (take(body, "app=ProcessRecord{")) {
      take_word(body);
      if (const auto name = parse_process_name(body.substr(0, body.find('}'))))
        s.pid = name->pid, s.uid = name->uid;
    } else if (starts_with(body, "isForeground=true")) {
      s.foreground = true;
    } else if (starts_with(body, "startRequested=true")) {
      s.start_requested = true;
    } else if (starts_with(body, "createTime=")) {
      if (const auto ago = parse_duration_ms(value_of(body, "createTime="))) s.created_ago_ms = -*ago;
    }
  }
  return out;
}

}  // namespace storesweep::android
