// What an accused developer's lawyer would say: our own taps, our timing, a lost answer, a late look, a
// process that something else ended. Each innocent run lies beside the guilty one that looks alike; what
// could be either is not tested, never a finding, and never `not found`.
#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {

using B = RunScript;
const std::string kBoth = B::button("不同意", 1300) + B::button("同意", 1100);

void expect(const RunScript& run, std::string_view rule, Level wanted, std::string_view why) {
  EXPECT_EQ(level(judged(run), rule), wanted) << why;
}
void expect_reason(const RunScript& run, std::string_view rule, Reason reason, std::string_view why) {
  const Verdict v = judged(run);
  EXPECT_EQ(level(v, rule), Level::kNotTested) << why;
  const auto& reasons = item(v, rule).reasons;
  EXPECT_NE(std::find(reasons.begin(), reasons.end(), reason), reasons.end()) << why;
}

// P10 begun: the function was tapped, its dialog refused at 105 s, the refusal taken by the system at once.
RunScript refused(bool told = true) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP10, 100).page(100).act(record_name::kTap, 101, "扫一扫");
  run.permission_start(102).permission_dialog(103).within(told ? 2 : 0);
  run.act(record_name::kPermissionDeny, 105, "camera");
  return told ? run.dialog_finished(105) : run;
}
// The run goes on to its end, with a launch that was watched.
RunScript ended(RunScript run) {
  return run.act(record_name::kSwipeAway, 300).act(record_name::kLaunch, 310).page(320).end(Phase::kP10, 400);
}

TEST(AsksAgain, ATapThatTookLongIsStillWhatLedToTheRequest) {
  RunScript run = refused();
  // The command began at 120 and had ended at 150: the tap itself fell just before the request at 145.
  run.page(118).within(30).act(record_name::kTap, 120, "扫一扫").permission_start(145).permission_dialog(152);
  expect(ended(run), "R5.7", Level::kNotFound, "the user entered the function");
  RunScript quick = refused();
  quick.page(118).permission_start(145).permission_dialog(152);
  expect(ended(quick), "R5.7", Level::kSuspected, "nobody touched anything: guilty");
}
// The clock set ahead at 400, launched at 411, asked at 413 without a tap, refused again; put back at 500.
RunScript later(std::int64_t hours, bool asks = true) {
  RunScript run = refused();
  run.act(record_name::kSwipeAway, 300).act(record_name::kLaunch, 310).page(320).page(390);
  run.act(record_name::kSwipeAway, 398).clock_set(400, hours).act(record_name::kLaunch, 411);
  if (asks) run.permission_start(413).permission_dialog(415).act(record_name::kPermissionDeny, 417, "camera");
  return run.page(430).clock_set(500, 0).page(510).end(Phase::kP10, 520);
}

TEST(AsksAgain, WithinTheOfficialWindowAfterTheClockWasSetItIsToldAsSuch) {
  const Verdict v = judged(later(47));
  EXPECT_EQ(level(v, "R5.7"), Level::kSuspected) << "one device so far";
  ASSERT_EQ(v.findings.size(), 1U);
  EXPECT_EQ(v.findings[0].what, "permission.again_within_window");
  EXPECT_EQ(v.findings[0].values,
            (std::vector<std::pair<std::string, std::string>>{{"permission", "camera"}, {"hours", "47"}}));
  EXPECT_EQ(v.findings[0].phase, Phase::kP10);
  EXPECT_EQ(v.findings[0].device_ms, 413'000) << "the run's own time";
  EXPECT_EQ(v.coverage.phase_device_ms[10], 420'000);
  RunScript second = later(47);
  EXPECT_EQ(level(judged({later(47).journal(), second.device("DEVICE2").journal()}), "R5.7"),
            Level::kViolation);
}

TEST(AsksAgain, After48HoursItMayAsk) {
  const Verdict v = judged(later(49));
  EXPECT_EQ(level(v, "R5.7"), Level::kNotFound);
  EXPECT_TRUE(v.findings.empty());
  EXPECT_EQ(level(judged(later(47, false)), "R5.7"), Level::kNotFound);
}

TEST(AsksAgain, WhatItDidBeforeIsBorneOutByWhatItDoesLater) {
  RunScript run = refused();
  run.act(record_name::kSwipeAway, 300).act(record_name::kLaunch, 310).permission_start(312);
  run.permission_dialog(314).act(record_name::kPermissionDeny, 316, "camera").page(330);
  run.act(record_name::kSwipeAway, 398).clock_set(400, 47).act(record_name::kLaunch, 411);
  run.permission_start(413).permission_dialog(415).page(430).clock_set(500, 0).end(Phase::kP10, 520);
  const Verdict v = judged(run);
  ASSERT_EQ(v.findings.size(), 1U);
  EXPECT_EQ(v.findings[0].what, "permission.again_after_relaunch") << "in real time";
  EXPECT_EQ(v.findings[0].evidence.size(), 4U) << "request, dialog, refusal, and the later request";
}

TEST(AsksAgain, AnOldTapIsNeitherATriggerNorNone) {
  RunScript run = refused();
  run.page(118).act(record_name::kTap, 120, "扫一扫").permission_start(150).permission_dialog(152);
  expect_reason(ended(run), "R5.7", Reason::kTimeout, "a slow page may ask long after its tap");
}
TEST(AsksAgain, ATapBeforeBackStillCounts) {
  RunScript run = refused();
  run.page(118).act(record_name::kTap, 120, "扫一扫").act(record_name::kBack, 122).permission_start(124);
  expect(ended(run.permission_dialog(126)), "R5.7", Level::kNotFound, "the app answers the tap, if late");
  RunScript launched = refused();
  launched.page(118)
      .act(record_name::kTap, 120, "扫一扫")
      .act(record_name::kLaunch, 123)
      .permission_start(124);
  expect(ended(launched.permission_dialog(126)), "R5.7", Level::kNotFound, "launched again by us in between");
}
TEST(AsksAgain, AnActionWhoseAnswerWasLostExplainsAnything) {
  RunScript run = refused();
  run.page(118).unsure().act(record_name::kTap, 120, "扫一扫").permission_start(140).permission_dialog(142);
  expect_reason(ended(run), "R5.7", Reason::kTimeout, "it may have been tapped at any time");
  RunScript quiet = refused();
  quiet.page(118).unsure().act(record_name::kTap, 120, "扫一扫");
  expect_reason(ended(quiet), "R5.7", Reason::kTimeout, "nor is it not found");
}
TEST(AsksAgain, ARequestMadeWhileTheFirstWasBeingRefused) {
  RunScript run = refused(false);
  run = RunScript();
  run.first_launch(kBoth).begin(Phase::kP10, 100).page(100).act(record_name::kTap, 101, "扫一扫");
  run.permission_start(102).permission_dialog(103).within(10).act(record_name::kPermissionDeny, 105,
                                                                  "camera");
  RunScript queued = run;
  queued.permission_start(107).permission_dialog(118);
  expect_reason(ended(queued), "R5.7", Reason::kTimeout, "before or after the refusal: nobody can tell");
  RunScript told_before = run;
  told_before.dialog_finished(109).permission_start(107).permission_dialog(118);
  expect(ended(told_before), "R5.7", Level::kNotFound, "asked while the first dialog stood: no asking again");
  RunScript told_after = run;
  told_after.dialog_finished(106).permission_start(107).permission_dialog(118);
  expect(ended(told_after), "R5.7", Level::kSuspected, "the log says that the refusal came first: guilty");
}
TEST(AsksAgain, ADialogWithoutItsStartIsNotAsked) {
  RunScript run = refused();
  run.permission_dialog(900);
  expect_reason(run.act(record_name::kSwipeAway, 1000).act(record_name::kLaunch, 1010).end(Phase::kP10, 1100),
                "R5.7", Reason::kGrammar, "its line was not read: who asked, and when?");
}
TEST(AsksAgain, ADialogThatMayBeThatOfAnotherRequest) {
  RunScript run = refused();
  // The first dialog is still there (the refusal missed it) and a second request comes during the look.
  run = RunScript();
  run.first_launch(kBoth).begin(Phase::kP10, 100).page(100).act(record_name::kTap, 101, "扫一扫");
  run.permission_start(102).permission_dialog(103).act(record_name::kPermissionDeny, 105, "camera");
  run.permission_start(130).within(10).permission_dialog(125);
  expect(ended(run), "R5.7", Level::kSuspected, "the first was refused: the second is asking again");
  RunScript open;
  open.first_launch(kBoth).begin(Phase::kP10, 90).page(90).act(record_name::kTap, 91, "扫一扫");
  open.permission_start(92).permission_dialog(93).act(record_name::kPermissionDeny, 95, "camera");
  open.act(record_name::kTap, 100, "扫一扫").permission_start(101).permission_start(130);
  open.within(10).permission_dialog(125);
  expect_reason(ended(open), "R5.7", Reason::kTimeout,
                "the dialog of the tap may have stood there all the time");
}
TEST(AsksAgain, ADialogThatMayMeanAnotherPermissionIsNotTheSame) {
  RunScript run = refused();
  run.permission_start(130).permission_dialog(132, "拍摄照片和录制视频，以及录制音频");
  EXPECT_NE(level(judged(ended(run)), "R5.7"), Level::kSuspected);
  EXPECT_NE(level(judged(ended(run)), "R5.7"), Level::kNotFound);
}
TEST(AsksAgain, AfterAgreeingItMayAskForWhatWasRefusedBefore) {
  RunScript run;
  run.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2).consent(5, kBoth).end(Phase::kP1, 72);
  run.begin(Phase::kP2, 73).permission_start(74).permission_dialog(75);
  run.act(record_name::kPermissionDeny, 76, "camera").end(Phase::kP2, 95).begin(Phase::kP4, 96);
  run.act(record_name::kAgree, 97).permission_start(98).permission_dialog(99).end(Phase::kP4, 110);
  EXPECT_NE(level(judged(run), "R5.7"), Level::kSuspected);
}
TEST(AsksAgain, NotFoundNeedsALaunchThatWasWatched) {
  RunScript run = refused();
  expect_reason(run.page(110).end(Phase::kP10, 400), "R5.7", Reason::kProfile, "it was never launched again");
  RunScript cut = refused();
  cut.act(record_name::kSwipeAway, 300).act(record_name::kLaunch, 310).act(record_name::kHome, 312);
  expect_reason(cut.end(Phase::kP10, 400), "R5.7", Reason::kProfile, "left after two seconds");
}

TEST(Begging, WordsThatATapBroughtUpAreSeenLate) {
  RunScript run = refused();
  run.page(118).act(record_name::kTap, 120, "扫一扫").begging(145);
  EXPECT_NE(level(judged(ended(run)), "R5.7"), Level::kSuspected) << "seen 25 s later, shown at once";
  RunScript guilty = refused();
  guilty.begging(110);
  expect(ended(guilty), "R5.7", Level::kSuspected, "it presses right after the refusal");
}
TEST(Begging, WordsThatStoodBehindTheSystemsDialogAreNotNew) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP10, 99).act(record_name::kTap, 100, "扫一扫").begging(101);
  run.act(record_name::kTap, 102, "去设置").permission_start(103).permission_dialog(104);
  run.act(record_name::kPermissionDeny, 105, "camera").begging(108);
  expect_reason(ended(run), "R5.7", Reason::kNotCalibrated, "explained before, and still there");
}

TEST(Loop, ADialogThatIsReadOtherwiseForAMomentIsOneDialog) {
  RunScript run = refused();
  run.begging(108).page(112).begging(116).page(120).begging(124).page(128).begging(132);
  EXPECT_NE(level(judged(ended(run)), "R5.4"), Level::kSuspected) << "nobody dismissed it";
  RunScript guilty = refused();
  guilty.begging(108).act(record_name::kBack, 110).begging(112).act(record_name::kBack, 114).begging(116);
  expect(ended(guilty), "R5.4", Level::kSuspected, "dismissed, it comes again");
}
TEST(Loop, RequestsWhoseOrderIsUnclearMakeNone) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP10, 100).page(100).act(record_name::kTap, 101, "扫一扫");
  run.permission_start(102).permission_dialog(103).within(60).act(record_name::kPermissionDeny, 105,
                                                                  "camera");
  for (int at : {110, 120, 130}) run.permission_start(at).permission_dialog(at + 2);
  EXPECT_EQ(level(judged(ended(run)), "R5.4"), Level::kNotTested);
}

TEST(ExitAfterRefusal, ACrashedProcessEndsWhenItsDialogIsClosed) {
  RunScript run = refused();
  run.event(106, "am_crash", "4000,0,com.example.app,550026820,java.lang.X,denied,Main.java,12");
  run.died(113);
  EXPECT_EQ(level(judged(ended(run)), "R5.3"), Level::kNotFound) << "seven seconds later";
}
TEST(ExitAfterRefusal, ACrashThatLeavesTheHomeScreenIsNoClosing) {
  RunScript run = refused();
  run.event(106, "am_finish_activity", "0,51,12,com.example.app/.MainActivity,app-request");
  run.event(107, "am_crash", "4000,0,com.example.app,550026820,java.lang.X,denied,Main.java,12").died(107);
  run.home(110);
  EXPECT_EQ(level(judged(ended(run)), "R5.3"), Level::kNotFound);
  RunScript guilty = refused();
  guilty.event(106, "am_finish_activity", "0,51,12,com.example.app/.MainActivity,app-request").home(110);
  expect(ended(guilty), "R5.3", Level::kSuspected, "it finished its screen: guilty");
}
TEST(ExitAfterRefusal, AnEndThatNothingExplainsIsNobodys) {
  expect_reason(ended(refused().died(107)), "R5.3", Reason::kHookAbsent,
                "memory was short, or it left: the log does not say");
  expect(ended(refused().died(107).own_exit(107)), "R5.3", Level::kSuspected, "it says so itself: guilty");
}
TEST(ExitAfterRefusal, TheSystemsHistoryOfExitsClearsAndNeverAccuses) {
  for (const char* reason : {"3 (LOW_MEMORY)", "4 (APP CRASH(EXCEPTION))", "6 (ANR)"})
    expect(ended(refused().died(107).exit_info(120, 107, reason)), "R5.3", Level::kNotFound, reason);
  for (const char* reason : {"0 (UNKNOWN)", "1 (EXIT_SELF)", "2 (SIGNALED)", "10 (USER REQUESTED)",
                             "15 (STATE CHANGE)", "99 (OF A LATER VERSION)"})
    expect_reason(ended(refused().died(107).exit_info(120, 107, reason)), "R5.3", Reason::kHookAbsent,
                  reason);
  const char* memory = "3 (LOW_MEMORY)";
  expect_reason(ended(refused().died(107).exit_info(120, 107, memory, 4001)), "R5.3", Reason::kHookAbsent,
                "another process's");
  expect_reason(ended(refused().died(107).exit_info(120, 90, memory)), "R5.3", Reason::kHookAbsent,
                "its process id was another's before");
  expect_reason(ended(refused().died(107).exit_info(120, 107, "three")), "R5.3", Reason::kHookAbsent,
                "illegible");
  expect(ended(refused().died(107).own_exit(107).exit_info(120, 107, memory)), "R5.3", Level::kSuspected,
         "it says so itself: guilty, with the history or without");
}
TEST(ExitAfterRefusal, WhatOurSwipeEndedIsNoExit) {
  RunScript run = refused();
  run.within(20).act(record_name::kSwipeAway, 110).died(112).own_exit(112);
  EXPECT_NE(level(judged(run.end(Phase::kP10, 400)), "R5.3"), Level::kSuspected);
  RunScript lost = refused();
  lost.unsure().act(record_name::kSwipeAway, 106).died(112).own_exit(112);
  EXPECT_EQ(level(judged(lost.end(Phase::kP10, 400)), "R5.3"), Level::kNotTested) << "nor is it not found";
}
TEST(ExitAfterRefusal, AProcessThatIsThereAgainHasNotLeft) {
  EXPECT_NE(level(judged(ended(refused().died(107).own_exit(107).page(110))), "R5.3"), Level::kSuspected);
}
TEST(ExitAfterRefusal, NotFoundNeedsAWatchThatWasNotDisturbed) {
  RunScript run = refused();
  run.act(record_name::kBack, 109);
  EXPECT_EQ(level(judged(ended(run)), "R5.3"), Level::kNotTested);
}

RunScript explored(std::int64_t seconds, bool inside) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP4, 73).end(Phase::kP4, 74).begin(Phase::kP6, 75);
  if (inside) run.page(75);
  if (!inside) run.consent(75, kBoth);
  return run.end(Phase::kP6, 75 + seconds);
}
TEST(EarlyRequest, NotFoundNeedsItsExercise) {
  expect(explored(30, true), "R5.6", Level::kNotFound, "half a minute on its own page");
  expect_reason(explored(0, true), "R5.6", Reason::kTimeout, "nothing was exercised in no time");
  expect_reason(explored(30, false), "R5.6", Reason::kLoginWall, "it never came past its wall");
}
RunScript asked_in_p1(RunScript run, std::int64_t at_s) {
  run.permission_start(at_s).permission_dialog(at_s + 2);
  return run.end(Phase::kP1, 72).begin(Phase::kP4, 73).end(Phase::kP4, 74);
}
TEST(EarlyRequest, WhatATouchOfOursMayHaveCausedIsNotEarly) {
  auto launched = [] { return RunScript().package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2); };
  expect(asked_in_p1(launched(), 20), "R5.6", Level::kSuspected, "guilty");
  RunScript lost = launched();
  lost.unsure().act(record_name::kBack, 15);
  EXPECT_EQ(level(judged(asked_in_p1(lost, 20)), "R5.6"), Level::kNotTested);
  RunScript slow = launched();
  slow.within(30).act(record_name::kTap, 5, "x");
  EXPECT_NE(level(judged(asked_in_p1(slow, 20)), "R5.6"), Level::kSuspected);
}

TEST(EarlyRequest, WhereNoAppCanAskNothingIsSaid) {
  RunScript run = explored(30, true);
  for (std::string_view rule : {"R5.3", "R5.4", "R5.6", "R5.7"})
    expect_reason(run.api(19), rule, Reason::kNoDeviceKind, "permissions are granted at the install there");
}

TEST(Consent, ADialogThatWentByItselfProvesNothing) {
  RunScript run;
  run.package()
      .begin(Phase::kP1, 2)
      .act(record_name::kLaunch, 2)
      .consent(5, B::button("我知道了", 1100))
      .page(9);
  expect_reason(run.end(Phase::kP1, 72), "R1.7", Reason::kTimeout, "it may not have been drawn yet");
  RunScript blind;
  blind.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2).consent(5, B::button("我知道了", 1100));
  blind.fail(record_name::kHierarchy, 70, "NOT_IDLE");
  EXPECT_EQ(level(judged(blind.end(Phase::kP1, 72)), "R1.7"), Level::kNotTested) << "looked at once only";
}
TEST(Consent, AChoiceInWordsThatNobodyTaughtUsMayBeTheRefusal) {
  RunScript run;
  run.first_launch(B::button("我知道了", 1100) + B::button("容我三思", 1300));
  expect_reason(run, "R1.7", Reason::kNotCalibrated, "something else takes taps there");
}
TEST(Consent, ABoxThatIsTickedForAMomentIsNotPreticked) {
  RunScript run;
  run.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2).consent(5, B::box(true) + kBoth);
  run.consent(9, B::box(false) + kBoth);
  EXPECT_EQ(level(judged(run.end(Phase::kP1, 72)), "R1.8"), Level::kNotTested);
}

std::string clipboard(const std::string& state, std::int64_t at_s, std::int64_t ago_s) {
  return "Uid mode: READ_CLIPBOARD: allow\nREAD_CLIPBOARD (allow):\n    null=[\n      Access: [" + state +
         "-s] 2020-" + B::time(at_s) + " (-" + std::to_string(ago_s) + "s)\n    ]\n";
}
TEST(Collection, UntilHomeWasPressedForCertainNothingIsInTheBackground) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP7, 100).within(40).act(record_name::kHome, 101);
  run.raw(record_name::kOpStates, 400, clipboard("bg", 120, 280)).end(Phase::kP7, 401);
  EXPECT_EQ(level(judged(run), "R2.7"), Level::kNotTested) << "the app may have stood on the screen";
  RunScript lost;
  lost.first_launch(kBoth).begin(Phase::kP7, 100).unsure().act(record_name::kHome, 101);
  lost.raw(record_name::kOpStates, 400, clipboard("bg", 300, 100)).end(Phase::kP7, 401);
  expect_reason(lost, "R2.7", Reason::kTimeout, "nor is that the background");
}

TEST(Collection, TheLastAccessOfThePhaseMayBeTheOneThatIsKept) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP7, 100).act(record_name::kHome, 101).end(Phase::kP7, 281);
  run.within(20).raw(record_name::kOpStates, 281, clipboard("bg", 283, 10));
  run.begin(Phase::kP8, 310).act(record_name::kSwipeAway, 311).end(Phase::kP8, 400);
  expect(run, "R2.7", Level::kSuspected, "it was used before anything was touched again: guilty");
  RunScript later;
  later.first_launch(kBoth).begin(Phase::kP7, 100).act(record_name::kHome, 101).end(Phase::kP7, 281);
  later.begin(Phase::kP8, 310)
      .act(record_name::kLaunch, 311)
      .raw(record_name::kOpStates, 400, clipboard("bg", 320, 80));
  EXPECT_EQ(level(judged(later.end(Phase::kP8, 401)), "R2.7"), Level::kNotTested) << "after our launch";
}

TEST(SelfStart, ALaunchThatTookLongIsStillOurs) {
  auto started = [](std::int64_t took_s) {
    RunScript run;
    run.first_launch(kBoth)
        .begin(Phase::kP8, 401)
        .event(402, "am_kill", "0,4000,com.example.app,900,remove task");
    run.within(took_s).act(record_name::kLaunch, 410);
    return run.event(440, "am_proc_start", B::start_fields("activity", 5000)).end(Phase::kP8, 600);
  };
  EXPECT_EQ(level(judged(started(40)), "R6.1"), Level::kNotTested) << "`am start` was still at it";
  EXPECT_EQ(level(judged(started(1)), "R6.1"), Level::kSuspected) << "half a minute later, by itself: guilty";
}
TEST(SelfStart, AProcessForAScreenTheUserHadOpenIsThePlatforms) {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP7, 100).event(200, "am_kill", "0,4000,com.example.app,900,empty");
  run.event(240, "am_proc_start", B::start_fields("next-top-activity", 5000));
  EXPECT_EQ(level(judged(run.end(Phase::kP7, 400)), "R6.1"), Level::kNotTested);
}

}  // namespace
}  // namespace storesweep
