#include <algorithm>

#include "common/base/text.h"
#include "simdroid/android/app_ops.h"
#include "simdroid/android/components.h"
#include "simdroid/android/interpreter.h"
#include "simdroid/android/log.h"
#include "simdroid/android/permissions.h"
#include "simdroid/android/platform_rules.h"
#include "simdroid/android/processes.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::int64_t kDeliverMs = 5;
constexpr std::int64_t kReceiveMs = 25;
constexpr std::size_t kMaxHistory = 100;
constexpr std::string_view kBoot = "android.intent.action.BOOT_COMPLETED";
constexpr std::string_view kLockedBoot = "android.intent.action.LOCKED_BOOT_COMPLETED";
constexpr std::string_view kConnectivity = "android.net.conn.CONNECTIVITY_CHANGE";

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool filter_matches(const Component& component, const Intent& intent) {
  const std::string scheme = intent.data.substr(0, intent.data.find(':'));
  return std::any_of(component.filters.begin(), component.filters.end(), [&](const IntentFilter& filter) {
    if (!contains(filter.actions, intent.action)) return false;
    return intent.data.empty() ? filter.schemes.empty() : contains(filter.schemes, scheme);
  });
}

bool with_package_data(std::string_view action) {
  return starts_with(action, "android.intent.action.PACKAGE_");
}

// The name in the behaviour file of a receiver of the manifest.
std::string name_of(const Package& package, const std::string& class_name) {
  if (!package.behaviour()) return "";
  for (const auto& [name, receiver] : package.behaviour()->receivers)
    if (receiver.in_manifest && package.name + "." + class_stem(name) + "Receiver" == class_name) return name;
  return "";
}

// Why a receiver of the manifest does not get it; empty: it does.
std::string refused(const State& s, const Package& package, const Intent& intent, bool explicit_target) {
  const int target = package.manifest.target_sdk;
  if ((intent.action == kBoot || intent.action == kLockedBoot) &&
      !has_permission(s, package, "android.permission.RECEIVE_BOOT_COMPLETED"))
    return "permission";
  if (explicit_target) return "";
  if (intent.action == kConnectivity && holds(Rule::kConnectivityNotInManifest, s.api, target))
    return "target";
  if (holds(Rule::kImplicitBroadcastLimit, s.api, target) && !exempt_from_background_limit(intent.action))
    return "background";
  return "";
}

void log_refused(State& s, const Package& package, const Component& component, const Intent& intent,
                 const std::string& why) {
  const Holes holes{{"intent", intent_text(text_of(intent), s.api)},
                    {"component", short_component(package.name, component.name)},
                    {"permission", "android.permission.RECEIVE_BOOT_COMPLETED"},
                    {"package", package.name}};
  if (why == "permission") log_block(s, "log.broadcast_denied", holes);
  if (why == "background") log_block(s, "log.broadcast_background", holes);
}

void add_registered(State& s, const Intent& intent, Broadcast& broadcast) {
  for (const auto& [pid, process] : s.processes) {
    if (!process.behaviour || (!intent.package.empty() && process.package != intent.package)) continue;
    for (const std::string& name : process.receivers) {
      const Receiver& receiver = process.behaviour->receivers.at(name);
      if (!contains(receiver.actions, intent.action)) continue;
      if (with_package_data(intent.action) == intent.data.empty()) continue;
      broadcast.targets.push_back(
          {process.package, process.package + "." + class_stem(name) + "Receiver", name, pid});
    }
  }
}

void add_declared(State& s, const Intent& intent, Broadcast& broadcast) {
  for (auto& [package_name, package] : s.packages) {
    if (package.system || package.enabled >= 2) continue;
    const bool named = !intent.package.empty() || !intent.target_class.empty();
    if (!intent.package.empty() && package_name != intent.package) continue;
    if (!intent.target_class.empty() && package_name != intent.target_package) continue;
    const bool asleep = package.stopped && (intent.flags & 0x20) == 0;  // FLAG_INCLUDE_STOPPED_PACKAGES
    if (asleep && holds(Rule::kStoppedState, s.api, package.manifest.target_sdk)) continue;
    for (const Component& component : package.manifest.components) {
      if (component.kind != Component::Kind::kReceiver) continue;
      const bool enabled =
          component.enabled && !s.disabled_components.contains(package_name + "/" + component.name);
      const bool explicit_target = intent.target_class == component.name;
      if (!enabled || (!intent.target_class.empty() ? !explicit_target : !filter_matches(component, intent)))
        continue;
      if (!component.exported && broadcast.from_uid >= kShellUid && broadcast.from_uid != package.uid)
        continue;
      const std::string why = refused(s, package, intent, named);
      if (!why.empty()) {
        log_refused(s, package, component, intent, why);
        broadcast.history.receivers.push_back(
            {short_component(package_name, component.name), "", 0, package.uid, "Skipped"});
        continue;
      }
      broadcast.targets.push_back({package_name, component.name, name_of(package, component.name), 0});
    }
  }
}
}  // namespace

int send_broadcast(State& s, Intent intent, int from_uid, const std::string& from_package) {
  Broadcast broadcast;
  broadcast.number = s.next_id++;
  broadcast.from_uid = from_uid;
  broadcast.from_package = from_package;
  add_registered(s, intent, broadcast);
  if (intent.action != "android.intent.action.SCREEN_ON" &&
      intent.action != "android.intent.action.SCREEN_OFF" &&
      intent.action != "android.intent.action.BATTERY_CHANGED")
    add_declared(s, intent, broadcast);
  broadcast.history.id = hex_id(s, 3);
  broadcast.history.intent = text_of(intent);
  broadcast.history.caller_package = from_package;
  broadcast.history.caller_uid = from_uid;
  broadcast.history.caller_pid = s.server_pid;
  broadcast.history.dispatched_wall_ms = wall_ms(s);
  broadcast.intent = std::move(intent);
  const int count = static_cast<int>(broadcast.targets.size());
  const int number = broadcast.number;
  s.sending.emplace(number, std::move(broadcast));
  plan(s, kDeliverMs, {.kind = Event::Kind::kReceive, .number = number});
  return count;
}

// To the next of its receivers; one whose process has to start waits for that.
void deliver_next(State& s, int number) {
  auto it = s.sending.find(number);
  if (it == s.sending.end()) return;
  Broadcast& broadcast = it->second;
  if (broadcast.targets.empty()) {
    broadcast.history.finished_wall_ms = wall_ms(s);
    s.broadcasts.push_front(std::move(broadcast.history));
    if (s.broadcasts.size() > kMaxHistory) s.broadcasts.pop_back();
    s.sending.erase(it);
    return;
  }
  const Broadcast::Target target = broadcast.targets.front();
  Package* package = find_package(s, target.package);
  const Component* component = package ? package->manifest.find(target.class_name) : nullptr;
  const bool gone =
      !package || (target.pid != 0 && !find_process(s, target.pid)) || (target.pid == 0 && !component);
  Process* process = nullptr;
  if (!gone) {
    process = target.pid != 0 ? find_process(s, target.pid)
                              : &need_process(s, *package, component->process, "broadcast",
                                              short_component(target.package, target.class_name));
    if (!process->bound) return plan(s, kDeliverMs * 4, {.kind = Event::Kind::kReceive, .number = number});
  }
  broadcast.targets.pop_front();
  plan(s, kReceiveMs, {.kind = Event::Kind::kReceive, .number = number});
  if (gone) return;
  broadcast.history.receivers.push_back(
      {target.pid == 0 ? short_component(target.package, target.class_name) : "", process->name, process->pid,
       process->uid, "Deliver"});
  const int pid = process->pid;
  ++process->receiving;
  process->last_active_ms = s.now_ms;
  follow_uid(s, process->uid);
  plan(s, kReceiveMs, {.kind = Event::Kind::kReceiverDone, .pid = pid});
  if (!process->behaviour) return;
  const auto behaviour = process->behaviour;
  // The app's own alarm receiver gets its alarm by name.
  if (target.class_name == target.package + ".AlarmReceiver") {
    const std::string name = broadcast.intent.data.substr(broadcast.intent.data.find(':') + 1);
    if (auto calls = behaviour->alarms.find(name); calls != behaviour->alarms.end())
      run_calls(s, pid, calls->second);
  } else if (auto receiver = behaviour->receivers.find(target.name); receiver != behaviour->receivers.end()) {
    run_calls(s, pid, receiver->second.calls);
  }
}

void receiver_done(State& s, int pid) {
  if (Process* process = find_process(s, pid)) {
    if (process->receiving > 0) --process->receiving;
    follow_uid(s, process->uid);
  }
}

}  // namespace storesweep::simdroid::android
