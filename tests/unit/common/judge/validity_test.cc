// Whether a run saw the app as it is. No hindrance accuses; none makes silence look clean.
#include "common/evidence/app_facts_json.h"
#include "common/evidence/verdict_codec.h"
#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {

using B = RunScript;
using Hindrances = std::vector<Hindrance>;

// P1 shows this, P6 that.
RunScript shows(const std::string& p1, const std::string& p6) {
  RunScript run;
  run.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2);
  run.log(3, "ActivityManager", "Start proc 4000:com.example.app/u0a101 for activity com.example.app/.Main");
  run.event(3, "am_proc_start", B::start_fields("activity")).screen(5, kTestPackage, p1).end(Phase::kP1, 72);
  return run.begin(Phase::kP6, 75).screen(76, kTestPackage, p6).end(Phase::kP6, 110);
}
const std::string kPage = B::node(kTestPackage, "首页", false, 200) + B::button("扫一扫", 400);
const std::string kLogin = B::node(kTestPackage, "请输入手机号", true, 400,
                                   "checkable=\"false\" checked=\"false\"", "android.widget.EditText") +
                           B::button("登录", 600);

TEST(Validity, AnAppWhosePagesWereReadIsHinderedByNothing) {
  const Verdict v = judged(shows(kPage, kPage));
  EXPECT_TRUE(v.validity.exercised);
  EXPECT_EQ(v.validity.hindrances, Hindrances{});
  EXPECT_FALSE(v.validity.other_class_wanted);
  EXPECT_EQ(level(v, "R1.8"), Level::kNotApplicable);
}

TEST(Validity, AnAppThatRefusesTheDeviceIsNotCleanAndAnotherClassIsAskedFor) {
  const std::string refusal =
      B::node(kTestPackage, "检测到模拟器，请使用真机运行", false, 400) + B::button("退出", 900);
  RunScript run = shows(refusal, refusal);
  Journal j = run.journal();
  j.header.device_kind = {"emulator", 28};
  const Verdict v = judged(std::vector{j});
  EXPECT_EQ(v.validity.hindrances, Hindrances{Hindrance::kEvading});
  EXPECT_TRUE(v.validity.other_class_wanted);
  for (const ItemVerdict& i : v.items) EXPECT_NE(i.level, Level::kNotFound) << i.rule;
  EXPECT_EQ(level(v, "R1.8"), Level::kNotTested) << "that there was no box proves nothing";
  EXPECT_FALSE(judged(run).validity.other_class_wanted) << "a phone is the last class there is";
}

TEST(Validity, AnAppThatOnlySpeaksOfEmulatorsGoesOn) {
  const Verdict v = judged(
      shows(kPage, B::node(kTestPackage, "关于：不支持模拟器录屏", false, 200) + B::button("返回", 400)));
  EXPECT_EQ(v.validity.hindrances, Hindrances{});
}

TEST(Validity, ALoginIsAWallOnlyWhereNothingElseWasSeen) {
  EXPECT_EQ(judged(shows(kLogin, kLogin)).validity.hindrances, Hindrances{Hindrance::kLoginWall});
  EXPECT_FALSE(judged(shows(kLogin, kLogin)).validity.exercised);
  EXPECT_EQ(judged(shows(kPage, kLogin)).validity.hindrances, Hindrances{});
}

TEST(Validity, AnAppThatCrashesBeforeItShowsAnythingIsNotClean) {
  RunScript run;
  run.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2).home(9);
  for (int at_s : {4, 8})
    run.event(at_s, "am_crash", "4000,0,com.example.app,550026820,java.lang.X,x,M.java,1");
  run.end(Phase::kP1, 72);
  const Verdict v = judged(run);
  EXPECT_EQ(v.validity.hindrances, Hindrances{Hindrance::kCrashed});
  for (const ItemVerdict& i : v.items) EXPECT_NE(i.level, Level::kNotFound) << i.rule;
}

TEST(Validity, ASecondRunThatCrashedHasNotFailedToRepeatAnything) {
  RunScript first, second;
  first.first_launch(RunScript::button("我知道了", 1100));
  second.device("DEVICE2").package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2).home(9);
  for (int at_s : {4, 8})
    second.event(at_s, "am_crash", "4000,0,com.example.app,550026820,java.lang.X,x,M.java,1");
  second.end(Phase::kP1, 72);
  const Verdict v = judged({first.journal(), second.journal()});
  ASSERT_EQ(level(v, "R1.7"), Level::kSuspected);
  EXPECT_EQ(v.findings.front().missing, std::vector{Missing::kConfirmation});
}

TEST(Validity, ScreensThatShowNothingAreStuck) {
  EXPECT_EQ(judged(shows("", "")).validity.hindrances, Hindrances{Hindrance::kStuck});
}

TEST(Validity, APackerIsNamedAndTakesNothingFromWhatScreensShow) {
  AppFacts f;
  f.package = kTestPackage;
  f.protector = "某加固";
  RunScript run = shows(kPage, kPage);
  run.document(record_name::kAppFacts, app_facts_to_json(f));
  const Verdict v = judged(run);
  EXPECT_EQ(v.validity.hindrances, Hindrances{Hindrance::kPacked});
  EXPECT_EQ(level(v, "R1.8"), Level::kNotApplicable);
  EXPECT_EQ(level(v, "R5.5"), Level::kNotTested);
}

TEST(Validity, IsKeptWithTheVerdict) {
  auto back = decode_verdict_untrusted(encode_verdict(judged(shows(kLogin, kLogin))));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->validity.hindrances, Hindrances{Hindrance::kLoginWall});
  EXPECT_FALSE(back->validity.exercised);
}

}  // namespace
}  // namespace storesweep
