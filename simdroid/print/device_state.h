// The device's own state: `dumpsys power | battery | window [windows|displays]`, `wm size`. Pure.
// AOSP: PowerManagerService.java, BatteryService.java, WindowManagerService.java and WindowState.java.
#pragma once

#include <string>
#include <vector>

#include "simdroid/print/activities.h"

namespace storesweep::simdroid {

struct WakeLockLine {
  std::string level = "PARTIAL_WAKE_LOCK";
  std::string tag;
  int uid = 0, pid = 0;
  std::int64_t acquired_elapsed_ms = 0;
};
struct PowerLine {
  std::string wakefulness = "Awake";  // Awake, Asleep, Dozing
  bool plugged = true;
  int battery_percent = 100;
  std::int64_t last_wake_elapsed_ms = 0, last_sleep_elapsed_ms = 0;
  std::int64_t screen_off_timeout_ms = 60'000;
  std::vector<WakeLockLine> wake_locks;
};
std::string print_power(const Templates& t, const PowerLine& power, Moment now);

struct BatteryLine {
  bool ac = false, usb = true, wireless = false;
  int status = 2;  // BatteryManager.BATTERY_STATUS_*: 2 charging, 5 full
  int level_percent = 100;
  int voltage_mv = 4200;
  int temperature_tenths = 250;
};
std::string print_battery(const Templates& t, const BatteryLine& battery);

struct WindowLine {
  std::string id;     // hex digits
  std::string title;  // "com.x/com.x.Main", "StatusBar"
  std::string package;
  int uid = 0, pid = 0;
  int type = 1;  // WindowManager.LayoutParams.TYPE_*
  int left = 0, top = 0, right = 0, bottom = 0;
  bool visible = true;
  std::string activity_id, activity_component;  // of an activity's window
  int task = 0;
};
// `dumpsys window [windows]`: topmost first; the focus is state.focused_window.
std::string print_windows(const Templates& t, const ActivityState& state,
                          const std::vector<WindowLine>& windows);
// `dumpsys window displays`
std::string print_displays(const Templates& t, const ActivityState& state,
                           const std::vector<WindowLine>& windows);

}  // namespace storesweep::simdroid
