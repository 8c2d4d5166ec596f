#include "simdroid/android/screen.h"

#include <algorithm>

#include "common/base/text.h"
#include "simdroid/android/activities.h"
#include "simdroid/android/interpreter.h"
#include "simdroid/android/packages.h"
#include "simdroid/android/permissions.h"
#include "simdroid/android/platform.h"
#include "simdroid/android/processes.h"
#include "simdroid/android/system_pages.h"
#include "simdroid/android/tasks.h"
#include "simdroid/print/system_windows.h"
#include "simdroid/print/text.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::int64_t kLongSwipe = 30;  // pixels: less is a tap

ViewKind kind_of(View::Kind kind) {
  switch (kind) {
    case View::Kind::kText:
      return ViewKind::kText;
    case View::Kind::kButton:
      return ViewKind::kButton;
    case View::Kind::kCheck:
      return ViewKind::kCheck;
    case View::Kind::kLink:
      return ViewKind::kLink;
    case View::Kind::kImage:
      return ViewKind::kImage;
    case View::Kind::kWeb:
      return ViewKind::kWeb;
    case View::Kind::kInput:
      return ViewKind::kInput;
  }
  return ViewKind::kText;
}

// A tap's action: "view:<layer>:<index>", the layer counting dialogs from 1, the page being 0.
ScreenSpec spec_of(const Screen& screen, const Shown& shown, std::size_t layer) {
  ScreenSpec spec;
  spec.title = screen.title;
  spec.dialog = screen.dialog;
  spec.drawn = screen.drawn;
  for (std::size_t i = 0; i < screen.views.size(); ++i) {
    const View& view = screen.views[i];
    ViewSpec one;
    one.kind = kind_of(view.kind);
    one.id = view.id;
    one.text = view.text;
    one.row = view.row;
    auto box = shown.checks.find(view.id);
    one.checked = box != shown.checks.end() && box->second;
    one.clickable = view.tappable || view.kind == View::Kind::kButton || view.kind == View::Kind::kCheck ||
                    view.kind == View::Kind::kLink || view.kind == View::Kind::kInput;
    one.action = "view:" + std::to_string(layer) + ":" + std::to_string(i);
    spec.views.push_back(std::move(one));
  }
  return spec;
}

const Screen* screen_of(const Package& package, const Shown& shown) {
  if (!package.behaviour()) return nullptr;
  auto it = package.behaviour()->screens.find(shown.screen);
  return it == package.behaviour()->screens.end() ? nullptr : &it->second;
}

void add_app(State& s, Activity& activity, std::vector<Window>& windows) {
  const Package* package = find_package(s, activity.package);
  if (!package) return;
  const Geometry geometry = geometry_of(*s.shape);
  const AppScreen app{package->name, package->name + "/" + activity.class_name, package->label,
                      package->manifest.target_sdk};
  Shown none;
  Shown& page = activity.pages.empty() ? none : activity.pages.back();
  const Screen* screen = screen_of(*package, page);
  ScreenSpec spec = screen ? spec_of(*screen, page, 0) : ScreenSpec{};
  if (!screen && !package->behaviour()) spec.title = package->label;
  windows.push_back(lay_out(geometry, app, spec, page.scroll_px));
  for (std::size_t i = 0; i < activity.dialogs.size(); ++i) {
    if (const Screen* dialog = screen_of(*package, activity.dialogs[i]))
      windows.push_back(lay_out(geometry, app, spec_of(*dialog, activity.dialogs[i], i + 1),
                                activity.dialogs[i].scroll_px));
  }
}

Window permission_window(State& s, const Activity& activity) {
  const PermissionAsk& ask = activity.ask;
  const Package* package = find_package(s, ask.package);
  PermissionRequest request;
  request.package = ask.package;
  request.label = package ? package->label : ask.package;
  request.group = ask.groups.front();
  request.count = ask.group_count;
  request.index = ask.group_count - static_cast<int>(ask.groups.size());
  request.asked_before = package && asked_before(s, *package, ask, request.group);
  request.ask_again_checked = ask.dont_ask_again;
  auto asks = [&](std::string_view name) {
    return std::find(ask.permissions.begin(), ask.permissions.end(), name) != ask.permissions.end();
  };
  request.background = asks("android.permission.ACCESS_BACKGROUND_LOCATION");
  request.coarse_only =
      asks("android.permission.ACCESS_COARSE_LOCATION") && !asks("android.permission.ACCESS_FINE_LOCATION");
  return permission_dialog(*s.shape, s.locale, request);
}

Window review_window(State& s, const Activity& activity) {
  const Package* package = find_package(s, activity.ask.package);
  std::vector<ReviewLine> lines;
  for (const std::string& group : activity.review)
    lines.push_back({group, !activity.unchecked.contains(group)});
  return permission_review(*s.shape, s.locale, activity.ask.package, package ? package->label : "", lines,
                           false);
}

Window page_window(State& s, const Activity& activity) {
  if (activity.intent.action == "android.intent.action.VIEW")
    return browser_page(*s.shape, s.locale, activity.page);
  if (starts_with(activity.page, "package:")) {
    if (const Package* package = find_package(s, activity.page.substr(8)))
      return app_info_page(*s.shape, s.locale, package->name, package->label, package->manifest.version_name);
  }
  const Package* owner = find_package(s, activity.package);
  return settings_page(*s.shape, s.locale, owner ? owner->label : activity.package);
}

Window home_window(const State& s) {
  std::vector<std::pair<std::string, std::string>> apps;
  for (const auto& [name, package] : s.packages)
    if (!package.system && package.manifest.launcher()) apps.emplace_back(name, package.label);
  return launcher(*s.shape, s.locale, apps);
}

void add_activity_windows(State& s, Activity& activity, std::vector<Window>& windows) {
  if (!activity.created) return;
  switch (activity.kind) {
    case ActivityKind::kApp:
      return add_app(s, activity, windows);
    case ActivityKind::kHome:
      return windows.push_back(home_window(s));
    case ActivityKind::kPermission:
      if (!activity.ask.groups.empty()) windows.push_back(permission_window(s, activity));
      return;
    case ActivityKind::kReview:
      return windows.push_back(review_window(s, activity));
    case ActivityKind::kPage:
      return windows.push_back(page_window(s, activity));
    case ActivityKind::kRecents: {
      std::vector<std::pair<int, std::string>> tasks;
      for (const Task& task : s.tasks) {
        const Package* package = find_package(s, task.affinity);
        if (!task.home && package) tasks.emplace_back(task.id, package->label);
      }
      return windows.push_back(recents_screen(*s.shape, s.locale, tasks));
    }
  }
}

Window dialog_window(State& s, const SystemDialog& dialog) {
  const Package* package = find_package(s, dialog.package);
  const std::string label = package ? package->label : dialog.package;
  switch (dialog.kind) {
    case SystemDialog::Kind::kOldTarget:
      return old_target_warning(*s.shape, s.locale, dialog.package, label);
    case SystemDialog::Kind::kNotResponding:
      return not_responding_dialog(*s.shape, s.locale, dialog.package, label);
    case SystemDialog::Kind::kCrash:
      break;
  }
  return crash_dialog(*s.shape, s.locale, dialog.package, label, dialog.repeating);
}

// The activities in sight, topmost first.
std::vector<int> activities_in_sight(const State& s) {
  std::vector<int> ids;
  for (const Task& task : s.tasks) {
    for (auto it = task.activities.rbegin(); it != task.activities.rend(); ++it) {
      const Activity* activity = find_activity(s, *it);
      if (!activity || activity->finishing) continue;
      ids.push_back(activity->id);
      if (!activity->translucent) return ids;
    }
  }
  return ids;
}

void tap_view(State& s, Activity& activity, std::string_view action) {
  const auto parts = split(action, ':');
  if (parts.size() != 3) return;
  const auto layer = parse_int<std::size_t>(parts[1]).value_or(0);
  const auto index = parse_int<std::size_t>(parts[2]).value_or(0);
  const Package* package = find_package(s, activity.package);
  const Process* process = find_process(s, activity.pid);
  if (!package || !process || !process->behaviour || layer > activity.dialogs.size() ||
      (layer == 0 && activity.pages.empty()))
    return;
  Shown& shown = layer == 0 ? activity.pages.back() : activity.dialogs[layer - 1];
  const Screen* screen = screen_of(*package, shown);
  if (!screen || index >= screen->views.size()) return;
  const View& view = screen->views[index];
  if (auto box = shown.checks.find(view.id); box != shown.checks.end()) box->second = !box->second;
  const auto behaviour = process->behaviour;  // holds the calls while they run
  run_calls(s, activity.pid, view.tap);
}

void dialog_answered(State& s, std::string_view action) {
  if (s.dialogs.empty()) return;
  const SystemDialog dialog = s.dialogs.back();
  s.dialogs.pop_back();
  Package* package = find_package(s, dialog.package);
  if (dialog.kind == SystemDialog::Kind::kOldTarget && package) package->warned_of_age = true;
  if (action == "restart" && package) {
    if (const Component* launcher_of = package->manifest.launcher()) {
      Intent intent;
      intent.action = "android.intent.action.MAIN";
      intent.categories = {"android.intent.category.LAUNCHER"};
      intent.target_package = package->name;
      intent.target_class = launcher_of->name;
      intent.flags = kFlagLauncher;
      start_activity(s, intent, {kSystemUid, 0, "android", 0});
    }
  }
  settle(s);
}

void launch(State& s, const std::string& name) {
  const Package* package = find_package(s, name);
  const Component* launcher_of = package ? package->manifest.launcher() : nullptr;
  if (!launcher_of) return;
  Intent intent;
  intent.action = "android.intent.action.MAIN";
  intent.categories = {"android.intent.category.LAUNCHER"};
  intent.target_package = name;
  intent.target_class = launcher_of->name;
  intent.flags = kFlagLauncher;
  const Package* home = find_package(s, home_package(s));
  start_activity(s, intent, {home ? home->uid : kSystemUid, 0, home_package(s), 0});
}

void act(State& s, const std::string& action) {
  if (starts_with(action, "launch:")) return launch(s, action.substr(7));
  if (starts_with(action, "task:")) {
    bring_task_front(s, parse_int<int>(action.substr(5)).value_or(0), "recents");
    return;
  }
  if (starts_with(action, "remove:")) {
    remove_task(s, parse_int<int>(action.substr(7)).value_or(0));
    return;
  }
  if (!s.dialogs.empty() && (action == "ok" || action == "close" || action == "wait" || action == "restart" ||
                             action == "app_info"))
    return dialog_answered(s, action);
  Activity* front = front_activity(s);
  if (!front) return;
  if (action == "force_stop" && starts_with(front->page, "package:"))
    return force_stop(s, front->page.substr(8));
  switch (front->kind) {
    case ActivityKind::kApp:
      return tap_view(s, *front, action);
    case ActivityKind::kPermission:
      return permission_answered(s, front->id, action);
    case ActivityKind::kReview:
      return review_answered(s, front->id, action);
    default:
      return;
  }
}

void back_in_app(State& s, Activity& activity) {
  const Package* package = find_package(s, activity.package);
  const Process* process = find_process(s, activity.pid);
  if (!package || !process) return;
  const bool dialog = !activity.dialogs.empty();
  const Shown* shown = dialog                   ? &activity.dialogs.back()
                       : activity.pages.empty() ? nullptr
                                                : &activity.pages.back();
  const Screen* screen = shown ? screen_of(*package, *shown) : nullptr;
  const auto behaviour = process->behaviour;
  if (screen && screen->has_back) return run_calls(s, activity.pid, screen->back);
  if (dialog) return;
  if (activity.pages.size() > 1) {
    activity.pages.pop_back();
    Shown& page = activity.pages.back();
    page.scroll_px = 0;
    if (const Screen* under = screen_of(*package, page))
      for (const View& view : under->views)
        if (view.kind == View::Kind::kCheck) page.checks[view.id] = view.checked;
    return;
  }
  finish_activity(s, activity.id, "app-request");
}

void back(State& s) {
  if (s.shade) {
    s.shade = false;
    return;
  }
  if (!s.dialogs.empty()) return dialog_answered(s, "close");
  Activity* front = front_activity(s);
  if (!front || s.resumed != front->id) return;
  switch (front->kind) {
    case ActivityKind::kApp:
      return back_in_app(s, *front);
    // GrantPermissionsActivity.onBackPressed: a refusal before 11, an open question since.
    case ActivityKind::kPermission:
      return permission_answered(s, front->id, s.api >= 30 ? "cancel" : "deny");
    case ActivityKind::kReview:
      return review_answered(s, front->id, "review_cancel");
    case ActivityKind::kPage:
      return finish_activity(s, front->id, "app-request");
    case ActivityKind::kRecents:
    case ActivityKind::kHome:
      return;
  }
}

void recents(State& s) {
  const std::string home = home_package(s);
  Intent intent;
  intent.flags = kFlagNewTask;
  const int id =
      start_system_activity(s, ActivityKind::kRecents, home, "com.android.quickstep.RecentsActivity", intent,
                            {kSystemUid, 0, "com.android.systemui", 0}, 0);
  if (Task* task = task_of(s, id)) task->home = false;
  settle(s);
}
}  // namespace

Display display_of(State& s) {
  Display display{s.shape->width_px, s.shape->height_px, s.shape->density_dpi, {}, s.screen_on};
  if (!s.running) return display;
  const std::vector<int> ids = activities_in_sight(s);
  for (auto it = ids.rbegin(); it != ids.rend(); ++it)
    add_activity_windows(s, s.activities.at(*it), display.windows);
  for (const SystemDialog& dialog : s.dialogs) display.windows.push_back(dialog_window(s, dialog));
  if (s.toast && s.toast->until_ms > s.now_ms)
    display.windows.push_back(toast(*s.shape, s.toast->package, s.toast->text));
  if (s.shade) {
    std::vector<std::pair<std::string, std::string>> lines;
    for (const Notification& n : s.notifications) {
      const Package* package = find_package(s, n.package);
      lines.emplace_back(package ? package->label : n.package, n.text);
    }
    display.windows.push_back(notification_shade(*s.shape, s.locale, lines));
  }
  for (Window& bar : system_bars(geometry_of(*s.shape), date_text("%H:%M", wall_ms(s))))
    display.windows.push_back(std::move(bar));
  return display;
}

bool never_idle_now(const State& s) {
  for (int id : activities_in_sight(s)) {
    const Activity* activity = find_activity(s, id);
    if (activity && activity->created && activity->busy_until_ms > s.now_ms) return true;
  }
  return false;
}

void tap(State& s, int x, int y) {
  if (!s.screen_on || !s.running || s.keyguard) return;
  const Display display = display_of(s);
  const Hit hit = hit_test(display, x, y);
  if (!hit.window || !hit.box || hit.box->action.empty()) return;
  act(s, std::string(hit.box->action));
}

void swipe(State& s, int x1, int y1, int x2, int y2) {
  const std::int64_t way = std::abs(x2 - x1) + std::abs(y2 - y1);
  if (way < kLongSwipe) return tap(s, x1, y1);
  if (!s.screen_on) return;
  if (s.keyguard) return y1 > y2 ? dismiss_keyguard(s) : void();
  const Geometry geometry = geometry_of(*s.shape);
  if (y1 < geometry.status_bar_px && y2 > y1) {
    s.shade = true;
    return;
  }
  if (s.shade && y2 < y1) {
    s.shade = false;
    return;
  }
  Activity* front = front_activity(s);
  if (!front || front->kind != ActivityKind::kApp) return;
  Shown* shown = !front->dialogs.empty() ? &front->dialogs.back()
                 : !front->pages.empty() ? &front->pages.back()
                                         : nullptr;
  if (shown) shown->scroll_px = std::max(0, shown->scroll_px + y1 - y2);
}

void press_key(State& s, int key) {
  if (!s.running) return;
  switch (key) {
    case 26:
      return set_screen(s, !s.screen_on);
    case 223:
      return set_screen(s, false);
    case 224:
      return set_screen(s, true);
    case 82:
      if (s.keyguard) dismiss_keyguard(s);
      return;
    default:
      break;
  }
  if (!s.screen_on || s.keyguard) return;
  switch (key) {
    case 3:
      s.shade = false;
      return go_home(s, "homeKey");
    case 4:
      return back(s);
    case 187:
      return recents(s);
    default:
      return;
  }
}

void type_text(State& s, const std::string& text) {
  (void)s;
  (void)text;  // an app of a behaviour file never sees what is typed
}

}  // namespace storesweep::simdroid::android
