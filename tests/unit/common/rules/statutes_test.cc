#include "common/rules/statutes.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "common/base/file.h"
#include "common/model/verdict.h"

namespace storesweep {
namespace {

std::string rules_folder() { return std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules"; }

std::vector<std::string> of(const Statutes& s, int task, std::string_view rule, std::string_view day) {
  std::vector<std::string> out;
  for (const StatuteRow* row : s.in_force(task, rule, day))
    out.push_back(s.statutes[row->statute].id + " " + row->articles);
  return out;
}
bool has(const std::vector<std::string>& list, std::string_view one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

TEST(Statutes, EveryTaskHasArticlesOfTheMinistryOnEveryDaySinceTheCircular) {
  auto s = load_statutes(rules_folder());
  ASSERT_TRUE(s.ok()) << s.status().text();
  for (int task = 1; task <= kTaskCount; ++task) {
    const std::string rule = task == 5 ? "R5.3" : "R" + std::to_string(task) + ".1";
    for (const char* day : {"2020-07-24", "2026-11-29"}) {
      const auto rows = s->in_force(task, rule, day);
      EXPECT_TRUE(std::any_of(rows.begin(), rows.end(),
                              [&](const StatuteRow* r) { return s->statutes[r->statute].of_the_ministry; }))
          << task << " on " << day;
    }
  }
}

TEST(Statutes, TheLawOfTheDayIsTaken) {
  auto s = load_statutes(rules_folder());
  ASSERT_TRUE(s.ok());
  EXPECT_TRUE(has(of(*s, 1, "R1.3", "2025-12-31"), "CSL17 41(1), 22(3)"));
  EXPECT_FALSE(has(of(*s, 1, "R1.3", "2025-12-31"), "CSL26 43(1), 24(3)"));
  EXPECT_TRUE(has(of(*s, 1, "R1.3", "2026-01-01"), "CSL26 43(1), 24(3)"));
  EXPECT_FALSE(has(of(*s, 1, "R1.3", "2026-01-01"), "CSL17 41(1), 22(3)"));
  EXPECT_FALSE(has(of(*s, 1, "R1.3", "2021-10-31"), "PIPL 7, 13, 14, 17"));
}

TEST(Statutes, ARowOfSomeItemsStandsForNoOther) {
  auto s = load_statutes(rules_folder());
  ASSERT_TRUE(s.ok());
  EXPECT_TRUE(has(of(*s, 1, "R1.9", "2026-11-29"), "NI 4"));
  EXPECT_FALSE(has(of(*s, 1, "R1.3", "2026-11-29"), "NI 4"));
}

TEST(Statutes, TellEveryErrorWithItsLine) {
  const std::string folder = testing::TempDir() + "statutes";
  ASSERT_TRUE(make_folders(folder).ok());
  ASSERT_TRUE(
      write_file_durably(
          folder + "/statutes.yaml",
          "version: \"1\"\n"
          "instruments:\n"
          "  - {id: A, zh: a, number: n, from: 2020-01-01, until: 2019-01-01, by: [X], source: read}\n"
          "mapping:\n"
          "  - {task: 1, of: B, rules: [R2.1], zh: z, en: e}\n")
          .ok());
  auto s = load_statutes(folder);
  ASSERT_FALSE(s.ok());
  for (const char* text :
       {":3:", "not before `from`", "M, C, P or S", ":5:", "'B' is none", "R2.1 is no item"})
    EXPECT_NE(s.status().message().find(text), std::string::npos) << text << "\n" << s.status().message();
}

}  // namespace
}  // namespace storesweep
