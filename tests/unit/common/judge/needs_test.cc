// R1.1, R1.9, R5.1, R5.5 and R7.10: each guilty run with the innocent ones that look alike, and what is left
// in doubt. And the dialogs that the system starts by itself.
#include <functional>

#include "common/evidence/app_facts_json.h"
#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {

using B = RunScript;
const std::string kBoth = B::button("不同意", 1300) + B::button("同意", 1100);

bool has_reason(const Verdict& v, std::string_view rule, Reason reason) {
  const auto& reasons = item(v, rule).reasons;
  return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
}

std::string clipboard(std::int64_t at_s) {
  return "Uid mode: READ_CLIPBOARD: allow\nREAD_CLIPBOARD (allow):\n    null=[\n      Access: [top-s] 2020-" +
         B::time(at_s) + " (-1s)\n    ]\n";
}

// ---- R1.1: an app without any rules, whose pages were exercised
RunScript without_rules(const std::string& ops, const std::string& more = "") {
  RunScript run;
  run.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2);
  run.screen(5, kTestPackage, B::node(kTestPackage, "首页", false, 200) + B::button("扫一扫", 400) + more);
  run.raw(record_name::kAppOps, 71, ops).end(Phase::kP1, 72).begin(Phase::kP6, 75).page(76);
  return run.end(Phase::kP6, 110);
}
TEST(RulesShown, CollectingWithoutAnyRulesIsSuspected) {
  const Verdict v = judged(without_rules(clipboard(6)));
  EXPECT_EQ(level(v, "R1.1"), Level::kSuspected);
  EXPECT_TRUE(v.confirm_rules.empty());
}
TEST(RulesShown, WithoutRulesAndWithoutCollectionNothingIsSaid) {
  const Verdict v = judged(without_rules("No operations.\n"));
  EXPECT_EQ(level(v, "R1.1"), Level::kNotTested) << "most kinds leave no op: never not found";
  EXPECT_TRUE(has_reason(v, "R1.1", Reason::kHookAbsent));
}
TEST(RulesShown, RulesThatStandSomewhereAreForAPerson) {
  const Verdict v = judged(without_rules(clipboard(6), B::button("《隐私政策》", 1700)));
  EXPECT_EQ(level(v, "R1.1"), Level::kNotTested);
  EXPECT_TRUE(has_reason(v, "R1.1", Reason::kDocumentReview));
}
TEST(RulesShown, AfterADialogItIsAnotherItemsMatter) {
  RunScript run;
  run.first_launch(kBoth).raw(record_name::kAppOps, 71, clipboard(6));
  EXPECT_EQ(level(judged(run), "R1.1"), Level::kNotFound);
  EXPECT_EQ(level(judged(run), "R1.3"), Level::kSuspected);
}
TEST(RulesShown, APageThatNobodyCanReadMayBeTheRules) {
  RunScript run;
  run.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2);
  run.screen(5, kTestPackage, "").raw(record_name::kAppOps, 71, clipboard(6)).end(Phase::kP1, 72);
  run.begin(Phase::kP6, 75).page(76).end(Phase::kP6, 110);
  EXPECT_EQ(level(judged(run), "R1.1"), Level::kNotTested);
}
TEST(RulesShown, AnAppThatWasNotExercisedMayHaveItsRulesElsewhere) {
  RunScript run;
  run.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2).page(5);
  run.raw(record_name::kAppOps, 71, clipboard(6)).end(Phase::kP1, 72);
  EXPECT_EQ(level(judged(run), "R1.1"), Level::kNotTested);
}

// ---- R1.9
enum class Then { kExit, kBrowse };
RunScript refuses(Then then, const std::string& p6, bool consent_first = true) {
  RunScript run;
  consent_first ? run.first_launch(kBoth) : run.package();
  run.begin(Phase::kP2, 80).act(record_name::kRefuse, 81, "不同意");
  then == Then::kExit ? run.own_exit(83).died(83).home(85) : run.page(85);
  run.end(Phase::kP2, 100).begin(Phase::kP3, 101).act(record_name::kLaunch, 102);
  run.consent(105, kBoth).end(Phase::kP3, 120).begin(Phase::kP4, 121).act(record_name::kAgree, 122);
  run.end(Phase::kP4, 130).begin(Phase::kP6, 131).screen(132, kTestPackage, p6);
  return run.end(Phase::kP6, 170);
}
const std::string kHome = B::node(kTestPackage, "首页", false, 200) + B::button("扫一扫", 400);
std::string login(const std::string& more = "") {
  return B::node(kTestPackage, "手机号登录", false, 200) +
         B::node(kTestPackage, "请输入手机号", true, 400, "checkable=\"false\" checked=\"false\"",
                 "android.widget.EditText") +
         B::button("登录", 600) + more;
}
TEST(RefusalBlocks, AWallOfAnAppThatNeedsNoDataIsSuspected) {
  const Verdict v = judged(refuses(Then::kExit, login()), listing("实用工具"));
  EXPECT_EQ(level(v, "R1.9"), Level::kSuspected);
  EXPECT_EQ(v.findings.back().missing, std::vector{Missing::kNecessity});
}
TEST(RefusalBlocks, AWallOfAnAppWhoseCategoryNeedsANumberIsForAPerson) {
  const Verdict v = judged(refuses(Then::kExit, login()), listing("网上购物"));
  EXPECT_EQ(item(v, "R1.9").reasons, std::vector{Reason::kDocumentReview});
  EXPECT_EQ(level(judged(refuses(Then::kExit, login()), listing("")), "R1.9"), Level::kNotTested);
}
TEST(RefusalBlocks, AWayPastTheWallIsNoWall) {
  EXPECT_EQ(level(judged(refuses(Then::kExit, login(B::button("跳过", 900)))), "R1.9"), Level::kNotTested);
}
TEST(RefusalBlocks, ToLeaveAfterTheRulesWereRefusedIsWidespreadAndNotAccused) {
  EXPECT_EQ(item(judged(refuses(Then::kExit, kHome)), "R1.9").reasons, std::vector{Reason::kDocumentReview});
}
TEST(RefusalBlocks, WhoCanBrowseIsNotBlocked) {
  EXPECT_EQ(level(judged(refuses(Then::kBrowse, kHome)), "R1.9"), Level::kNotFound);
}

// ---- R5.1: the app's own words, a tap on them, the system's dialog
RunScript asks_with(const std::string& words, bool relaunched = false) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP4, 73).end(Phase::kP4, 74).begin(Phase::kP6, 75).page(76);
  run.act(record_name::kTap, 79, "扫一扫");
  if (!words.empty()) {
    run.screen(80, kTestPackage,
               B::node(kTestPackage, words, false, 400) + B::button("取消", 900) + B::button("同意", 1100));
  }
  run.act(relaunched ? record_name::kLaunch : record_name::kTap, 82, "同意");
  return run.permission_start(83).permission_dialog(84).end(Phase::kP6, 120);
}
TEST(PurposeTold, WordsWithoutAPurposeAreSuspected) {
  const Verdict v = judged(asks_with("需要获取您的相机权限"));
  EXPECT_EQ(level(v, "R5.1"), Level::kSuspected);
  EXPECT_EQ(v.findings.back().missing, std::vector{Missing::kPurposeVague});
}
TEST(PurposeTold, WordsWithAPurposeAreFine) {
  EXPECT_EQ(level(judged(asks_with("需要获取您的相机权限，用于扫描二维码")), "R5.1"), Level::kNotFound);
}
TEST(PurposeTold, WhatStandsBehindTheDialogIsSeenInPicturesOnly) {
  const Verdict v = judged(asks_with(""));
  EXPECT_EQ(level(v, "R5.1"), Level::kNotTested) << "a strip at the top of the screen may have told it";
  EXPECT_TRUE(has_reason(v, "R5.1", Reason::kDocumentReview));
}
TEST(PurposeTold, WordsOfAnEarlierStartAreNotThoseOfThisRequest) {
  EXPECT_EQ(level(judged(asks_with("需要获取您的相机权限", true)), "R5.1"), Level::kNotTested);
}
TEST(PurposeTold, WordsOnAnotherPermissionAreNotThoseOfThisOne) {
  EXPECT_EQ(level(judged(asks_with("需要获取您的位置权限")), "R5.1"), Level::kNotTested);
}

// ---- R5.5
AppFacts asks_needlessly() {
  AppFacts f;
  f.package = kTestPackage;
  f.permissions = f.without_calls = {"android.permission.CAMERA"};
  f.code_read = true;
  return f;
}
RunScript exercised_with(const AppFacts& f, bool asked = false) {
  RunScript run;
  run.document(record_name::kAppFacts, app_facts_to_json(f));
  run.first_launch(kBoth).begin(Phase::kP6, 75).page(76);
  if (asked) run.act(record_name::kTap, 80, "扫一扫").permission_start(81).permission_dialog(82);
  return run.end(Phase::kP6, 120);
}
TEST(NeedlessPermission, ThatNoCodeNeedsAndNothingAsksForIsSuspected) {
  const Verdict v = judged(exercised_with(asks_needlessly()));
  EXPECT_EQ(level(v, "R5.5"), Level::kSuspected);
  EXPECT_EQ(v.findings.back().missing, (std::vector{Missing::kUseUnseen, Missing::kNecessity}));
}
TEST(NeedlessPermission, ThatTheAppAsksForHasItsUse) {
  EXPECT_EQ(level(judged(exercised_with(asks_needlessly(), true)), "R5.5"), Level::kNotFound);
}
// An app before it was asked about the day after next: the buffers keep lines of a clock that is ahead no
// more.
TEST(NeedlessPermission, LinesOfAClockThatWasAheadAreNobodysAndTheLogSaysTooLittle) {
  RunScript run;
  run.raw(record_name::kLog, 2,
          RunScript::time(2 * 86'400) +
              "  1000  1500  1520 I ActivityTaskManager: START u0 "
              "{act=android.content.pm.action.REQUEST_PERMISSIONS "
              "pkg=com.android.permissioncontroller "
              "cmp=com.android.permissioncontroller/.permission.ui.GrantPermissionsActivity (has extras)} "
              "from uid "
              "10096\n");
  run.document(record_name::kAppFacts, app_facts_to_json(asks_needlessly()));
  run.first_launch(kBoth).begin(Phase::kP6, 75).page(76).end(Phase::kP6, 120);
  const Verdict v = judged(run);
  EXPECT_EQ(level(v, "R5.5"), Level::kNotTested);
  EXPECT_NE(std::ranges::find(item(v, "R5.5").reasons, Reason::kGrammar), item(v, "R5.5").reasons.end());
}
TEST(NeedlessPermission, ThatACallNeedsIsFine) {
  AppFacts f = asks_needlessly();
  f.without_calls.clear();
  EXPECT_EQ(level(judged(exercised_with(f)), "R5.5"), Level::kNotFound);
}
TEST(NeedlessPermission, WhereCodeIsHiddenOrMergedNothingIsSaid) {
  const auto level_with = [](void (*change)(AppFacts&)) {
    AppFacts f = asks_needlessly();
    change(f);
    return level(judged(exercised_with(f)), "R5.5");
  };
  EXPECT_EQ(level_with([](AppFacts& f) { f.code_read = false; }), Level::kNotTested) << "packed";
  EXPECT_EQ(level_with([](AppFacts& f) { f.native_code = true; }), Level::kNotTested);
  EXPECT_EQ(level_with([](AppFacts& f) { f.loads_code = true; }), Level::kNotTested);
  EXPECT_EQ(level_with([](AppFacts& f) { f.sdks = true; }), Level::kNotTested)
      << "their manifests were merged in";
}
TEST(NeedlessPermission, AnAppThatWasNotExercisedMayStillAsk) {
  RunScript run;
  run.document(record_name::kAppFacts, app_facts_to_json(asks_needlessly())).first_launch(kBoth);
  EXPECT_EQ(level(judged(run), "R5.5"), Level::kNotTested);
}

// ---- R7.10
Verdict named(std::vector<std::string> labels, std::string activity = "com.example.app.Main",
              bool read = true) {
  AppFacts f;
  f.package = kTestPackage;
  f.labels = std::move(labels);
  f.labels_read = read;
  f.launch_activity = std::move(activity);
  return judged(RunScript().document(record_name::kAppFacts, app_facts_to_json(f)));
}
TEST(LauncherEntry, ABlankNameInEveryLanguageIsAViolation) {
  EXPECT_EQ(level(named({" ", "\xe3\x80\x80\xe2\x80\x8b"}), "R7.10"), Level::kViolation);
}
TEST(LauncherEntry, ANameInOneLanguageIsAName) {
  EXPECT_EQ(level(named({" ", "示例"}), "R7.10"), Level::kNotTested);
}
TEST(LauncherEntry, NoNameNoEntryAndNoResolvedNameProveNothing) {
  EXPECT_EQ(level(named({}), "R7.10"), Level::kNotTested) << "the package's name is shown then";
  EXPECT_EQ(level(named({" "}, ""), "R7.10"), Level::kNotTested) << "an input method stands in no launcher";
  EXPECT_EQ(level(named({" "}, "com.example.app.Main", false), "R7.10"), Level::kNotTested);
}
Verdict with_icon(int alpha, std::string activity = "com.example.app.Main") {
  AppFacts f;
  f.package = kTestPackage;
  f.labels = {"示例"};
  f.labels_read = true;
  f.launch_activity = std::move(activity);
  f.icon_alpha = alpha;
  return judged(RunScript().document(record_name::kAppFacts, app_facts_to_json(f)));
}
TEST(LauncherEntry, AnIconThatShowsNothingIsAViolation) {
  const Verdict v = with_icon(3);
  EXPECT_EQ(level(v, "R7.10"), Level::kViolation);
  EXPECT_EQ(v.findings.back().what, "launcher.transparent_icon");
}
TEST(LauncherEntry, AFaintAnUnknownAndAnIconInNoLauncherAreNone) {
  EXPECT_EQ(level(with_icon(9), "R7.10"), Level::kNotTested);
  EXPECT_EQ(level(with_icon(-1), "R7.10"), Level::kNotTested);
  EXPECT_EQ(level(with_icon(0, ""), "R7.10"), Level::kNotTested);
}

// ---- R8.1
Verdict page_with(const std::string& text, const std::string& hint, bool field = true) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP6, 75).page(76);
  run.screen(80, kTestPackage,
             B::node(kTestPackage, text, false, 200) +
                 B::node(kTestPackage, hint, field, 400, "checkable=\"false\" checked=\"false\"",
                         field ? "android.widget.EditText" : "android.widget.TextView") +
                 B::button("提交", 600));
  return judged(run.end(Phase::kP6, 120));
}
TEST(RewardForData, AFieldForTheIdNumberBesideARewardIsSuspected) {
  const Verdict v = page_with("完善资料立得20元红包", "请输入身份证号");
  EXPECT_EQ(level(v, "R8.1"), Level::kSuspected);
  EXPECT_EQ(v.findings.back().missing, std::vector{Missing::kNecessity});
}
TEST(RewardForData, APayOutMayNeedTheIdentity) {
  EXPECT_EQ(level(page_with("红包提现", "请输入身份证号"), "R8.1"), Level::kNotTested);
  EXPECT_EQ(level(page_with("奖励需代扣个人所得税", "请输入身份证号"), "R8.1"), Level::kNotTested);
}
TEST(RewardForData, WordsOfAnArticleAskForNothing) {
  EXPECT_EQ(level(page_with("新闻：填身份证号领红包是骗局", "身份证号不要给陌生人", false), "R8.1"),
            Level::kNotTested);
}
TEST(RewardForData, ARewardForOrdinaryDataAndDataWithoutAReward) {
  EXPECT_EQ(level(page_with("填写昵称得积分", "请输入昵称"), "R8.1"), Level::kNotTested);
  EXPECT_EQ(level(page_with("实名认证", "请输入身份证号"), "R8.1"), Level::kNotTested);
}

// ---- R6.5
const std::string kNewsHome = "com.other.news/.Home";
RunScript starts_other(const std::string& component, const std::string& words = "首页", bool tapped = false,
                       int uid = 10101, const std::string& intent = "act=android.intent.action.MAIN ") {
  RunScript run;
  run.first_launch(kBoth)
      .begin(Phase::kP5, 80)
      .screen(81, kTestPackage, B::node(kTestPackage, words, false, 200) + B::button("扫一扫", 400));
  if (tapped) run.act(record_name::kTap, 98, "分享");
  run.log(100, "ActivityTaskManager",
          "START u0 {" + intent + "flg=0x10000000 cmp=" + component + "} from uid " + std::to_string(uid));
  return run.end(Phase::kP5, 150);
}
TEST(AssociatedStart, AnotherAppThatNobodyAskedForIsAViolationWhenRepeated) {
  const RunScript first = starts_other(kNewsHome);
  EXPECT_EQ(level(judged(first), "R6.5"), Level::kSuspected);
  RunScript second = starts_other(kNewsHome);
  second.device("DEVICE2");
  EXPECT_EQ(level(judged({first.journal(), second.journal()}), "R6.5"), Level::kViolation);
}
TEST(AssociatedStart, WithoutDecoysItIsNeverNotFound) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP5, 80).page(81).end(Phase::kP5, 150);
  EXPECT_EQ(level(judged(run), "R6.5"), Level::kNotTested);
}
TEST(AssociatedStart, WhatTheUserTappedForIsFine) {
  EXPECT_EQ(level(judged(starts_other(kNewsHome, "首页", true)), "R6.5"), Level::kNotTested);
}
TEST(AssociatedStart, WhatAnswersOurTypingIsNotItsOwn) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP5, 80).page(81).act(record_name::kType, 98, "请输入手机号");
  run.log(100, "ActivityTaskManager", "START u0 {cmp=" + kNewsHome + "} from uid 10101").end(Phase::kP5, 150);
  EXPECT_EQ(level(judged(run), "R6.5"), Level::kNotTested);
}
TEST(AssociatedStart, ANoticeOnTheScreenTellsOfIt) {
  EXPECT_EQ(level(judged(starts_other(kNewsHome, "即将打开第三方应用")), "R6.5"), Level::kNotTested);
}
TEST(AssociatedStart, APageThatNobodyCanReadMayHaveToldOfIt) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP5, 80).screen(81, kTestPackage, "");
  run.log(100, "ActivityTaskManager", "START u0 {cmp=" + kNewsHome + "} from uid 10101").end(Phase::kP5, 150);
  EXPECT_EQ(level(judged(run), "R6.5"), Level::kNotTested);
}
TEST(AssociatedStart, PartsOfTheSystemAndOfItselfAreNoOtherApps) {
  for (const char* component :
       {"com.android.settings/.Settings", "com.google.android.permissioncontroller/.GrantPermissionsActivity",
        "com.android.browser/.BrowserActivity", "com.example.app/.Second", "com.example.app:x/.Second",
        "com.miui.securitycenter/.Main",
        "com.lbe.security.miui/com.android.packageinstaller.permission.ui.GrantPermissionsActivity",
        "com.vendor.guard/com.android.packageinstaller.permission.ui.GrantPermissionsActivity"})
    EXPECT_EQ(level(judged(starts_other(component)), "R6.5"), Level::kNotTested) << component;
}
TEST(AssociatedStart, AnAddressThatIsOpenedIsAJumpAndAnothersStartIsAnothers) {
  const std::string view = "act=android.intent.action.VIEW dat=https://example.com/... ";
  EXPECT_EQ(level(judged(starts_other(kNewsHome, "首页", false, 10101, view)), "R6.5"), Level::kNotTested);
  EXPECT_EQ(level(judged(starts_other(kNewsHome, "首页", false, 10055)), "R6.5"), Level::kNotTested);
}

// ---- with decoys
// All of the quiet phases, gone through after consent, in each of which nothing happens but what `then` adds.
RunScript quiet(const std::function<void(RunScript&)>& then = {}, const std::string& lacking = "",
                bool booted = true) {
  RunScript run;
  run.decoys(lacking)
      .first_launch(kBoth)
      .begin(Phase::kP4, 80)
      .act(record_name::kAgree, 81)
      .end(Phase::kP4, 90);
  run.begin(Phase::kP5, 100).page(101).end(Phase::kP5, 200);
  run.begin(Phase::kP7, 201).act(record_name::kHome, 202);
  if (then) then(run);
  run.end(Phase::kP7, 400).begin(Phase::kP8, 401).act(record_name::kSwipeAway, 402).end(Phase::kP8, 600);
  if (booted) run.begin(Phase::kP9, 601).act(record_name::kReboot, 602).end(Phase::kP9, 900);
  return run;
}
RunScript& woken(RunScript& run, const std::string& process) {
  return run.event(300, "am_proc_start",
                   "0,7000,10200," + process + ",service," + process + "/.DaemonService");
}

TEST(Decoys, WithThemAndAfterARebootNothingFoundIsNotFound) {
  const Verdict v = judged(quiet());
  for (const char* rule : {"R6.1", "R6.3", "R6.5"}) EXPECT_EQ(level(v, rule), Level::kNotFound) << rule;
  const auto& seen = v.coverage.observers;
  EXPECT_NE(std::find(seen.begin(), seen.end(), "decoys"), seen.end()) << "and it is said with what";
}
TEST(Decoys, WithoutOneThatWasWantedOrWithoutARebootItIsNotTested) {
  for (const RunScript& run : {quiet({}, "\"com.sina.weibo\""), quiet({}, "", false)}) {
    const Verdict v = judged(run);
    for (const char* rule : {"R6.1", "R6.3", "R6.5"})
      EXPECT_EQ(item(v, rule).reasons, std::vector{Reason::kProfile}) << rule;
  }
}
TEST(Decoys, OneThatIsWokenOutOfSightIsSuspectedForNobodySaysByWhom) {
  const Verdict v = judged(quiet([](RunScript& run) { woken(run, "com.example.news"); }));
  EXPECT_EQ(level(v, "R6.5"), Level::kSuspected);
  EXPECT_EQ(level(v, "R6.3"), Level::kSuspected);
  EXPECT_EQ(item(v, "R6.1").reasons, std::vector{Reason::kProfile}) << "that half was not like this";
  for (const Finding& f : v.findings) {
    if (f.rule != "R6.5") continue;
    EXPECT_EQ(f.what, "start.another_process");
    EXPECT_EQ(f.missing, std::vector{Missing::kCallerUnknown});
  }
}
TEST(Decoys, AnyOtherAppIsNoDecoyAndATapExplainsOne) {
  EXPECT_EQ(level(judged(quiet([](RunScript& run) { woken(run, "com.other.app"); })), "R6.5"),
            Level::kNotFound);
  const Verdict v = judged(quiet([](RunScript& run) {
    run.act(record_name::kTap, 299, "分享");
    woken(run, "com.example.news");
  }));
  EXPECT_EQ(level(v, "R6.5"), Level::kNotFound);
}
TEST(Decoys, AScreenOfOneIsADecidedStart) {
  const auto starts = [](RunScript& run) {
    run.page(295).log(300, "ActivityTaskManager", "START u0 {cmp=" + kNewsHome + "} from uid 10101");
    run.event(300, "am_proc_start", "0,7000,10200,com.example.news,activity,com.example.news/.Home");
  };
  const RunScript first = quiet(starts);
  RunScript second = quiet(starts);
  const Verdict v = judged({first.journal(), second.device("DEVICE2").journal()});
  EXPECT_EQ(level(v, "R6.5"), Level::kViolation);
  expect_less_never_accuses(first);
  expect_less_never_accuses(quiet([](RunScript& run) { woken(run, "com.example.news"); }));
}

TEST(Ablation, LessIsNeverWorseOfTheseItemsEither) {
  expect_less_never_accuses(without_rules(clipboard(6)));
  expect_less_never_accuses(refuses(Then::kExit, login()), listing("实用工具"));
  expect_less_never_accuses(refuses(Then::kBrowse, kHome));
  expect_less_never_accuses(asks_with("需要获取您的相机权限"));
  expect_less_never_accuses(asks_with("需要获取您的相机权限，用于扫描二维码"));
  expect_less_never_accuses(exercised_with(asks_needlessly()));
  expect_less_never_accuses(starts_other(kNewsHome));
}

// ---- dialogs that the system starts by itself are never the app's request
RunScript system_dialog(const std::string& action, const std::string& package, const std::string& text) {
  RunScript run;
  run.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2);
  if (!action.empty()) {
    run.log(4, "ActivityTaskManager",
            "START u0 {act=android.intent.action." + action +
                " pkg=com.android.permissioncontroller cmp=com.android.permissioncontroller/"
                ".permission.ui.ReviewPermissionsActivity (has extras)} from uid 1000");
  }
  run.screen(6, package, B::node(package, text, false, 400) + B::node(package, "确定", true, 900));
  run.act(record_name::kSystemAnswer, 8, "确定").page(10).end(Phase::kP1, 72);
  run.begin(Phase::kP4, 73).end(Phase::kP4, 74).begin(Phase::kP6, 75).page(76).end(Phase::kP6, 99);
  run.begin(Phase::kP10, 100).page(101);
  if (!action.empty()) {
    run.log(104, "ActivityTaskManager",
            "START u0 {act=android.intent.action." + action +
                " pkg=com.android.permissioncontroller cmp=com.android.permissioncontroller/"
                ".permission.ui.ReviewPermissionsActivity (has extras)} from uid 1000");
  }
  run.screen(106, package, B::node(package, text, false, 400) + B::node(package, "确定", true, 900));
  return run.end(Phase::kP10, 150);
}
void expect_nobodys_request(const RunScript& run, std::string_view why) {
  const Verdict v = judged(run);
  for (const char* rule : {"R5.1", "R5.4", "R5.6", "R5.7"})
    EXPECT_GT(level(v, rule), Level::kSuspected) << why << ": " << rule;
  EXPECT_TRUE(v.findings.empty()) << why;
}
TEST(SystemDialogs, TheReviewOfPermissionsForOldTargetsIsNotTheApps) {
  expect_nobodys_request(
      system_dialog("REVIEW_PERMISSIONS", "com.android.permissioncontroller", "选择要允许示例访问的内容"),
      "review");
}
TEST(SystemDialogs, TheWarningOfAnOldTargetIsNotTheApps) {
  expect_nobodys_request(
      system_dialog("", "android",
                    "此应用专为旧版Android打造，可能无法正常运行。请尝试检查更新或与开发者联系。"),
      "old target");
}
TEST(SystemDialogs, TheNotificationPermissionOfOldTargetsIsNotTheApps) {
  RunScript run;
  run.api(33).package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2).permission_start(4, true);
  run.permission_dialog(6, "向您发送通知").act(record_name::kPermissionDeny, 9, "notifications").page(12);
  run.end(Phase::kP1, 72).begin(Phase::kP4, 73).end(Phase::kP4, 74).begin(Phase::kP6, 75).page(76);
  run.end(Phase::kP6, 99).begin(Phase::kP10, 100).act(record_name::kLaunch, 101);
  run.permission_start(104, true).permission_dialog(106, "向您发送通知").end(Phase::kP10, 150);
  expect_nobodys_request(run, "notifications");
}

}  // namespace
}  // namespace storesweep
