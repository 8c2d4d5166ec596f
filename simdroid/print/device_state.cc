#include "simdroid/print/device_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "simdroid/print/records.h"
#include "simdroid/print/sheet.h"
#include "simdroid/print/text.h"

namespace storesweep::simdroid {
namespace {
constexpr std::size_t kLevelWidth = 30;  // of a wake lock's level

std::string window_text(const Templates& t, const std::string& id, const std::string& title) {
  return t.line("window.name", {{"id", id}, {"title", title}});
}

// What has the focus, and the activity that should.
Holes focus_holes(const Templates& t, const ActivityState& state) {
  std::string app = "null";
  if (!state.tasks.empty() && !state.tasks[0].activities.empty()) {
    const ActivityRecord& top = state.tasks[0].activities[0];
    app = t.line("window.app", {{"id", identity_text(top.id + "window")},
                                {"id2", identity_text(top.id + "token")},
                                {"record", activity_record_text(t, top, state.tasks[0].id)}});
  }
  return {{"focus",
           state.focused_window.empty() ? "null" : window_text(t, state.focused_window, state.focused_title)},
          {"app", app}};
}

std::string configuration(const ActivityState& state) {
  return fmt::format(
      "{{1.0 460mcc0mnc [zh_CN] ldltr sw411dp w411dp h659dp {}dpi nrml port finger qwerty/v/v -nav/h s.6}}",
      state.density_dpi);
}
}  // namespace

std::string print_power(const Templates& t, const PowerLine& power, Moment now) {
  const bool awake = power.wakefulness == "Awake";
  const Holes holes{{"wakefulness", power.wakefulness},
                    {"plugged", yes_no(power.plugged)},
                    {"plug_type", power.plugged ? "2" : "0"},
                    {"level", std::to_string(power.battery_percent)},
                    {"stay_on", "false"},
                    {"suspended", yes_no(!awake)},
                    {"interactive", yes_no(awake)},
                    {"holding", yes_no(!power.wake_locks.empty())},
                    {"woke", std::to_string(power.last_wake_elapsed_ms)},
                    {"woke_ago", std::to_string(now.elapsed_ms - power.last_wake_elapsed_ms)},
                    {"slept", std::to_string(power.last_sleep_elapsed_ms)},
                    {"slept_ago", std::to_string(now.elapsed_ms - power.last_sleep_elapsed_ms)},
                    {"count", std::to_string(power.wake_locks.size())},
                    {"display", awake ? "ON" : "OFF"}};
  Sheet sheet(t);
  sheet.add("power.head", holes);
  sheet.add("power.times", holes);
  sheet.add("power.tail", holes);
  sheet.add("power.settings");
  sheet.add("power.locks", holes);
  for (const WakeLockLine& lock : power.wake_locks) {
    sheet.add("power.lock", {{"level", fmt::format("{:<{}}", lock.level, kLevelWidth)},
                             {"tag", lock.tag},
                             {"ago", duration_text(lock.acquired_elapsed_ms - now.elapsed_ms)},
                             {"uid", std::to_string(lock.uid)},
                             {"pid", std::to_string(lock.pid)}});
  }
  sheet.add("power.end", holes);
  return sheet.take();
}

std::string print_battery(const Templates& t, const BatteryLine& b) {
  return t.fill("battery", {{"ac", yes_no(b.ac)},
                            {"usb", yes_no(b.usb)},
                            {"wireless", yes_no(b.wireless)},
                            {"status", std::to_string(b.status)},
                            {"health", "2"},
                            {"level", std::to_string(b.level_percent)},
                            {"voltage", std::to_string(b.voltage_mv)},
                            {"temperature", std::to_string(b.temperature_tenths)},
                            {"technology", "Li-ion"}});
}

std::string print_windows(const Templates& t, const ActivityState& state,
                          const std::vector<WindowLine>& windows) {
  Sheet sheet(t);
  sheet.add("window.head");
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const WindowLine& w = windows[i];
    const Holes holes{
        {"index", std::to_string(windows.size() - 1 - i)},
        {"window", window_text(t, w.id, w.title)},
        {"stack", std::to_string(w.task)},
        {"session", fmt::format("{{{} {}:{}}}", identity_text(w.package + "session"), w.pid,
                                w.uid >= 10'000 ? fmt::format("u0a{}", w.uid) : std::to_string(w.uid))},
        {"client", identity_text(w.id)},
        {"uid", std::to_string(w.uid)},
        {"own", yes_no(w.uid >= 10'000)},
        {"package", w.package},
        {"left", std::to_string(w.left)},
        {"top", std::to_string(w.top)},
        {"right", std::to_string(w.right)},
        {"bottom", std::to_string(w.bottom)},
        {"width", std::to_string(state.width_px)},
        {"height", std::to_string(state.height_px)},
        {"on_screen", yes_no(w.visible)},
        {"visible", yes_no(w.visible)}};
    sheet.add("window.line", holes);
    sheet.add("window.body", holes);
    sheet.add("window.frame", holes);
    sheet.add("window.visible", holes);
  }
  sheet.add("window.tail", {{"configuration", configuration(state)}});
  sheet.add("window.focus", focus_holes(t, state));
  sheet.add("window.end");
  return sheet.take();
}

std::string print_displays(const Templates& t, const ActivityState& state,
                           const std::vector<WindowLine>& /*windows*/) {
  constexpr int kBarsShare = 15;  // the navigation bar is about a fifteenth of the height
  Sheet sheet(t);
  const int app_height = state.height_px - state.height_px / kBarsShare;
  sheet.add("displays.head", {{"width", std::to_string(state.width_px)},
                              {"height", std::to_string(state.height_px)},
                              {"density", std::to_string(state.density_dpi)},
                              {"app_height", std::to_string(app_height)},
                              {"ranges", fmt::format("{}x{}-{}x{}", state.width_px, state.width_px * 9 / 10,
                                                     app_height, app_height)}});
  sheet.add("displays.focus", focus_holes(t, state));
  return sheet.take();
}

}  // namespace storesweep::simdroid
