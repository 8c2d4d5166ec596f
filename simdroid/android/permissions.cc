#include "simdroid/android/permissions.h"

#include <algorithm>

#include "common/base/text.h"
#include "simdroid/android/platform_rules.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::string_view kBackgroundLocation = "android.permission.ACCESS_BACKGROUND_LOCATION";
constexpr std::string_view kPostNotifications = "android.permission.POST_NOTIFICATIONS";
constexpr std::string_view kGroupPrefix = "android.permission-group.";

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

void grant_quietly(Package& package, const std::string& permission) {
  Grant& grant = package.runtime[permission];
  grant.granted = true;
  grant.user_set = grant.user_fixed = grant.review_required = false;
}
}  // namespace

std::string group_of(const State& s, std::string_view permission) {
  const PermissionRow* row = runtime_permission(permission, s.api);
  if (!row) return std::string(permission);
  // The groups CALL_LOG (9), ACTIVITY_RECOGNITION (10) and the media groups (13) are younger than their
  // permissions.
  if (row->group == "CALL_LOG" && s.api < 28) return std::string(kGroupPrefix) + "PHONE";
  return std::string(kGroupPrefix) + std::string(row->group);
}

bool requests_permission(const State& s, const Package& package, std::string_view permission) {
  return std::any_of(package.manifest.permissions.begin(), package.manifest.permissions.end(),
                     [&](const UsedPermission& p) {
                       return p.name == permission && (p.max_sdk == 0 || s.api <= p.max_sdk);
                     });
}

bool has_permission(const State&, const Package& package, std::string_view permission) {
  if (package.system) return true;
  if (package.install_grants.contains(std::string(permission))) return true;
  auto it = package.runtime.find(std::string(permission));
  return it != package.runtime.end() && it->second.granted && !it->second.review_required;
}

void grant_at_install(State& s, Package& package, bool all) {
  const int target = package.manifest.target_sdk;
  const bool runtime = holds(Rule::kRuntimePermissions, s.api, target);
  package.install_grants.clear();
  for (const UsedPermission& used : package.manifest.permissions) {
    if (used.max_sdk != 0 && s.api > used.max_sdk) continue;
    if (!runtime_permission(used.name, s.api)) {
      // Below 6.0 a dangerous permission is one that is granted at install.
      if (is_normal_permission(used.name, s.api) || runtime_permission(used.name, 10'000))
        package.install_grants.insert(used.name);
      continue;
    }
    if (s.api < 23) {
      package.install_grants.insert(used.name);
      continue;
    }
    auto [it, fresh] = package.runtime.try_emplace(used.name);
    Grant& grant = it->second;
    if (!runtime) {
      grant.granted = true;
      if (fresh) grant.review_required = holds(Rule::kPermissionReview, s.api, target);
    } else if (all) {
      grant.granted = true;
    }
  }
  // What the manifest asks for no more is forgotten, with what the user had decided.
  std::erase_if(package.runtime, [&](const auto& held) {
    return held.first != kPostNotifications && !requests_permission(s, package, held.first);
  });
  // An old app does not know of it; what it may do is decided by the system's own question.
  if (holds(Rule::kNotificationPermissionAsked, s.api, target)) {
    auto [it, fresh] = package.runtime.try_emplace(std::string(kPostNotifications));
    if (fresh) it->second = {.granted = all, .review_required = !all};
  }
  mirror_in_ops(s, package);
}

void forget_refusals(Package& package) {
  for (auto& [name, grant] : package.runtime) {
    if (!grant.granted) grant.user_set = grant.user_fixed = false;
  }
}

// A review that is open counts as not granted for what is guarded, hence the mode.
void mirror_in_ops(State& s, const Package& package) {
  if (!holds(Rule::kPermissionsAsUidModes, s.api, package.manifest.target_sdk) || package.system) return;
  const bool behind = package.runtime.contains(std::string(kBackgroundLocation)) &&
                      package.runtime.at(std::string(kBackgroundLocation)).granted;
  for (const auto& [name, grant] : package.runtime) {
    const PermissionRow* row = runtime_permission(name, s.api);
    if (!row || row->op.empty()) continue;
    const bool location = row->group == "LOCATION" && holds(Rule::kForegroundLocation, s.api, 0) && !behind;
    const bool device = (row->group == "CAMERA" || row->group == "MICROPHONE") &&
                        holds(Rule::kWhileInUseCameraMicrophone, s.api, 0);
    std::string mode =
        grant.granted && !grant.review_required ? (location || device ? "foreground" : "allow") : "ignore";
    s.uid_modes[package.uid][std::string(row->op)] = mode;
  }
}

void set_granted(State& s, Package& package, const std::string& permission, bool granted) {
  Grant& grant = package.runtime[permission];
  grant.granted = granted;
  grant.review_required = false;
  if (granted) grant.user_fixed = false;
  if (granted) grant.one_time = false;
  mirror_in_ops(s, package);
}

bool asked_before(const State& s, const Package& package, const PermissionAsk& ask,
                  const std::string& group) {
  return std::any_of(ask.permissions.begin(), ask.permissions.end(), [&](const std::string& name) {
    auto it = package.runtime.find(name);
    return group_of(s, name) == group && it != package.runtime.end() && it->second.user_set;
  });
}

std::vector<std::string> groups_to_ask(State& s, Package& package,
                                       const std::vector<std::string>& permissions, bool for_other) {
  std::vector<std::string> groups;
  const bool runtime = holds(Rule::kRuntimePermissions, s.api, package.manifest.target_sdk);
  for (const std::string& name : permissions) {
    if (!runtime_permission(name, s.api)) continue;
    const bool known = requests_permission(s, package, name) || (for_other && name == kPostNotifications);
    if (!known || (!runtime && !for_other)) continue;
    Grant& grant = package.runtime[name];
    if ((grant.granted && !grant.review_required) || grant.user_fixed) continue;
    const std::string group = group_of(s, name);
    const bool behind = name == kBackgroundLocation;
    const bool held =
        !behind && std::any_of(package.runtime.begin(), package.runtime.end(), [&](const auto& other) {
          return other.second.granted && other.first != kBackgroundLocation &&
                 group_of(s, other.first) == group;
        });
    if (held) {
      grant_quietly(package, name);
      continue;
    }
    if (!contains(groups, group)) groups.push_back(group);
  }
  mirror_in_ops(s, package);
  return groups;
}

void answer_group(State& s, Package& package, const PermissionAsk& ask, const std::string& group,
                  std::string_view action) {
  if (action == "cancel") return;
  const bool allow = starts_with(action, "allow");
  const bool twice = asked_before(s, package, ask, group);
  for (const std::string& name : ask.permissions) {
    if (group_of(s, name) != group) continue;
    if (allow && name == kBackgroundLocation && action != "allow") continue;
    Grant& grant = package.runtime[name];
    grant.granted = allow;
    grant.review_required = false;
    grant.one_time = action == "allow_one_time";
    if (allow) {
      grant.user_set = !grant.one_time;
      grant.user_fixed = false;
      continue;
    }
    const bool fixed = action == "deny_and_dont_ask_again" || ask.dont_ask_again ||
                       (twice && holds(Rule::kTwoDialogsOnly, s.api, package.manifest.target_sdk)) ||
                       (ask.for_other && s.api >= 33);
    grant.user_fixed = fixed;
    grant.user_set = !fixed;
  }
  mirror_in_ops(s, package);
}

}  // namespace storesweep::simdroid::android
