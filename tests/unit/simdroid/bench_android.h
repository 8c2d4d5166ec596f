// A simulated Android without a device around it: an app from its behaviour file, time that the test moves,
// what the system wrote and shows. One thread.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "simdroid/android/activities.h"
#include "simdroid/android/packages.h"
#include "simdroid/android/platform.h"
#include "simdroid/android/processes.h"
#include "simdroid/android/records.h"
#include "simdroid/android/screen.h"
#include "simdroid/android/tasks.h"
#include "tests/unit/simdroid/bench_device.h"

namespace storesweep::simdroid::android {

struct AppSpec {
  int target = 30;
  int min = 19;
  std::vector<std::string> permissions;  // without "android.permission."
  std::string signer = "aa";
  std::int64_t version = 1;
};

class BenchAndroid {
 public:
  static constexpr const char* kApp = "cn.test.app";

  // A level without a shape of its own prints as the next one that has.
  explicit BenchAndroid(int api) : shape_(test_shape(api <= 19 ? 19 : api <= 28 ? 28 : 33)) {
    shape_.api = api;
    if (api >= 29 && api < 33) shape_.properties["ro.build.version.min_supported_target_sdk"] = "23";
    state_ = make_state(shape_, shape_.templates, 7, 1'600'000'000'000);
    power_up(state_);
    boot_completed(state_);
    wait(5'000);
  }
  State& operator*() { return state_; }
  State* operator->() { return &state_; }

  static std::shared_ptr<const Apk> apk(const std::string& body, const AppSpec& spec) {
    auto out = std::make_shared<Apk>();
    auto behaviour = read_behaviour(
        R"({"format":1,"package":")" + std::string(kApp) + "\"" + (body.empty() ? "" : "," + body) + "}",
        kApp);
    EXPECT_TRUE(behaviour.ok()) << behaviour.status().text();
    if (behaviour.ok()) out->behaviour = *behaviour;
    out->signer = spec.signer;
    Manifest& m = out->manifest;
    m.package = kApp;
    m.label = "试用";
    m.version_code = spec.version;
    m.version_name = "1.0";
    m.min_sdk = spec.min;
    m.target_sdk = spec.target;
    for (const std::string& name : spec.permissions)
      m.permissions.push_back({"android.permission." + name, 0});
    auto add = [&m](Component::Kind kind, const std::string& name, bool exported,
                    const std::string& process) {
      Component c;
      c.kind = kind;
      c.name = std::string(kApp) + "." + name;
      c.exported = exported;
      c.process = kApp + process;
      m.components.push_back(c);
      return &m.components.back();
    };
    add(Component::Kind::kActivity, "MainActivity", true, "")->filters = {
        {{"android.intent.action.MAIN"}, {"android.intent.category.LAUNCHER"}, {}}};
    add(Component::Kind::kReceiver, "AlarmReceiver", false, "");
    add(Component::Kind::kService, "ProbeJobService", true, "");
    if (!out->behaviour) return out;
    for (const auto& [name, receiver] : out->behaviour->receivers)
      if (receiver.in_manifest)
        add(Component::Kind::kReceiver, class_stem(name) + "Receiver", true, receiver.process)->filters = {
            {receiver.actions, {}, {}}};
    for (const auto& [name, service] : out->behaviour->services)
      add(Component::Kind::kService, class_stem(name) + "Service", false, service.process);
    return out;
  }

  InstallVerdict install_app(const std::string& body, const AppSpec& spec = {},
                             const InstallWishes& wishes = {}) {
    return install(state_, apk(body, spec), wishes, {"x86"});
  }
  StartOutcome start() {
    Intent intent;
    intent.action = "android.intent.action.MAIN";
    intent.categories = {"android.intent.category.LAUNCHER"};
    intent.target_package = kApp;
    intent.target_class = std::string(kApp) + ".MainActivity";
    intent.flags = kFlagNewTask;
    const StartOutcome outcome = start_activity(state_, intent, {});
    wait(2'000);
    return outcome;
  }
  void wait(std::int64_t ms) { advance(state_, state_.now_ms + ms); }
  void home() {
    press_key(state_, 3);
    wait(2'000);
  }
  bool swipe_away() {
    for (const Task& task : state_.tasks)
      if (task.affinity == kApp) return remove_task(state_, task.id);
    return false;
  }
  void reboot() {
    power_down(state_);
    wait(8'000);
    state_.boot_ms = state_.now_ms;
    power_up(state_);
    wait(12'000);
    boot_completed(state_);
    wait(5'000);
  }

  Process* process(const std::string& name = kApp) {
    for (auto& [pid, p] : state_.processes)
      if (p.name == name) return &p;
    return nullptr;
  }
  Package& package() { return state_.packages.at(kApp); }
  // "app": the app's own page is in front; else the class of what is.
  std::string in_front() {
    const Activity* front = front_activity(state_);
    if (!front) return "";
    return front->package == kApp ? "app" : front->class_name.substr(front->class_name.rfind('.') + 1);
  }
  // Taps the view whose id ends so, or whose text is that; false when it is not on screen.
  bool touch(const std::string& what) {
    const Display display = display_of(state_);
    for (auto window = display.windows.rbegin(); window != display.windows.rend(); ++window) {
      if (const Box* box = find(window->root, what)) {
        tap(state_, box->bounds.center_x(), box->bounds.center_y());
        wait(1'500);
        return true;
      }
    }
    return false;
  }
  bool shows(const std::string& what) {
    const Display display = display_of(state_);
    for (const Window& window : display.windows)
      if (find(window.root, what)) return true;
    return false;
  }
  // Lines with this tag (or, of an app, this message), as "tag: message".
  std::vector<std::string> lines_with(const std::string& text) {
    std::vector<std::string> out;
    for (const auto& [buffer, kept] : state_.log.buffers)
      for (const LogLine& line : kept.lines)
        if ((line.tag + ": " + line.message).find(text) != std::string::npos)
          out.push_back(line.tag + ": " + line.message);
    return out;
  }
  std::size_t count(const std::string& text) { return lines_with(text).size(); }
  struct Noted {
    bool access = false;
    bool reject = false;
  };
  Noted noted(const std::string& op) {
    Noted out;
    for (const auto& [state, use] : state_.ops[package().uid][kApp][op].uses) {
      out.access |= use.access_wall_ms > 0;
      out.reject |= use.reject_wall_ms > 0;
    }
    return out;
  }

 private:
  static const Box* find(const Box& box, const std::string& what) {
    for (const Box& child : box.children)
      if (const Box* found = find(child, what)) return found;
    const bool id = box.resource_id.size() > what.size() &&
                    box.resource_id.compare(box.resource_id.size() - what.size(), what.size(), what) == 0;
    return !what.empty() && (id || box.text == what || box.action == what) ? &box : nullptr;
  }
  DeviceShape shape_;
  State state_;
};

}  // namespace storesweep::simdroid::android
