#include "simdroid/android/behaviour.h"

#include <gtest/gtest.h>

#include "tests/unit/simdroid/bench_android.h"

namespace storesweep::simdroid::android {
namespace {

std::string wrong(const std::string& rest) {
  auto read = read_behaviour(R"({"format":1,"package":"cn.test.app")" + rest + "}", "cn.test.app");
  return read.ok() ? "" : read.status().message();
}

TEST(BehaviourFile, TellsTheFirstThingWrongWithIt) {
  EXPECT_EQ(wrong(""), "");
  EXPECT_EQ(wrong(R"(,"launch":[{"do":"jump"}])"), "launch[0]: unknown call jump");
  EXPECT_EQ(wrong(R"(,"lunch":[])"), "unknown key lunch");
  EXPECT_EQ(wrong(R"(,"launch":[{"do":"show","screen":"home"}])"), "no screen named home");
  EXPECT_EQ(wrong(R"(,"launch":[{"do":"log"}])"), "launch[0]: missing text");
  EXPECT_EQ(wrong(R"(,"launch":[{"do":"log","text":"a","colour":1}])"), "launch[0]: unknown key colour");
  EXPECT_EQ(wrong(R"(,"launch":[{"do":"busy","for_ms":50}])"), "launch[0]: for_ms: 0 or at least 100");
  EXPECT_EQ(wrong(R"(,"launch":[{"do":"log","text":"a","times":3}])"), "launch[0]: times without every_ms");
  EXPECT_EQ(wrong(R"(,"launch":[{"do":"log","text":"a","after_ms":86400001}])"),
            "launch[0].after_ms: number out of bounds");
  EXPECT_EQ(wrong(R"(,"package":"cn.test.app")"), "key twice: package");
  EXPECT_EQ(wrong(R"(,"lists":{"a":[{"do":"run","list":"b"}],"b":[{"do":"run","list":"a"}]})"),
            "lists.a: runs itself in a circle");
  EXPECT_EQ(
      wrong(
          R"(,"screens":{"home":{"views":[{"kind":"text","id":"a","text":""},{"kind":"text","id":"a","text":""}]}})"),
      "screens.home: id twice: a");
  EXPECT_EQ(wrong(R"(,"receivers":{"r":{"in":"code","actions":["a"],"process":":p","calls":[]}})"),
            "receivers.r: process: not for a receiver in code");
  EXPECT_NE(wrong(R"(,"launch":[{"do":"log","text":")" + std::string(4097, 'x') + "\"}]"), "");
  EXPECT_FALSE(read_behaviour(R"({"format":1,"package":"cn.other"})", "cn.test.app").ok());
  EXPECT_FALSE(read_behaviour("{", "cn.test.app").ok());
  EXPECT_FALSE(read_behaviour(std::string(kMaxBehaviourBytes + 1, ' '), "cn.test.app").ok());
}

TEST(BehaviourFile, BoundsTheNumberOfCalls) {
  std::string calls;
  for (int i = 0; i < 1025; ++i) calls += std::string(i > 0 ? "," : "") + R"({"do":"dismiss"})";
  EXPECT_NE(wrong(",\"launch\":[" + calls + "]"), "");
}

TEST(Interpreter, RunsListsInTheirOrderAndMoments) {
  BenchAndroid a(28);
  ASSERT_TRUE(
      a.install_app(
           R"("start":[{"do":"log","text":"1 start"}],"launch":[{"do":"log","text":"2 launch"},{"do":"log","text":"5 later","after_ms":1000},{"do":"log","text":"3 behind"}],
      "resume":[{"do":"log","text":"4 resume"}],"background":[{"do":"log","text":"6 away"}])")
          .done);
  a.start();
  a.home();
  const std::vector<std::string> said = a.lines_with("probe: ");
  ASSERT_EQ(said.size(), 6U);
  for (std::size_t i = 0; i < said.size(); ++i)
    EXPECT_EQ(said[i].substr(7, 1), std::to_string(i + 1)) << said[i];
}

TEST(Interpreter, RepeatsAsOftenAsItSaysAndDiesWithItsProcess) {
  BenchAndroid a(28);
  ASSERT_TRUE(
      a.install_app(
           R"("launch":[{"do":"log","text":"TICK","every_ms":1000,"times":3},{"do":"log","text":"TOCK","after_ms":500,"every_ms":1000}])")
          .done);
  a.start();
  a.wait(10'000);
  EXPECT_EQ(a.count("probe: TICK"), 3U);
  const std::size_t tocks = a.count("probe: TOCK");
  EXPECT_GE(tocks, 10U);
  force_stop(*a, BenchAndroid::kApp);
  a.wait(10'000);
  EXPECT_EQ(a.count("probe: TOCK"), tocks);
}

TEST(Interpreter, RemembersPreferencesAcrossStarts) {
  BenchAndroid a(28);
  ASSERT_TRUE(
      a.install_app(
           R"("launch":[{"do":"log","text":"FIRST","if":{"prefs":{"seen":""}}},{"do":"log","text":"AGAIN","if":{"not_prefs":{"seen":""}}},{"do":"count","pref":"seen"}])")
          .done);
  a.start();
  force_stop(*a, BenchAndroid::kApp);
  a.start();
  EXPECT_EQ(a.count("probe: FIRST"), 1U);
  EXPECT_EQ(a.count("probe: AGAIN"), 1U);
  EXPECT_EQ(a.package().prefs.at("seen"), "2");
  clear_data(*a, BenchAndroid::kApp);
  a.start();
  EXPECT_EQ(a.count("probe: FIRST"), 2U);
}

TEST(Interpreter, ShowsPagesAndDialogsAndGoesBack) {
  for (int api : {19, 28, 33}) {
    BenchAndroid a(api);
    ASSERT_TRUE(a.install_app(R"("launch":[{"do":"show","screen":"one"},{"do":"show","screen":"ask"}],
        "screens":{"one":{"title":"第一页","views":[{"kind":"button","id":"next","text":"下一页","tap":[{"do":"show","screen":"two"}]}]},
                   "two":{"title":"第二页","views":[{"kind":"check","id":"box","text":"同意"},{"kind":"button","id":"go","text":"走","tap":[{"do":"log","text":"TICKED","if":{"checked":["box"]}},{"do":"log","text":"EMPTY","if":{"unchecked":["box"]}}]}]},
                   "ask":{"dialog":true,"title":"用户协议","views":[{"kind":"button","id":"agree","text":"同意并继续","tap":[{"do":"dismiss"}]}]}})")
                    .done);
    a.start();
    ASSERT_TRUE(a.shows("用户协议")) << api;
    press_key(*a, 4);
    EXPECT_TRUE(a.shows("用户协议")) << "Back does nothing on a dialog";
    ASSERT_TRUE(a.touch("同意并继续")) << api;
    EXPECT_FALSE(a.shows("用户协议"));
    ASSERT_TRUE(a.touch("next"));
    ASSERT_TRUE(a.touch("go"));
    ASSERT_TRUE(a.touch("box"));
    ASSERT_TRUE(a.touch("go"));
    EXPECT_EQ(a.count("probe: EMPTY"), 1U);
    EXPECT_EQ(a.count("probe: TICKED"), 1U);
    press_key(*a, 4);
    EXPECT_TRUE(a.shows("第一页"));
    press_key(*a, 4);
    a.wait(2'000);
    EXPECT_NE(a.in_front(), "app");
    EXPECT_NE(a.process(), nullptr) << "finish leaves the process";
  }
}

TEST(Interpreter, LeavesAndCrashesAsAndroidTellsIt) {
  BenchAndroid a(28);
  ASSERT_TRUE(
      a.install_app(
           R"("launch":[{"do":"show","screen":"one"},{"do":"crash","text":"boom","after_ms":3000}],"screens":{"one":{"title":"页","views":[{"kind":"button","id":"leave","text":"退出","tap":[{"do":"exit"},{"do":"log","text":"NEVER"}]}]}})")
          .done);
  a.start();
  ASSERT_TRUE(a.touch("leave"));
  EXPECT_EQ(a.process(), nullptr);
  EXPECT_EQ(a.count("NEVER"), 0U);
  EXPECT_EQ(a.count("am_proc_died"), 1U);
  EXPECT_EQ(a.count("am_kill"), 0U);
  EXPECT_NE(a.in_front(), "app");
  a.start();
  a.wait(3'000);
  EXPECT_EQ(a.count("FATAL EXCEPTION"), 1U);
  EXPECT_EQ(a.count("boom"), 2U);  // am_crash and the stack trace
  EXPECT_EQ(a->dialogs.size(), 1U);
  ASSERT_TRUE(a.touch("close"));
  EXPECT_TRUE(a->dialogs.empty());
}

TEST(Interpreter, ACancelledRequestRunsNothing) {
  BenchAndroid a(28);
  ASSERT_TRUE(
      a.install_app(
           R"("launch":[{"do":"show","screen":"one"},{"do":"request_permissions","permissions":["android.permission.CAMERA"]},{"do":"request_permissions","permissions":["android.permission.RECORD_AUDIO"]}],
      "screens":{"one":{"views":[]}},"permission_result":{"android.permission.CAMERA":{"denied":[{"do":"log","text":"CAMERA"}]},"android.permission.RECORD_AUDIO":{"denied":[{"do":"log","text":"AUDIO"}]}})",
           {.permissions = {"CAMERA", "RECORD_AUDIO"}})
          .done);
  a.start();
  EXPECT_EQ(a.count("Can request only one set of permissions at a time"), 1U);
  ASSERT_TRUE(a.touch("permission_deny_button"));
  EXPECT_EQ(a.count("probe: CAMERA"), 1U);
  EXPECT_EQ(a.count("probe: AUDIO"), 0U);
}

TEST(Interpreter, ASecondProcessRunsStartForItself) {
  BenchAndroid a(28);
  ASSERT_TRUE(
      a.install_app(
           R"("start":[{"do":"log","text":"START"}],"launch":[{"do":"start_service","service":"push"}],"services":{"push":{"process":":push","start":[{"do":"log","text":"PUSH"}]}})")
          .done);
  a.start();
  EXPECT_NE(a.process("cn.test.app:push"), nullptr);
  EXPECT_EQ(a.count("probe: START"), 2U);
  EXPECT_EQ(a.count("probe: PUSH"), 1U);
}

TEST(Interpreter, AnAppWithoutAFileShowsItsLabelAndCallsNothing) {
  BenchAndroid a(28);
  auto bare = std::make_shared<Apk>(*BenchAndroid::apk("", {}));
  bare->behaviour = nullptr;
  bare->absent_why = "no assets/storesweep/behaviour.json";
  ASSERT_TRUE(install(*a, bare, {}, {"x86"}).done);
  a.start();
  EXPECT_EQ(a.in_front(), "app");
  EXPECT_TRUE(a.shows("试用"));
  EXPECT_GE(a.count("no assets/storesweep/behaviour.json"), 1U);
}

TEST(Interpreter, ABusyPageIsNeverIdleUntilItsTimeIsOver) {
  BenchAndroid a(28);
  ASSERT_TRUE(
      a.install_app(
           R"("launch":[{"do":"show","screen":"one"},{"do":"busy","for_ms":6000}],"screens":{"one":{"views":[]}})")
          .done);
  a.start();
  EXPECT_TRUE(never_idle_now(*a));
  a.wait(5'000);
  EXPECT_FALSE(never_idle_now(*a));
}

TEST(Install, FailsInAndroidsWords) {
  BenchAndroid a(28);
  EXPECT_EQ(a.install_app("", {.min = 29}).code, "INSTALL_FAILED_OLDER_SDK");
  ASSERT_TRUE(a.install_app("", {.version = 5}).done);
  EXPECT_EQ(a.install_app("", {.signer = "bb"}).code, "INSTALL_FAILED_UPDATE_INCOMPATIBLE");
  EXPECT_EQ(a.install_app("", {.version = 4}).code, "INSTALL_FAILED_VERSION_DOWNGRADE");
  EXPECT_TRUE(a.install_app("", {.version = 4}, {.downgrade = true}).done);
  auto native = std::make_shared<Apk>(*BenchAndroid::apk("", {}));
  native->manifest.abis = {"armeabi-v7a"};
  EXPECT_EQ(install(*a, native, {}, {"x86"}).code, "INSTALL_FAILED_NO_MATCHING_ABIS");
  auto test_only = std::make_shared<Apk>(*BenchAndroid::apk("", {}));
  test_only->manifest.test_only = true;
  EXPECT_EQ(install(*a, test_only, {}, {"x86"}).code, "INSTALL_FAILED_TEST_ONLY");
  EXPECT_TRUE(install(*a, test_only, {.test = true, .downgrade = true}, {"x86"}).done);
  BenchAndroid old(19);
  ASSERT_TRUE(old.install_app("").done);
  EXPECT_EQ(old.install_app("").code, "INSTALL_FAILED_ALREADY_EXISTS");
  EXPECT_EQ(old.install_app("", {.signer = "bb"}, {.replace = true}).code,
            "INSTALL_PARSE_FAILED_INCONSISTENT_CERTIFICATES");
  BenchAndroid fourteen(34);
  EXPECT_EQ(fourteen.install_app("", {.target = 22}).code, "INSTALL_FAILED_DEPRECATED_SDK_VERSION");
}

TEST(Install, AnUpdateKeepsDataAndUidAndKills) {
  BenchAndroid a(28);
  ASSERT_TRUE(a.install_app(R"("launch":[{"do":"set","pref":"name","value":"x"}])",
                            {.permissions = {"CAMERA"}}, {.grant = true})
                  .done);
  a.start();
  const int uid = a.package().uid;
  const std::int64_t first = a.package().first_install_wall_ms;
  ASSERT_TRUE(a.install_app("", {.permissions = {"CAMERA"}, .version = 2}).done);
  EXPECT_EQ(a.process(), nullptr);
  EXPECT_EQ(a.package().uid, uid);
  EXPECT_EQ(a.package().prefs.at("name"), "x");
  EXPECT_EQ(a.package().first_install_wall_ms, first);
  EXPECT_TRUE(a.package().runtime.at("android.permission.CAMERA").granted);
  ASSERT_TRUE(uninstall(*a, BenchAndroid::kApp));
  ASSERT_TRUE(a.install_app("").done);
  EXPECT_EQ(a.package().uid, uid + 1);
  EXPECT_TRUE(a.package().prefs.empty());
}

}  // namespace
}  // namespace storesweep::simdroid::android
