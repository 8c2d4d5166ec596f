// The report of a finding for its developer: who, how to see it again, what would make it pass, the retest.
#include "common/report/finding_page.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "common/evidence/names.h"

namespace storesweep {
namespace {

const std::string kHostile = "<script>alert(1)</script>\"'\nrm -rf /";

const RulePack& pack() {
  static const RulePack kPack = *load_rule_pack(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  return kPack;
}

struct Script {
  Journal j;
  void act(std::string_view name, const std::string& data, std::int64_t at_ms) {
    Record r;
    r.sequence = j.records.size() + 1;
    r.kind = RecordKind::kAction;
    r.name = name;
    r.data = data;
    r.device_ms = at_ms;
    j.records.push_back(r);
  }
};

std::vector<std::string> commands(const Journal& j, std::int64_t at_ms) {
  std::vector<std::string> out;
  for (const AdbStep& s : steps_to(j, at_ms)) out.push_back(s.command);
  return out;
}

TEST(Reproduce, GivesTheActionsSinceTheAppWasAsNewAsAdbCommands) {
  Script s;
  s.j.header.package = "cn.example";
  s.act(record_name::kInstall, R"({"target":"cn.example"})", 0);
  s.act(record_name::kLaunch, R"({"target":"cn.example/.Old"})", 1'000);
  s.act(record_name::kClear, "", 5'000);
  s.act(record_name::kLaunch, R"({"target":"cn.example/cn.example.Main$Start"})", 6'000);
  s.act(record_name::kAgree, R"({"target":"同意","bounds":[100,200,300,400]})", 20'000);
  s.act(record_name::kOwnStart, "{}", 20'500);
  s.act(record_name::kSwipeAway, R"({"target":"am stack remove 7"})", 21'000);
  s.act(record_name::kToggle, R"({"target":"network off"})", 22'000);
  s.act(record_name::kHome, "", 90'000);
  EXPECT_EQ(commands(s.j, 60'000),
            (std::vector<std::string>{
                "adb shell pm clear cn.example",
                "adb shell am start -W -a android.intent.action.MAIN -c android.intent.category.LAUNCHER -n "
                "\"'cn.example/cn.example.Main\\$Start'\"",
                "sleep 14", "adb shell input tap 200 300", "",
                "adb shell \"svc wifi disable; svc data disable\"", "sleep 38"}));
}

TEST(Reproduce, LeavesTheMiddleOfALongWayOutAndSaysSo) {
  Script s;
  s.act(record_name::kInstall, "", 0);
  for (int i = 1; i <= 500; ++i) s.act(record_name::kTap, R"({"bounds":[0,0,10,10]})", i * 1'000);
  const auto steps = steps_to(s.j, 1'000'000);
  ASSERT_EQ(steps.size(), kMaxSteps);
  std::size_t left_out = 0;
  for (const AdbStep& step : steps) left_out += step.left_out;
  EXPECT_EQ(left_out + steps.size() - 1, 502u) << "with the sleep at the end";
  EXPECT_EQ(steps.back().command, "sleep 500");
}

TEST(Reproduce, ReadsWhatAnAppWroteAsNothingButText) {
  Script s;
  s.act(record_name::kTap, R"({"target":"x\"; rm -rf /","bounds":[1,"a",3,4]})", 1'000);
  s.act(record_name::kTap, "no json", 2'000);
  EXPECT_TRUE(steps_to(s.j, 10'000).empty()) << "a tap that nobody can place is no command";
}

FindingPage example() {
  FindingPage p;
  p.id = "17.0123456789";
  p.app.job = JobId(17);
  p.app.listing.package = "cn.example";
  p.app.listing.label = kHostile;
  p.app.verdict = untested_verdict(Reason::kProfile);
  p.app.verdict.simulated = true;
  Finding f;
  f.rule = "R5.7";
  f.clause = "4.6";
  f.edition = "T/TAF 078.4-2023";
  f.phase = Phase::kP10;
  f.device_ms = 61'000;
  f.what = "permission.again_same_run";
  f.values = {{"permission", "camera"}};
  f.missing = {Missing::kSingleDevice};
  f.evidence = {{sha256("journal"), 17, kHostile}};
  f.last_action = "tap 拍照, 2500 ms";
  p.app.verdict.findings = {f};
  p.steps = {{"adb shell input tap 1 2", "tap", kHostile, 1'000, 0},
             {"", "swipe_away", "", 2'000, 0},
             {"", "", "", 0, 7}};
  FindingAct confirm;
  confirm.officer = kHostile;
  confirm.reason = "已核对";
  p.history = {confirm};
  p.standing = standing_of(p.history);
  return p;
}
std::string html(const FindingPage& p) {
  return finding_html(p, *Catalogue::embedded(), pack(), Language::kChinese);
}

TEST(FindingPage, SaysWhoWhenHowToSeeItAgainAndWhatWouldMakeItPass) {
  const std::string page = html(example());
  for (const char* text : {"未能确定是谁", "T/TAF 078.4-2023 第 4.6 条", "adb shell input tap 1 2",
                           "手动操作", "省略 7 步", "adb logcat -b main,system,crash -d -v threadtime",
                           "用户拒绝后不主动再次申请", "模拟设备 SIMULATED", "已确认", "after"}) {
    EXPECT_NE(page.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(page.find("<script"), std::string::npos);
  const std::size_t steps = page.find("<pre class=\"steps\">");
  const std::string script = page.substr(steps, page.find("</pre>", steps) - steps);
  EXPECT_EQ(script.find("\nrm -rf"), std::string::npos) << "no line of a script is an app's";
  EXPECT_EQ(page.find("class=\"sides\""), std::string::npos) << "no retest, nothing beside it";
}

TEST(FindingPage, PutsTheRetestBesideTheFinding) {
  FindingPage p = example();
  FindingAct ordered, retested;
  ordered.kind = ActKind::kRetestOrdered;
  retested.kind = ActKind::kRetested;
  ordered.retest = retested.retest = JobId(1001);
  retested.outcome = RetestOutcome::kNotFixed;
  p.history.insert(p.history.end(), {ordered, retested});
  p.standing = standing_of(p.history);
  p.retest = p.app;
  p.retest->job = JobId(1001);
  p.retest_apk = "file:///new.apk";
  const std::string page = html(p);
  for (const char* text :
       {"class=\"sides\"", "未整改", "file:///new.apk", "id=\"app-1001-1\"", "id=\"app-17-1\""})
    EXPECT_NE(page.find(text), std::string::npos) << text;
}

TEST(FindingPage, EveryRuleSaysWhatWouldMakeItPass) {
  const Catalogue catalogue = *Catalogue::embedded();
  for (const RuleItem& item : pack().items) EXPECT_TRUE(catalogue.has("remedies", item.id)) << item.id;
}

}  // namespace
}  // namespace storesweep
