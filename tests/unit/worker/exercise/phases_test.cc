#include "worker/exercise/phases.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/exercise/fake_app.h"
#include "worker/exercise/exercise.h"
#include "worker/exercise/plan.h"

namespace storesweep::exercise {
namespace {

PhaseOrder order() {
  PhaseOrder o;
  o.package = kApp;
  o.profile = &test_profile();
  o.phrases = &test_phrases();
  o.consent_watch_ms = 60'000;
  o.refusal_watch_ms = 10'000;
  o.least_explore_ms = 20'000;
  return o;
}

// The phase on this app; fails when it does not come to its end.
void play(Phase phase, FakeApp& app) {
  auto machine = make_phase(phase, order());
  ASSERT_TRUE(app.run(*machine)) << "the phase never ends";
}

TEST(FirstLaunch, TouchesNothingAndStaysAMinuteBehindTheDialog) {
  FakeApp app;
  std::int64_t launched = 0;
  app.does = [&](const DoneAction& d) {
    if (d.name == "launch") launched = app.now;
  };
  app.screen = [&] { return app.now - launched < 8'000 ? page({"跳过"}) : consent_dialog(); };
  play(Phase::kP1, app);
  for (const DoneAction& d : app.done) EXPECT_TRUE(d.name == "launch" || d.name == "rest") << d.name;
  EXPECT_GE(app.now - launched, 68'000);
  EXPECT_LE(app.now - launched, 80'000);
}

TEST(FirstLaunch, WithoutADialogItStillWatchesAMinute) {
  FakeApp app;
  app.screen = [] { return page({"首页"}); };
  play(Phase::kP1, app);
  EXPECT_GE(app.now, 60'000);
  EXPECT_EQ(app.count("tap"), 0);
}

TEST(FirstLaunch, AnswersWhatTheSystemPutsBeforeTheApp) {
  FakeApp app;
  bool answered = false;
  app.screen = [&] {
    return answered ? consent_dialog()
                    : window("android", {{.text = "此应用专为旧版 Android 打造"},
                                         {.text = "确定", .clickable = true, .id = "android:id/button1"}});
  };
  app.does = [&](const DoneAction& d) { answered = answered || d.name == "system_answer"; };
  play(Phase::kP1, app);
  EXPECT_EQ(app.count("system_answer"), 1);
  EXPECT_EQ(app.count("tap"), 0) << "the app itself stays untouched";
}

TEST(FirstLaunch, AScreenThatNeverRestsEndsTheWaitAllTheSame) {
  FakeApp app;
  app.screen = [] { return never_idle(); };
  play(Phase::kP1, app);
  EXPECT_GE(app.looks, 3);
}

TEST(Refusal, RefusesAndWatchesWhatFollows) {
  FakeApp app;
  bool gone = false;
  app.screen = [&] { return gone ? home_screen() : consent_dialog(); };
  app.does = [&](const DoneAction& d) { gone = gone || d.name == "refuse"; };
  play(Phase::kP2, app);
  ASSERT_EQ(app.count("refuse"), 1);
  EXPECT_EQ(app.done[static_cast<std::size_t>(app.first("refuse"))].target, "不同意");
  EXPECT_GE(app.now - app.done[static_cast<std::size_t>(app.first("refuse"))].at_ms, 10'000);
}

TEST(Refusal, RefusesTheSecondTryToo) {
  FakeApp app;
  int refused = 0;
  app.screen = [&] {
    if (refused == 0) return consent_dialog();
    return refused == 1 ? window(kApp, {{.text = "您需要同意《隐私政策》才能继续使用"},
                                        {.text = "不同意并退出", .clickable = true},
                                        {.text = "同意", .clickable = true}})
                        : home_screen();
  };
  app.does = [&](const DoneAction& d) { refused += d.name == "refuse"; };
  play(Phase::kP2, app);
  EXPECT_EQ(app.count("refuse"), 2);
}

TEST(Refusal, ADialogWithoutRefusalIsLeftByBackAndNeverAgreedWith) {
  FakeApp app;
  app.screen = [] { return consent_dialog(false); };
  play(Phase::kP2, app);
  EXPECT_EQ(app.count("agree"), 0);
  EXPECT_EQ(app.count("tap"), 0);
  EXPECT_EQ(app.count("back"), 1);
}

TEST(Refusal, DeniesPermissionsThatStandBeforeIt) {
  FakeApp app;
  int denied = 0;
  app.screen = [&] { return denied < 2 ? permission_dialog() : page({"首页"}); };
  app.does = [&](const DoneAction& d) { denied += d.name == "permission_deny"; };
  play(Phase::kP2, app);
  EXPECT_EQ(app.count("permission_deny"), 2);
  EXPECT_EQ(app.done[static_cast<std::size_t>(app.first("permission_deny"))].target, "camera");
}

TEST(Refusal, HasNothingToDoWithoutADialog) {
  FakeApp app;
  app.screen = [] { return page({"首页"}); };
  play(Phase::kP2, app);
  EXPECT_TRUE(app.done.empty());
}

TEST(Relaunch, StartsAnewAndTouchesNothing) {
  FakeApp app;
  app.screen = [] { return permission_dialog(); };
  play(Phase::kP3, app);
  EXPECT_EQ(app.done[0].name, "swipe_away");
  EXPECT_EQ(app.done[1].name, "launch");
  EXPECT_EQ(app.count("permission_deny") + app.count("permission_allow"), 0);
}

TEST(Agreement, TicksTheBoxFirst) {
  FakeApp app;
  bool ticked = false, agreed = false;
  app.screen = [&] { return agreed ? page({"首页"}) : consent_dialog(true, !ticked); };
  app.does = [&](const DoneAction& d) {
    ticked = ticked || d.name == "tap";
    agreed = agreed || (ticked && d.name == "agree");
  };
  play(Phase::kP4, app);
  EXPECT_LT(app.first("tap"), app.first("agree"));
  EXPECT_EQ(app.count("agree"), 1);
}

TEST(Agreement, LaunchesTheAppThatLeftAfterTheRefusalAndAllowsWhatItAsks) {
  FakeApp app;
  enum { kHome, kConsent, kAsks, kPage } at = kHome;
  app.screen = [&] {
    return at == kHome      ? home_screen()
           : at == kConsent ? consent_dialog()
           : at == kAsks    ? permission_dialog()
                            : page({});
  };
  app.does = [&](const DoneAction& d) {
    if (d.name == "launch") at = kConsent;
    if (d.name == "agree") at = kAsks;
    if (d.name == "permission_allow") at = kPage;
  };
  play(Phase::kP4, app);
  EXPECT_EQ(at, kPage);
}

TEST(Agreement, AWallWithoutConsentIsGivenUpSoon) {
  FakeApp app;
  app.screen = [] {
    return window(kApp, {{.text = "手机号", .clickable = true, .kind = "android.widget.EditText"},
                         {.text = "登录", .clickable = true}});
  };
  play(Phase::kP4, app);
  EXPECT_LT(app.now, 30'000);
  EXPECT_EQ(app.count("agree"), 0);
}

TEST(Exploration, NeverStaysOutsideOfTheApp) {
  FakeApp app;
  std::string at = "app";
  app.screen = [&] {
    if (at == "browser") return window("com.android.browser", {{.text = "网页", .clickable = true}});
    return at == "home" ? home_screen() : page({"打开网页", "关于"});
  };
  app.does = [&](const DoneAction& d) {
    if (d.name == "tap" && d.target == "打开网页") at = "browser";
    if (d.name == "back") at = at == "browser" ? "app" : "home";
    if (d.name == "launch") at = "app";
    EXPECT_FALSE(d.name == "tap" && at == "home");
  };
  play(Phase::kP6, app);
  EXPECT_EQ(app.count("tap"), 2);
}

TEST(Exploration, AnAppWithNothingToTapIsSeenForAWhileAllTheSame) {
  FakeApp app;
  app.screen = [] { return page({}); };
  play(Phase::kP6, app);
  EXPECT_GE(app.now - 1'000, order().least_explore_ms);
  EXPECT_EQ(app.count("tap"), 0);
}

TEST(Denials, ATapThatTakesLongShortensNoWatch) {
  FakeApp app;
  app.action_ms = 25'000;  // a starved device
  bool asking = false, denied = false;
  app.screen = [&] { return asking ? permission_dialog() : page({"扫一扫"}); };
  app.does = [&](const DoneAction& d) {
    if (d.name == "tap" && !denied) asking = true;
    if (d.name == "permission_deny") asking = !(denied = true);
  };
  play(Phase::kP10, app);
  ASSERT_EQ(app.count("permission_deny"), 1);
  const auto deny = static_cast<std::size_t>(app.first("permission_deny"));
  std::size_t next = deny + 1;
  while (next < app.done.size() && app.done[next].name == "rest") ++next;
  ASSERT_LT(next, app.done.size());
  EXPECT_GE(app.done[next].at_ms - app.action_ms - app.done[deny].at_ms, order().refusal_watch_ms);
}

TEST(Denials, DenyWatchAndLaunchAgainThreeTimes) {
  FakeApp app;
  bool asking = false, denied = false;
  app.screen = [&] { return asking ? permission_dialog() : page({"扫一扫"}); };
  app.does = [&](const DoneAction& d) {
    if (d.name == "tap" && !denied) asking = true;
    if (d.name == "permission_deny") {
      asking = false;
      denied = true;
    }
  };
  play(Phase::kP10, app);
  EXPECT_EQ(app.done[0].name, "clear");
  EXPECT_EQ(app.count("permission_deny"), 1);
  EXPECT_EQ(app.count("launch"), 1 + test_profile().relaunches + 2) << "twice with the clock set ahead";
  // For as long as the profile says nothing is touched after the refusal.
  const int deny = app.first("permission_deny");
  for (std::size_t i = static_cast<std::size_t>(deny) + 1; i < app.done.size(); ++i) {
    if (app.done[i].name == "rest") continue;
    EXPECT_GE(app.done[i].at_ms - app.done[static_cast<std::size_t>(deny)].at_ms,
              test_profile().denied_watch_ms);
    break;
  }
}

// A device on which the camera is asked for once.
struct AsksOnce {
  FakeApp app;
  bool asking = false, denied = false;
  AsksOnce() {
    app.screen = [this] { return asking ? permission_dialog() : page({"扫一扫"}); };
    app.does = [this](const DoneAction& d) {
      if (d.name == "tap" && !denied) asking = true;
      if (d.name == "permission_deny") asking = !(denied = true);
    };
  }
  std::vector<std::string> clocks() const {
    std::vector<std::string> out;
    for (const DoneAction& d : app.done) {
      if (d.name == "clock_shift") out.push_back(d.target);
    }
    return out;
  }
};

TEST(Denials, IsLaunchedAgainBeforeAndAfter48HoursAndTheClockIsPutBack) {
  AsksOnce device;
  play(Phase::kP10, device.app);
  EXPECT_EQ(device.clocks(), (std::vector<std::string>{"47", "49", "0"}));
  EXPECT_EQ(device.app.done.back().name, "clock_shift");
  // Swiped away before each, so that the launch is a launch.
  for (int at = device.app.first("clock_shift"); at >= 0; at = device.app.first("clock_shift", at + 1)) {
    if (device.app.done[static_cast<std::size_t>(at)].target == "0") break;
    EXPECT_EQ(device.app.done[static_cast<std::size_t>(at) - 1].name, "swipe_away");
    EXPECT_EQ(device.app.done[static_cast<std::size_t>(at) + 1].name, "launch");
  }
}

TEST(Denials, AClockThatCannotBeSetIsTriedOnce) {
  AsksOnce device;
  device.app.refuses = "clock_shift";
  play(Phase::kP10, device.app);
  EXPECT_EQ(device.clocks(), std::vector<std::string>{"47"});
}

TEST(Denials, WhereNothingWasRefusedTheClockIsLeftAlone) {
  FakeApp app;
  app.screen = [] { return page({"首页"}); };
  play(Phase::kP10, app);
  EXPECT_EQ(app.count("clock_shift"), 0);
}

TEST(Denials, ADialogThatLeavesNoChoiceIsToldAsForced) {
  FakeApp app;
  enum { kAsks, kBegs } at = kAsks;
  app.screen = [&] {
    return at == kAsks
               ? permission_dialog()
               : window(kApp, {{.text = "权限申请"},
                               {.text = "需要获取您的相机权限，用于扫码。未开启相机权限将无法使用本应用。"},
                               {.text = "去开启", .clickable = true}});
  };
  app.does = [&](const DoneAction& d) {
    if (d.name == "permission_deny") at = kBegs;
    if (d.name == "forced") at = kAsks;
    if (d.name == "launch") at = kAsks;
  };
  play(Phase::kP10, app);
  EXPECT_GE(app.count("forced"), 2) << "twice shows the third dialog";
  EXPECT_EQ(app.count("tap"), 0) << "after a refusal such a tap is never the user's own wish";
}

TEST(Denials, AnEndlessLoopOfTheSystemsDialogComesToAnEnd) {
  FakeApp app;
  app.screen = [] { return permission_dialog(); };
  play(Phase::kP10, app);
  EXPECT_GE(app.count("permission_deny"), 4);
  EXPECT_LT(app.count("permission_deny"), 90);
}

TEST(Denials, WhereNothingCanBeAskedNothingIsTried) {
  FakeApp app;
  PhaseOrder o = order();
  o.may_ask = false;
  auto machine = make_phase(Phase::kP10, o);
  ASSERT_TRUE(app.run(*machine));
  EXPECT_TRUE(app.done.empty());
}

TEST(Swiped, TogglesWithinTheTimeAndNeverStopsTheApp) {
  FakeApp app;
  play(Phase::kP8, app);
  const int launched = app.first("launch"), swiped = app.first("swipe_away", launched);
  ASSERT_TRUE(launched == 1 && app.first("home") > launched && swiped > app.first("home"));
  EXPECT_GT(app.done[static_cast<std::size_t>(swiped)].at_ms, 4'000)
      << "what starts then is not our launch's";
  EXPECT_EQ(app.count("toggle"), 6);
  EXPECT_GE(app.now, test_profile().swiped_ms);
  EXPECT_LE(app.now, test_profile().swiped_ms + 20'000);
}

TEST(Booted, RebootsUnlocksAndWaits) {
  FakeApp app;
  play(Phase::kP9, app);
  EXPECT_EQ(app.done[0].name, "reboot");
  EXPECT_EQ(app.done[1].name, "unlock");
  EXPECT_EQ(app.done[2].target, std::to_string(test_profile().booted_ms));
}

// ---- P11
PhaseOrder with_older() {
  PhaseOrder o = order();
  o.older_version = true;
  return o;
}
std::vector<std::string> without_rests(const FakeApp& app) {
  std::vector<std::string> out;
  for (const DoneAction& d : app.done) {
    if (d.name != "rest") out.push_back(d.name);
  }
  return out;
}

TEST(Update, RefusesInTheOlderVersionAndTouchesNothingAfterTheUpdate) {
  FakeApp app;
  bool updated = false, denied = false;
  app.screen = [&] { return updated || !denied ? permission_dialog() : page({}); };
  app.does = [&](const DoneAction& d) {
    updated = updated || d.name == "update";
    denied = denied || d.name == "permission_deny";
  };
  auto machine = make_phase(Phase::kP11, with_older());
  ASSERT_TRUE(app.run(*machine));
  EXPECT_EQ(without_rests(app),
            (std::vector<std::string>{"install_old", "launch", "permission_deny", "read_permissions",
                                      "update", "read_permissions", "launch"}));
  EXPECT_GE(app.now - app.done[static_cast<std::size_t>(app.first("update"))].at_ms,
            test_profile().relaunch_watch_ms);
}

TEST(Update, WhereNothingIsRefusedItIsNotEvenUpdated) {
  FakeApp app;
  app.screen = [] { return page({"首页"}); };
  auto machine = make_phase(Phase::kP11, with_older());
  ASSERT_TRUE(app.run(*machine));
  EXPECT_EQ(app.count("update"), 0);
  EXPECT_EQ(app.count("clear"), 0) << "it was installed just then";
  EXPECT_LE(app.now, test_profile().update_ms + 2 * test_profile().relaunch_watch_ms);
}

TEST(Update, AVersionThatTheDeviceRefusesEndsIt) {
  for (const char* refused : {"install_old", "update"}) {
    FakeApp app;
    bool denied = false;
    app.refuses = refused;
    app.screen = [&] { return denied ? page({}) : permission_dialog(); };
    app.does = [&](const DoneAction& d) { denied = denied || d.name == "permission_deny"; };
    auto machine = make_phase(Phase::kP11, with_older());
    ASSERT_TRUE(app.run(*machine));
    EXPECT_EQ(app.done.back().name, refused);
  }
}

TEST(Update, IsTheLastPhaseForItPutsAnotherVersionInTheAppsPlace) {
  EXPECT_EQ(make_phase(Phase::kP11, order()), nullptr) << "there is none";
  FakeApp app;
  Plan plan({Phase::kP3, Phase::kP11, Phase::kP12, Phase::kP7}, with_older());
  ASSERT_TRUE(app.run(plan));
  EXPECT_EQ(app.done.back().name, "end");
  EXPECT_EQ(app.done.back().target, "P11");
}

TEST(Update, ARunOfItsRuleAloneIsItsPhaseAlone) {
  EXPECT_EQ(phases_of({"R5.2"}, test_pack(), test_profile()), std::set{Phase::kP11});
}

// ---- the whole plan on apps of every kind: it ends, and every phase is begun and ended in order
struct Kind {
  const char* name;
  std::function<observe::ScreenLook()> screen;
};

TEST(Plan, ComesToItsEndOnAppsOfEveryKind) {
  const Kind kinds[] = {
      {"ordinary",
       [] {
         return page({"首页", "我的", "设置"});
       }},
      {"a consent dialog that nothing closes", [] { return consent_dialog(); }},
      {"a consent dialog without refusal", [] { return consent_dialog(false); }},
      {"never idle", [] { return never_idle(); }},
      {"gone at once", [] { return home_screen(); }},
      {"asks for ever", [] { return permission_dialog(); }},
      {"crashes for ever",
       [] {
         return window("android", {{.text = "示例屡次停止运行"},
                                   {.text = "关闭应用", .clickable = true, .id = "android:id/aerr_close"}});
       }},
      {"locked", [] {
         return window("com.android.systemui",
                       {{.text = "上滑解锁", .id = "com.android.systemui:id/keyguard_status_view"}});
       }}};
  for (const Kind& kind : kinds) {
    FakeApp app;
    app.screen = kind.screen;
    Plan plan(test_profile().phases, order());
    ASSERT_TRUE(app.run(plan, 5'000)) << kind.name;
    std::vector<std::string> marks;
    for (const DoneAction& d : app.done) {
      if (d.name == "begin" || d.name == "end") marks.push_back(d.name + d.target);
    }
    std::vector<std::string> each;
    for (const Phase p : test_profile().phases) {
      if (p == Phase::kP11) continue;  // there is no older version
      each.insert(each.end(), {"begin" + std::string(name(p)), "end" + std::string(name(p))});
    }
    EXPECT_EQ(marks, each) << kind.name;
  }
}

TEST(Plan, StepsThatFailDoNotStopIt) {
  FakeApp app;
  Plan plan(test_profile().phases, order());
  Event event = Begun{};
  int actions = 0;
  while (auto action = plan.on(event, app.now)) {
    ASSERT_LT(++actions, 5'000);
    event = app.carry_out(*action);
    // Every step is lost on the way.
    event =
        std::holds_alternative<LookAt>(*action) ? Event(Shown{}) : Event(Done{false, "the device went away"});
  }
  EXPECT_TRUE(plan.over());
}

TEST(Phases, AConfirmationRunsWhatItsRulesNeed) {
  const RulePack& pack = test_pack();
  EXPECT_EQ(phases_of({}, pack, test_profile()), test_profile().phases);
  EXPECT_EQ(phases_of({"R1.7"}, pack, test_profile()), (std::set<Phase>{Phase::kP1}));
  EXPECT_EQ(phases_of({"R5.7"}, pack, test_profile()), (std::set<Phase>{Phase::kP10}));
  EXPECT_EQ(phases_of({"R5.6"}, pack, test_profile()), (std::set<Phase>{Phase::kP1, Phase::kP4, Phase::kP6}));
  EXPECT_EQ(phases_of({"R6.1"}, pack, test_profile()),
            (std::set<Phase>{Phase::kP4, Phase::kP7, Phase::kP8, Phase::kP9}));
  EXPECT_EQ(phases_of({"R1.3"}, pack, test_profile()), (std::set<Phase>{Phase::kP1, Phase::kP2, Phase::kP3}));
}

}  // namespace
}  // namespace storesweep::exercise
