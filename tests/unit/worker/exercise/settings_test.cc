// P12 on apps made of pages: what it finds, what it tries, what it leaves alone, and that it ends.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/worker/exercise/fake_app.h"
#include "worker/exercise/phases.h"

namespace storesweep::exercise {
namespace {

constexpr const char* kBox = "android.widget.Switch";

// Pages under one another, opened by entries that bear their name, and one switch.
class SettingsApp {
 public:
  struct Page {
    std::vector<std::string> entries;
    bool has_switch = false;
  };
  std::map<std::string, Page> pages = {{"首页", {{"我的", "立即支付"}}},
                                       {"我的", {{"设置", "在线客服", "清空缓存"}}},
                                       {"设置", {{"账号与安全", "隐私设置", "关于我们"}}},
                                       {"隐私设置", {{"个性化推荐管理"}}},
                                       {"个性化推荐管理", {{}, true}},
                                       {"账号与安全", {{"注销账号"}}},
                                       {"关于我们", {{"投诉"}}}};
  std::string label = "个性化推荐";
  bool ticked = true, closes_when_ticked = false, enabled = true;
  bool resets = false;       // a start of the app puts it back
  bool asks = false;         // before it is put to off
  bool deaf = false;         // it takes taps and does nothing
  bool login = false;        // the first page behind the main screen
  int popups = 0;            // over the main screen, after each start
  std::int64_t late_ms = 0;  // after another start it stands as at first for so long: the state is fetched

  FakeApp app;
  SettingsApp() {
    app.screen = [this] { return shown(); };
    app.does = [this](const DoneAction& d) { done(d); };
  }
  bool play(int most = 3'000) {
    first_ = ticked;
    auto machine = make_phase(Phase::kP12, order());
    return app.run(*machine, most);
  }
  static PhaseOrder order() {
    PhaseOrder o;
    o.package = kApp;
    o.profile = &test_profile();
    o.phrases = &test_phrases();
    o.switch_watch_ms = 10'000;
    return o;
  }
  bool tapped(const std::string& what) const {
    return std::any_of(app.done.begin(), app.done.end(),
                       [&](const DoneAction& d) { return d.name == "tap" && d.target == what; });
  }
  int taps(const std::string& what) const {
    return static_cast<int>(std::count_if(app.done.begin(), app.done.end(), [&](const DoneAction& d) {
      return d.name == "tap" && d.target == what;
    }));
  }
  std::vector<bool> held;  // how the switch stood at each start of the app

 private:
  observe::ScreenLook shown() const {
    if (stack_.empty()) return home_screen();
    if (dialog_) return page({"取消", "确认关闭"}, "关闭后，推荐的内容将与您无关");
    if (popups_left_ > 0) return page({"我知道了"}, "新版本来了");
    const std::string& name = stack_.back();
    if (login && name == "我的")
      return window(kApp, {{.text = "手机号登录"},
                           {.text = "请输入手机号", .clickable = true, .kind = "android.widget.EditText"},
                           {.text = "登录", .clickable = true}});
    const Page& p = pages.at(name);
    std::vector<View> views = {{.text = name + "页", .kind = "android.widget.TextView"}};
    for (const std::string& e : p.entries) views.push_back({.text = e, .clickable = true});
    if (p.has_switch) {
      const bool state = app.now < late_until_ms_ ? first_ : ticked;
      views.push_back(
          {.text = label,
           .clickable = true,
           .more = std::string("checkable=\"true\" checked=\"") + (state ? "true" : "false") + "\"",
           .kind = kBox});
    }
    observe::ScreenLook look = window(kApp, views);
    if (!enabled)
      for (android::Node& n : look.tree.nodes) n.enabled = n.enabled && !n.checkable;
    return look;
  }
  void done(const DoneAction& d) {
    if (d.name == "launch") {
      if (stack_.empty()) start();
    } else if (d.name == "clear" || d.name == "swipe_away") {
      stack_.clear();
      dialog_ = false;
    } else if (d.name == "back") {
      if (dialog_) {
        dialog_ = false;
      } else if (!stack_.empty()) {
        stack_.pop_back();
      }
    } else if (d.name == "tap" && !stack_.empty()) {
      tap(d.target);
    }
  }
  void start() {
    if (resets) ticked = first_;
    stack_ = {"首页"};
    popups_left_ = popups;
    late_until_ms_ = held.empty() ? 0 : app.now + late_ms;
    held.push_back(ticked);
  }
  void tap(const std::string& what) {
    if (dialog_) {
      dialog_ = false;
      if (what == "确认关闭") ticked = !ticked;
    } else if (popups_left_ > 0) {
      --popups_left_;
    } else if (what == label && pages.at(stack_.back()).has_switch) {
      if (deaf || !enabled) return;
      dialog_ = asks && ticked != closes_when_ticked;
      if (!dialog_) ticked = !ticked;
    } else if (pages.contains(what)) {
      stack_.push_back(what);
    }
  }

  std::vector<std::string> stack_;
  bool dialog_ = false, first_ = false;
  int popups_left_ = 0;
  std::int64_t late_until_ms_ = 0;
};

TEST(Settings, PutsTheSwitchToOffStartsAnewReadsItAndLeavesItAsItWas) {
  SettingsApp s;
  ASSERT_TRUE(s.play());
  ASSERT_EQ(s.held.size(), 2u) << "one start to walk, one to read again";
  EXPECT_FALSE(s.held[1]) << "off while the app was started anew";
  EXPECT_TRUE(s.ticked) << "as it was found";
  EXPECT_EQ(s.app.count("home"), 1);
  EXPECT_GE(s.app.first("swipe_away"), s.app.first("home"));
}

TEST(Settings, BeginsAsAfterAFreshInstall) {
  SettingsApp s;
  ASSERT_TRUE(s.play());
  EXPECT_EQ(s.app.first("clear"), 0);
  EXPECT_EQ(s.app.first("launch"), 1);
}

TEST(Settings, AlsoGoesPastCancellationAndComplaintsAndTouchesNeither) {
  SettingsApp s;
  ASSERT_TRUE(s.play());
  EXPECT_TRUE(s.tapped("账号与安全"));
  EXPECT_TRUE(s.tapped("关于我们"));
  for (const char* what : {"注销账号", "投诉", "在线客服", "立即支付", "清空缓存"})
    EXPECT_FALSE(s.tapped(what)) << what;
}

TEST(Settings, ASwitchThatComesBackIsWatchedForAsLongAsTheRuleSays) {
  SettingsApp s;
  s.resets = true;
  ASSERT_TRUE(s.play());
  EXPECT_TRUE(s.ticked);
  const int second = s.app.first("launch", s.app.first("swipe_away"));
  const auto rest = std::find_if(s.app.done.begin() + second, s.app.done.end(), [](const DoneAction& d) {
    return d.name == "rest" && std::stoll(d.target) >= 4'000;
  });
  EXPECT_NE(rest, s.app.done.end()) << "it is looked at again and again";
  EXPECT_EQ(s.taps("个性化推荐"), 1) << "it stands as it was found: nothing is put back";
}

TEST(Settings, AStateThatIsFetchedLateIsWaitedFor) {
  SettingsApp s;
  s.late_ms = 14'000;
  ASSERT_TRUE(s.play());
  EXPECT_EQ(s.taps("个性化推荐"), 2) << "off, and back as it was";
  EXPECT_TRUE(s.ticked);
}

TEST(Settings, AnswersTheDialogThatASwitchOpens) {
  SettingsApp s;
  s.asks = true;
  ASSERT_TRUE(s.play());
  EXPECT_EQ(s.taps("确认关闭"), 1);
  ASSERT_EQ(s.held.size(), 2u);
  EXPECT_FALSE(s.held[1]);
  EXPECT_TRUE(s.ticked);
}

TEST(Settings, ASwitchThatIsOffAlreadyIsOpenedFirst) {
  SettingsApp s;
  s.ticked = false;
  ASSERT_TRUE(s.play());
  EXPECT_EQ(s.taps("个性化推荐"), 2);
  EXPECT_FALSE(s.held[1]);
  EXPECT_FALSE(s.ticked);
}

TEST(Settings, ASwitchWhoseWordsEndThePushIsTickedToCloseIt) {
  SettingsApp s;
  s.label = "关闭个性化推荐";
  s.ticked = false;
  s.closes_when_ticked = true;
  ASSERT_TRUE(s.play());
  ASSERT_EQ(s.held.size(), 2u);
  EXPECT_TRUE(s.held[1]) << "ticked: closed";
  EXPECT_FALSE(s.ticked);
}

TEST(Settings, ASwitchThatDoesNothingOrTakesNoTapsIsNotFoughtWith) {
  for (const bool disabled : {false, true}) {
    SettingsApp s;
    s.deaf = true;
    s.enabled = !disabled;
    ASSERT_TRUE(s.play());
    EXPECT_LE(s.taps("个性化推荐"), 2);
    EXPECT_EQ(s.held.size(), 1u) << "there is nothing to read again";
    EXPECT_TRUE(s.tapped("关于我们")) << "the walk goes on";
  }
}

TEST(Settings, FindsASwitchThatLiesDeep) {
  SettingsApp s;
  s.pages["隐私设置"] = {{"隐私管理"}};
  s.pages["隐私管理"] = {{"推荐管理"}};
  s.pages["推荐管理"] = {{"个性化推荐管理"}};
  ASSERT_TRUE(s.play());
  ASSERT_EQ(s.held.size(), 2u);
  EXPECT_FALSE(s.held[1]);
}

TEST(Settings, ScrollsForWhatLiesBelow) {
  SettingsApp s;
  std::set<std::string> scrolled;
  s.pages["设置"] = {{"账号与安全", "关于我们"}};
  const auto shown = s.app.screen;
  std::string at = "";
  bool down = false;
  s.app.screen = [&] {
    observe::ScreenLook look = shown();
    if (look.screen.text.find("设置页") == std::string::npos) return down = false, look;
    return window(kApp, {{.text = "设置页"}, {.text = down ? "隐私设置" : "账号与安全", .clickable = true}},
                  true);
  };
  const auto does = s.app.does;
  s.app.does = [&](const DoneAction& d) {
    if (d.name == "scroll") down = true;
    does(d);
  };
  ASSERT_TRUE(s.play());
  EXPECT_TRUE(s.tapped("隐私设置"));
  EXPECT_EQ(s.held.size(), 2u) << "and comes there again after the start";
}

TEST(Settings, WithoutSettingsItEndsSoon) {
  SettingsApp s;
  s.pages = {{"首页", {{"看视频", "推荐"}}}};
  ASSERT_TRUE(s.play());
  EXPECT_EQ(s.app.count("tap"), 0) << "推荐 leads to what editors chose";
  EXPECT_LT(s.app.now, 60'000);
}

TEST(Settings, NoticesOverTheMainScreenAreClosed) {
  SettingsApp s;
  s.popups = 2;
  ASSERT_TRUE(s.play());
  ASSERT_GE(s.held.size(), 2u);
  EXPECT_FALSE(s.held[1]);
}

TEST(Settings, WaitsForAMainScreenThatComesLateAndForANoticeOnTheWay) {
  SettingsApp s;
  const auto shown = s.app.screen;
  std::int64_t launched_ms = 0;
  int notices = 0;
  const auto does = s.app.does;
  s.app.does = [&](const DoneAction& d) {
    if (d.name == "launch") launched_ms = s.app.now;
    if (notices == 1 && d.name == "back") return void(notices = 2);
    does(d);
  };
  s.app.screen = [&] {
    if (s.app.now - launched_ms < 6'000) return page({}, "晨间资讯");
    observe::ScreenLook look = shown();
    const bool settings = look.screen.text.find("设置页") == 0;
    notices = notices == 0 && settings && s.tapped("隐私设置") ? 1 : notices;  // over the page, by itself
    return notices == 1 ? page({}, "活动火热进行中") : look;
  };
  ASSERT_TRUE(s.play());
  EXPECT_EQ(notices, 2);
  ASSERT_EQ(s.held.size(), 2u);
  EXPECT_FALSE(s.held[1]);
  EXPECT_TRUE(s.tapped("关于我们")) << "what was left on the page is gone to all the same";
}

TEST(Settings, ALogInWallIsLeftAlone) {
  SettingsApp s;
  s.login = true;
  ASSERT_TRUE(s.play());
  EXPECT_FALSE(s.tapped("登录"));
  EXPECT_LT(s.app.now, 90'000);
}

TEST(Settings, EndsWhateverTheAppDoes) {
  // Each look another page with another switch, and a way on; dialogs without end; nothing readable.
  int page_number = 0;
  const std::vector<std::function<observe::ScreenLook()>> apps = {
      [&] {
        const std::string n = std::to_string(++page_number);
        return window(kApp, {{.text = "设置", .clickable = true},
                             {.text = "个性化推荐" + n,
                              .clickable = true,
                              .more = "checkable=\"true\" checked=\"true\"",
                              .kind = kBox},
                             {.text = "关于" + n, .clickable = true}});
      },
      [] {
        return page({"取消", "确定"}, "关闭个性化推荐");
      },
      [] { return consent_dialog(); },
      [] { return permission_dialog(); },
      [] { return home_screen(); },
      [] { return never_idle(); },
  };
  for (const auto& screen : apps) {
    FakeApp app;
    app.screen = screen;
    auto machine = make_phase(Phase::kP12, SettingsApp::order());
    EXPECT_TRUE(app.run(*machine, 600));
    EXPECT_LT(app.now, test_profile().settings_ms + 6 * 60'000);
  }
}

}  // namespace
}  // namespace storesweep::exercise
