// What people say changes what is announced and never the machine's verdict; what a retest answers.
#include "common/report/people.h"

#include <gtest/gtest.h>

#include "common/report/announcement.h"
#include "common/report/finding_id.h"

namespace storesweep {
namespace {

Finding finding(const std::string& rule, Level level, const std::string& value) {
  Finding f;
  f.rule = rule;
  f.level = level;
  f.what = "permission.exit";
  f.values = {{"permission", value}};
  return f;
}

Verdict verdict() {
  Verdict v = untested_verdict(Reason::kProfile);
  v.items = {{"R1.7", Level::kViolation, {}},
             {"R5.3", Level::kSuspected, {}},
             {"R5.4", Level::kNotTested, {Reason::kProfile}}};
  v.rows[0] = {1, Level::kViolation, 1, 1, {}};
  v.rows[4] = {5, Level::kSuspected, 2, 1, {Reason::kProfile}};
  v.findings = {finding("R1.7", Level::kViolation, "a"), finding("R5.3", Level::kSuspected, "b")};
  return v;
}

FindingAct act(ActKind kind, const Finding& f, std::optional<Level> level = {}) {
  FindingAct a;
  a.finding = finding_key(f);
  a.kind = kind;
  a.officer = "王";
  a.reason = "看过录像";
  a.level = level;
  return a;
}

std::string announced(const std::vector<FindingAct>& acts) {
  return announced_problems(*Catalogue::embedded(), with_people(verdict(), standings_of(acts)));
}

TEST(People, WhatIsWithdrawnIsNotAnnounced) {
  const Verdict v = verdict();
  EXPECT_EQ(announced({}), "违规收集个人信息；APP强制、频繁、过度索取权限（疑似）");
  EXPECT_EQ(announced({act(ActKind::kWithdraw, v.findings[0])}), "APP强制、频繁、过度索取权限（疑似）");
  EXPECT_EQ(announced({act(ActKind::kWithdraw, v.findings[0]), act(ActKind::kWithdraw, v.findings[1])}), "");
  EXPECT_EQ(announced({act(ActKind::kWithdraw, v.findings[0]), act(ActKind::kConfirm, v.findings[0])}),
            "违规收集个人信息；APP强制、频繁、过度索取权限（疑似）")
      << "the last word counts";
}

TEST(People, AnOverruledFindingStandsAtTheOfficersLevel) {
  const Verdict v = verdict();
  EXPECT_EQ(announced({act(ActKind::kOverrule, v.findings[1], Level::kViolation)}),
            "违规收集个人信息；APP强制、频繁、过度索取权限");
  EXPECT_EQ(announced({act(ActKind::kOverrule, v.findings[0], Level::kNotFound)}),
            "APP强制、频繁、过度索取权限（疑似）");
}

TEST(People, ItemsAndRowsFollowAndWhatWasNotTestedStaysNotTested) {
  const Verdict v = verdict();
  const Verdict after = with_people(v, standings_of({act(ActKind::kWithdraw, v.findings[1])}));
  EXPECT_EQ(after.items[1].level, Level::kNotTested) << "nobody said that there is nothing";
  const Verdict acquitted =
      with_people(v, standings_of({act(ActKind::kOverrule, v.findings[1], Level::kNotFound)}));
  EXPECT_EQ(acquitted.items[1].level, Level::kNotFound);
  EXPECT_EQ(after.items[2].level, Level::kNotTested);
  EXPECT_EQ(after.rows[4].level, Level::kNotTested) << "the other item of the row was not tested";
  EXPECT_EQ(after.rows[0].level, Level::kViolation);
  EXPECT_EQ(v.findings.size(), 2u);
}

TEST(People, ANoticeNeedsAPersonBehindTheFindingAndIsGivenOnce) {
  const Finding f = verdict().findings[0];
  FindingAct notice = act(ActKind::kNotice, f);
  EXPECT_FALSE(admissible(notice, standing_of({})).ok());
  EXPECT_FALSE(admissible(notice, standing_of({act(ActKind::kWithdraw, f)})).ok());
  EXPECT_FALSE(admissible(notice, standing_of({act(ActKind::kOverrule, f, Level::kNotFound)})).ok());
  EXPECT_TRUE(admissible(notice, standing_of({act(ActKind::kConfirm, f)})).ok());
  notice.notice_date = "2026-07-06";
  notice.due_date = "2026-07-13";
  const FindingStanding given = standing_of({act(ActKind::kConfirm, f), notice});
  EXPECT_EQ(given.due_date, "2026-07-13");
  EXPECT_EQ(admissible(notice, given).kind(), ErrorKind::kExists);
  FindingAct nameless = act(ActKind::kConfirm, f), groundless = act(ActKind::kWithdraw, f);
  nameless.officer.clear();
  groundless.reason.clear();
  EXPECT_FALSE(admissible(nameless, {}).ok());
  EXPECT_FALSE(admissible(groundless, {}).ok());
  EXPECT_FALSE(admissible(act(ActKind::kOverrule, f, Level::kNotTested), {}).ok());
}

TEST(Retest, SilenceIsNeverTakenForFixed) {
  const Finding f = verdict().findings[0];
  Verdict retest = untested_verdict(Reason::kProfile);
  EXPECT_EQ(retest_outcome(f, retest, true), RetestOutcome::kNotTested);
  retest.items = {{"R1.7", Level::kNotTested, {Reason::kTimeout}}};
  EXPECT_EQ(retest_outcome(f, retest, true), RetestOutcome::kNotTested);
  retest.items[0].level = Level::kNotFound;
  EXPECT_EQ(retest_outcome(f, retest, true), RetestOutcome::kFixed);
  EXPECT_EQ(retest_outcome(f, retest, false), RetestOutcome::kNotReproducible) << "the same version";
  retest.findings = {finding("R1.7", Level::kSuspected, "otherwise")};
  EXPECT_EQ(retest_outcome(f, retest, true), RetestOutcome::kNotFixed);
  retest.findings = {finding("R1.8", Level::kViolation, "a")};
  EXPECT_EQ(retest_outcome(f, retest, true), RetestOutcome::kFixed) << "another rule is another finding";
}

TEST(Retest, AnAnswerOfAnOlderRetestSaysNothingOfTheLastOne) {
  const Finding f = verdict().findings[0];
  FindingAct first = act(ActKind::kRetestOrdered, f), second = first, answer = act(ActKind::kRetested, f);
  first.retest = answer.retest = JobId(1);
  second.retest = JobId(2);
  answer.outcome = RetestOutcome::kFixed;
  EXPECT_EQ(standing_of({first, answer}).outcome, RetestOutcome::kFixed);
  EXPECT_EQ(standing_of({first, second, answer}).outcome, RetestOutcome::kNone);
}

}  // namespace
}  // namespace storesweep
