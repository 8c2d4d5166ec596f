// The report: what it must say, and that nothing of what apps, stores and devices write gets out of its cell.
#include "common/report/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <regex>

#include "common/base/file.h"
#include "common/evidence/names.h"
#include "common/report/announcement.h"
#include "common/report/html.h"
#include "common/report/screenshot.h"

namespace storesweep {
namespace {

const std::string kHostile =
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\x01&amp;\xE2\x80\xAEtxt.\xff";

std::string source(const std::string& path) {
  return std::string(std::getenv("STORESWEEP_SOURCE")) + "/" + path;
}

// A red 4x2 PNG, as a screenshot.
std::string tiny_png() {
  const std::string file = source("tests/data/report/tiny.png");
  auto bytes = read_file(file, 1 << 20);
  EXPECT_TRUE(bytes.ok()) << bytes.status().message();
  return bytes.ok() ? *bytes : "";
}

Finding finding_of(Level level, std::vector<Missing> missing) {
  Finding f;
  f.rule = "R1.7";
  f.clause = "5.8";
  f.edition = "T/TAF 078.6-2026";
  f.level = level;
  f.phase = Phase::kP1;
  f.device_ms = 4'200;
  f.what = "consent.no_refusal";
  f.values = {{"choice", "我知道了" + kHostile}};
  f.missing = std::move(missing);
  f.evidence = {{sha256("first"), 17, kHostile + "\nsecond line"}};
  f.last_action = "tap 同意" + kHostile + ", 2500 ms";
  return f;
}

Verdict verdict_of(Level level) {
  Verdict v = untested_verdict(Reason::kHookAbsent);
  v.simulated = true;
  v.pack_version = "2026.11.24";
  v.judge_version = "1";
  v.clock_rate_permille = 20'000;
  v.device_kind = {"simulated", 28};
  v.items = {{"R1.1", Level::kNotTested, {Reason::kHookAbsent}},
             {"R1.7", level, {}},
             {"R1.8", Level::kNotFound, {}},
             {"R5.7", Level::kNotApplicable, {}}};
  v.rows[0] = {1, level, 9, 3, {Reason::kHookAbsent}};
  v.coverage.phase_run[1] = true;
  v.coverage.phase_device_ms[1] = 65'000;
  v.coverage.screens = 12;
  v.coverage.observers = {"hierarchy", "events"};
  v.look_ups = {true, 7, true, {{Sought::kAccountEnd, "注销" + kHostile, 3, {}}}, {"手持身份证"}};
  return v;
}

ReportRun run_of(const char* journal, const char* device) {
  ReportRun run;
  run.journal = sha256(journal);
  run.worker = "w1";
  run.device = device;
  run.fingerprint = kHostile;
  run.kind = {"simulated", 28};
  run.clock_rate_permille = 20'000;
  run.started_wall_ms = 1'790'000'000'000;
  run.sealed = run.complete = true;
  return run;
}

// A guilty app with its second run and screenshots, one only suspected, one that was buried.
SweepReport example() {
  SweepReport r;
  r.sweep = 3;
  r.name = "nightly " + kHostile;
  r.started_wall_ms = 1'790'000'000'000;
  r.ended_wall_ms = 1'790'000'600'000;
  r.written_wall_ms = 1'790'000'700'000;
  r.total = 5;
  ReportApp guilty;
  guilty.job = JobId(17);
  guilty.listing.label = "省钱日历" + kHostile;
  guilty.listing.package = "cn.example.guilty";
  guilty.listing.developer = kHostile;
  guilty.listing.store = "应用宝";
  guilty.listing.version_name = "1.0";
  guilty.device = "SIM0001";
  guilty.verdict = verdict_of(Level::kViolation);
  guilty.verdict.runs = 2;
  Finding f = finding_of(Level::kViolation, {});
  f.evidence.push_back({sha256("second"), 21, "the same again"});
  guilty.verdict.findings = {f};
  guilty.runs = {run_of("first", "SIM0001"), run_of("second", "SIM0003")};
  guilty.screenshots = {{{{sha256("a"), 100, 16, 4'000, Phase::kP1}, 0, 4'200, tiny_png()},
                         {{sha256("b"), 100, 18, 5'000, Phase::kP2}, 0, 4'200, ""}}};
  r.apps.push_back(guilty);
  ReportApp suspect = guilty;
  suspect.job = JobId(18);
  suspect.verdict = verdict_of(Level::kSuspected);
  suspect.verdict.findings = {finding_of(Level::kSuspected, {Missing::kSingleDevice})};
  suspect.runs[0].unread_why = "there is no such blob";
  suspect.screenshots.clear();
  r.apps.push_back(suspect);
  ReportApp buried;
  buried.job = JobId(19);
  buried.listing.package = "cn.example.buried";
  buried.end = EndKind::kBuried;
  buried.end_reason = "INSTALL " + kHostile;
  buried.verdict = untested_verdict(Reason::kTimeout);
  r.apps.push_back(buried);
  r.count = count_rows(r.apps);
  return r;
}

std::string page_of(const SweepReport& report, Language first = Language::kChinese) {
  auto catalogue = Catalogue::embedded();
  auto pack = load_rule_pack(source("rules"));
  EXPECT_TRUE(catalogue.ok() && pack.ok());
  return report_html(report, *catalogue, *pack, first);
}

// The names of open elements that are never closed, in an order that is wrong, or ids that stand twice.
std::vector<std::string> badly_formed(const std::string& html) {
  std::vector<std::string> open, errors, ids;
  static const std::regex kTag(R"(<(/?)([a-zA-Z0-9]+)((?:\s+[a-zA-Z-]+="[^"<>]*")*)\s*(/?)>)");
  static const std::regex kId(R"(\sid="([^"]*)\")");
  const std::string body = html.substr(html.find("<html"));
  std::size_t angles = 0;
  for (std::sregex_iterator it(body.begin(), body.end(), kTag), end; it != end; ++it) {
    ++angles;
    const std::string name = (*it)[2], attributes = (*it)[3];
    std::smatch id;
    if (std::regex_search(attributes, id, kId)) {
      if (std::find(ids.begin(), ids.end(), id[1]) != ids.end()) errors.push_back("twice: " + id[1].str());
      ids.push_back(id[1]);
    }
    if ((*it)[4].length() > 0) continue;
    if ((*it)[1].length() == 0) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      errors.push_back("</" + name + "> closes nothing");
    } else {
      open.pop_back();
    }
  }
  // The style sheet has no angle bracket, so each one belongs to a tag that was seen.
  if (static_cast<std::size_t>(std::count(body.begin(), body.end(), '<')) != angles)
    errors.push_back("a stray <");
  for (const std::string& name : open) errors.push_back("<" + name + "> is never closed");
  return errors;
}

TEST(Report, IsWellFormedWhateverAppsAndDevicesWrite) {
  EXPECT_EQ(badly_formed(page_of(example())), std::vector<std::string>{});
  EXPECT_EQ(badly_formed(page_of(SweepReport{})), std::vector<std::string>{});
}

TEST(Report, LetsNothingOfOthersBecomeMarkupOrTurnTheText) {
  const std::string html = page_of(example());
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("<img src=x"), std::string::npos);
  EXPECT_EQ(html.find("\xE2\x80\xAE"), std::string::npos);
  EXPECT_EQ(html.find('\x01'), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;"), std::string::npos);
}

TEST(Report, LoadsNothingFromOutside) {
  const std::string html = page_of(example());
  static const std::regex kReference(R"re((?:src|href|action|url)\s*[=(]\s*"?([^"\s)]*))re");
  for (std::sregex_iterator it(html.begin(), html.end(), kReference), end; it != end; ++it) {
    const std::string to = (*it)[1];
    EXPECT_TRUE(to.starts_with("#") || to.starts_with("data:image/png;base64,") || to == "x") << to;
  }
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
}

TEST(Report, SaysFirstOfAllThatDevicesWereSimulatedAndHowFastTheirClockRan) {
  const std::string html = page_of(example());
  const std::size_t said = html.find("模拟设备 SIMULATED</strong>");
  ASSERT_NE(said, std::string::npos);
  EXPECT_LT(said, html.find("<h2>"));
  EXPECT_NE(html.find("时钟是真实时间的 20 倍"), std::string::npos);
  EXPECT_NE(html.find("ran 20 times as fast"), std::string::npos);
  SweepReport real = example();
  for (ReportApp& app : real.apps) app.verdict.simulated = false;
  EXPECT_EQ(page_of(real).find("SIMULATED"), std::string::npos);
}

TEST(Report, GivesTheSlowestAndTheFastestOfMeasuredClocks) {
  SweepReport report = example();
  report.apps[1].verdict.clock_rate_permille = 20'130;
  EXPECT_NE(page_of(report).find("ran 20–20.13 times as fast"), std::string::npos);
}

TEST(Report, NamesClauseTimeActionEvidenceAndWhatIsMissing) {
  const std::string html = page_of(example());
  for (const std::string text :
       {"T/TAF 078.6-2026 第 5.8 条", "T/TAF 078.6-2026, clause 5.8", "4.2 s after the start of the run",
        "last action before: tapped &quot;同意&lt;script", "2.5 s earlier", "run 1, record 17 of its journal",
        "Repeated on another device of the same kind, SIM0003 (record 21)",
        "Nothing: every element of the clause was observed",
        "Not possible: there is no second device of this kind",
        "the journal could not be read: there is no such blob", "1 screenshots were left out",
        "2 more are counted above"}) {
    EXPECT_NE(html.find(text), std::string::npos) << text;
  }
  EXPECT_NE(html.find(to_hex(sha256("first"))), std::string::npos);
}

TEST(Report, PutsTheCoverageBesideEveryNotFound) {
  const std::string html = page_of(example());
  EXPECT_NE(html.find("Not found</span> R1.8 <span class=\"coverage\">"), std::string::npos);
  EXPECT_NE(html.find("P1 <span class=\"zh\" lang=\"zh-Hans\">首次启动未触碰</span>"), std::string::npos);
  EXPECT_NE(html.find("1 min 5 s"), std::string::npos);
}

TEST(Report, ShowsWhatWasLookedUpWithItsCoverageAndAsNoFinding) {
  const std::string html = page_of(example());
  for (const std::string text :
       {"7 looks at pages; no item of the ten tasks", "3 taps from the main screen", "手持身份证",
        "not seen, which does not say that there is none", "Pages behind a log-in were not seen"}) {
    EXPECT_NE(html.find(text), std::string::npos) << text;
  }
}

TEST(Report, GivesTheSixColumnsInTheMinistrysWordsAndMarksTheSuspected) {
  const std::string html = page_of(example());
  EXPECT_NE(html.find("序号</th><th scope=\"col\">应用名称</th><th scope=\"col\">应用开发者"),
            std::string::npos);
  EXPECT_NE(html.find("<td>【模拟设备】违规收集个人信息</td>"), std::string::npos);
  EXPECT_NE(html.find("<td>【模拟设备】违规收集个人信息（疑似）</td>"), std::string::npos);
}

TEST(Announcement, NamesTheTasksWithProblemsAndWhatIsSuspectedOrSimulated) {
  const Catalogue catalogue = *Catalogue::embedded();
  Verdict v = untested_verdict(Reason::kProfile);
  EXPECT_EQ(announced_problems(catalogue, v), "");
  v.rows[0].level = Level::kViolation;
  v.rows[2].level = Level::kSuspected;
  v.rows[3].level = Level::kNotFound;
  EXPECT_EQ(announced_problems(catalogue, v), "违规收集个人信息；违规使用个人信息（疑似）");
  v.simulated = true;
  EXPECT_EQ(announced_problems(catalogue, v), "【模拟设备】违规收集个人信息；违规使用个人信息（疑似）");
}

// The whole page apart from the style sheet. `STORESWEEP_UPDATE_GOLDEN=1` writes it anew: read the
// difference.
TEST(Report, IsThePageThatSomebodyLookedAt) {
  std::string html = page_of(example());
  html.erase(html.find("<style>"), html.find("</style>") - html.find("<style>"));
  const std::string file = source("tests/data/report/hostile.html");
  if (std::getenv("STORESWEEP_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_file_durably(file, html).ok());
  }
  const auto golden = read_file(file, 8u << 20);
  ASSERT_TRUE(golden.ok()) << golden.status().message();
  EXPECT_TRUE(html == *golden) << "the page differs from " << file;
}

TEST(Report, TakesTheScreensNearestToTheMomentOfItsOwnPhaseFirst) {
  Journal j;
  auto add = [&](std::uint64_t sequence, std::int64_t ms, Phase phase) {
    Record r;
    r.sequence = sequence;
    r.device_ms = ms;
    r.phase = phase;
    r.kind = RecordKind::kBlob;
    r.name = record_name::kScreenshot;
    r.sha256 = sha256(std::to_string(sequence));
    j.records.push_back(r);
  };
  add(1, 1'000, Phase::kP1);
  add(2, 9'000, Phase::kP1);
  add(3, 9'500, Phase::kP2);
  add(4, 12'000, Phase::kP2);
  add(5, 30'000, Phase::kP2);
  const auto around = screenshots_around(j, Phase::kP1, 10'000);
  ASSERT_EQ(around.size(), 2u);
  EXPECT_EQ(around[0].record, 2u);
  EXPECT_EQ(around[1].record, 4u);
  EXPECT_TRUE(screenshots_around(Journal{}, Phase::kP1, 0).empty());
}

TEST(Screenshot, IsShrunkAndWrittenAnew) {
  const std::string png = tiny_png();
  const auto same = small_png_untrusted(png, 360);
  ASSERT_TRUE(same.ok()) << same.status().message();
  const auto small = small_png_untrusted(png, 2);
  ASSERT_TRUE(small.ok());
  EXPECT_EQ(small->substr(16, 8), std::string("\0\0\0\x02\0\0\0\x01", 8));  // IHDR: 2 by 1
}

TEST(Screenshot, RefusesWhatIsNoPngOrTooLarge) {
  EXPECT_EQ(small_png_untrusted("", 10).status().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(small_png_untrusted("GIF89a", 10).status().kind(), ErrorKind::kCorrupt);
  std::string png = tiny_png();
  EXPECT_EQ(small_png_untrusted(png.substr(0, png.size() / 2), 10).status().kind(), ErrorKind::kCorrupt);
  png.replace(16, 8, std::string("\0\0\xff\xff\0\0\xff\xff", 8));
  EXPECT_FALSE(small_png_untrusted(png, 10).ok());
}

TEST(Html, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(html::safe("应用商店", 7), "应用…");
  EXPECT_EQ(html::safe("abc", 3), "abc");
}

TEST(Html, EncodesBase64) {
  EXPECT_EQ(html::base64(""), "");
  EXPECT_EQ(html::base64("f"), "Zg==");
  EXPECT_EQ(html::base64("fo"), "Zm8=");
  EXPECT_EQ(html::base64("foobar"), "Zm9vYmFy");
}

TEST(Html, ShowsDurationsAndDates) {
  EXPECT_EQ(html::seconds(4'250), "4.2 s");
  EXPECT_EQ(html::seconds(725'000), "12 min 5 s");
  EXPECT_EQ(html::seconds(12'000'000), "3 h 20 min");
  EXPECT_EQ(html::beijing_time(1'595'548'800'123), "2020-07-24 08:00:00");
}

}  // namespace
}  // namespace storesweep
