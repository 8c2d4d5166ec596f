#include "simdroid/android/system_pages.h"

#include <algorithm>

#include "common/base/text.h"
#include "simdroid/android/log.h"
#include "simdroid/android/permissions.h"
#include "simdroid/android/platform_rules.h"

namespace storesweep::simdroid::android {
namespace {
constexpr const char* kRequest = "android.content.pm.action.REQUEST_PERMISSIONS";
constexpr const char* kRequestForOther = "android.content.pm.action.REQUEST_PERMISSIONS_FOR_OTHER";
constexpr const char* kReview = "android.intent.action.REVIEW_PERMISSIONS";
constexpr const char* kPostNotifications = "android.permission.POST_NOTIFICATIONS";
constexpr std::int64_t kAskNotificationsMs = 400;

std::string first_known(const State& s, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (find_package(s, name)) return name;
  return "";
}

// PermissionController is the same code under three names: com.android.packageinstaller up to 9.
std::string controller_class(const State& s, const std::string& last) {
  return (s.api >= 29 ? "com.android.permissioncontroller.permission.ui."
                      : "com.android.packageinstaller.permission.ui.") +
         last;
}

Intent controller_intent(const State& s, const char* action, const char* last) {
  Intent intent;
  intent.action = action;
  intent.package = controller_package(s);
  intent.target_package = intent.package;
  intent.target_class = controller_class(s, last);
  intent.has_extras = true;
  return intent;
}

// The controller's answer: what is granted now, of each permission that was asked for.
void finish_request(State& s, int id) {
  Activity& activity = s.activities.at(id);
  if (!activity.ask.for_other) {
    const Task* task = task_of(s, id);
    for (int below : task ? task->activities : std::vector<int>{}) {
      Activity* one = find_activity(s, below);
      if (!one || one->kind != ActivityKind::kApp || !one->request_open) continue;
      const Package* package = find_package(s, one->package);
      one->request_open = false;
      one->has_result = true;
      one->result.clear();
      for (const std::string& name : activity.ask.permissions)
        one->result.emplace_back(name, package && has_permission(s, *package, name));
    }
  }
  finish_activity(s, id, "app-request");
}
}  // namespace

std::string home_package(const State& s) {
  return first_known(s, {"com.google.android.apps.nexuslauncher", "com.android.launcher3"});
}
std::string home_class(const State& s) {
  const std::string home = home_package(s);
  if (home == "com.google.android.apps.nexuslauncher") return home + ".NexusLauncherActivity";
  return s.api >= 29 ? "com.android.launcher3.uioverrides.QuickstepLauncher"
                     : "com.android.launcher3.Launcher";
}
std::string controller_package(const State& s) {
  if (s.api < 23) return "";
  return first_known(s, {"com.google.android.permissioncontroller", "com.android.permissioncontroller",
                         "com.google.android.packageinstaller", "com.android.packageinstaller"});
}

bool resolve_system_page(const State& s, Intent& intent) {
  const bool web = starts_with(intent.data, "http:") || starts_with(intent.data, "https:");
  if (intent.action == "android.intent.action.VIEW" && web) {
    intent.target_package =
        first_known(s, {"com.android.chrome", "com.android.browser", "org.chromium.webview_shell"});
    intent.target_class = intent.target_package == "com.android.chrome"
                              ? "com.google.android.apps.chrome.IntentDispatcher"
                          : intent.target_package == "com.android.browser"
                              ? "com.android.browser.BrowserActivity"
                              : "org.chromium.webview_shell.WebViewBrowserActivity";
    return !intent.target_package.empty();
  }
  if (intent.action == "android.settings.APPLICATION_DETAILS_SETTINGS") {
    intent.target_package = "com.android.settings";
    intent.target_class = "com.android.settings.applications.InstalledAppDetails";
    return find_package(s, intent.target_package) != nullptr;
  }
  if (starts_with(intent.action, "android.settings.")) {
    intent.target_package = "com.android.settings";
    intent.target_class = "com.android.settings.Settings";
    return find_package(s, intent.target_package) != nullptr;
  }
  const bool home = std::find(intent.categories.begin(), intent.categories.end(),
                              "android.intent.category.HOME") != intent.categories.end();
  if (intent.action == "android.intent.action.MAIN" && home) {
    intent.target_package = home_package(s);
    intent.target_class = home_class(s);
    return !intent.target_package.empty();
  }
  return false;
}

int start_system_page(State& s, const Intent& intent, const Starter& starter) {
  if (intent.target_class == home_class(s)) {
    go_home(s, "startActivity");
    return 0;
  }
  const int id =
      start_system_activity(s, ActivityKind::kPage, intent.target_package, intent.target_class, intent,
                            starter, (intent.flags & kFlagNewTask) != 0 ? 0 : starter.from_activity);
  if (Activity* activity = find_activity(s, id))
    activity->page = intent.data.empty() ? intent.action : intent.data;
  settle(s);
  return id;
}

void request_permissions(State& s, Activity& activity, const std::vector<std::string>& permissions) {
  const Package* package = find_package(s, activity.package);
  const std::string controller = controller_package(s);
  if (!package || controller.empty()) return;
  if (activity.request_open) {
    if (const Process* process = find_process(s, activity.pid))
      log_app(s, *process, 'W', "Activity", "Can request only one set of permissions at a time");
    return;
  }
  activity.request_open = true;
  const Intent intent = controller_intent(s, kRequest, "GrantPermissionsActivity");
  const Starter starter{activity.uid, activity.pid, activity.package, activity.id};
  log_start_intent(s, intent, starter.uid, starter.pid);
  const int id = start_system_activity(s, ActivityKind::kPermission, controller, intent.target_class, intent,
                                       starter, activity.id);
  if (Activity* dialog = find_activity(s, id)) {
    dialog->ask.package = package->name;
    dialog->ask.permissions = permissions;
  }
  settle(s);
}

void permission_activity_up(State& s, int id) {
  Activity& activity = s.activities.at(id);
  PermissionAsk& ask = activity.ask;
  Package* package = find_package(s, ask.package);
  if (!package) return finish_request(s, id);
  if (!ask.computed) {
    ask.computed = true;
    ask.groups = groups_to_ask(s, *package, ask.permissions, ask.for_other);
    ask.group_count = static_cast<int>(ask.groups.size());
  }
  if (ask.groups.empty()) finish_request(s, id);
}

void permission_answered(State& s, int id, const std::string& action) {
  Activity* activity = find_activity(s, id);
  if (!activity || activity->ask.groups.empty() || activity->finishing) return;
  PermissionAsk& ask = activity->ask;
  if (action == "do_not_ask") {
    ask.dont_ask_again = !ask.dont_ask_again;
    return;
  }
  if (action == "precise" || action == "approximate") return;
  Package* package = find_package(s, ask.package);
  if (!package) return finish_request(s, id);
  const std::string group = ask.groups.front();
  answer_group(s, *package, ask, group, action);
  log_block(s, "log.permission_answer", {{"group", group}, {"package", package->name}, {"action", action}},
            activity->pid, activity->uid);
  ask.groups.erase(ask.groups.begin());
  ask.dont_ask_again = false;
  if (ask.groups.empty() || action == "cancel") finish_request(s, id);
}

bool review_first(State& s, Package& package, const Intent& intent, const Starter& starter) {
  if (!holds(Rule::kPermissionReview, s.api, package.manifest.target_sdk)) return false;
  std::vector<std::string> groups;
  for (const auto& [name, grant] : package.runtime) {
    const std::string group = group_of(s, name);
    if (grant.review_required && name != kPostNotifications &&
        std::find(groups.begin(), groups.end(), group) == groups.end())
      groups.push_back(group);
  }
  const std::string controller = controller_package(s);
  if (groups.empty() || controller.empty()) return false;
  const Intent review = controller_intent(s, kReview, "ReviewPermissionsActivity");
  log_start_intent(s, review, starter.uid, starter.pid);
  const int id =
      start_system_activity(s, ActivityKind::kReview, controller, review.target_class, review, starter, 0);
  if (Activity* activity = find_activity(s, id)) {
    activity->ask.package = package.name;
    activity->review = groups;
    activity->after = intent;
  }
  settle(s);
  return true;
}

void review_answered(State& s, int id, const std::string& action) {
  Activity* activity = find_activity(s, id);
  if (!activity || activity->finishing) return;
  if (starts_with(action, "review_toggle:")) {
    const auto index =
        parse_int<std::size_t>(action.substr(action.find(':') + 1)).value_or(activity->review.size());
    if (index >= activity->review.size()) return;
    const std::string& group = activity->review[index];
    if (activity->unchecked.erase(group) == 0) activity->unchecked.insert(group);
    return;
  }
  Package* package = find_package(s, activity->ask.package);
  const auto after = activity->after;
  const auto unchecked = activity->unchecked;
  if (action == "review_continue" && package) {
    for (auto& [name, grant] : package->runtime) {
      if (!grant.review_required || name == kPostNotifications) continue;
      grant.review_required = false;
      grant.granted = !unchecked.contains(group_of(s, name));
    }
    mirror_in_ops(s, *package);
  }
  finish_activity(s, id, "app-request");
  if (action == "review_continue" && after) start_activity(s, *after, {kSystemUid, 0, "android", 0});
}

void app_came_up(State& s, int id) {
  Activity* activity = find_activity(s, id);
  if (!activity || activity->kind != ActivityKind::kApp) return;
  Package* package = find_package(s, activity->package);
  if (!package || package->system) return;
  auto floor = s.shape->properties.find("ro.build.version.min_supported_target_sdk");
  const int least = floor == s.shape->properties.end() ? 0 : parse_int<int>(floor->second).value_or(0);
  const int target = package->manifest.target_sdk;
  if (holds(Rule::kOldTargetWarning, s.api, target) && target < least && !package->warned_of_age)
    s.dialogs.push_back({SystemDialog::Kind::kOldTarget, package->name, false});
  if (!package->channels.empty() && holds(Rule::kNotificationPermissionAsked, s.api, target))
    plan(s, kAskNotificationsMs, {.kind = Event::Kind::kAskNotifications, .text = package->name});
}

void ask_notifications(State& s, const std::string& name) {
  Package* package = find_package(s, name);
  Activity* front = front_activity(s);
  if (!package || !front || front->package != name || front->kind != ActivityKind::kApp) return;
  const std::string controller = controller_package(s);
  auto grant = package->runtime.find(kPostNotifications);
  const bool open = grant != package->runtime.end() && grant->second.review_required &&
                    !grant->second.user_fixed && !grant->second.user_set;
  if (!open || controller.empty() ||
      !holds(Rule::kNotificationPermissionAsked, s.api, package->manifest.target_sdk))
    return;
  const Intent intent = controller_intent(s, kRequestForOther, "GrantPermissionsActivity");
  log_start_intent(s, intent, kSystemUid);
  const int id = start_system_activity(s, ActivityKind::kPermission, controller, intent.target_class, intent,
                                       {kSystemUid, s.server_pid, "android", front->id}, front->id);
  if (Activity* dialog = find_activity(s, id)) {
    dialog->ask.package = name;
    dialog->ask.permissions = {kPostNotifications};
    dialog->ask.for_other = true;
  }
  settle(s);
}

}  // namespace storesweep::simdroid::android
