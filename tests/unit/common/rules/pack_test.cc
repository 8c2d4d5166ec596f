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
  EXPECT_EQ(judged, 10);
  // What app-ops and process starts alone cannot decide.
  for (const char* id : {"R1.3", "R2.7", "R6.1", "R6.3"})
    EXPECT_EQ(pack->item(id)->level, Level::kSuspected) << id;
}

TEST(RulePack, EditionsAreChosenByDate) {
  RulePack pack;
  pack.tasks.resize(1);
  pack.tasks[0].editions = {{"2021", "2021-01-01"}, {"2023", "2023-06-26"}};
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
  ASSERT_TRUE(write_file_durably(folder + "/pack.yaml", text).ok());
  auto pack = load_rule_pack(folder);
  ASSERT_FALSE(pack.ok());
  EXPECT_NE(pack.status().message().find("no reason code"), std::string::npos) << pack.status().message();
  EXPECT_NE(pack.status().message().find("is called R1.N"), std::string::npos) << pack.status().message();
  EXPECT_NE(pack.status().message().find("pack.yaml:"), std::string::npos);
}

}  // namespace
}  // namespace storesweep
