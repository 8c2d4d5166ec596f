// What a finger and an eye would do: input, uiautomator, screencap, wm, svc, ime.
#include <fmt/format.h>

#include <chrono>
#include <future>
#include <map>

#include "common/base/text.h"
#include "simdroid/android/log.h"
#include "simdroid/android/platform.h"
#include "simdroid/android/screen.h"
#include "simdroid/commands.h"
#include "simdroid/device.h"
#include "simdroid/print/hierarchy.h"
#include "simdroid/print/picture.h"
#include "simdroid/print/tools.h"

namespace storesweep::simdroid {
namespace {
constexpr std::int64_t kIdleTimeoutMs = 10'000;  // UiAutomation.waitForIdle(1000, 1000 * 10) of DumpCommand
constexpr std::int64_t kIdleMs = 1'000;
constexpr std::int64_t kPaintLookMs = 2;  // of the host

int key_code(std::string text) {
  static const std::map<std::string, int> names{
      {"HOME", 3},       {"BACK", 4},         {"CALL", 5},       {"ENDCALL", 6},      {"DPAD_UP", 19},
      {"DPAD_DOWN", 20}, {"DPAD_CENTER", 23}, {"VOLUME_UP", 24}, {"VOLUME_DOWN", 25}, {"POWER", 26},
      {"CAMERA", 27},    {"TAB", 61},         {"SPACE", 62},     {"ENTER", 66},       {"DEL", 67},
      {"MENU", 82},      {"SEARCH", 84},      {"ESCAPE", 111},   {"APP_SWITCH", 187}, {"SLEEP", 223},
      {"WAKEUP", 224}};
  if (auto number = parse_int<int>(text)) return *number;
  if (starts_with(text, "KEYCODE_")) text.erase(0, 8);
  auto it = names.find(text);
  return it == names.end() ? -1 : it->second;
}

// Ends a moment later, so that what the app does at once has been done.
class ShortJob final : public Job {
 public:
  ShortJob(Invocation& in, std::int64_t device_ms) : device_(in.device) {
    timer_ = device_.timers().after(device_ms, [finish = in.finish] { finish(0); });
  }
  ~ShortJob() override { device_.timers().cancel(timer_); }

 private:
  Device& device_;
  Timers::Id timer_;
};

int usage(Invocation& in) {
  in.err("Error: Unknown command: " + (in.args.size() > 1 ? in.args[1] : "") +
         "\nUsage: input [<source>] <command> [<arg>...]\n");
  return in.device.shape().api < 24 ? 0 : 255;
}

std::vector<int> numbers_of(const std::vector<std::string>& args, std::size_t from) {
  std::vector<int> out;
  for (std::size_t i = from; i < args.size(); ++i) {
    const std::string whole = args[i].substr(0, args[i].find('.'));
    if (auto number = parse_int<int>(whole)) out.push_back(*number);
  }
  return out;
}

// `uiautomator dump`: waits for a second without a change, ten at most.
class DumpJob final : public Job {
 public:
  DumpJob(Invocation& in, std::string path)
      : in_(in), path_(std::move(path)), until_ms_(in.device.timers().now_ms() + kIdleTimeoutMs) {
    look();
  }
  ~DumpJob() override {
    if (timer_ != 0) in_.device.timers().cancel(timer_);
  }

 private:
  void look() {
    timer_ = 0;
    Device& device = in_.device;
    const android::State& s = device.android().state();
    const bool busy = device.faults().never_idle || android::never_idle_now(s);
    if (!busy) return dump();
    if (device.timers().now_ms() >= until_ms_) {
      const std::string text = print_uiautomator_not_idle(device.templates());
      in_.out(text);
      return in_.finish(0);
    }
    timer_ =
        device.timers().after(std::min(kIdleMs, until_ms_ - device.timers().now_ms()), [this] { look(); });
  }
  void dump() {
    Device& device = in_.device;
    android::State& s = device.android().state();
    std::string xml = print_hierarchy(android::display_of(s), s.api);
    if (xml.empty()) {
      in_.out(print_uiautomator_no_root(device.templates()));
      return in_.finish(0);
    }
    if (path_ == "/dev/tty") {
      in_.out(xml);
    } else {
      static_cast<void>(device.files().write(path_, device.shared(std::move(xml)), 0644, in_.uid,
                                             device.timers().wall_ms() / 1000));
    }
    in_.out(print_uiautomator_dumped(device.templates(), path_));
    in_.finish(0);
  }
  Invocation in_;
  std::string path_;
  std::int64_t until_ms_;
  Timers::Id timer_ = 0;
};
// `screencap`: the picture is painted in a thread of its own, and asked for now and then.
class PictureJob final : public Job {
 public:
  PictureJob(Invocation& in, std::string path, std::future<std::string> picture)
      : in_(in), path_(std::move(path)), picture_(std::move(picture)) {
    look();
  }
  ~PictureJob() override {
    if (timer_ != 0) in_.device.timers().cancel(timer_);
  }

 private:
  void look() {
    timer_ = 0;
    if (picture_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      timer_ = in_.device.timers().after_host(kPaintLookMs, [this] { look(); });
      return;
    }
    std::string bytes = picture_.get();
    if (path_.empty()) {
      in_.out(bytes);
      return in_.finish(0);
    }
    const Status written = in_.device.files().write(path_, in_.device.shared(std::move(bytes)), 0644, in_.uid,
                                                    in_.device.timers().wall_ms() / 1000);
    if (!written.ok()) in_.err("Error opening file: " + path_ + " (" + written.message() + ")\n");
    in_.finish(written.ok() ? 0 : 1);
  }

  Invocation in_;
  std::string path_;
  std::future<std::string> picture_;
  Timers::Id timer_ = 0;
};
}  // namespace

Started run_input(Invocation& in) {
  std::size_t at = 1;
  static const std::set<std::string> sources{"touchscreen", "keyboard", "mouse",    "touchpad",
                                             "stylus",      "dpad",     "trackball"};
  if (in.args.size() > at && sources.contains(in.args[at])) ++at;
  if (in.args.size() <= at) return usage(in);
  const std::string verb = in.args[at];
  android::State& s = in.device.android().state();
  const std::vector<int> n = numbers_of(in.args, at + 1);
  std::int64_t takes_ms = 30;
  if (verb == "tap" && n.size() >= 2) {
    android::tap(s, n[0], n[1]);
  } else if ((verb == "swipe" || verb == "draganddrop") && n.size() >= 4) {
    android::swipe(s, n[0], n[1], n[2], n[3]);
    takes_ms = n.size() > 4 ? std::clamp(n[4], 30, 10'000) : 300;
  } else if (verb == "keyevent") {
    for (std::size_t i = at + 1; i < in.args.size(); ++i) {
      if (starts_with(in.args[i], "--")) continue;
      const int key = key_code(in.args[i]);
      if (key < 0) {
        in.err("Error: Invalid arguments for command: keyevent\n");
        return s.api < 24 ? 0 : 255;
      }
      android::press_key(s, key);
    }
  } else if (verb == "text" && in.args.size() > at + 1) {
    android::type_text(s, in.args[at + 1]);
  } else {
    return usage(in);
  }
  in.device.android().changed();
  return std::make_unique<ShortJob>(in, takes_ms);
}

Started run_uiautomator(Invocation& in) {
  if (in.args.size() < 2 || in.args[1] != "dump") {
    in.err("Usage: uiautomator <subcommand> [options]\n");
    return 1;
  }
  std::string path =
      in.device.shape().api < 26 ? "/storage/emulated/legacy/window_dump.xml" : "/sdcard/window_dump.xml";
  for (std::size_t i = 2; i < in.args.size(); ++i)
    if (!starts_with(in.args[i], "--")) path = in.args[i];
  return std::make_unique<DumpJob>(in, std::move(path));
}

Started run_screencap(Invocation& in) {
  bool png = false;
  std::string path;
  for (std::size_t i = 1; i < in.args.size(); ++i) {
    if (in.args[i] == "-p")
      png = true;
    else if (in.args[i] == "-d")
      ++i;
    else if (!starts_with(in.args[i], "-"))
      path = in.args[i];
  }
  android::State& s = in.device.android().state();
  const PictureFormat format = png || ends_with(path, ".png") ? PictureFormat::kPng : PictureFormat::kRaw;
  auto picture = in.device.painting().picture(android::display_of(s), format, s.api);
  return std::make_unique<PictureJob>(in, std::move(path), std::move(picture));
}

Started run_wm(Invocation& in) {
  const std::string verb = in.args.size() > 1 ? in.args[1] : "";
  const DeviceShape& shape = in.device.shape();
  if (verb == "size") {
    in.out(print_wm_size(in.device.templates(), shape.width_px, shape.height_px));
  } else if (verb == "density") {
    in.out(print_wm_density(in.device.templates(), shape.density_dpi));
  } else if (verb == "dismiss-keyguard") {
    android::dismiss_keyguard(in.device.android().state());
    in.device.android().changed();
  } else if (verb != "overscan" && verb != "folded-area" && verb != "user-rotation" &&
             verb != "fixed-to-user-rotation") {
    in.err("usage: wm [subcommand] [options]\n");
    return 1;
  }
  return 0;
}

Started run_svc(Invocation& in) {
  if (in.args.size() < 3) {
    in.err("Available commands:\n    help\n    power\n    data\n    wifi\n    usb\n    nfc\n    bluetooth\n");
    return 0;
  }
  android::State& s = in.device.android().state();
  const std::string what = in.args[1];
  const bool on = in.args[2] == "enable";
  if (what == "wifi") android::set_network(s, on, s.switches.data);
  if (what == "data") android::set_network(s, s.switches.wifi, on);
  if (what == "bluetooth") s.switches.bluetooth = on;
  if (what == "wifi") in.device.settings()["global/wifi_on"] = on ? "1" : "0";
  if (what == "data") in.device.settings()["global/mobile_data"] = on ? "1" : "0";
  if (what == "power" && in.args[2] == "stayon")
    in.device.settings()["global/stay_on_while_plugged_in"] =
        in.args.size() > 3 && in.args[3] != "false" ? "7" : "0";
  if (what == "power" && in.args[2] == "reboot") in.device.reboot();
  in.device.android().changed();
  return 0;
}

Started run_ime(Invocation& in) {
  const std::string verb = in.args.size() > 1 ? in.args[1] : "";
  const std::string current = in.device.settings()["secure/default_input_method"];
  if (verb == "list") in.out(current + "\n");
  if (verb == "set" && in.args.size() > 2) {
    in.device.settings()["secure/default_input_method"] = in.args[2];
    in.out("Input method " + in.args[2] + " selected for user #0\n");
  }
  if (verb == "enable" && in.args.size() > 2)
    in.out("Input method " + in.args[2] + ": now enabled for user #0\n");
  if (verb == "disable" && in.args.size() > 2)
    in.out("Input method " + in.args[2] + ": now disabled for user #0\n");
  return 0;
}

Started run_content(Invocation& in) {
  // `content query --uri content://settings/global ...`: other providers have no rows here.
  const std::string verb = in.args.size() > 1 ? in.args[1] : "";
  if (verb == "query") in.out("No result found.\n");
  return 0;
}

}  // namespace storesweep::simdroid
