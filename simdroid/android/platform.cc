#include "simdroid/android/platform.h"

#include "common/base/text.h"
#include "simdroid/android/activities.h"
#include "simdroid/android/app_ops.h"
#include "simdroid/android/components.h"
#include "simdroid/android/interpreter.h"
#include "simdroid/android/log.h"
#include "simdroid/android/processes.h"
#include "simdroid/android/system_pages.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::size_t kMaxStepsAtOnce = 200'000;  // an app that does nothing but call itself

void broadcast(State& s, const char* action, std::uint32_t flags = 0x10) {
  Intent intent;
  intent.action = action;
  intent.flags = flags;
  send_broadcast(s, std::move(intent), kSystemUid, "android");
}

void uid_idle(State& s, int uid) {
  follow_uid(s, uid);
  auto it = s.uids.find(uid);
  if (it == s.uids.end() || it->second.background_since_ms < 0 || it->second.idle) return;
  if (s.now_ms - it->second.background_since_ms < 60'000) return;
  it->second.idle = true;
  log_block(s, "event.uid_idle", {{"uid", std::to_string(uid)}});
  stop_idle_services(s, uid);
}

void happen(State& s, const Event& event) {
  switch (event.kind) {
    case Event::Kind::kCall:
      return call_due(s, event);
    case Event::Kind::kProcessBound:
      return on_process_bound(s, event.pid);
    case Event::Kind::kPaused:
      return on_paused(s, event.number);
    case Event::Kind::kDrawn:
      return on_drawn(s, event.number);
    case Event::Kind::kSettle:
      return on_settled(s);
    case Event::Kind::kReceive:
      return deliver_next(s, event.number);
    case Event::Kind::kReceiverDone:
      return receiver_done(s, event.pid);
    case Event::Kind::kServiceRestart:
      return restart_service(s, event.number);
    case Event::Kind::kServiceRun:
      return run_planned_service(s, event.number);
    case Event::Kind::kServiceIdle:
      return stop_idle_services(s, event.number);
    case Event::Kind::kMustShow:
      return must_show_over(s, event.number);
    case Event::Kind::kAlarm:
      return alarm_due(s, event.number);
    case Event::Kind::kJob:
      return job_due(s, event.text);
    case Event::Kind::kUidIdle:
      return uid_idle(s, event.number);
    case Event::Kind::kKill:
      return kill_process(s, event.pid, event.text);
    case Event::Kind::kAskNotifications:
      return ask_notifications(s, event.text);
    case Event::Kind::kBootStep:
    case Event::Kind::kScreenTimeout:
      return;
  }
}

Package system_package(const SystemPackage& given) {
  Package package;
  package.name = given.name;
  package.uid = given.uid;
  package.label = given.label;
  package.manifest.package = given.name;
  package.manifest.label = given.label;
  package.manifest.target_sdk = 10'000;
  package.code_path = given.path;
  package.data_dir = "/data/user/0/" + given.name;
  package.system = true;
  return package;
}
}  // namespace

State make_state(const DeviceShape& shape, const Templates& templates, std::uint64_t seed,
                 std::int64_t wall_zero_ms) {
  State s;
  s.shape = &shape;
  s.templates = &templates;
  s.api = shape.api;
  s.seed = seed;
  s.wall_zero_ms = wall_zero_ms;
  if (auto it = shape.properties.find("persist.sys.locale"); it != shape.properties.end())
    s.locale = it->second;
  for (const SystemPackage& given : shape.packages) {
    Package package = system_package(given);
    package.manifest.target_sdk = shape.api;
    package.first_install_wall_ms = package.last_update_wall_ms =
        1'230'768'000'000;  // 2009, as images have it
    s.packages.emplace(given.name, std::move(package));
    if (given.uid >= s.next_uid) s.next_uid = given.uid + 1;
  }
  return s;
}

void advance(State& s, std::int64_t now_ms) {
  for (std::size_t steps = 0;
       !s.future.empty() && s.future.begin()->first.first <= now_ms && steps < kMaxStepsAtOnce; ++steps) {
    auto node = s.future.extract(s.future.begin());
    s.now_ms = std::max(s.now_ms, node.key().first);
    happen(s, node.mapped());
  }
  s.now_ms = std::max(s.now_ms, now_ms);
}

std::optional<std::int64_t> next_due_ms(const State& s) {
  if (s.future.empty()) return std::nullopt;
  return s.future.begin()->first.first;
}

void power_down(State& s) {
  s.running = false;
  s.future.clear();
  s.processes.clear();
  s.activities.clear();
  s.tasks.clear();
  s.services.clear();
  s.alarms.clear();
  s.sending.clear();
  s.notifications.clear();
  s.dialogs.clear();
  s.uids.clear();
  s.toast.reset();
  s.resumed = s.pausing = 0;
  s.log.buffers.clear();
  s.shade = false;
  s.clipboard.clear();
  s.next_pid = 1'700;
}

void power_up(State& s) {
  s.running = true;
  s.booting = true;
  s.screen_on = true;
  s.keyguard = false;
  s.last_wake_ms = s.now_ms;
  start_system_processes(s);
  launch_home(s);
}

void boot_completed(State& s) {
  s.booting = false;
  log_block(s, "log.boot_completed", {{"user", "0"}});
  broadcast(s, "android.intent.action.LOCKED_BOOT_COMPLETED", 0x09000010);
  broadcast(s, "android.intent.action.BOOT_COMPLETED", 0x09000010);
  reload_jobs(s);
}

void set_screen(State& s, bool on) {
  if (s.screen_on == on) return;
  s.screen_on = on;
  log_block(s, "event.screen_toggled", {{"state", on ? "1" : "0"}});
  (on ? s.last_wake_ms : s.last_sleep_ms) = s.now_ms;
  if (!on) s.keyguard = true;
  s.shade = false;
  broadcast(s, on ? "android.intent.action.SCREEN_ON" : "android.intent.action.SCREEN_OFF", 0x50200010);
  settle(s);
  follow_all_uids(s);
}

void dismiss_keyguard(State& s) {
  if (!s.keyguard || !s.screen_on) return;
  s.keyguard = false;
  broadcast(s, "android.intent.action.USER_PRESENT", 0x24200010);
  settle(s);
  follow_all_uids(s);
}

void set_network(State& s, bool wifi, bool data) {
  const bool wifi_changed = s.switches.wifi != wifi;
  const bool changed = wifi_changed || s.switches.data != data;
  s.switches.wifi = wifi;
  s.switches.data = data;
  if (wifi_changed) broadcast(s, "android.net.wifi.WIFI_STATE_CHANGED", 0x4000010);
  if (changed) broadcast(s, "android.net.conn.CONNECTIVITY_CHANGE", 0x4000010);
}

void set_plugged(State& s, bool ac, bool usb) {
  const bool before = s.switches.ac || s.switches.usb || s.switches.wireless;
  s.switches.ac = ac;
  s.switches.usb = usb;
  const bool now = ac || usb || s.switches.wireless;
  s.switches.status = now ? 2 : 3;
  broadcast(s, "android.intent.action.BATTERY_CHANGED", 0x60000010);
  if (before != now)
    broadcast(s,
              now ? "android.intent.action.ACTION_POWER_CONNECTED"
                  : "android.intent.action.ACTION_POWER_DISCONNECTED",
              0x4000010);
}

}  // namespace storesweep::simdroid::android
