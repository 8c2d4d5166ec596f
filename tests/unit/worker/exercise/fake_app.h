// An app made of screens for tests of what decides: it answers the plan's actions with screens, on a clock of
// its own, and remembers what was done to it. No device, no journal, no threads.
#pragma once

#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/evidence/names.h"
#include "common/rules/pack.h"
#include "common/rules/profile.h"
#include "worker/exercise/step.h"

namespace storesweep::exercise {

inline constexpr std::string_view kApp = "com.example.app";
inline constexpr std::string_view kHomeScreen = "com.android.launcher3";
inline constexpr std::string_view kController = "com.android.permissioncontroller";

inline const RulePack& test_pack() {
  static const RulePack kPack = *load_rule_pack(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  return kPack;
}
inline const android::PhraseBook& test_phrases() {
  static const android::PhraseBook kBook(test_pack().phrases);
  return kBook;
}
inline const Profile& test_profile() {
  static const Profiles kProfiles = *load_profiles(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  return kProfiles.triage;
}

struct View {
  std::string text;
  bool clickable = false;
  std::string id = "";
  std::string more = "checkable=\"false\" checked=\"false\"";
  std::string kind = "android.widget.Button";
};

// One window, its views below one another, as uiautomator writes it.
inline std::string window_xml(std::string_view package, const std::vector<View>& views,
                              bool scrolls = false) {
  auto node = [&](const View& v, const std::string& bounds, bool scrollable, bool open) {
    return "<node index=\"0\" text=\"" + v.text + "\" resource-id=\"" + v.id + "\" class=\"" + v.kind +
           "\" package=\"" + std::string(package) + "\" content-desc=\"\" " + v.more + " clickable=\"" +
           (v.clickable ? "true" : "false") +
           "\" enabled=\"true\" focusable=\"true\" focused=\"false\" scrollable=\"" +
           (scrollable ? "true" : "false") +
           "\" long-clickable=\"false\" password=\"false\" selected=\"false\" bounds=\"" + bounds + "\"" +
           (open ? ">" : " />");
  };
  std::string xml = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">";
  xml += node({.text = "", .kind = "android.widget.FrameLayout"}, "[0,0][1080,1920]", scrolls, true);
  int top = 100;
  for (const View& v : views) {
    xml += node(v, "[100," + std::to_string(top) + "][980," + std::to_string(top + 100) + "]", false, false);
    top += 120;
  }
  return xml + "</node></hierarchy>";
}
inline observe::ScreenLook window(std::string_view package, const std::vector<View>& views,
                                  bool scrolls = false) {
  observe::ScreenLook look;
  look.readable = true;
  look.tree = *android::parse_hierarchy(window_xml(package, views, scrolls));
  look.screen = android::read_screen(look.tree, test_phrases());
  return look;
}

inline observe::ScreenLook home_screen() {
  return window(kHomeScreen, {{.text = "电话", .clickable = true}});
}
inline observe::ScreenLook permission_dialog() {
  return window(kController, {{.text = "要允许“示例”拍摄照片和录制视频吗？"},
                              {.text = "允许", .clickable = true},
                              {.text = "拒绝", .clickable = true}});
}
inline observe::ScreenLook consent_dialog(bool refusable = true, bool box = false) {
  std::vector<View> views = {
      {.text = "个人信息保护指引"},
      {.text = "请您充分阅读并理解《用户协议》和《隐私政策》，同意后开始使用我们的服务。"}};
  if (box) {
    views.push_back({.text = "我已阅读并同意《用户协议》和《隐私政策》",
                     .clickable = true,
                     .more = "checkable=\"true\" checked=\"false\"",
                     .kind = "android.widget.CheckBox"});
  }
  if (refusable) views.push_back({.text = "不同意", .clickable = true});
  views.push_back({.text = "同意并继续", .clickable = true});
  return window(kApp, views);
}
inline observe::ScreenLook page(const std::vector<std::string>& buttons, const std::string& title = "首页") {
  std::vector<View> views = {{.text = title, .kind = "android.widget.TextView"}};
  for (const std::string& b : buttons) views.push_back({.text = b, .clickable = true});
  return window(kApp, views);
}
inline observe::ScreenLook never_idle() {
  observe::ScreenLook look;
  look.why = Reason::kNotIdle;
  return look;
}

struct DoneAction {
  std::int64_t at_ms = 0;
  std::string name;  // of the record, or what kind of action
  std::string target;
};

// What a test says of its app: where it stands, and what an action does.
class FakeApp {
 public:
  std::function<observe::ScreenLook()> screen = [] { return home_screen(); };
  std::function<void(const DoneAction&)> does = [](const DoneAction&) {};
  std::int64_t now = 1'000;
  std::int64_t action_ms = 200;  // what one takes, but for rests and looks
  std::vector<DoneAction> done;
  int looks = 0;
  std::string refuses;  // the action of this name fails

  Event carry_out(const Action& action) {
    if (std::holds_alternative<LookAt>(action)) {
      now += 500;
      ++looks;
      return Shown{screen()};
    }
    now += std::holds_alternative<Rest>(action) ? std::get<Rest>(action).ms : action_ms;
    done.push_back(described(action));
    does(done.back());
    return Done{done.back().name != refuses, ""};
  }
  // Until the machine has nothing more to do, `most` actions at most. False when it did not end.
  template <class Machine>
  bool run(Machine& machine, int most = 3'000) {
    Event event = Begun{};
    for (int i = 0; i < most; ++i) {
      auto action = machine.on(event, now);
      if (!action) return true;
      event = carry_out(*action);
    }
    return false;
  }
  int count(std::string_view name) const {
    int n = 0;
    for (const DoneAction& d : done) n += d.name == name;
    return n;
  }
  // The index of the first action of this name from `from` on; -1.
  int first(std::string_view name, int from = 0) const {
    for (std::size_t i = static_cast<std::size_t>(from); i < done.size(); ++i) {
      if (done[i].name == name) return static_cast<int>(i);
    }
    return -1;
  }

 private:
  DoneAction described(const Action& action) const {
    struct Names {
      DoneAction operator()(const LookAt&) const { return {}; }
      DoneAction operator()(const TapOn& t) const { return {0, std::string(t.record), t.target}; }
      DoneAction operator()(const GoBack&) const { return {0, "back", ""}; }
      DoneAction operator()(const GoHome&) const { return {0, "home", ""}; }
      DoneAction operator()(const ScrollIn&) const { return {0, "scroll", ""}; }
      DoneAction operator()(const LaunchApp&) const { return {0, "launch", ""}; }
      DoneAction operator()(const SwipeAway&) const { return {0, "swipe_away", ""}; }
      DoneAction operator()(const ClearData&) const { return {0, "clear", ""}; }
      DoneAction operator()(const Toggle& t) const {
        return {0, "toggle", std::to_string(static_cast<int>(t.what)) + (t.on ? " on" : " off")};
      }
      DoneAction operator()(const RebootDevice&) const { return {0, "reboot", ""}; }
      DoneAction operator()(const Unlock&) const { return {0, "unlock", ""}; }
      DoneAction operator()(const Rest& r) const { return {0, "rest", std::to_string(r.ms)}; }
      DoneAction operator()(const BeginPhase& p) const { return {0, "begin", std::string(name(p.phase))}; }
      DoneAction operator()(const EndPhase& p) const { return {0, "end", std::string(name(p.phase))}; }
      DoneAction operator()(const ShiftClock& c) const { return {0, "clock_shift", std::to_string(c.hours)}; }
      DoneAction operator()(const InstallVersion& v) const {
        return {0, v.older ? "install_old" : "update", ""};
      }
      DoneAction operator()(const ReadPermissions&) const { return {0, "read_permissions", ""}; }
      DoneAction operator()(const TypeInto& t) const { return {0, "type", t.target}; }
      DoneAction operator()(const TellLogin& t) const {
        return {0, t.ok ? "logged_in" : "login_failed", t.text};
      }
    };
    DoneAction d = std::visit(Names{}, action);
    d.at_ms = now;
    return d;
  }
};

}  // namespace storesweep::exercise
