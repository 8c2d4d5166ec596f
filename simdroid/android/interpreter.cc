#include "simdroid/android/interpreter.h"

#include <algorithm>

#include "common/base/text.h"
#include "simdroid/android/activities.h"
#include "simdroid/android/app_ops.h"
#include "simdroid/android/components.h"
#include "simdroid/android/log.h"
#include "simdroid/android/permissions.h"
#include "simdroid/android/platform_rules.h"
#include "simdroid/android/processes.h"
#include "simdroid/android/readings.h"
#include "simdroid/android/system_pages.h"
#include "simdroid/android/tasks.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::int64_t kToastMs = 3'500;
constexpr std::size_t kMaxPages = 64;

// A process under way: what a call needs at hand. It may be gone after any call.
struct Run {
  State& s;
  int pid;
  const std::shared_ptr<const Behaviour> behaviour;

  Process* process() const { return find_process(s, pid); }
  Package* package() const {
    const Process* p = process();
    return p ? find_package(s, p->package) : nullptr;
  }
};

const std::string& pref(const Process& process, const std::string& name) {
  static const std::string none;
  auto it = process.prefs.find(name);
  return it == process.prefs.end() ? none : it->second;
}

// The box on screen, in the front dialog first.
std::optional<bool> checked(State& s, const Process& process, const std::string& id) {
  const Activity* activity = living_activity(s, process);
  if (!activity) return std::nullopt;
  for (auto it = activity->dialogs.rbegin(); it != activity->dialogs.rend(); ++it)
    if (auto box = it->checks.find(id); box != it->checks.end()) return box->second;
  if (!activity->pages.empty())
    if (auto box = activity->pages.back().checks.find(id); box != activity->pages.back().checks.end())
      return box->second;
  return std::nullopt;
}

bool is_older(const State& s, const std::string& stamped, std::int64_t hours) {
  const auto ms = parse_int<std::int64_t>(stamped);
  return ms && wall_ms(s) - *ms >= hours * 3'600'000;
}

bool conditions_hold(const Run& run, const Conditions& c) {
  const Process& process = *run.process();
  const Package* package = run.package();
  if (!package || run.s.api < c.min_api || run.s.api > c.max_api) return false;
  for (const auto& [name, value] : c.prefs)
    if (pref(process, name) != value) return false;
  for (const auto& [name, value] : c.not_prefs)
    if (pref(process, name) == value) return false;
  for (const auto& [name, hours] : c.older)
    if (!is_older(run.s, pref(process, name), hours)) return false;
  for (const std::string& name : c.granted)
    if (!has_permission(run.s, *package, name)) return false;
  for (const std::string& name : c.not_granted)
    if (has_permission(run.s, *package, name)) return false;
  for (const std::string& id : c.checked)
    if (!checked(run.s, process, id).value_or(false)) return false;
  for (const std::string& id : c.unchecked)
    if (checked(run.s, process, id).value_or(true)) return false;
  return true;
}

Shown shown(const Behaviour& behaviour, const std::string& name) {
  Shown out;
  out.screen = name;
  auto it = behaviour.screens.find(name);
  if (it == behaviour.screens.end()) return out;
  for (const View& view : it->second.views)
    if (view.kind == View::Kind::kCheck) out.checks[view.id] = view.checked;
  return out;
}

void show(const Run& run, Activity& activity, const std::string& name) {
  const Screen& screen = run.behaviour->screens.at(name);
  if (screen.dialog) {
    const bool there = std::any_of(activity.dialogs.begin(), activity.dialogs.end(),
                                   [&](const Shown& dialog) { return dialog.screen == name; });
    if (!there && activity.dialogs.size() < kMaxPages)
      activity.dialogs.push_back(shown(*run.behaviour, name));
    return;
  }
  if (activity.pages.size() >= kMaxPages) activity.pages.erase(activity.pages.begin());
  activity.pages.push_back(shown(*run.behaviour, name));
}

void back(State& s, Activity& activity) {
  if (activity.pages.size() > 1) {
    Shown& page = activity.pages[activity.pages.size() - 2];
    if (const Package* package = find_package(s, activity.package); package && package->behaviour())
      page = shown(*package->behaviour(), page.screen);
    activity.pages.pop_back();
  } else {
    finish_activity(s, activity.id, "app-request");
  }
}

void store(const Run& run, const std::string& name, const std::string& value) {
  run.process()->prefs[name] = value;
  run.package()->prefs[name] = value;
}

void count(const Run& run, const std::string& name) {
  const auto number = parse_int<std::int64_t>(pref(*run.process(), name)).value_or(0);
  store(run, name, std::to_string(number + 1));
}

void crash(const Run& run, const std::string& text) {
  State& s = run.s;
  const Process process = *run.process();
  Package* package = run.package();
  const Activity* activity = living_activity(s, process);
  const bool seen = activity && is_visible(s, activity->id);
  log_crash(s, process, text, process.package + ".App");
  if (seen && package) {
    ++package->crashes;
    s.dialogs.push_back({SystemDialog::Kind::kCrash, process.package, package->crashes > 1});
  }
  if (activity) finish_activity(s, activity->id, "force-crash");
  kill_process(s, run.pid, "crash");
}

// System.exit(0), Process.killProcess(myPid()): what the runtime says, then nothing more.
void leave(const Run& run, bool exits) {
  const Process process = *run.process();
  const Holes holes{
      {"pid", std::to_string(run.pid)},
      {"status", "0"},
      {"tag", process.name.substr(process.name.size() - std::min<std::size_t>(15, process.name.size()))}};
  if (exits) log_block(run.s, "log.exit_called", holes, run.pid, process.uid);
  if (exits) log_block(run.s, "log.exit", holes, run.pid, process.uid);
  if (!exits) log_block(run.s, "log.kill_self", holes, run.pid, process.uid);
  process_died(run.s, run.pid);
}

void start_page(const Run& run, Intent intent, bool new_task) {
  const Process& process = *run.process();
  const Activity* activity = living_activity(run.s, process);
  if (new_task) intent.flags |= kFlagNewTask;
  start_activity(run.s, std::move(intent),
                 {process.uid, run.pid, process.package, activity && !new_task ? activity->id : 0});
}

void open(const Run& run, const Call& call) {
  Intent intent;
  if (call.what == Do::kOpenUrl) {
    intent.action = "android.intent.action.VIEW";
    intent.data = call.text;
  } else if (call.text == "app") {
    intent.action = "android.settings.APPLICATION_DETAILS_SETTINGS";
    intent.data = "package:" + run.process()->package;
  } else {
    intent.action = call.text;
  }
  start_page(run, std::move(intent), false);
}

void start_other(const Run& run, const Call& call) {
  Intent intent;
  if (!call.component.empty()) {
    std::tie(intent.target_package, intent.target_class) = split_component(call.component);
    return start_page(run, std::move(intent), true);
  }
  const Package* package = find_package(run.s, call.second);
  const Component* launcher = package ? package->manifest.launcher() : nullptr;
  if (!launcher) return;
  intent.action = "android.intent.action.MAIN";
  intent.categories = {"android.intent.category.LAUNCHER"};
  intent.target_package = package->name;
  intent.target_class = launcher->name;
  start_page(run, std::move(intent), true);
}

void ask(const Run& run, Activity& activity, const Call& call) {
  if (run.s.api >= 23) return request_permissions(run.s, activity, call.permissions);
  // Below 6.0 the app answers itself, through its main looper.
  std::vector<std::pair<std::string, bool>> answers;
  for (const std::string& name : call.permissions)
    answers.emplace_back(name, has_permission(run.s, *run.package(), name));
  for (const auto& [name, granted] : answers) {
    auto it = run.behaviour->permission_result.find(name);
    if (it == run.behaviour->permission_result.end()) continue;
    for (const Call& later : granted ? it->second.granted : it->second.denied)
      plan(run.s, later.after_ms,
           {.kind = Event::Kind::kCall,
            .pid = run.pid,
            .call = &later,
            .behaviour = run.behaviour,
            .times_left = later.times});
  }
}

void on_screen(const Run& run, Activity& activity, const Call& call) {
  switch (call.what) {
    case Do::kShow:
      return show(run, activity, call.text);
    case Do::kDismiss:
      if (!activity.dialogs.empty()) activity.dialogs.pop_back();
      return;
    case Do::kBack:
      return back(run.s, activity);
    case Do::kFinish:
      return finish_activity(run.s, activity.id, "app-request");
    case Do::kToBackground:
      return move_task_back(run.s, activity.id);
    case Do::kBusy:
      activity.busy_until_ms =
          call.in_ms == 0 ? INT64_MAX : std::max(activity.busy_until_ms, run.s.now_ms + call.in_ms);
      return;
    case Do::kOpenUrl:
    case Do::kOpenSettings:
      return open(run, call);
    case Do::kRequestPermissions:
      return ask(run, activity, call);
    default:
      return;
  }
}

bool needs_activity(Do what) {
  switch (what) {
    case Do::kShow:
    case Do::kDismiss:
    case Do::kBack:
    case Do::kFinish:
    case Do::kToBackground:
    case Do::kBusy:
    case Do::kOpenUrl:
    case Do::kOpenSettings:
    case Do::kRequestPermissions:
      return true;
    default:
      return false;
  }
}

void service_call(const Run& run, const Call& call) {
  const Process& process = *run.process();
  const std::string name = process.package + "." + class_stem(call.text) + "Service";
  if (call.what == Do::kStopService) {
    stop_service(run.s, process.package, name);
  } else {
    start_service(run.s, process.package, name, process.uid,
                  call.what == Do::kStartForegroundService && run.s.api >= 26);
  }
}

void read(const Run& run, const Call& call) {
  Process& process = *run.process();
  if (call.what == Do::kReadAndroidId) process.read_android_id = true;
  const Got got = read_something(run.s, *run.package(), call.what);
  run.s.readings.push_back({++run.s.readings_done, run.pid, call.what, call.by, got, uptime_ms(run.s)});
  if (run.s.readings.size() > kMaxReadings) run.s.readings.pop_front();
}

void perform(const Run& run, const Call& call) {
  State& s = run.s;
  Process& process = *run.process();
  switch (call.what) {
    case Do::kExit:
    case Do::kKill:
      return leave(run, call.what == Do::kExit);
    case Do::kCrash:
      return crash(run, call.text);
    case Do::kToast:
      s.toast = Toast{process.package, call.text, s.now_ms + kToastMs};
      return;
    case Do::kStartActivity:
      return start_other(run, call);
    case Do::kSendBroadcast: {
      Intent intent;
      intent.action = call.text;
      intent.package = call.second;
      send_broadcast(s, std::move(intent), process.uid, process.package);
      return;
    }
    case Do::kLog:
      return log_app(s, process, 'I', "probe", call.text);
    case Do::kSet:
      return store(run, call.text, call.second);
    case Do::kCount:
      return count(run, call.text);
    case Do::kStamp:
      return store(run, call.text, std::to_string(wall_ms(s)));
    case Do::kRun:
      return run_calls(s, run.pid, run.behaviour->lists.at(call.text));
    case Do::kSend:
      ++process.sendings;
      if (s.sendings.size() < kMaxSendings)
        s.sendings.push_back(
            {process.uid, process.sendings, process.read_android_id, call.text, call.second, call.component});
      return;
    case Do::kCreateChannel:
      return create_channel(s, *run.package(), call.text, call.second);
    case Do::kPostNotification:
      return post_notification(s, *run.package(), call.text, call.second, 1, 0);
    case Do::kStartService:
    case Do::kStartForegroundService:
    case Do::kStopService:
      return service_call(run, call);
    case Do::kRegisterReceiver:
      process.receivers.insert(call.text);
      return;
    case Do::kScheduleAlarm:
      return set_alarm(s, *run.package(), call);
    case Do::kCancelAlarm:
      return cancel_alarm(s, process.package, call.text);
    case Do::kScheduleJob:
      return schedule_job(s, *run.package(), call);
    default:
      return read(run, call);
  }
}

void perform_now(const Run& run, const Call& call) {
  if (!conditions_hold(run, call.conditions)) return;
  if (!needs_activity(call.what)) return perform(run, call);
  if (Activity* activity = living_activity(run.s, *run.process())) on_screen(run, *activity, call);
}
}  // namespace

Activity* living_activity(State& s, const Process& process) {
  for (auto it = s.activities.rbegin(); it != s.activities.rend(); ++it) {
    Activity& activity = it->second;
    if (activity.kind == ActivityKind::kApp && activity.pid == process.pid && activity.created &&
        !activity.finishing)
      return &activity;
  }
  return nullptr;
}

void run_calls(State& s, int pid, const Calls& calls) {
  const Process* process = find_process(s, pid);
  if (!process || !process->behaviour) return;
  const Run run{s, pid, process->behaviour};
  for (const Call& call : calls) {
    if (!find_process(s, pid) || !run.package()) return;
    if (call.after_ms > 0 || call.every_ms > 0) {
      plan(s, call.after_ms,
           {.kind = Event::Kind::kCall,
            .pid = pid,
            .call = &call,
            .behaviour = run.behaviour,
            .times_left = call.times});
    } else {
      perform_now(run, call);
    }
  }
}

void call_due(State& s, const Event& event) {
  const Process* process = find_process(s, event.pid);
  if (!process || process->behaviour != event.behaviour) return;
  const Call& call = *event.call;
  if (call.every_ms > 0 && event.times_left != 1) {
    Event again = event;
    if (again.times_left > 0) --again.times_left;
    plan(s, call.every_ms, std::move(again));
  }
  const Run run{s, event.pid, event.behaviour};
  if (run.package()) perform_now(run, call);
}

}  // namespace storesweep::simdroid::android
