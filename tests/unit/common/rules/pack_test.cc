#include "common/rules/pack.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "common/base/file.h"
#include "common/judge/items.h"

namespace storesweep {
namespace {

std::string rules_folder() { return std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules"; }

TEST(RulePack, HasEveryItemOfTheReference) {
  auto pack = load_rule_pack(rules_folder());
  ASSERT_TRUE(pack.ok()) << pack.status().text();
  // Items a task in the rule reference, section 2.
  const int wanted[] = {9, 10, 4, 4, 7, 5, 13, 2, 8, 5};
  for (int task = 1; task <= kTaskCount; ++task) {
    int count = 0;
    for (const RuleItem& i : pack->items) count += i.task == task;
    EXPECT_EQ(count, wanted[task - 1]) << "task " << task;
  }
}

TEST(RulePack, EveryEvaluatorExistsAndNeverJudgesBeyondItsObservers) {
  auto pack = load_rule_pack(rules_folder());
  ASSERT_TRUE(pack.ok());
  int judged = 0;
  for (const RuleItem& i : pack->items) {
    if (i.evaluator.empty()) continue;
    ++judged;
    EXPECT_NE(evaluator_named(i.evaluator), nullptr) << i.id;
    EXPECT_FALSE(i.observers.empty()) << i.id;
    EXPECT_FALSE(i.phases.empty()) << i.id;
  }
  EXPECT_EQ(judged, 31);
  // What app-ops and process starts alone cannot decide.
  for (const char* id : {"R2.7", "R6.1", "R6.3", "R10.2"})
    EXPECT_EQ(pack->item(id)->level, Level::kSuspected) << id;
}

// Every item is judged, or says what it stands back for; and the reason that it carries meanwhile says the
// same.
TEST(RulePack, NoItemIsLeftWithoutAWord) {
  auto pack = load_rule_pack(rules_folder());
  ASSERT_TRUE(pack.ok()) << pack.status().text();
  for (const RuleItem& i : pack->items) {
    EXPECT_EQ(i.evaluator.empty(), i.waits_for != WaitsFor::kNothing) << i.id;
    EXPECT_LE(i.at_most, i.level) << i.id;
    EXPECT_FALSE(i.people.zh.empty() || i.people.en.empty()) << i.id;
    EXPECT_TRUE(i.reasons.contains(i.untested)) << i.id;
    if (i.waits_for == WaitsFor::kHooks) {
      EXPECT_EQ(i.untested, Reason::kHookAbsent) << i.id;
    }
    if (i.waits_for == WaitsFor::kPeople) {
      EXPECT_EQ(i.untested, Reason::kDocumentReview) << i.id;
    }
    if (i.waits_for == WaitsFor::kOldVersion) {
      EXPECT_EQ(i.untested, Reason::kNoOldVersion) << i.id;
    }
  }
  // Of these rules.md says that no device ever decides them, or that they are suspected at most.
  for (const char* id : {"R3.4", "R9.1", "R10.1"})
    EXPECT_EQ(pack->item(id)->at_most, Level::kNotTested) << id;
  for (const char* id : {"R1.2", "R1.5", "R1.9", "R2.1", "R5.1", "R5.5", "R6.1", "R6.3", "R8.1", "R10.2"})
    EXPECT_EQ(pack->item(id)->at_most, Level::kSuspected) << id;
}

TEST(RulePack, KnowsTheCategoriesAndWhatEachMayNeed) {
  auto pack = load_rule_pack(rules_folder());
  ASSERT_TRUE(pack.ok());
  std::set<int> numbers, none;
  for (const RuleCategory& c : pack->categories) {
    if (c.number > 0) {
      EXPECT_TRUE(numbers.insert(c.number).second) << c.number;
    }
    if (c.none) none.insert(c.number);
  }
  EXPECT_EQ(numbers.size(), 39U);
  EXPECT_EQ(none.size(), 13U);  // 21 and 27 to 38
  EXPECT_TRUE(pack->category("实用工具")->none);
  EXPECT_FALSE(pack->category("网上购物")->none);
}

TEST(RulePack, EditionsFollowEachOther) {
  std::string folder = testing::TempDir() + "editions";
  ASSERT_TRUE(make_folders(folder).ok());
  std::string text = *read_file(rules_folder() + "/pack.yaml", 1 << 20);
  const std::string known = "- {name: T/TAF 078.6-2026, from: 2026-03-27}";
  text.replace(text.find(known), known.size(),
               "- {name: A, from: 2020-01-01, until: 2026-03-27}\n      " + known +
                   "\n      - {name: B, from: 2027-01-01}");
  ASSERT_TRUE(write_file_durably(folder + "/pack.yaml", text).ok());
  const std::string errors = load_rule_pack(folder).status().message();
  EXPECT_NE(errors.find("has not ended by then"), errors.rfind("has not ended by then")) << errors;
}

TEST(RulePack, EditionsAreChosenByDate) {
  RulePack pack;
  pack.tasks.resize(1);
  pack.tasks[0].editions = {{"2021", "2021-01-01", "2023-06-25"}, {"2023", "2023-06-26", ""}};
  EXPECT_EQ(pack.edition(1, "2020-01-01").name, "2021");
  EXPECT_EQ(pack.edition(1, "2023-06-25").name, "2021");
  EXPECT_EQ(pack.edition(1, "2023-06-26").name, "2023");
}

TEST(RulePack, TellsEveryErrorWithItsLine) {
  std::string folder = testing::TempDir() + "pack";
  ASSERT_TRUE(make_folders(folder).ok());
  std::string text = *read_file(rules_folder() + "/pack.yaml", 1 << 20);
  text.replace(text.find("untested: HOOK_ABSENT"), 21, "untested: HOOK_ABSINT");
  text.replace(text.find("id: R1.2"), 8, "id: R2.2");
  text.replace(text.find("waits_for: pictures"), 19, "waits_for: miracles");
  text.replace(text.find(" level: suspected"), 17, " level: not_found");
  text.replace(text.find("thresholds: [p1_watch_ms"), 24, "thresholds: [p2_watch_ms");
  ASSERT_TRUE(write_file_durably(folder + "/pack.yaml", text).ok());
  auto pack = load_rule_pack(folder);
  ASSERT_FALSE(pack.ok());
  EXPECT_NE(pack.status().message().find("no reason code"), std::string::npos) << pack.status().message();
  EXPECT_NE(pack.status().message().find("is called R1.N"), std::string::npos) << pack.status().message();
  for (const char* wanted :
       {"pack.yaml:", "miracles", "'not_found' is not violation", "'p2_watch_ms' is no threshold"})
    EXPECT_NE(pack.status().message().find(wanted), std::string::npos) << wanted << "\n"
                                                                       << pack.status().message();
}

}  // namespace
}  // namespace storesweep
