// R4.4: a switch of personalised push that does not stay where it was put, one that lies deep, and all that
// looks like either. And what the same walk notes of cancellation and complaints.
#include "common/judge/settings_walk.h"

#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {

using B = RunScript;

bool has_reason(const Verdict& v, Reason reason) {
  const auto& reasons = item(v, "R4.4").reasons;
  return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
}

// P12 as the driver goes through it; its clock runs on by itself.
class Walk {
 public:
  Walk() {
    run.package().begin(Phase::kP12, at);
    act(record_name::kClear);
    start();
    run.event(at, "am_proc_start", B::start_fields("activity"));
  }
  RunScript run;
  std::int64_t at = 10;

  Walk& act(std::string_view name, const std::string& target = "") {
    run.act(name, at += 2, target);
    return *this;
  }
  Walk& start() {
    act(record_name::kLaunch);
    return page({"我的"});
  }
  Walk& start_anew() {
    act(record_name::kHome);
    at += 5;
    act(record_name::kSwipeAway);
    return start();
  }
  Walk& page(const std::vector<std::string>& entries, const std::string& more = "") {
    std::string nodes = B::node(kTestPackage, "第" + std::to_string(entries.size()) + "页", false, 100);
    int top = 200;
    for (const std::string& e : entries) nodes += B::button(e, top += 130);
    run.screen(at += 2, kTestPackage, nodes + more);
    return *this;
  }
  static std::string box(bool ticked, const std::string& label = "个性化推荐", bool enabled = true) {
    std::string node =
        B::node(kTestPackage, label, true, 1500,
                std::string("checkable=\"true\" checked=\"") + (ticked ? "true" : "false") + "\"",
                "android.widget.Switch");
    if (!enabled) node.replace(node.find("enabled=\"true\""), 14, "enabled=\"false\"");
    return node;
  }
  Walk& tap(const std::string& what) { return act(record_name::kTap, what); }
  // 我的, 设置, 隐私设置: three taps to the switch.
  Walk& to_switch(bool ticked, const std::string& label = "个性化推荐", int detours = 0) {
    tap("我的").page({"设置", "在线客服"});
    for (int i = 0; i < detours; ++i)
      tap("设置").page(std::vector<std::string>(static_cast<std::size_t>(i) + 3, "设置"));
    return tap("设置").page({"隐私设置", "账号与安全", "关于"}).tap("隐私设置").page({}, box(ticked, label));
  }
  Walk& wait(std::int64_t seconds) {
    at += seconds;
    return *this;
  }
  const RunScript& end() { return run.end(Phase::kP12, at += 2); }
};

// Found open, put to off, started anew; then it stands so, for so long.
Walk put_to_off(bool found_again, std::int64_t seconds = 15) {
  Walk w;
  w.to_switch(true).tap("个性化推荐").page({}, Walk::box(false)).start_anew();
  return w.to_switch(found_again).wait(seconds);
}
// As the driver ends: back to where it was found, so that it stands open at the end in every run.
Walk restored(Walk w, bool found_again) {
  if (!found_again) w.tap("个性化推荐").page({}, Walk::box(true));
  return w;
}

TEST(PushSwitch, OneThatComesBackAfterARelaunchIsAViolationWhenAnotherDeviceShowsItToo) {
  const RunScript first = put_to_off(true).end();
  RunScript second = put_to_off(true).end();
  second.device("DEVICE2");
  const Verdict once = judged(first);
  EXPECT_EQ(level(once, "R4.4"), Level::kSuspected);
  EXPECT_EQ(once.confirm_rules, std::vector<std::string>{"R4.4"});
  const Verdict twice = judged({first.journal(), second.journal()});
  ASSERT_EQ(level(twice, "R4.4"), Level::kViolation);
  const auto f = std::find_if(twice.findings.begin(), twice.findings.end(),
                              [](const Finding& x) { return x.rule == "R4.4"; });
  EXPECT_EQ(f->what, "push.switch_reset");
  EXPECT_EQ(f->phase, Phase::kP12);
  EXPECT_EQ(f->evidence.size(), 4u) << "how it was left and how it was found, of both runs";
  expect_less_never_accuses(first);
}

TEST(PushSwitch, OneThatStaysIsNotFound) {
  const RunScript run = restored(put_to_off(false), false).end();
  EXPECT_EQ(level(judged(run), "R4.4"), Level::kNotFound);
  expect_less_never_accuses(run);
}

TEST(PushSwitch, AStateThatWasStillBeingFetchedProvesNothing) {
  EXPECT_EQ(level(judged(put_to_off(true, 5).end()), "R4.4"), Level::kNotTested)
      << "not watched for long enough";
  Walk late = put_to_off(true, 8);
  late.page({}, Walk::box(false));
  EXPECT_EQ(level(judged(restored(late, false).end()), "R4.4"), Level::kNotFound)
      << "it came to stand closed";
}

TEST(PushSwitch, WhatWasNeverPutToOffDidNotComeBack) {
  // A dialog is open when the app is left; the app takes the tap and does nothing.
  for (const bool dialog : {true, false}) {
    Walk w;
    w.to_switch(true).tap("个性化推荐");
    dialog ? w.page({"取消", "确认关闭"}) : w.page({}, Walk::box(true));
    w.start_anew().to_switch(true).wait(15);
    const Verdict v = judged(w.end());
    EXPECT_EQ(level(v, "R4.4"), Level::kNotTested);
    EXPECT_TRUE(has_reason(v, Reason::kDocumentReview));
  }
}

TEST(PushSwitch, OneBehindADialogThatWasAnsweredCounts) {
  Walk w;
  w.to_switch(true).tap("个性化推荐").page({"取消", "确认关闭"}).tap("确认关闭").page({}, Walk::box(false));
  w.start_anew().to_switch(false).wait(2);
  EXPECT_EQ(level(judged(w.end()), "R4.4"), Level::kNotFound);
}

TEST(PushSwitch, WhatTheAppOrThePlatformDidInBetweenExcusesIt) {
  const auto left = [] {
    Walk w;
    w.to_switch(true).tap("个性化推荐").page({}, Walk::box(false));
    return w;
  };
  Walk crashed = left();
  crashed.run.event(crashed.at, "am_crash", "4000,0,com.example.app,948485700,java.lang.X,text,File.java,1");
  crashed.start_anew().to_switch(true).wait(15);
  EXPECT_EQ(level(judged(crashed.end()), "R4.4"), Level::kNotTested) << "it may have had no time to keep it";
  Walk blind = left();
  blind.start_anew();
  blind.run.fail(record_name::kHierarchy, blind.at, "NOT_IDLE");
  blind.to_switch(true).wait(15);
  EXPECT_EQ(level(judged(blind.end()), "R4.4"), Level::kNotTested);
  Walk cleared = left();
  cleared.act(record_name::kHome)
      .act(record_name::kSwipeAway)
      .act(record_name::kClear)
      .start()
      .to_switch(true)
      .wait(15);
  EXPECT_EQ(level(judged(cleared.end()), "R4.4"), Level::kNotTested);
  Walk lost = left();
  lost.act(record_name::kHome);
  lost.run.unsure();
  lost.act(record_name::kSwipeAway).start().to_switch(true).wait(15);
  EXPECT_EQ(level(judged(lost.end()), "R4.4"), Level::kNotTested);
}

TEST(PushSwitch, WithoutTheLogThatWouldTellOfACrashNothingIsSaid) {
  RunScript run = put_to_off(true).end();
  run.lose(record_name::kEvents);
  EXPECT_EQ(level(judged(run), "R4.4"), Level::kNotTested);
}

TEST(PushSwitch, OneThatWasOpenedIsNotHeldToIt) {
  // Found closed, opened, not closed again: that it is closed after the relaunch is no fault.
  Walk w;
  w.to_switch(false).tap("个性化推荐").page({}, Walk::box(true)).start_anew().to_switch(false).wait(15);
  EXPECT_EQ(level(judged(w.end()), "R4.4"), Level::kNotTested);
}

TEST(PushSwitch, WordsThatEndThePushTurnItRound) {
  const std::string label = "关闭个性化推荐";
  Walk w;
  w.to_switch(false, label)
      .tap(label)
      .page({}, Walk::box(true, label))
      .start_anew()
      .to_switch(true, label)
      .wait(15);
  EXPECT_EQ(level(judged(w.end()), "R4.4"), Level::kNotFound) << "ticked is closed";
  Walk back;
  back.to_switch(false, label)
      .tap(label)
      .page({}, Walk::box(true, label))
      .start_anew()
      .to_switch(false, label)
      .wait(15);
  EXPECT_EQ(level(judged(back.end()), "R4.4"), Level::kSuspected) << "awaits its second run";
}

TEST(PushSwitch, ADisabledOneIsForAPerson) {
  Walk w;
  w.tap("我的").page({"设置"}, Walk::box(true, "个性化推荐", false));
  const Verdict v = judged(w.end());
  EXPECT_EQ(level(v, "R4.4"), Level::kNotTested);
  EXPECT_TRUE(has_reason(v, Reason::kDocumentReview));
}

TEST(PushSwitch, ASwitchOfSomethingElseWithTheSameWordsElsewhereProvesNothing) {
  Walk w;
  w.to_switch(true).tap("个性化推荐").page({}, Walk::box(false)).start_anew();
  w.tap("我的").page({"设置"}, Walk::box(true)).wait(15);
  EXPECT_EQ(level(judged(w.end()), "R4.4"), Level::kNotTested);
}

TEST(PushSwitch, MoreThanFourTapsAreSuspectedAndTheShorterWayIsWhatIsMissing) {
  Walk w;
  w.to_switch(true, "个性化推荐", 2).tap("个性化推荐").page({}, Walk::box(false)).start_anew();
  w.to_switch(false, "个性化推荐", 2);
  const RunScript deep = w.end();
  const Verdict v = judged(deep);
  ASSERT_EQ(level(v, "R4.4"), Level::kSuspected);
  EXPECT_EQ(v.findings.front().missing, std::vector{Missing::kOtherWays});
  EXPECT_EQ(v.findings.front().values.back().second, "5");
  EXPECT_TRUE(v.confirm_rules.empty());
  Walk four;
  four.to_switch(true, "个性化推荐", 1).tap("个性化推荐").page({}, Walk::box(false)).start_anew();
  four.to_switch(false, "个性化推荐", 1);
  EXPECT_EQ(level(judged(four.end()), "R4.4"), Level::kNotFound);
}

TEST(PushSwitch, DetoursThatWereGoneBackFromAreNoTaps) {
  Walk w;
  w.tap("我的").page({"设置", "在线客服"}).tap("设置").page({"隐私设置", "账号与安全", "关于"});
  for (int i = 0; i < 3; ++i)
    w.tap("账号与安全").page({"注销账号"}).act(record_name::kBack).page({"隐私设置", "账号与安全", "关于"});
  w.tap("隐私设置")
      .page({}, Walk::box(true))
      .tap("个性化推荐")
      .page({}, Walk::box(false))
      .start_anew()
      .to_switch(false);
  EXPECT_EQ(level(judged(w.end()), "R4.4"), Level::kNotFound);
}

TEST(PushSwitch, OneThatTheAppComesBackToShowsNoShorterWay) {
  Walk w;
  w.to_switch(true, "个性化推荐", 2).tap("个性化推荐").page({}, Walk::box(false));
  w.act(record_name::kHome).act(record_name::kSwipeAway).act(record_name::kLaunch);
  w.page({}, Walk::box(false));
  const Verdict v = judged(w.end());
  ASSERT_EQ(level(v, "R4.4"), Level::kSuspected);
  EXPECT_EQ(v.findings.front().values.back().second, "5");
}

TEST(PushSwitch, WithoutOneNothingIsKnown) {
  Walk w;
  w.tap("我的").page({"设置"}).tap("设置").page({"关于", "推荐"});
  const Verdict v = judged(w.end());
  EXPECT_EQ(level(v, "R4.4"), Level::kNotTested) << "whether it pushes at all is in its rules";
  EXPECT_TRUE(has_reason(v, Reason::kDocumentReview));
  EXPECT_FALSE(has_reason(v, Reason::kLoginWall));
  Walk wall;
  wall.tap("我的");
  wall.run.screen(wall.at += 2, kTestPackage,
                  B::node(kTestPackage, "手机号登录", false, 200) +
                      B::node(kTestPackage, "请输入手机号", true, 400,
                              "checkable=\"false\" checked=\"false\"", "android.widget.EditText") +
                      B::button("登录", 700));
  EXPECT_TRUE(has_reason(judged(wall.end()), Reason::kLoginWall));
}

TEST(PushSwitch, AWalkThatWasCutShortOrNeverBegunIsNotTested) {
  Walk w = put_to_off(false);
  EXPECT_EQ(level(judged(w.run), "R4.4"), Level::kNotTested) << "the phase did not end";
  RunScript none;
  none.package().begin(Phase::kP6, 5).page(6).end(Phase::kP6, 60);
  EXPECT_TRUE(has_reason(judged(none), Reason::kProfile));
}

TEST(SettingsWalk, NotesHowFarCancellationAndComplaintsLie) {
  Walk w;
  w.tap("我的").page({"设置", "在线客服"}).tap("设置").page({"账号与安全", "关于"}).tap("账号与安全");
  w.page({"注销账号"}, B::node(kTestPackage, "注销须提供手持身份证照片", false, 900)).act(record_name::kBack);
  w.page({"账号与安全", "关于"}).tap("关于").page({"投诉", "联系我们", "版本"});
  w.end();
  const android::PhraseBook book(test_pack().phrases);
  const SettingsSeen seen = read_settings_walk(read_timeline(w.run.journal(), book), 10'000);
  EXPECT_TRUE(seen.walked);
  ASSERT_EQ(seen.account_ends.size(), 1u);
  EXPECT_EQ(seen.account_ends[0].taps, 3);
  ASSERT_EQ(seen.complaints.size(), 3u);
  EXPECT_EQ(seen.complaints[0].label, "在线客服");
  EXPECT_EQ(seen.complaints[0].taps, 1);
  EXPECT_EQ(seen.complaints[1].taps, 3) << "after a way back";
  EXPECT_EQ(seen.conditions, std::vector<std::string>{"手持身份证"});
  EXPECT_TRUE(seen.switches.empty());
}

// ---- none at all, where the policy tells of directed push
Verdict without_switch(const RunScript& walk, const std::string& told, const std::string& name = "示例") {
  Listing l = listing();
  l.label = "示例";
  RunScript run = walk;
  return judged(run.document(record_name::kPolicyText, name + "隐私政策\n请您阅读本政策。\n" + told + "\n"),
                l);
}
RunScript settings_without() {
  Walk w;
  return w.tap("我的").page({"设置", "在线客服"}).tap("设置").page({"账号与安全", "关于"}).end();
}
const std::string kPushes = "我们会根据您的浏览记录向您展示个性化广告。";

TEST(PushSwitch, NoneInTheSettingsOfAnAppWhosePolicyTellsOfPushIsSuspected) {
  const Verdict v = without_switch(settings_without(), kPushes);
  ASSERT_EQ(level(v, "R4.4"), Level::kSuspected);
  const auto f =
      std::find_if(v.findings.begin(), v.findings.end(), [](const Finding& x) { return x.rule == "R4.4"; });
  EXPECT_EQ(f->what, "push.switch_missing");
  EXPECT_EQ(f->missing, (std::vector{Missing::kElsewhere, Missing::kPolicyWords}));
}

TEST(PushSwitch, NoneIsNoMatterWhereNobodyTellsOfPushOrTheSettingsWereNotSeen) {
  EXPECT_EQ(level(judged(settings_without()), "R4.4"), Level::kNotTested) << "no policy";
  EXPECT_EQ(level(without_switch(settings_without(), "我们不会进行个性化推送。"), "R4.4"), Level::kNotTested);
  EXPECT_EQ(level(without_switch(settings_without(), kPushes, "别的应用"), "R4.4"), Level::kNotTested)
      << "the policy of another app";
  EXPECT_EQ(level(without_switch(Walk().end(), kPushes), "R4.4"), Level::kNotTested)
      << "nothing was gone into";
  RunScript cut = settings_without();
  EXPECT_EQ(level(without_switch(cut.lose(record_name::kHierarchy), kPushes), "R4.4"), Level::kNotTested);
}

}  // namespace
}  // namespace storesweep
