// A company's pipeline: what is new against a baseline, how the check ends, and that SARIF and JUnit fit
// their published schemas whatever apps write.
#include "common/report/pipeline.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/base/child.h"
#include "common/report/finding_id.h"

namespace storesweep {
namespace {
using Json = nlohmann::json;

const std::string kHostile =
    "<script>\"'&]]>\x01\xff\xEF\xBF\xBF"
    "e\nsecond";

const RulePack& pack() {
  static const RulePack kPack = *load_rule_pack(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  return kPack;
}
const Catalogue& catalogue() {
  static const Catalogue kCatalogue = *Catalogue::embedded();
  return kCatalogue;
}

Finding finding(const std::string& rule, Level level, const std::string& value) {
  Finding f;
  f.rule = rule;
  f.clause = "4.6";
  f.edition = "T/TAF 078.4-2023";
  f.level = level;
  f.phase = Phase::kP10;
  f.device_ms = 4'200;
  f.what = "permission.again_same_run";
  f.values = {{"permission", value}, {"count", "2"}};
  if (level == Level::kSuspected) f.missing = {Missing::kSingleDevice};
  f.evidence = {{sha256("journal"), 17, kHostile}};
  f.last_action = "tap " + kHostile + ", 2500 ms";
  return f;
}

// One violation, one suspected, one not found, one not tested.
CheckReport example() {
  CheckReport r;
  r.listing.package = "cn.example." + kHostile;
  r.listing.version_name = "1.0";
  r.file = "某 应用&.apk";
  r.file_sha256 = to_hex(sha256("apk"));
  r.verdict = untested_verdict(Reason::kProfile);
  r.verdict.simulated = true;
  r.verdict.pack_version = "2026.11.24";
  r.verdict.judge_version = "1";
  r.verdict.items = {{"R5.7", Level::kViolation, {}},
                     {"R5.3", Level::kSuspected, {}},
                     {"R1.7", Level::kNotFound, {}},
                     {"R1.1", Level::kNotTested, {Reason::kHookAbsent}},
                     {"R5.4", Level::kNotApplicable, {}}};
  r.verdict.findings = {finding("R5.7", Level::kViolation, "camera" + kHostile),
                        finding("R5.3", Level::kSuspected, "location")};
  return r;
}

std::string sarif(const CheckReport& r) { return sarif_text(r, pack(), catalogue(), Language::kEnglish); }
std::string junit(const CheckReport& r) { return junit_text(r, pack(), catalogue(), Language::kChinese); }
std::string data(const std::string& file) {
  return std::string(std::getenv("STORESWEEP_SOURCE")) + "/tests/data/pipeline/" + file;
}

// What the schema's own tool says against the text; empty: it fits.
std::string refused(const std::string& name, const std::string& text, std::vector<std::string> command) {
  const std::string file = testing::TempDir() + "/pipeline_test_" + name;
  std::ofstream(file, std::ios::binary) << text;
  ChildOptions options;
  options.command = std::move(command);
  options.command.push_back(file);
  options.stderr_file = file + ".errors";
  const auto done = run_child(options, "", 1 << 20, Deadline::in_ms(60'000));
  if (!done.ok()) return done.status().text();
  std::ifstream errors(options.stderr_file);
  const std::string said{std::istreambuf_iterator<char>(errors), {}};
  return done->exit_code == 0 ? "" : "refused: " + done->out + said;
}
std::string refused_sarif(const std::string& text) {
  return refused("a.sarif", text,
                 {"python3", "-c",
                  "import json, sys, jsonschema\n"
                  "schema = json.load(open(sys.argv[1]))\n"
                  "jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())"
                  ".validate(json.load(open(sys.argv[2])))",
                  data("sarif-2.1.0-rtm.5.json")});
}
std::string refused_junit(const std::string& text) {
  return refused("a.xml", text, {"xmllint", "--noout", "--nonet", "--schema", data("junit-4.xsd")});
}

TEST(Pipeline, ASarifLogFitsThePublishedSchemaWhateverAppsWrite) {
  EXPECT_EQ(refused_sarif(sarif(example())), "");
  CheckReport compared_one = example();
  compared_one.newness = {Newness::kNew, Newness::kRaised};
  compared_one.require = {"R1.1"};
  EXPECT_EQ(refused_sarif(sarif(compared_one)), "");
  EXPECT_NE(refused_sarif(R"({"version": "2.1.0", "runs": [{}]})"), "") << "the schema is really looked at";
}

TEST(Pipeline, AJUnitFileFitsThePublishedSchemaWhateverAppsWrite) {
  EXPECT_EQ(refused_junit(junit(example())), "");
  CheckReport all_at_once = example();
  all_at_once.fail_on = Level::kSuspected;
  all_at_once.require = {"R1.1"};
  EXPECT_EQ(refused_junit(junit(all_at_once)), "");
  EXPECT_NE(refused_junit("<testsuites><testsuite/></testsuites>"), "") << "the schema is really looked at";
}

TEST(Pipeline, SarifSaysWhatAPersonMustReviewAndWhatWasNotTested) {
  const Json run = Json::parse(sarif(example()))["runs"][0];
  ASSERT_EQ(run["results"].size(), 2u);
  EXPECT_EQ(run["results"][0]["kind"], "fail");
  EXPECT_EQ(run["results"][0]["level"], "error");
  EXPECT_EQ(run["results"][1]["kind"], "review");
  EXPECT_EQ(run["results"][1]["level"], "none");
  EXPECT_NE(run["results"][0]["message"]["text"].get<std::string>().find("[simulated]"), std::string::npos);
  EXPECT_TRUE(run["properties"]["simulated"].get<bool>());
  const Json& notes = run["invocations"][0]["toolExecutionNotifications"];
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0]["associatedRule"]["id"], "R1.1");
  EXPECT_EQ(notes[0]["level"], "note");
  EXPECT_EQ(run["artifacts"][0]["location"]["uri"], "%E6%9F%90%20%E5%BA%94%E7%94%A8%26.apk");
}

TEST(Pipeline, JUnitFailsAtTheLevelAskedForAndSkipsTheRestWithItsReason) {
  const std::string xml = junit(example());
  EXPECT_NE(xml.find("tests=\"5\" failures=\"1\" errors=\"0\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("<skipped>疑似"), std::string::npos) << "what is suspected never passes in silence";
  EXPECT_NE(xml.find("HOOK_ABSENT"), std::string::npos);
  EXPECT_NE(xml.find("[模拟] storesweep"), std::string::npos);
  CheckReport strict = example();
  strict.fail_on = Level::kSuspected;
  strict.require = {"R1.1"};
  EXPECT_NE(junit(strict).find("failures=\"2\" errors=\"1\""), std::string::npos);
}

TEST(Pipeline, OnlyWhatIsNewOrWorseCountsAgainstABaseline) {
  CheckReport r = example();
  Verdict before = r.verdict;
  before.findings[0].values = {{"permission", "camera" + kHostile}, {"count", "7"}};  // counted otherwise
  before.findings[0].phase = Phase::kP6;
  before.findings[1].values[0].second = "contacts";
  EXPECT_EQ(compared(r.verdict, before), (std::vector<Newness>{Newness::kKnown, Newness::kNew}));
  before.findings[0].level = Level::kSuspected;
  EXPECT_EQ(compared(r.verdict, before)[0], Newness::kRaised);
  r.newness = {Newness::kKnown, Newness::kNew};
  EXPECT_EQ(end_of(r), CheckEnd::kClean) << "the violation is known, what is new is only suspected";
  EXPECT_EQ(Json::parse(sarif(r))["runs"][0]["results"].size(), 1u);
  EXPECT_NE(junit(r).find("failures=\"0\""), std::string::npos);
  EXPECT_NE(junit(r).find("基线中已有"), std::string::npos) << "a known finding does not pass in silence";
  r.newness[0] = Newness::kRaised;
  EXPECT_EQ(end_of(r), CheckEnd::kFindings);
  Listing other;
  other.package = "com.other";
  EXPECT_FALSE(comparable(r.listing, other).ok());
}

TEST(Pipeline, EndsByFindingsThenByWhatWasNotTested) {
  CheckReport r = example();
  EXPECT_EQ(end_of(r), CheckEnd::kFindings);
  r.require = {"R1.1"};
  EXPECT_EQ(end_of(r), CheckEnd::kFindings) << "a finding outweighs";
  r.verdict.findings.erase(r.verdict.findings.begin());
  EXPECT_EQ(end_of(r), CheckEnd::kUntested);
  EXPECT_EQ(untested_required(r), (std::vector<std::string>{"R1.1"}));
  r.require = {"R1.7", "R9.99"};
  EXPECT_EQ(untested_required(r), (std::vector<std::string>{"R9.99"})) << "what nobody judged was not tested";
  r.require = {"R1.7"};
  EXPECT_EQ(end_of(r), CheckEnd::kClean);
  r.fail_on = Level::kSuspected;
  EXPECT_EQ(end_of(r), CheckEnd::kFindings);
  CheckReport nothing;
  nothing.verdict = untested_verdict(Reason::kEmuDetected);
  EXPECT_EQ(end_of(nothing), CheckEnd::kUntested) << "silence is not clean";
}

TEST(FindingId, IsTheSameInAnotherRunAndReadBackStrictly) {
  Finding a = finding("R5.7", Level::kViolation, "camera"), b = a;
  b.values[1].second = "9";
  b.phase = Phase::kP6;
  b.level = Level::kSuspected;
  EXPECT_EQ(finding_key(a), finding_key(b));
  b.values[0].second = "location";
  EXPECT_NE(finding_key(a), finding_key(b));
  const auto keys = finding_keys({a, b, a});
  EXPECT_EQ(keys[2], keys[0] + "-2");
  Verdict v;
  v.findings = {a, b, a};
  EXPECT_EQ(find_finding(v, keys[1]), &v.findings[1]);
  EXPECT_EQ(find_finding(v, "0000000000"), nullptr);
  const FindingId id{JobId(17), keys[0]};
  EXPECT_EQ(finding_id_of(text(id)), id);
  for (const std::string bad : {"17", "17.", ".0123456789", "0.0123456789", "17.012345678g", "x.0123456789",
                                "17.0123", "17.01234567890123456789"})
    EXPECT_FALSE(finding_id_of(bad)) << bad;
}

}  // namespace
}  // namespace storesweep
