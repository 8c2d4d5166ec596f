#include "simdroid/android/platform_rules.h"

#include <gtest/gtest.h>

#include <set>

#include "simdroid/android/permissions.h"
#include "tests/unit/simdroid/bench_android.h"

namespace storesweep::simdroid::android {
namespace {

constexpr const char* kAskCamera =
    R"("launch":[{"do":"show","screen":"home"},{"do":"request_permissions","permissions":["android.permission.CAMERA"]}],
  "screens":{"home":{"title":"首页","views":[{"kind":"button","id":"ask","text":"再问","tap":[{"do":"request_permissions","permissions":["android.permission.CAMERA"]}]},
                                            {"kind":"button","id":"shoot","text":"拍","tap":[{"do":"open_camera"}]}]}},
  "permission_result":{"android.permission.CAMERA":{"granted":[{"do":"log","text":"GRANTED"}],"denied":[{"do":"log","text":"DENIED"}]}})";

TEST(PlatformRules, EachRowNamesItsSourceAndHoldsFromItsLevelOn) {
  std::set<Rule> seen;
  for (const RuleRow& row : rule_table()) {
    EXPECT_FALSE(row.says.empty());
    EXPECT_NE(row.source.find('/'), std::string_view::npos) << row.says;
    EXPECT_TRUE(holds(row.rule, std::max(row.since_api, 1), row.since_target)) << row.says;
    EXPECT_FALSE(holds(row.rule, row.since_api - 1, row.since_target)) << row.says;
    EXPECT_FALSE(holds(row.rule, row.since_api, row.since_target - 1)) << row.says;
    EXPECT_TRUE(seen.insert(row.rule).second) << "twice: " << row.says;
  }
}

TEST(PlatformRules, APermissionIsAskedForFromSixOnOnly) {
  BenchAndroid old(19);
  ASSERT_TRUE(old.install_app(kAskCamera, {.permissions = {"CAMERA"}}).done);
  old.start();
  EXPECT_EQ(old.in_front(), "app");
  EXPECT_EQ(old.count("probe: GRANTED"), 1U);
  for (int api : {23, 28, 29, 30, 33}) {
    BenchAndroid a(api);
    ASSERT_TRUE(a.install_app(kAskCamera, {.permissions = {"CAMERA"}}).done);
    a.start();
    EXPECT_EQ(a.in_front(), "GrantPermissionsActivity") << api;
    EXPECT_EQ(a.count("REQUEST_PERMISSIONS"), 2U) << api;  // START and create_activity
  }
}

TEST(PlatformRules, WhatIsNotGrantedLeavesNoTraceInAppOps) {
  for (int api : {28, 33}) {
    BenchAndroid a(api);
    ASSERT_TRUE(a.install_app(kAskCamera, {.permissions = {"CAMERA"}}).done);
    a.start();
    ASSERT_TRUE(a.touch(api == 28 ? "permission_deny_button" : "deny")) << api;
    EXPECT_EQ(a.count("probe: DENIED"), 1U);
    ASSERT_TRUE(a.touch("shoot"));
    EXPECT_FALSE(a.noted("CAMERA").access || a.noted("CAMERA").reject) << api;
  }
}

TEST(PlatformRules, AGrantedPermissionIsUsedAndNoted) {
  for (int api : {28, 33}) {
    BenchAndroid a(api);
    ASSERT_TRUE(a.install_app(kAskCamera, {.permissions = {"CAMERA"}}).done);
    a.start();
    ASSERT_TRUE(a.touch(api == 28 ? "allow" : "allow_foreground")) << api;
    EXPECT_EQ(a.count("probe: GRANTED"), 1U);
    ASSERT_TRUE(a.touch("shoot"));
    EXPECT_TRUE(a.noted("CAMERA").access) << api;
  }
}

TEST(PlatformRules, FromElevenOnTheDialogComesTwiceAtMost) {
  BenchAndroid a(33);
  ASSERT_TRUE(a.install_app(kAskCamera, {.permissions = {"CAMERA"}}).done);
  a.start();
  ASSERT_TRUE(a.touch("deny"));
  EXPECT_TRUE(a.package().runtime.at("android.permission.CAMERA").user_set);
  ASSERT_TRUE(a.touch("ask"));
  EXPECT_EQ(a.in_front(), "GrantPermissionsActivity");
  ASSERT_TRUE(a.touch("deny") || a.touch("deny_and_dont_ask_again"));
  EXPECT_TRUE(a.package().runtime.at("android.permission.CAMERA").user_fixed);
  ASSERT_TRUE(a.touch("ask"));
  EXPECT_EQ(a.in_front(), "app");
  EXPECT_EQ(a.count("probe: DENIED"), 3U);
}

TEST(PlatformRules, BeforeElevenTheDialogComesUntilItsBoxIsTicked) {
  BenchAndroid a(28);
  ASSERT_TRUE(a.install_app(kAskCamera, {.permissions = {"CAMERA"}}).done);
  a.start();
  EXPECT_FALSE(a.shows("do_not_ask_checkbox"));
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(a.in_front(), "GrantPermissionsActivity") << i;
    ASSERT_TRUE(a.touch("permission_deny_button"));
    ASSERT_TRUE(a.touch("ask"));
  }
  ASSERT_TRUE(a.touch("do_not_ask_checkbox"));
  ASSERT_TRUE(a.touch("permission_deny_button"));
  EXPECT_TRUE(a.package().runtime.at("android.permission.CAMERA").user_fixed);
  ASSERT_TRUE(a.touch("ask"));
  EXPECT_EQ(a.in_front(), "app");
}

TEST(PlatformRules, AMemberOfAGroupThatIsHeldIsGrantedWithoutADialog) {
  BenchAndroid a(28);
  ASSERT_TRUE(
      a.install_app(
           R"("launch":[{"do":"show","screen":"home"},{"do":"request_permissions","permissions":["android.permission.READ_CONTACTS"]}],
      "screens":{"home":{"views":[{"kind":"button","id":"more","text":"更多","tap":[{"do":"request_permissions","permissions":["android.permission.WRITE_CONTACTS"]}]}]}})",
           {.permissions = {"READ_CONTACTS", "WRITE_CONTACTS"}})
          .done);
  a.start();
  ASSERT_TRUE(a.touch("permission_allow_button"));
  ASSERT_TRUE(a.touch("more"));
  EXPECT_EQ(a.in_front(), "app");
  EXPECT_TRUE(has_permission(*a, a.package(), "android.permission.WRITE_CONTACTS"));
}

TEST(PlatformRules, TheClipboardIsReadOutOfFocusUpToNineOnly) {
  const char* body =
      R"("launch":[{"do":"show","screen":"home"}],"screens":{"home":{"views":[]}},"background":[{"do":"read_clipboard","after_ms":40000}])";
  BenchAndroid nine(28);
  ASSERT_TRUE(nine.install_app(body).done);
  nine.start();
  nine.home();
  nine.wait(60'000);
  EXPECT_TRUE(nine.noted("READ_CLIPBOARD").access);
  EXPECT_TRUE(
      nine->ops[nine.package().uid][BenchAndroid::kApp]["READ_CLIPBOARD"].uses.contains(UidState::kCached));
  BenchAndroid ten(29);
  ASSERT_TRUE(ten.install_app(body).done);
  ten.start();
  ten.home();
  ten.wait(60'000);
  EXPECT_FALSE(ten.noted("READ_CLIPBOARD").access || ten.noted("READ_CLIPBOARD").reject);
}

TEST(PlatformRules, AppOpsBelievesAFallOnlyAfterAWhile) {
  const char* body =
      R"("launch":[{"do":"show","screen":"home"}],"screens":{"home":{"views":[]}},"background":[{"do":"read_clipboard"}])";
  BenchAndroid a(28);
  ASSERT_TRUE(a.install_app(body).done);
  a.start();
  a.home();
  const auto& uses = a->ops[a.package().uid][BenchAndroid::kApp]["READ_CLIPBOARD"].uses;
  EXPECT_TRUE(uses.contains(UidState::kTop));
  EXPECT_EQ(uses.size(), 1U);
}

TEST(PlatformRules, UsageStatisticsAreRejectedByDefault) {
  for (int api : {28, 33}) {
    BenchAndroid a(api);
    ASSERT_TRUE(a.install_app(R"("launch":[{"do":"query_usage_stats"}])").done);
    a.start();
    EXPECT_TRUE(a.noted("GET_USAGE_STATS").reject);
    EXPECT_FALSE(a.noted("GET_USAGE_STATS").access);
  }
}

TEST(PlatformRules, AnOldTargetIsGrantedAtInstallAndReviewedFromTenOn) {
  const char* body =
      R"("launch":[{"do":"show","screen":"home"},{"do":"read_contacts"}],"screens":{"home":{"title":"黄历","views":[]}})";
  BenchAndroid nine(28);
  ASSERT_TRUE(nine.install_app(body, {.target = 22, .permissions = {"READ_CONTACTS"}}).done);
  nine.start();
  EXPECT_EQ(nine.in_front(), "app");
  EXPECT_TRUE(nine.noted("READ_CONTACTS").access);
  BenchAndroid ten(33);
  ASSERT_TRUE(ten.install_app(body, {.target = 22, .permissions = {"READ_CONTACTS"}}).done);
  ten.start();
  EXPECT_EQ(ten.in_front(), "ReviewPermissionsActivity");
  ASSERT_TRUE(ten.touch("review_continue"));
  EXPECT_EQ(ten.in_front(), "app");
  EXPECT_TRUE(ten.noted("READ_CONTACTS").access);
  ASSERT_FALSE(ten->dialogs.empty());  // its age
  ASSERT_TRUE(ten.touch("ok"));
  EXPECT_TRUE(ten->dialogs.empty());
}

TEST(PlatformRules, ThirteenAsksForNotificationsOnBehalfOfAnOldTargetWithAChannel) {
  const char* body =
      R"("launch":[{"do":"show","screen":"home"},{"do":"create_notification_channel","channel":"c","text":"提醒"}],"screens":{"home":{"views":[]}},
      "permission_result":{"android.permission.POST_NOTIFICATIONS":{"granted":[{"do":"log","text":"TOLD"}],"denied":[{"do":"log","text":"TOLD"}]}})";
  BenchAndroid a(33);
  ASSERT_TRUE(a.install_app(body, {.target = 30}).done);
  a.start();
  EXPECT_EQ(a.in_front(), "GrantPermissionsActivity");
  EXPECT_GE(a.count("REQUEST_PERMISSIONS_FOR_OTHER"), 1U);
  EXPECT_EQ(a.lines_with("REQUEST_PERMISSIONS_FOR_OTHER")
                .back()
                .find("from uid " + std::to_string(a.package().uid)),
            std::string::npos);
  ASSERT_TRUE(a.touch("deny"));
  EXPECT_EQ(a.in_front(), "app");
  EXPECT_EQ(a.count("probe: TOLD"), 0U);
  BenchAndroid young(33);
  ASSERT_TRUE(young.install_app(body, {.target = 33, .permissions = {"POST_NOTIFICATIONS"}}).done);
  young.start();
  EXPECT_EQ(young.in_front(), "app");
  BenchAndroid nine(28);
  ASSERT_TRUE(nine.install_app(body).done);
  nine.start();
  EXPECT_EQ(nine.in_front(), "app");
}

TEST(PlatformRules, AnUpdateKeepsWhatTheUserDecidedAndForgetsWhatIsNoMoreAskedFor) {
  for (int api : {28, 33}) {
    BenchAndroid a(api);
    ASSERT_TRUE(a.install_app(kAskCamera, {.permissions = {"CAMERA", "READ_CONTACTS"}}).done);
    a.start();
    ASSERT_TRUE(a.touch(api == 28 ? "permission_deny_button" : "deny")) << api;
    set_granted(*a, a.package(), "android.permission.READ_CONTACTS", true);
    const int uid = a.package().uid;
    const AppSpec second{.permissions = {"CAMERA", "READ_CONTACTS", "RECORD_AUDIO"}, .version = 2};
    ASSERT_TRUE(a.install_app(kAskCamera, second, {.replace = true}).done);
    EXPECT_EQ(a.package().uid, uid);
    const auto& held = a.package().runtime;
    EXPECT_TRUE(!held.at("android.permission.CAMERA").granted &&
                held.at("android.permission.CAMERA").user_set);
    EXPECT_TRUE(held.at("android.permission.READ_CONTACTS").granted);
    EXPECT_FALSE(held.at("android.permission.RECORD_AUDIO").user_set);
    ASSERT_TRUE(
        a.install_app(kAskCamera, {.permissions = {"READ_CONTACTS"}, .version = 3}, {.replace = true}).done);
    ASSERT_TRUE(a.install_app(kAskCamera, {.permissions = {"CAMERA"}, .version = 4}, {.replace = true}).done);
    EXPECT_FALSE(a.package().runtime.at("android.permission.CAMERA").user_set) << "asked for anew";
    EXPECT_EQ(a.install_app(kAskCamera, {.target = 22, .version = 5}, {.replace = true}).code,
              "INSTALL_FAILED_PERMISSION_MODEL_DOWNGRADE");
  }
}

TEST(PlatformRules, BootReachesWhoMayHearItAndWasStartedOnce) {
  const char* body =
      R"("receivers":{"boot":{"in":"manifest","actions":["android.intent.action.BOOT_COMPLETED"],"calls":[{"do":"log","text":"UP"}]}})";
  for (int api : {28, 33}) {
    BenchAndroid a(api);
    ASSERT_TRUE(a.install_app(body, {.permissions = {"RECEIVE_BOOT_COMPLETED"}}).done);
    a.reboot();
    EXPECT_EQ(a.count("probe: UP"), 0U) << "never started: stopped";
    a.start();
    a.reboot();
    EXPECT_EQ(a.count("probe: UP"), 1U);
    EXPECT_EQ(a.count("am_proc_start: [0," + std::to_string(a.process()->pid)), 1U);
    force_stop(*a, BenchAndroid::kApp);
    a.reboot();
    EXPECT_EQ(a.count("probe: UP"), 0U) << "force-stopped";
    BenchAndroid without(api);
    ASSERT_TRUE(without.install_app(body).done);
    without.start();
    without.reboot();
    EXPECT_EQ(without.count("probe: UP"), 0U) << "without the permission";
  }
}

TEST(PlatformRules, ImplicitBroadcastsReachNoReceiverOfTheManifestFromTargetTwentySixOn) {
  const char* body =
      R"("receivers":{"power":{"in":"manifest","actions":["android.intent.action.ACTION_POWER_CONNECTED"],"calls":[{"do":"log","text":"PLUGGED"}]}})";
  for (const auto& [api, target, heard] :
       {std::tuple{28, 25, true}, {28, 26, false}, {33, 25, true}, {33, 30, false}, {23, 30, true}}) {
    BenchAndroid a(api);
    ASSERT_TRUE(a.install_app(body, {.target = target}).done);
    a->packages.at(BenchAndroid::kApp).stopped = false;
    set_plugged(*a, false, false);
    set_plugged(*a, true, false);
    a.wait(2'000);
    EXPECT_EQ(a.count("probe: PLUGGED"), heard ? 1U : 0U) << api << " " << target;
  }
}

TEST(PlatformRules, AChangeOfTheNetworkReachesTheManifestUpToTargetTwentyThree) {
  const char* body =
      R"("receivers":{"net":{"in":"manifest","actions":["android.net.conn.CONNECTIVITY_CHANGE"],"calls":[{"do":"log","text":"NET"}]}})";
  for (const auto& [api, target, heard] :
       {std::tuple{28, 23, true}, {28, 24, false}, {23, 30, true}, {19, 30, true}}) {
    BenchAndroid a(api);
    ASSERT_TRUE(a.install_app(body, {.target = target}).done);
    a.start();
    set_network(*a, false, true);
    a.wait(2'000);
    EXPECT_EQ(a.count("probe: NET"), heard ? 1U : 0U) << api << " " << target;
  }
}

TEST(PlatformRules, ARegisteredReceiverHearsAsLongAsItsProcessLives) {
  BenchAndroid a(33);
  ASSERT_TRUE(
      a.install_app(
           R"("start":[{"do":"register_receiver","receiver":"net"}],"receivers":{"net":{"in":"code","actions":["android.net.conn.CONNECTIVITY_CHANGE"],"calls":[{"do":"log","text":"NET"}]}})")
          .done);
  a.start();
  set_network(*a, false, true);
  a.wait(2'000);
  EXPECT_EQ(a.count("probe: NET"), 1U);
  force_stop(*a, BenchAndroid::kApp);
  set_network(*a, true, true);
  a.wait(2'000);
  EXPECT_EQ(a.count("probe: NET"), 1U);
}

TEST(PlatformRules, AnIdleAppMayNotKeepAService) {
  const char* body =
      R"("launch":[{"do":"start_service","service":"push"}],"services":{"push":{"sticky":true,"start":[{"do":"log","text":"RUNS"}]}},
      "background":[{"do":"start_service","service":"push","after_ms":90000}])";
  for (const auto& [api, target, stopped] :
       {std::tuple{28, 30, true}, {28, 25, false}, {33, 30, true}, {23, 30, false}}) {
    BenchAndroid a(api);
    ASSERT_TRUE(a.install_app(body, {.target = target}).done);
    a.start();
    EXPECT_EQ(a->services.size(), 1U);
    a.home();
    a.wait(70'000);
    EXPECT_EQ(a->services.empty(), stopped) << api << " " << target;
    a.wait(60'000);
    EXPECT_EQ(a.count("probe: RUNS"), stopped ? 1U : 2U) << api << " " << target;
  }
}

TEST(PlatformRules, AStickyServiceComesBackAfterItsAppWasSwipedAway) {
  const char* body =
      R"("launch":[{"do":"start_service","service":"push"}],"services":{"push":{"sticky":STICKY,"start":[{"do":"log","text":"RUNS"}]}})";
  for (int api : {19, 28, 33}) {
    for (bool sticky : {true, false}) {
      std::string text = body;
      text.replace(text.find("STICKY"), 6, sticky ? "true" : "false");
      BenchAndroid a(api);
      ASSERT_TRUE(a.install_app(text).done);
      a.start();
      a.home();
      const int before = a.process()->pid;
      ASSERT_TRUE(a.swipe_away());
      a.wait(20'000);
      EXPECT_EQ(a.count("am_kill: [0," + std::to_string(before)), 1U) << api;
      EXPECT_EQ(a.process() != nullptr, sticky) << api;
      EXPECT_EQ(a.count("probe: RUNS"), sticky ? 2U : 1U) << api;
      EXPECT_EQ(a.count("am_schedule_service_restart"), sticky ? 1U : 0U) << api;
    }
  }
}

TEST(PlatformRules, NoActivityIsStartedFromTheBackgroundFromTenOn) {
  const char* body = R"("background":[{"do":"start_activity","package":"cn.test.app","after_ms":20000}])";
  for (const auto& [api, comes] : {std::pair{28, true}, {29, false}, {33, false}}) {
    BenchAndroid a(api);
    ASSERT_TRUE(a.install_app(body).done);
    a.start();
    a.home();
    a.wait(30'000);
    EXPECT_EQ(a.in_front() == "app", comes) << api;
  }
}

TEST(PlatformRules, ForegroundServicesMustShowThemselves) {
  const char* body =
      R"("launch":[{"do":"start_foreground_service","service":"work"}],"services":{"work":{"foreground":FG}})";
  for (bool shows : {true, false}) {
    std::string text = body;
    text.replace(text.find("FG"), 2, shows ? "true" : "false");
    BenchAndroid a(28);
    ASSERT_TRUE(a.install_app(text).done);
    a.start();
    a.wait(8'000);
    EXPECT_EQ(a.process() != nullptr, shows);
    EXPECT_EQ(a->notifications.size(), shows ? 1U : 0U);
  }
}

TEST(PlatformRules, AlarmsAreKeptApartAndDieWithForceStopAndReboot) {
  const char* body =
      R"("launch":[{"do":"schedule_alarm","alarm":"wake","in_ms":1000,"repeat_ms":1000}],"alarms":{"wake":[{"do":"log","text":"RING"}]})";
  BenchAndroid a(28);
  ASSERT_TRUE(a.install_app(body).done);
  a.start();
  a.wait(130'000);
  EXPECT_EQ(a.count("probe: RING"), 3U);  // at 5, 65 and 125 s
  force_stop(*a, BenchAndroid::kApp);
  EXPECT_TRUE(a->alarms.empty());
  a.start();
  a.home();
  a.swipe_away();
  a.wait(6'000);
  EXPECT_EQ(a.count("probe: RING"), 4U) << "an alarm outlives its process";
  a.reboot();
  EXPECT_TRUE(a->alarms.empty());
}

TEST(PlatformRules, AnAlarmInDozeMayStartAServiceWhichAPlainOneMayNot) {
  for (bool exact : {true, false}) {
    const std::string body =
        std::string(
            R"("launch":[{"do":"start_service","service":"keep"}],"services":{"keep":{"start":[{"do":"log","text":"KEEP"}],
        "task_removed":[{"do":"schedule_alarm","alarm":"back","in_ms":2000,"exact":)") +
        (exact ? "true" : "false") + R"(}]}},"alarms":{"back":[{"do":"start_service","service":"keep"}]})";
    BenchAndroid a(28);
    ASSERT_TRUE(a.install_app(body).done);
    a.start();
    a.home();
    a.swipe_away();
    a.wait(10'000);
    EXPECT_NE(a.process(), nullptr) << "the alarm starts the process";
    EXPECT_EQ(a.count("probe: KEEP"), exact ? 2U : 1U);
  }
}

TEST(PlatformRules, JobsRepeatEveryQuarterOfAnHourAtMostAndPersist) {
  const char* body =
      R"("launch":[{"do":"schedule_job","job":"sync","period_ms":60000,"persisted":true}],"jobs":{"sync":[{"do":"log","text":"JOB"}]})";
  BenchAndroid a(28);
  ASSERT_TRUE(a.install_app(body, {.permissions = {"RECEIVE_BOOT_COMPLETED"}}).done);
  a.start();
  a.wait(20 * 60'000);
  EXPECT_EQ(a.count("probe: JOB"), 2U);
  a.reboot();
  EXPECT_EQ(a.process(), nullptr);
  a.wait(16 * 60'000);
  EXPECT_EQ(a->jobs.size(), 1U);
  EXPECT_NE(a.process(), nullptr) << "its job started it after the boot";
}

TEST(PlatformRules, WhatIsGrantedAlreadyIsAnsweredWithoutADialog) {
  BenchAndroid a(28);
  ASSERT_TRUE(a.install_app(kAskCamera, {.permissions = {"CAMERA"}}, {.grant = true}).done);
  a.start();
  EXPECT_EQ(a.in_front(), "app");
  EXPECT_EQ(a.count("probe: GRANTED"), 1U) << "an answer without a dialog";
  set_granted(*a, a.package(), "android.permission.CAMERA", false);
  EXPECT_FALSE(has_permission(*a, a.package(), "android.permission.CAMERA"));
}

}  // namespace
}  // namespace storesweep::simdroid::android
