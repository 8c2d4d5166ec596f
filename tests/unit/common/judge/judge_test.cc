// Each rule's guilty run and its innocent twins, the confirmation by a second run, and what a missing
// observer does.
#include "common/judge/judge.h"

#include <gtest/gtest.h>

#include "common/evidence/verdict_codec.h"
#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {

using B = RunScript;
const std::string kBoth = B::button("不同意", 1300) + B::button("同意", 1100);

// A guilty run on two devices: suspected after the first, a violation after both.
void expect_confirmable(const RunScript& first, RunScript second, std::string_view rule,
                        const Listing& l = listing()) {
  Verdict one = judged(first, l);
  EXPECT_EQ(level(one, rule), Level::kSuspected) << rule;
  ASSERT_FALSE(one.confirm_rules.empty()) << rule;
  EXPECT_EQ(one.confirm_rules.front(), rule);
  second.device("DEVICE2");
  EXPECT_EQ(level(judged({first.journal(), second.journal()}, l), rule), Level::kViolation) << rule;
  EXPECT_EQ(level(judged({first.journal(), first.journal()}, l), rule), Level::kSuspected)
      << "the same device twice";
}

TEST(Consent, OnePositiveButtonIsNoChoice) {
  expect_confirmable(RunScript().first_launch(B::button("我知道了", 1100)),
                     RunScript().first_launch(B::button("我知道了", 1100)), "R1.7");
}
TEST(Consent, AgreeAndRefuseIsAChoice) {
  EXPECT_EQ(level(judged(RunScript().first_launch(kBoth)), "R1.7"), Level::kNotFound);
}
TEST(Consent, TickedBoxIsAssumedConsent) {
  expect_confirmable(RunScript().first_launch(B::box(true) + kBoth),
                     RunScript().first_launch(B::box(true) + kBoth), "R1.8");
  EXPECT_EQ(level(judged(RunScript().first_launch(B::box(false) + kBoth)), "R1.8"), Level::kNotFound);
}
TEST(Consent, AScreenThatNeverRestedIsNeverNoDialog) {
  RunScript run;
  run.package()
      .begin(Phase::kP1, 2)
      .act(record_name::kLaunch, 2)
      .fail(record_name::kHierarchy, 5, "NOT_IDLE");
  Verdict v = judged(run.end(Phase::kP1, 72));
  EXPECT_EQ(level(v, "R1.7"), Level::kNotTested);
  EXPECT_EQ(item(v, "R1.7").reasons, std::vector{Reason::kNotIdle});
}

TEST(Confirmation, ARunThatDoesNotRepeatItSaysSo) {
  RunScript first, second;
  first.first_launch(B::button("我知道了", 1100));
  second.device("DEVICE2").first_launch(kBoth);
  Verdict v = judged({first.journal(), second.journal()});
  ASSERT_EQ(level(v, "R1.7"), Level::kSuspected);
  EXPECT_EQ(v.findings.front().missing, std::vector{Missing::kNotRepeated});
  Verdict alone = judged({first.journal()}, listing(), true);
  EXPECT_EQ(alone.findings.front().missing, std::vector{Missing::kSingleDevice});
  EXPECT_TRUE(alone.confirm_rules.empty());
}
TEST(Confirmation, AnotherKindOfDeviceConfirmsNothing) {
  RunScript first, second;
  first.first_launch(B::button("我知道了", 1100));
  second.device("DEVICE2").api(33).first_launch(B::button("我知道了", 1100));
  EXPECT_EQ(level(judged({first.journal(), second.journal()}), "R1.7"), Level::kSuspected);
}

std::string clipboard(const std::string& state, std::int64_t at_s) {
  return "Uid mode: READ_CLIPBOARD: allow\nREAD_CLIPBOARD (allow):\n    null=[\n      Access: [" + state +
         "-s] 2020-" + B::time(at_s) + " (-1s)\n    ]\n";
}

TEST(Collection, ClipboardBeforeConsentIsSuspectedAndOtherwiseNotTested) {
  RunScript run;
  run.first_launch(kBoth).raw(record_name::kAppOps, 71, clipboard("top", 6));
  Verdict v = judged(run);
  EXPECT_EQ(level(v, "R1.3"), Level::kSuspected);
  EXPECT_TRUE(v.confirm_rules.empty()) << "what is suspected at most needs no second run";
  RunScript clean;
  clean.first_launch(kBoth).raw(record_name::kAppOps, 71, "No operations.\n");
  EXPECT_EQ(level(judged(clean), "R1.3"), Level::kNotTested) << "most kinds leave no op: never not found";
  EXPECT_EQ(item(judged(clean), "R1.3").reasons, std::vector{Reason::kHookAbsent});
}
TEST(Collection, ClipboardAfterAgreeingIsNotBeforeConsent) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP4, 80).act(record_name::kAgree, 81);
  run.raw(record_name::kAppOps, 90, clipboard("top", 85)).end(Phase::kP4, 91);
  EXPECT_EQ(level(judged(run), "R1.3"), Level::kNotTested);
}
TEST(Collection, BackgroundAccessIsSuspectedButNotOfAForegroundService) {
  for (auto [state, wanted] :
       {std::pair{"bg", Level::kSuspected}, {"fgsvc", Level::kNotTested}, {"top", Level::kNotTested}}) {
    RunScript run;
    run.first_launch(kBoth).begin(Phase::kP7, 100).act(record_name::kHome, 100);
    run.raw(record_name::kOpStates, 400, clipboard(state, 300)).end(Phase::kP7, 401);
    EXPECT_EQ(level(judged(run), "R2.7"), wanted) << state;
  }
}

TEST(Collection, AUseWhoseStateIsNotToldMayBeThatOfAForegroundService) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP7, 100).act(record_name::kHome, 100);
  run.raw(record_name::kAppOps, 399, "READ_CLIPBOARD: allow; time=+1m39s0ms ago\n");
  run.raw(record_name::kOpStates, 400, clipboard("fgsvc", 300)).end(Phase::kP7, 401);
  EXPECT_EQ(level(judged(run), "R2.7"), Level::kNotTested);
}

RunScript asked_at_launch(bool by_system) {
  RunScript run;
  run.package()
      .begin(Phase::kP1, 2)
      .act(record_name::kLaunch, 2)
      .permission_start(4, by_system)
      .permission_dialog(6);
  return run.end(Phase::kP1, 72)
      .begin(Phase::kP4, 73)
      .end(Phase::kP4, 74)
      .begin(Phase::kP6, 75)
      .page(76)
      .end(Phase::kP6, 99);
}
TEST(EarlyRequest, AtFirstLaunchBeforeAnyTap) {
  expect_confirmable(asked_at_launch(false), asked_at_launch(false), "R5.6");
}
TEST(EarlyRequest, WhatTheSystemAsksByItselfIsNotTheApps) {
  EXPECT_EQ(level(judged(asked_at_launch(true)), "R5.6"), Level::kNotFound);
}
TEST(EarlyRequest, AfterATapOnTheFunctionIsFine) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP4, 73).end(Phase::kP4, 74).begin(Phase::kP6, 75);
  run.page(76)
      .act(record_name::kTap, 80, "扫一扫")
      .permission_start(81)
      .permission_dialog(82)
      .end(Phase::kP6, 99);
  EXPECT_EQ(level(judged(run), "R5.6"), Level::kNotFound);
}
TEST(EarlyRequest, WithoutTheLogNothingIsSaid) {
  RunScript run;
  run.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2).permission_dialog(6).end(Phase::kP1, 72);
  EXPECT_EQ(level(judged(run), "R5.6"), Level::kNotTested);
}

// P10: a tap on the function, the dialog, the refusal; what comes next is the test's.
RunScript refused() {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP10, 100).act(record_name::kTap, 101, "扫一扫");
  return run.permission_start(102).permission_dialog(103).act(record_name::kPermissionDeny, 105, "camera");
}
RunScript exits(const std::string& crash_line) {
  RunScript run = refused();
  run.died(107);
  if (crash_line.empty()) run.own_exit(107);
  if (!crash_line.empty()) run.event(107, "am_crash", crash_line);
  return run.end(Phase::kP10, 150);
}
TEST(ExitAfterRefusal, ADeliberateExitIsAViolation) { expect_confirmable(exits(""), exits(""), "R5.3"); }
TEST(ExitAfterRefusal, ACrashIsNotAnExit) {
  Verdict v =
      judged(exits("4000,0,com.example.app,550026820,java.lang.SecurityException,denied,Main.java,12"));
  EXPECT_EQ(level(v, "R5.3"), Level::kNotFound);
}
TEST(ExitAfterRefusal, ACameraMayEndWithoutItsCamera) {
  EXPECT_EQ(level(judged(exits(""), listing("拍摄美化")), "R5.3"), Level::kNotFound);
}
TEST(ExitAfterRefusal, WithoutACategoryNecessityIsForAPerson) {
  Verdict v = judged(exits(""), listing(""));
  EXPECT_EQ(level(v, "R5.3"), Level::kSuspected);
  EXPECT_TRUE(v.confirm_rules.empty());
}
TEST(ExitAfterRefusal, LostEventsForbidEveryWord) {
  EXPECT_EQ(level(judged(exits("").lose(record_name::kLog)), "R5.3"), Level::kNotTested);
  EXPECT_EQ(level(judged(exits("").lose(record_name::kEvents)), "R5.3"), Level::kNotTested);
}

RunScript again(std::int64_t gap_s, int times, std::string_view between) {
  RunScript run = refused();
  for (int i = 1; i <= times; ++i) {
    std::int64_t at = 105 + i * gap_s;
    if (!between.empty()) run.act(between, at - 1, "扫一扫");
    run.permission_start(at).permission_dialog(at + 1).act(record_name::kPermissionDeny, at + 2, "camera");
  }
  return run.act(record_name::kSwipeAway, 300).act(record_name::kLaunch, 310).page(320).end(Phase::kP10, 400);
}
TEST(AsksAgain, InTheSameRun) { expect_confirmable(again(20, 1, ""), again(20, 1, ""), "R5.7"); }
TEST(AsksAgain, AfterARelaunch) {
  expect_confirmable(again(20, 1, record_name::kLaunch), again(20, 1, record_name::kLaunch), "R5.7");
}
TEST(AsksAgain, NotWhenTheUserEntersTheFunction) {
  Verdict v = judged(again(20, 2, record_name::kTap));
  EXPECT_EQ(level(v, "R5.7"), Level::kNotFound);
  EXPECT_EQ(level(v, "R5.4"), Level::kNotFound);
}
TEST(AsksAgain, NotAfterItsDataWereCleared) {
  RunScript run = refused();
  run.act(record_name::kClear, 120).act(record_name::kLaunch, 121);
  run.permission_start(122).permission_dialog(123).act(record_name::kPermissionDeny, 124, "camera");
  run.act(record_name::kSwipeAway, 300).act(record_name::kLaunch, 310).page(320);
  EXPECT_EQ(level(judged(run.end(Phase::kP10, 400)), "R5.7"), Level::kNotFound);
}
TEST(Loop, ADialogThatLeavesOneWayIsNoWayOutOfIt) {
  Verdict v = judged(again(5, 3, record_name::kForced));
  EXPECT_EQ(level(v, "R5.4"), Level::kSuspected);
  EXPECT_EQ(level(v, "R5.7"), Level::kNotFound) << "it was tapped, if for want of anything else";
}
TEST(Loop, ThreeDialogsInARow) {
  EXPECT_EQ(level(judged(again(5, 3, "")), "R5.4"), Level::kSuspected);
  EXPECT_EQ(level(judged(again(5, 2, "")), "R5.4"), Level::kNotFound);
}

RunScript restarted(const std::string& type, const std::string& component, bool agreed,
                    std::int64_t at_s = 700) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP4, 80);
  if (agreed) run.act(record_name::kAgree, 81);
  run.end(Phase::kP4, 82).begin(Phase::kP7, 100).end(Phase::kP7, 400).begin(Phase::kP8, 401);
  run.act(record_name::kSwipeAway, 402).event(403, "am_kill", "0,4000,com.example.app,900,remove task");
  run.end(Phase::kP8, 600).begin(Phase::kP9, 601).act(record_name::kReboot, 602);
  return run.event(at_s, "am_proc_start", B::start_fields(type, 5000, component)).end(Phase::kP9, 1500);
}
TEST(SelfStart, ByAReceiverAfterBoot) {
  Verdict v = judged(restarted("broadcast", "com.example.app/.BootReceiver", true));
  EXPECT_EQ(level(v, "R6.3"), Level::kSuspected);
  EXPECT_EQ(level(v, "R6.1"), Level::kNotTested);
  v = judged(restarted("broadcast", "com.example.app/.BootReceiver", false));
  EXPECT_EQ(level(v, "R6.1"), Level::kSuspected);
  EXPECT_EQ(level(v, "R6.3"), Level::kNotTested) << "never not found without decoys";
}
TEST(SelfStart, TwoProcessesThatEndInOneMillisecondAreBothGone) {
  RunScript run;
  run.package().begin(Phase::kP8, 400).act(record_name::kLaunch, 401);
  run.raw(
      record_name::kEvents, 500,
      B::time(402) +
          "  1000  1500  1520 I am_proc_start: [0,4000,10101,com.example.app,activity,com.example.app/.M]\n" +
          B::time(402) +
          "  1000  1500  1520 I am_proc_start: "
          "[0,4001,10101,com.example.app:push,service,com.example.app/.S]\n" +
          B::time(420) + "  1000  1500  1520 I am_kill : [0,4000,com.example.app,900,remove task]\n" +
          B::time(420) + "  1000  1500  1520 I am_kill : [0,4001,com.example.app:push,900,remove task]\n" +
          B::time(430) +
          "  1000  1500  1520 I am_proc_start: "
          "[0,4002,10101,com.example.app:push,service,com.example.app/.S]\n");
  EXPECT_EQ(level(judged(run.end(Phase::kP8, 600)), "R6.1"), Level::kSuspected);
}
TEST(SelfStart, NotABackupNorAPushMessage) {
  EXPECT_EQ(level(judged(restarted("backup", "com.example.app", true)), "R6.3"), Level::kNotTested);
  EXPECT_EQ(
      level(judged(restarted("broadcast",
                             "com.example.app/com.google.firebase.iid.FirebaseInstanceIdReceiver", true)),
            "R6.3"),
      Level::kNotTested);
}
TEST(SelfStart, LinesThatAnAppForgedAreNotBelieved) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP7, 100).event(200, "am_proc_died", "0,4000,com.example.app,900,0");
  run.raw(
      record_name::kEvents, 250,
      B::time(250) + " 10102  1500  1520 I am_proc_start: [" + B::start_fields("broadcast", 5001) + "]\n");
  EXPECT_EQ(level(judged(run.end(Phase::kP7, 400)), "R6.1"), Level::kNotTested);
}

TEST(Rows, TenAndTheWorstOfTheirItems) {
  Verdict v = judged(RunScript().first_launch(B::button("我知道了", 1100)));
  EXPECT_EQ(v.rows[0].level, Level::kSuspected);
  EXPECT_EQ(v.rows[0].items, 9);
  EXPECT_EQ(v.rows[0].items_judged, 3);
  EXPECT_EQ(v.rows[2].level, Level::kNotTested);
  EXPECT_EQ(v.rows[2].reasons, (std::vector{Reason::kNoProxy, Reason::kDocumentReview}));
  EXPECT_EQ(v.rows[4].level, Level::kNotTested) << "one untested item forbids the row's not found";
}
TEST(Rows, AnAppWithoutBehaviourFileIsNotTestedByASimulatedDevice) {
  RunScript run;
  run.first_launch(kBoth);
  Journal j = run.journal();
  Record r;
  r.kind = RecordKind::kAttest;
  r.name = record_name::kBehaviour;
  r.data = "absent: not JSON";
  j.header.device_kind.device_class = "simulated";
  const Journal silent = j;
  j.records.insert(j.records.begin(), r);
  EXPECT_EQ(item(judged(std::vector{silent}), "R1.7").reasons, std::vector{Reason::kNoBehaviour})
      << "without the device's word nothing was there";
  Verdict v = judged(std::vector{j});
  EXPECT_TRUE(v.simulated);
  EXPECT_EQ(item(v, "R1.7").reasons, std::vector{Reason::kNoBehaviour});
}
TEST(Judge, SameInputSameBytes) {
  RunScript run = again(5, 3, "");
  EXPECT_EQ(encode_verdict(judged(run)), encode_verdict(judged(run)));
}
TEST(Judge, RefusesWhatIsNotSignedOrNotOfOneApp) {
  RunScript run;
  Journal forged = run.journal();
  forged.signature_valid = false;
  EXPECT_EQ(judge(std::vector{forged}, listing(), test_pack(), {}).status().kind(), ErrorKind::kCorrupt);
  Journal other = run.journal();
  other.header.file_set = sha256("another");
  EXPECT_EQ(judge(std::vector{run.journal(), other}, listing(), test_pack(), {}).status().kind(),
            ErrorKind::kCorrupt);
}

// Taking any channel's records out of a run never raises a level and never makes an item `not found`.
TEST(Ablation, ALostChannelNeverAccuses) {
  for (const RunScript& run :
       {exits("4000,0,com.example.app,550026820,java.lang.X,denied,M.java,1"), exits(""), again(5, 3, ""),
        again(20, 2, record_name::kTap), asked_at_launch(true),
        restarted("broadcast", "com.example.app/.Boot", true)}) {
    expect_less_never_accuses(run);
  }
}

}  // namespace
}  // namespace storesweep
