// R9.2 to R9.7 and R10.2: a store's page beside the package, each guilty page with the innocent one that
// looks alike.
#include "common/base/hash.h"
#include "common/evidence/app_facts_json.h"
#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {

const std::string kApk(64, 'a');  // the hash of the file that was looked at
const std::string kWhole = "whole:" + std::string(64, '1'), kPart = "part:" + std::string(64, '1');

AppFacts package_facts() {
  AppFacts f;
  f.package = kTestPackage;
  f.version_name = "1.2.3";
  f.version_code = 7;
  f.labels = {"示例", "Example"};
  f.labels_read = true;
  f.launch_activity = "com.example.app.Main";
  f.permissions = {"android.permission.CAMERA", "android.permission.INTERNET"};
  return f;
}
Listing full_page() {
  Listing l = listing();
  l.label = "示例";
  l.developer = "示例科技有限公司";
  l.version_name = "1.2.3";
  l.version_code = 7;
  l.permissions = {{"相机", "扫码"}};
  l.policy_url = "https://example.com/policy";
  l.apk_sha256 = kApk;
  l.page = kWhole;
  return l;
}
Verdict beside(const Listing& l, const AppFacts& f = package_facts()) {
  Journal j = RunScript()
                  .document(record_name::kListing, "{}")
                  .document(record_name::kAppFacts, app_facts_to_json(f))
                  .journal();
  j.header.file_set = sha256(*digest_from_hex(kApk));
  return judged(std::vector{j}, l);
}
const Finding& only(const Verdict& v, std::string_view rule) {
  const Finding* found = nullptr;
  for (const Finding& f : v.findings) {
    if (f.rule != rule) continue;
    EXPECT_EQ(found, nullptr) << "more than one finding of " << rule;
    found = &f;
  }
  if (!found) throw std::out_of_range("no finding");
  return *found;
}

TEST(Page, ThatSaysAllAndTheSameIsNotAccusedAndNeverCalledTrue) {
  const Verdict v = beside(full_page());
  EXPECT_TRUE(v.findings.empty());
  for (const char* rule : {"R9.2", "R9.5", "R9.6"}) EXPECT_EQ(level(v, rule), Level::kNotFound) << rule;
  for (const char* rule : {"R9.3", "R9.7", "R10.2"}) {
    EXPECT_EQ(level(v, rule), Level::kNotTested) << rule;
    EXPECT_EQ(item(v, rule).reasons, std::vector{Reason::kDocumentReview}) << rule;
  }
}

TEST(Page, ThatNobodyCapturedDoesNotApply) {
  Listing l = full_page();
  l.page.clear();
  l.label = "别的";
  l.developer.clear();
  const Verdict v = beside(l);
  EXPECT_TRUE(v.findings.empty());
  for (const char* rule : {"R9.2", "R9.3", "R9.5", "R9.6", "R9.7"})
    EXPECT_EQ(level(v, rule), Level::kNotApplicable) << rule;
  EXPECT_EQ(level(v, "R10.2"), Level::kNotTested);
}

TEST(Page, AnotherNameOfTheSameDownloadIsAViolationWithoutASecondRun) {
  Listing l = full_page();
  l.label = "别的应用";
  const Verdict v = beside(l);
  EXPECT_EQ(level(v, "R9.2"), Level::kViolation);
  EXPECT_TRUE(v.confirm_rules.empty());  // no device-minute for what no run changes
  EXPECT_EQ(only(v, "R9.2").phase, Phase::kP0);
  EXPECT_EQ(only(v, "R9.2").evidence.size(), 2U);
}

TEST(Page, AnotherNameOfWhoKnowsWhichDownloadIsSuspected) {
  Listing l = full_page();
  l.label = "别的应用";
  l.apk_sha256 = std::string(64, 'b');
  EXPECT_EQ(only(beside(l), "R9.2").missing, std::vector{Missing::kSameDownload});
  l.apk_sha256.clear();
  EXPECT_EQ(level(beside(l), "R9.2"), Level::kSuspected);
}

TEST(Page, BracketsBlanksAndWidthMakeNoOtherName) {
  Listing l = full_page();
  for (const char* label : {" 示例 ", "示例（极速版）", "ＥＸＡＭＰＬＥ", "示例 - 扫码工具"}) {
    l.label = label;
    EXPECT_EQ(level(beside(l), "R9.2"), Level::kNotFound) << label;
  }
}

TEST(Page, ALabelThatCannotBeResolvedProvesNothing) {
  Listing l = full_page();
  l.label = "别的应用";
  AppFacts f = package_facts();
  f.labels_read = false;
  EXPECT_EQ(level(beside(l, f), "R9.2"), Level::kNotTested);
}

TEST(Page, WhatAWholePageLacksIsAViolationAndOfAPartSuspected) {
  Listing l = listing();
  l.page = kWhole;
  Verdict v = beside(l);
  for (const char* rule : {"R9.2", "R9.3", "R9.5", "R9.6", "R9.7"})
    EXPECT_EQ(level(v, rule), Level::kViolation) << rule;
  EXPECT_EQ(level(v, "R10.2"), Level::kSuspected);
  l.page = kPart;  // what it loads late, or shows behind a tap, was not captured
  v = beside(l);
  for (const char* rule : {"R9.2", "R9.3", "R9.5", "R9.6", "R9.7", "R10.2"})
    EXPECT_EQ(level(v, rule), Level::kSuspected) << rule;
}

TEST(Page, AnotherVersionOfTheSameDownload) {
  Listing l = full_page();
  l.version_name = "1.2.4";
  l.version_code = 8;
  EXPECT_EQ(level(beside(l), "R9.5"), Level::kViolation);
  EXPECT_EQ(only(beside(l), "R9.5").values.front().second, "1.2.4");
  l.version_name = "V1.2.3";  // the same in another spelling
  l.version_code = 0;
  EXPECT_EQ(level(beside(l), "R9.5"), Level::kNotFound);
}

TEST(Page, PermissionsWithoutAPurposeButOnlyThoseThatUsersGrant) {
  Listing l = full_page();
  l.permissions = {{"相机", ""}, {"android.permission.INTERNET", ""}};
  EXPECT_EQ(only(beside(l), "R9.6").values.front().second, "相机");
  l.permissions = {{"相机", "扫码"}, {"android.permission.INTERNET", ""}};
  EXPECT_EQ(level(beside(l), "R9.6"), Level::kNotFound);
}

TEST(Page, APermissionThatItDoesNotListIsSuspectedAndAMergedGroupCoversIt) {
  Listing l = full_page();
  AppFacts f = package_facts();
  f.permissions = {"android.permission.CAMERA", "android.permission.ACCESS_FINE_LOCATION"};
  EXPECT_EQ(only(beside(l, f), "R9.6").missing, std::vector{Missing::kOtherWords});
  l.permissions.push_back({"位置信息", "附近的门店"});
  EXPECT_EQ(level(beside(l, f), "R9.6"), Level::kNotFound);
}

TEST(Page, ADeveloperThatIsNobodysNameIsSuspected) {
  Listing l = full_page();
  l.developer = "暂无";
  EXPECT_EQ(level(beside(l), "R10.2"), Level::kSuspected);
  l.developer = "李明";  // an individual is a developer
  EXPECT_EQ(level(beside(l), "R10.2"), Level::kNotTested);
}

TEST(Page, WithoutTheFactsOfThePackageNothingIsSaid) {
  Listing l = full_page();
  l.label = "别的应用";
  for (const std::string& text : {std::string("{"), app_facts_to_json(AppFacts{})}) {
    const Verdict v = judged(RunScript().document(record_name::kAppFacts, text), l);
    EXPECT_EQ(item(v, "R9.2").reasons, std::vector{Reason::kGrammar}) << text;
  }
  EXPECT_EQ(item(judged(RunScript(), l), "R9.2").reasons, std::vector{Reason::kHookDead});
}

TEST(Page, IsJudgedAlsoWhereNothingOfTheAppCouldBeSeen) {
  Listing l = full_page();
  l.label = "别的应用";
  Journal j = RunScript().document(record_name::kAppFacts, app_facts_to_json(package_facts())).journal();
  j.header.device_kind = {"simulated", 28};
  EXPECT_EQ(level(judged(std::vector{j}, l), "R9.2"), Level::kSuspected);
}

}  // namespace
}  // namespace storesweep
