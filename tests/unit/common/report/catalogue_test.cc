#include "common/report/catalogue.h"

#include <gtest/gtest.h>

#include "common/model/job.h"

namespace storesweep {
namespace {

Catalogue embedded() {
  auto c = Catalogue::embedded();
  EXPECT_TRUE(c.ok()) << c.status().message();
  return std::move(c).value();
}

TEST(Catalogue, HasTextForEveryNameOfTheModel) {
  const Catalogue c = embedded();
  for (int t = 1; t <= kTaskCount; ++t) EXPECT_TRUE(c.has("tasks", std::to_string(t))) << t;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(c.has("levels", name(static_cast<Level>(i)))) << i;
  for (int i = 0; i < kReasonCount; ++i) EXPECT_TRUE(c.has("reasons", name(static_cast<Reason>(i)))) << i;
  for (int i = 0; i <= static_cast<int>(kLastMissing); ++i)
    EXPECT_TRUE(c.has("missing", name(static_cast<Missing>(i)))) << i;
  for (int i = 0; i < kHindranceCount; ++i)
    EXPECT_TRUE(c.has("hindrances", name(static_cast<Hindrance>(i)))) << i;
  for (int i = 0; i < kSoughtCount; ++i) EXPECT_TRUE(c.has("sought", name(static_cast<Sought>(i)))) << i;
  for (int i = 0; i < 13; ++i) EXPECT_TRUE(c.has("phases", name(static_cast<Phase>(i)))) << i;
  for (int i = 1; i < 5; ++i) EXPECT_TRUE(c.has("ends", name(static_cast<EndKind>(i)))) << i;
}

TEST(Catalogue, FillsTheValuesOfASentenceInBothLanguages) {
  const Catalogue c = embedded();
  Finding f;
  f.what = "permission.again_same_run";
  f.values = {{"permission", "CAMERA"}, {"count", "2"}};
  EXPECT_EQ(c.sentence(Language::kEnglish, f), "CAMERA was asked for again in the same run after a refusal");
  EXPECT_EQ(c.sentence(Language::kChinese, f), "拒绝后在同次运行中再次申请“CAMERA”权限");
}

TEST(Catalogue, ShowsAnUnknownKeyWithItsValuesInsteadOfNothing) {
  Finding f;
  f.what = "something_new";
  f.values = {{"op", "X"}};
  EXPECT_EQ(embedded().sentence(Language::kEnglish, f), "something_new op=X");
}

TEST(Catalogue, RefusesAnEntryWithOneLanguageOrOtherValues) {
  EXPECT_FALSE(Catalogue::from_text("t", "a: {b: {zh: x}}").ok());
  const auto other = Catalogue::from_text("t", "a: {b: {zh: \"{x}\", en: \"{y}\"}}");
  EXPECT_EQ(other.status().message(), "t:1:8: a.b: the two languages name different {values}");
}

TEST(Catalogue, TellsTheLanguageByTheLocale) {
  EXPECT_EQ(language_of("zh_CN.UTF-8"), Language::kChinese);
  EXPECT_EQ(language_of("zh"), Language::kChinese);
  EXPECT_EQ(language_of("C"), Language::kEnglish);
  EXPECT_EQ(language_of(""), Language::kEnglish);
}

}  // namespace
}  // namespace storesweep
