#include "common/model/calibration.h"

#include <gtest/gtest.h>

#include <fstream>

#include "common/rules/probes.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {

Verdict verdict_of(std::vector<ItemVerdict> items, int api = 28) {
  Verdict v;
  v.device_kind = {"phone", api};
  v.items = std::move(items);
  return v;
}
Finding finding(const std::string& rule, std::vector<Missing> missing) {
  Finding f;
  f.rule = rule;
  f.missing = std::move(missing);
  return f;
}
std::optional<ProbeOutcome> outcome_of(const Probe& probe, const Verdict& verdict) {
  const auto all = hold_to_probe(probe, verdict);
  return all.size() == 1 ? std::optional(all[0].outcome) : std::nullopt;
}

const Probe kGuilty{"g.apk", "com.g", "", "", "", {{"R5.3", Level::kViolation, 23, 1'000}}};
const Probe kMild{"m.apk", "com.m", "", "", "", {{"R6.1", Level::kSuspected, 0, 1'000}}};
const Probe kInnocent{"i.apk", "com.i", "", "", "", {}};

TEST(Probe, IsSeenAtItsLevelMissedBelowAndFlaggedAbove) {
  EXPECT_EQ(outcome_of(kGuilty, verdict_of({{"R5.3", Level::kViolation, {}}})), ProbeOutcome::kSeen);
  EXPECT_EQ(outcome_of(kGuilty, verdict_of({{"R5.3", Level::kNotFound, {}}})), ProbeOutcome::kMissed);
  EXPECT_EQ(outcome_of(kGuilty, verdict_of({{"R5.3", Level::kNotTested, {Reason::kTimeout}}})),
            ProbeOutcome::kMissed);
  EXPECT_EQ(outcome_of(kMild, verdict_of({{"R6.1", Level::kSuspected, {}}})), ProbeOutcome::kSeen);
  EXPECT_EQ(outcome_of(kMild, verdict_of({{"R6.1", Level::kViolation, {}}})), ProbeOutcome::kFlagged);
}

TEST(Probe, ThatOnlyOneDeviceShowedIsSeenAndOneThatDidNotRepeatIsMissed) {
  Verdict v = verdict_of({{"R5.3", Level::kSuspected, {}}});
  v.findings = {finding("R5.3", {Missing::kSingleDevice}), finding("R6.1", {Missing::kNecessity})};
  EXPECT_EQ(outcome_of(kGuilty, v), ProbeOutcome::kSeen);
  v.findings = {finding("R5.3", {Missing::kNotRepeated})};
  EXPECT_EQ(outcome_of(kGuilty, v), ProbeOutcome::kMissed);
}

TEST(Probe, ThatIsInnocentIsSilentFlaggedOrSaysNothing) {
  EXPECT_EQ(outcome_of(kInnocent, verdict_of({{"R5.3", Level::kNotFound, {}}})), ProbeOutcome::kSilent);
  EXPECT_EQ(outcome_of(kInnocent, verdict_of({{"R5.3", Level::kSuspected, {}}})), ProbeOutcome::kFlagged);
  EXPECT_TRUE(hold_to_probe(kInnocent, verdict_of({{"R5.3", Level::kNotTested, {}}})).empty());
}

TEST(Probe, IsHeldToNothingWhereItDoesNotApply) {
  EXPECT_TRUE(hold_to_probe(kGuilty, verdict_of({{"R5.3", Level::kViolation, {}}}, 19)).empty());
  const Probe either{"e.apk", "com.e", "", "", "", {{"R5.3", std::nullopt, 0, 1'000}}};
  EXPECT_TRUE(hold_to_probe(either, verdict_of({{"R5.3", Level::kViolation, {}}})).empty());
}

TEST(Probe, IsNotHeldToWhatItsRunWasNotGivenTheMeansFor) {
  const Probe update{"u.apk", "com.u", "", "", "", {{"R5.2", Level::kSuspected, 0, 1'000}}};
  EXPECT_TRUE(
      hold_to_probe(update, verdict_of({{"R5.2", Level::kNotTested, {Reason::kNoOldVersion}}})).empty());
  EXPECT_EQ(outcome_of(update, verdict_of({{"R5.2", Level::kNotTested, {Reason::kGrammar}}})),
            ProbeOutcome::kMissed);
  const Probe starts{"s.apk", "com.s", "", "", "", {{"R6.5", Level::kSuspected, 0, 1'000, "decoys"}}};
  Verdict v = verdict_of({{"R6.5", Level::kNotTested, {Reason::kProfile}}});
  EXPECT_TRUE(hold_to_probe(starts, v).empty());
  v.coverage.observers = {"decoys", "events"};
  EXPECT_EQ(outcome_of(starts, v), ProbeOutcome::kMissed);
}

ProbeResult result(const std::string& rule, ProbeOutcome outcome) {
  return {"com.p", rule, {}, Level::kNotFound, {}, outcome};
}

TEST(RuleState, OneFaultDarkensWhateverElseWasSeen) {
  const auto states =
      rule_states({result("R5.3", ProbeOutcome::kSeen), result("R5.3", ProbeOutcome::kFlagged),
                   result("R5.3", ProbeOutcome::kSeen), result("R5.7", ProbeOutcome::kSeen),
                   result("R5.7", ProbeOutcome::kSilent), result("R1.7", ProbeOutcome::kSilent)});
  EXPECT_EQ(states.at("R5.3"), RuleState::kFailed);
  EXPECT_EQ(states.at("R5.7"), RuleState::kPassed);
  EXPECT_EQ(states.at("R1.7"), RuleState::kUnproven) << "silence alone proves nothing";
}

Calibration calibration(std::vector<ProbeResult> results) {
  Calibration c;
  c.where = {"build/1", {"phone", 28}, "1"};
  c.results = std::move(results);
  c.rules = rule_states(c.results);
  return c;
}
ProbeResult of(const std::string& probe, const std::string& rule, ProbeOutcome outcome) {
  return {probe, rule, {}, Level::kNotFound, {}, outcome};
}

TEST(RuleState, StaysDarkUntilItPasses) {
  const Calibration before =
      calibration({of("a", "R5.3", ProbeOutcome::kMissed), of("a", "R5.7", ProbeOutcome::kFlagged),
                   of("a", "R1.7", ProbeOutcome::kSeen)});
  const Calibration now = renewed(
      before, calibration({of("a", "R5.3", ProbeOutcome::kSeen), of("a", "R5.7", ProbeOutcome::kSilent),
                           of("a", "R6.1", ProbeOutcome::kSilent)}));
  EXPECT_EQ(now.rules.at("R5.3"), RuleState::kPassed);
  EXPECT_EQ(now.rules.at("R5.7"), RuleState::kFailed) << "silence alone proves nothing";
  EXPECT_EQ(now.rules.at("R1.7"), RuleState::kPassed);
  EXPECT_EQ(now.rules.at("R6.1"), RuleState::kUnproven);
  EXPECT_EQ(dark_rules(now), (std::vector<DarkRule>{{now.where, "R5.7"}}));
}

TEST(RuleState, PassesOnlyWhereTheProbeThatSpokeAgainstItWasLookedAtAgain) {
  const Calibration before =
      calibration({of("guilty", "R5.7", ProbeOutcome::kSeen), of("twin", "R5.7", ProbeOutcome::kFlagged)});
  Calibration now = renewed(before, calibration({of("guilty", "R5.7", ProbeOutcome::kSeen)}));
  EXPECT_EQ(now.rules.at("R5.7"), RuleState::kFailed) << "nobody looked at the twin";
  now = renewed(now, calibration({of("guilty", "R5.7", ProbeOutcome::kSeen)}));
  EXPECT_EQ(now.rules.at("R5.7"), RuleState::kFailed) << "nor later";
  now = renewed(now, calibration({of("guilty", "R5.7", ProbeOutcome::kSeen),
                                  of("twin", "R5.7", ProbeOutcome::kSilent)}));
  EXPECT_EQ(now.rules.at("R5.7"), RuleState::kPassed);
}

TEST(ExpectedYaml, IsReadWithEveryErrorAtItsLine) {
  storesweep::testing::TemporaryFolder folder;
  EXPECT_EQ(load_probes(folder.path()).status().kind(), ErrorKind::kNotFound);
  std::ofstream(folder.path() + "/expected.yaml") << "probes:\n"
                                                     "- {apk: a.apk, package: com.a, why: x, expected: "
                                                     "[{rule: R5.3, level: violation, min_api: 23}]}\n"
                                                     "- {apk: b.apk, package: com.b, expected: []}\n"
                                                     "- {apk: c.apk, package: com.c, expected: "
                                                     "[{rule: R5.4, level: any, reason: either}]}\n";
  const auto probes = load_probes(folder.path());
  ASSERT_TRUE(probes.ok()) << probes.status().message();
  ASSERT_EQ(probes->size(), 3u);
  EXPECT_EQ((*probes)[0].expected[0].level, Level::kViolation);
  EXPECT_EQ((*probes)[0].expected[0].min_api, 23);
  EXPECT_FALSE((*probes)[2].expected[0].level);
  std::ofstream(folder.path() + "/expected.yaml") << "probes:\n"
                                                     "- {apk: ../a.apk, package: com.a}\n"
                                                     "- {apk: b.apk, package: com.b, expected: "
                                                     "[{rule: R5.3, level: guilty}]}\n";
  const std::string message = load_probes(folder.path()).status().message();
  EXPECT_NE(message.find("expected.yaml:2:"), std::string::npos) << message;
  EXPECT_NE(message.find("expected.yaml:3:"), std::string::npos) << message;
  EXPECT_NE(message.find("'guilty' is no level"), std::string::npos) << message;
}

}  // namespace
}  // namespace storesweep
