// Screens that show no text but in their pictures: what was read there excuses, and accuses of nothing
// certain.
#include <gtest/gtest.h>

#include "common/android/picture_text.h"
#include "common/base/hash.h"
#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {
using B = RunScript;

const std::string kBoth = B::button("不同意", 900) + B::button("同意并继续", 1100);
const std::string kBlind =
    B::node(kTestPackage, "", false, 0, "checkable=\"false\" checked=\"false\"", "io.flutter.FlutterView");

std::string row(int line, int left, int top, int width, const std::string& text) {
  return "5\t1\t1\t1\t" + std::to_string(line) + "\t1\t" + std::to_string(left) + "\t" + std::to_string(top) +
         "\t" + std::to_string(width) + "\t40\t96\t" + text + "\n";
}
const std::string kText = row(1, 100, 300, 600, "请阅读并同意《用户协议》和《隐私政策》");
const std::string kAgree = row(3, 600, 900, 200, "同意并继续");
const std::string kRefuse = row(2, 100, 900, 120, "不同意");

// What was read in a picture of the screen whose tree is the last one, or of one that has none.
RunScript& picture(RunScript& run, std::int64_t at_s, const std::string& rows, bool with_tree = true,
                   std::string package = std::string(kTestPackage)) {
  android::PictureReading reading;
  reading.tool = "tesseract 5.3.0";
  reading.languages = "chi_sim+eng";
  reading.package = std::move(package);
  reading.screenshot = sha256("png");
  if (with_tree) reading.hierarchy = sha256(run.journal().records.back().data);
  reading.tsv = rows;
  return run.raw(record_name::kPictureText, at_s, android::picture_record(reading));
}

RunScript launched() {
  RunScript run;
  run.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2);
  return run;
}
RunScript drawn(const std::string& rows) {
  RunScript run = launched();
  run.screen(5, kTestPackage, kBlind);
  if (!rows.empty()) picture(run, 6, rows);
  return run.end(Phase::kP1, 72);
}

TEST(Pictures, WithoutThemADrawnDialogIsNotTested) {
  const Verdict v = judged(drawn(""));
  EXPECT_EQ(level(v, "R1.7"), Level::kNotTested);
  EXPECT_EQ(level(v, "R1.1"), Level::kNotTested);
}

TEST(Pictures, ADrawnDialogWasShownAndItsRefusalIsOne) {
  const Verdict v = judged(drawn(kText + kRefuse + kAgree));
  EXPECT_EQ(level(v, "R1.1"), Level::kNotFound);
  EXPECT_EQ(level(v, "R1.7"), Level::kNotFound);
  EXPECT_EQ(level(v, "R1.8"), Level::kNotTested) << "a box that is drawn is no word";
}

TEST(Pictures, ARefusalThatWasNotReadIsSuspectedAtMostHoweverOftenItIsSeen) {
  RunScript second = drawn(kText + kAgree);
  second.device("DEVICE2");
  const Verdict v = judged({drawn(kText + kAgree).journal(), second.journal()});
  ASSERT_EQ(level(v, "R1.7"), Level::kSuspected);
  EXPECT_EQ(v.findings.front().what, "consent.no_refusal_drawn");
  EXPECT_EQ(v.findings.front().missing, std::vector{Missing::kElsewhere});
  EXPECT_TRUE(v.confirm_rules.empty()) << "no second run makes more of it";
}

TEST(Pictures, ADialogThatDidNotStandOrWasReadOtherwiseOnceAccusesNobody) {
  RunScript brief = launched();
  brief.screen(5, kTestPackage, kBlind);
  picture(brief, 66, kText + kAgree);
  EXPECT_EQ(level(judged(brief.end(Phase::kP1, 72)), "R1.7"), Level::kNotTested);
  RunScript twice = launched();
  twice.screen(5, kTestPackage, kBlind);
  const std::string tree = twice.journal().records.back().data;
  picture(twice, 6, kText + kRefuse + kAgree);
  twice.raw(record_name::kHierarchy, 7, tree);
  picture(twice, 8, kText + kAgree);
  EXPECT_EQ(level(judged(twice.end(Phase::kP1, 72)), "R1.7"), Level::kNotFound);
  RunScript gone = launched();
  gone.screen(5, kTestPackage, kBlind);
  picture(gone, 6, kText + kAgree);
  gone.screen(20, kTestPackage, B::button("扫一扫", 400));
  EXPECT_EQ(level(judged(gone.end(Phase::kP1, 72)), "R1.7"), Level::kNotTested);
}

TEST(Pictures, AScreenThatNeverRestedIsExcusedButNeverAccused) {
  for (const bool refusable : {true, false}) {
    RunScript run = launched();
    run.fail(record_name::kHierarchy, 5, "NOT_IDLE");
    picture(run, 6, kText + kAgree + (refusable ? kRefuse : ""), false);
    const Verdict v = judged(run.end(Phase::kP1, 72));
    EXPECT_EQ(level(v, "R1.7"), refusable ? Level::kNotFound : Level::kNotTested);
    EXPECT_EQ(level(v, "R1.1"), Level::kNotFound);
  }
}

TEST(Pictures, ReadingsOfOthersBrokenOnesAndThoseOfAnotherTreeShowNothing) {
  RunScript other = launched();
  other.screen(5, kTestPackage, kBlind);
  picture(other, 6, kText + kRefuse + kAgree, true, "com.other");
  EXPECT_EQ(level(judged(other.end(Phase::kP1, 72)), "R1.7"), Level::kNotTested);
  RunScript broken = launched();
  broken.screen(5, kTestPackage, kBlind).raw(record_name::kPictureText, 6, "{}\n");
  EXPECT_EQ(level(judged(broken.end(Phase::kP1, 72)), "R1.7"), Level::kNotTested);
  RunScript elsewhere = launched();
  elsewhere.screen(5, kTestPackage, kBlind);
  picture(elsewhere, 6, kText + kRefuse + kAgree);
  Journal j = elsewhere.end(Phase::kP1, 72).journal();
  for (Record& r : j.records) {
    if (r.name == record_name::kHierarchy) r.data += "\n";
  }
  EXPECT_EQ(level(judged(std::vector{j}), "R1.7"), Level::kNotTested);
}

TEST(Pictures, WhereTheTreeHasWordsAPictureSaysNothing) {
  RunScript run = launched();
  run.consent(5, B::button("我知道了", 1100));
  picture(run, 6, kText + kRefuse + kAgree);
  const Verdict v = judged(run.end(Phase::kP1, 72));
  EXPECT_EQ(level(v, "R1.7"), Level::kSuspected) << "of a violation's first run";
  EXPECT_EQ(v.findings.front().what, "consent.no_refusal");
}

// A page that was read in its picture is still one that the walk and the rules by absence did not see.
TEST(Pictures, NothingIsMissingBecauseAPictureDoesNotShowIt) {
  RunScript run;
  run.first_launch(kBoth)
      .begin(Phase::kP4, 80)
      .act(record_name::kAgree, 81, "同意并继续")
      .end(Phase::kP4, 90)
      .begin(Phase::kP6, 100)
      .screen(101, kTestPackage, kBlind);
  picture(run, 102, row(1, 100, 300, 600, "今日推荐"));
  const Verdict with = judged(run.end(Phase::kP6, 300));
  for (const ItemVerdict& i : with.items) {
    if (i.rule == "R1.7" || i.rule == "R1.8" || i.rule == "R1.1") continue;
    EXPECT_NE(i.level, Level::kViolation) << i.rule;
    EXPECT_NE(i.level, Level::kSuspected) << i.rule;
  }
  EXPECT_FALSE(with.validity.exercised);
}

}  // namespace
}  // namespace storesweep
