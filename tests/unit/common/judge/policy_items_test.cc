// What the app's policy lets the judge say, each guilty run with the innocent one that looks alike, and what
// is left when there is no policy, one of another app, or one that was lost.
#include <algorithm>

#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {

using B = RunScript;
const std::string kBoth = B::button("不同意", 1300) + B::button("同意", 1100);

std::string policy(const std::string& text, const std::string& name = "示例") {
  return name + "隐私政策\n我们重视您的隐私，请您阅读本政策。\n" + text + "\n";
}
Listing named() {
  Listing l = listing();
  l.label = "示例";
  return l;
}
RunScript with(const RunScript& run, const std::string& text) {
  RunScript out = run;
  return out.document(record_name::kPolicyText, text);
}
RunScript lost(const RunScript& run) {
  RunScript out = run;
  return out.lose(record_name::kPolicyText);
}
const Finding* found(const Verdict& v, std::string_view rule) {
  const auto at = std::ranges::find(v.findings, rule, &Finding::rule);
  return at == v.findings.end() ? nullptr : &*at;
}
bool lacks(const Verdict& v, std::string_view rule, Missing what) {
  const Finding* f = found(v, rule);
  return f && std::ranges::find(f->missing, what) != f->missing.end();
}

// Losing the policy accuses nobody more than having it, and acquits nobody.
void expect_loss_is_safe(const RunScript& run, const std::string& text) {
  const Verdict whole = judged(with(run, text), named());
  const Verdict less = judged(lost(run), named());
  for (std::size_t i = 0; i < whole.items.size(); ++i)
    expect_no_more_certain(less.items[i].level, whole.items[i].level,
                           whole.items[i].rule + " without the policy");
}

// ---- R6.2

RunScript starts(int count, bool agreed, bool dialog = true) {
  RunScript run;
  if (dialog) {
    run.first_launch(kBoth);
  } else {
    run.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2).page(5).end(Phase::kP1, 72);
  }
  run.begin(Phase::kP4, 80);
  if (agreed) run.act(record_name::kAgree, 81);
  run.end(Phase::kP4, 82).begin(Phase::kP7, 100).end(Phase::kP7, 400).begin(Phase::kP8, 401);
  run.act(record_name::kSwipeAway, 402).event(403, "am_kill", "0,4000,com.example.app,900,remove task");
  for (int i = 0; i < count; ++i) {
    run.event(430 + 40 * i, "am_proc_start", B::start_fields("broadcast", 5000 + i, "com.example.app/.R"));
    run.event(450 + 40 * i, "am_proc_died", "0," + std::to_string(5000 + i) + ",com.example.app,900,0");
  }
  run.end(Phase::kP8, 600).begin(Phase::kP9, 601).act(record_name::kReboot, 602);
  return run.end(Phase::kP9, 1500);
}
const std::string kTells = policy("为了及时提醒您，本应用会自启动。");

TEST(ToldStart, TwiceAfterARefusedDialogIsAViolationThatASecondRunConfirms) {
  const RunScript run = with(starts(2, false), kTells);
  Verdict v = judged(run, named());
  ASSERT_NE(found(v, "R6.2"), nullptr);
  EXPECT_EQ(level(v, "R6.2"), Level::kSuspected) << "one run alone";
  EXPECT_TRUE(lacks(v, "R6.2", Missing::kConfirmation));
  v = judged({run.journal(), with(starts(3, false), kTells).device("DEVICE2").journal()}, named());
  EXPECT_EQ(level(v, "R6.2"), Level::kViolation);
  EXPECT_EQ(found(v, "R6.1"), nullptr) << "it was told";
}
TEST(ToldStart, AfterConsentItIsNone) {
  const Verdict v = judged(with(starts(2, true), kTells), named());
  EXPECT_EQ(level(v, "R6.2"), Level::kNotTested);
  EXPECT_EQ(level(v, "R6.3"), Level::kSuspected);
  EXPECT_FALSE(lacks(v, "R6.3", Missing::kPolicyUnread));
}
TEST(ToldStart, WhatIsNotSeenKeepsItSuspected) {
  const auto suspected = [](const RunScript& run, const Listing& l, Missing what) {
    const Verdict v = judged({run.journal(), RunScript(run).device("DEVICE2").journal()}, l);
    EXPECT_EQ(level(v, "R6.2"), Level::kSuspected);
    EXPECT_TRUE(lacks(v, "R6.2", what));
  };
  suspected(with(starts(1, false), kTells), named(), Missing::kNecessity);
  suspected(with(starts(2, false, false), kTells), named(), Missing::kConsentUnproven);
  suspected(with(starts(2, false), policy("本应用会自启动。", "别的应用")), named(), Missing::kPolicyOwner);
}
TEST(ToldStart, APolicyThatDeniesOrIsSilentTellsNothing) {
  for (const char* text : {"本应用不会自启动。", "我们会收集您的位置信息。"}) {
    const Verdict v = judged(with(starts(2, false), policy(text)), named());
    EXPECT_EQ(level(v, "R6.2"), Level::kNotTested) << text;
    EXPECT_EQ(level(v, "R6.1"), Level::kSuspected) << text;
    EXPECT_FALSE(lacks(v, "R6.1", Missing::kPolicyUnread)) << text;
  }
}
TEST(ToldStart, WithoutAPolicyEverythingIsAsBefore) {
  for (const std::string& none : {std::string(), std::string("这不是政策。"), std::string(100, '\xFF')}) {
    const RunScript run = none.empty() ? starts(2, false) : with(starts(2, false), none);
    const Verdict v = judged(run, named());
    EXPECT_EQ(item(v, "R6.2").reasons, std::vector{Reason::kDocumentReview});
    EXPECT_EQ(level(v, "R6.1"), Level::kSuspected);
    EXPECT_TRUE(lacks(v, "R6.1", Missing::kPolicyUnread));
  }
}
TEST(ToldStart, LosingThePolicyIsSafe) {
  expect_loss_is_safe(starts(2, false), kTells);
  expect_loss_is_safe(starts(2, true), kTells);
  expect_loss_is_safe(starts(2, false), policy("本应用不会自启动。"));
}

// ---- R2.7

RunScript pasted() {
  RunScript run;
  run.first_launch(kBoth).begin(Phase::kP7, 100).act(record_name::kHome, 100);
  run.raw(record_name::kOpStates, 400,
          "Uid mode: READ_CLIPBOARD: allow\nREAD_CLIPBOARD (allow):\n    null=[\n      Access: [bg-s] 2020-" +
              B::time(300) + " (-1s)\n    ]\n");
  return run.end(Phase::kP7, 401);
}
TEST(BackgroundCollection, IsToldOrNotAndStaysForAPerson) {
  const RunScript run = pasted();
  ASSERT_EQ(level(judged(run, named()), "R2.7"), Level::kSuspected);
  EXPECT_TRUE(lacks(judged(run, named()), "R2.7", Missing::kPolicyUnread));
  const Verdict told = judged(with(run, policy("我们会在后台读取您的剪贴板。")), named());
  ASSERT_NE(found(told, "R2.7"), nullptr);
  EXPECT_EQ(found(told, "R2.7")->what, "collect.background_told");
  EXPECT_EQ(found(told, "R2.7")->evidence.size(), 2u) << "and where the policy says so";
  EXPECT_TRUE(lacks(told, "R2.7", Missing::kNecessity));
  EXPECT_FALSE(lacks(told, "R2.7", Missing::kPolicyUnread));
  for (const char* text :
       {"我们会读取您的剪贴板。", "我们会读取您的剪贴板，不会在后台读取。", "我们会在后台收集您的步数。"}) {
    const Verdict untold = judged(with(run, policy(text)), named());
    ASSERT_NE(found(untold, "R2.7"), nullptr) << text;
    EXPECT_EQ(found(untold, "R2.7")->what, "collect.background") << text;
    EXPECT_TRUE(lacks(untold, "R2.7", Missing::kPolicyWords)) << text;
  }
  expect_loss_is_safe(run, policy("我们会在后台读取您的剪贴板。"));
}

// ---- R4.1

Verdict of_policy(const std::string& text) { return judged(with(RunScript(), policy(text)), named()); }

TEST(PushTold, WithoutAWayToCloseItIsSuspected) {
  const Verdict v = of_policy("我们会在首页为您进行个性化推荐。");
  EXPECT_EQ(level(v, "R4.1"), Level::kSuspected);
  EXPECT_EQ(found(v, "R4.1")->what, "policy.push_no_closing");
  EXPECT_TRUE(lacks(v, "R4.1", Missing::kPolicyWords));
  EXPECT_EQ(found(v, "R4.1")->phase, Phase::kP0);
}
TEST(PushTold, WithoutAPlaceItIsSuspected) {
  const Verdict v = of_policy("我们会进行个性化推荐，您可以随时关闭。");
  EXPECT_EQ(level(v, "R4.1"), Level::kSuspected);
  EXPECT_EQ(found(v, "R4.1")->what, "policy.push_no_scenes");
}
TEST(PushTold, WithBothOrWithoutPushNothingIsClaimed) {
  for (const char* text : {"我们会在首页为您进行个性化推荐，您可以在“设置-隐私”中关闭。",
                           "我们不会进行个性化推荐。", "我们会收集您的位置信息。"}) {
    const Verdict v = of_policy(text);
    EXPECT_EQ(item(v, "R4.1").reasons, std::vector{Reason::kDocumentReview}) << text;
    EXPECT_TRUE(v.findings.empty()) << text;
  }
  EXPECT_EQ(item(judged(RunScript()), "R4.1").reasons, std::vector{Reason::kDocumentReview}) << "no policy";
}
TEST(PushTold, OfAnotherAppSaysSo) {
  const Verdict v = judged(with(RunScript(), policy("我们会在首页进行个性化推荐。", "别的应用")), named());
  EXPECT_TRUE(lacks(v, "R4.1", Missing::kPolicyOwner));
  expect_loss_is_safe(RunScript(), policy("我们会在首页进行个性化推荐。"));
}

// ---- R4.3

RunScript explored(const std::string& text, bool blind = false) {
  RunScript run;
  run.package().begin(Phase::kP6, 75).event(75, "am_proc_start", B::start_fields("activity"));
  run.screen(80, kTestPackage, B::node(kTestPackage, text, false, 200) + B::button("提交", 600));
  if (blind) run.fail(record_name::kHierarchy, 90, "NOT_IDLE");
  return run.end(Phase::kP6, 120);
}
const std::string kDirected = "我们会在首页为您进行个性化推荐，您可以在“设置-隐私”中关闭。";

TEST(PushMarked, NoMarkOnAnyPageOfAnAppThatTellsOfDirectedPushIsSuspected) {
  const Verdict v = judged(with(explored("今日要闻"), policy(kDirected)), named());
  ASSERT_EQ(level(v, "R4.3"), Level::kSuspected);
  EXPECT_EQ(found(v, "R4.3")->phase, Phase::kP6);
  EXPECT_TRUE(lacks(v, "R4.3", Missing::kElsewhere));
  expect_loss_is_safe(explored("今日要闻"), policy(kDirected));
}
TEST(PushMarked, AMarkAPolicyThatTellsNothingAndPagesThatWereNotSeenLeaveItOpen) {
  const auto of = [](const RunScript& run, const std::string& text) {
    return level(judged(with(run, text), named()), "R4.3");
  };
  EXPECT_EQ(of(explored("猜你喜欢"), policy(kDirected)), Level::kNotTested);
  EXPECT_EQ(of(explored("Sponsored"), policy(kDirected)), Level::kNotTested);
  EXPECT_EQ(of(explored("今日要闻"), policy("我们不会进行个性化推荐。")), Level::kNotTested);
  EXPECT_EQ(of(explored("今日要闻"), policy(kDirected, "别的应用")), Level::kNotTested);
  EXPECT_EQ(of(explored("今日要闻", true), policy(kDirected)), Level::kNotTested)
      << "a page was not readable";
  EXPECT_EQ(of(RunScript(), policy(kDirected)), Level::kNotTested) << "not exercised";
}

// ---- R9.4

Verdict page(const std::string& developer, const std::string& text, bool captured = true) {
  Listing l = named();
  l.developer = developer;
  if (captured) l.page = "whole:" + std::string(64, '1');
  return judged(with(RunScript().document(record_name::kListing, "{}"), policy(text)), l);
}
TEST(PageOperator, AnotherCompanyIsSuspected) {
  const Verdict v = page("甲乙网络科技有限公司", "本应用由丙丁信息技术有限公司运营。");
  EXPECT_EQ(level(v, "R9.4"), Level::kSuspected);
  EXPECT_EQ(found(v, "R9.4")->values,
            (std::vector<std::pair<std::string, std::string>>{{"listed", "甲乙网络科技有限公司"},
                                                              {"found", "丙丁信息技术有限公司"}}));
}
TEST(PageOperator, TheSameOneInOtherDressOrNamedSomewhereIsNot) {
  const std::string text = "本应用由丙丁信息技术有限公司运营。";
  for (const char* developer :
       {"丙丁信息技术有限公司", "丙丁信息技术", "丙丁信息技术（集团）有限公司", "", "暂无"}) {
    const Verdict v = page(developer, text);
    EXPECT_EQ(found(v, "R9.4"), nullptr) << developer;
  }
  EXPECT_EQ(found(page("甲乙网络科技有限公司", text + "甲乙网络科技是我们的关联公司。"), "R9.4"), nullptr);
  EXPECT_EQ(found(page("甲乙网络科技有限公司", "我们尊重您。"), "R9.4"), nullptr)
      << "the policy names nobody";
  EXPECT_EQ(level(page("甲乙网络科技有限公司", text, false), "R9.4"), Level::kNotApplicable);
}

}  // namespace
}  // namespace storesweep
