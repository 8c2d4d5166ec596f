// Five working days by the calendar that ships, around each kind of holiday, and what the loader refuses.
#include "common/rules/workdays.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {

const Workdays& calendar() {
  static const Workdays kCalendar = *Workdays::load(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  return kCalendar;
}
std::string due(const char* notice) {
  const auto day = calendar().due(*date_of(notice));
  return day.ok() ? date_text(*day) : day.status().text();
}
bool working(const char* day) { return *calendar().working(*date_of(day)); }

TEST(Workdays, KnowsHolidaysAndMovedWorkingDays) {
  EXPECT_FALSE(working("2025-10-08")) << "the eighth day of National Day with Mid-Autumn";
  EXPECT_TRUE(working("2025-10-11")) << "a Saturday that is worked";
  EXPECT_TRUE(working("2026-01-04")) << "a Sunday that is worked";
  EXPECT_FALSE(working("2026-02-23")) << "a Monday of Spring Festival";
  EXPECT_FALSE(working("2026-07-04")) << "a plain Saturday";
  EXPECT_TRUE(working("2026-07-06"));
}

TEST(Workdays, FiveWorkingDaysLeaveOutTheDayOfTheNotice) {
  EXPECT_EQ(due("2026-07-06"), "2026-07-13") << "a plain week";
  EXPECT_EQ(due("2026-07-10"), "2026-07-17") << "over one weekend";
  EXPECT_EQ(due("2026-07-11"), "2026-07-17") << "given on a Saturday";
  EXPECT_EQ(due("2026-02-12"), "2026-02-26") << "13, 14 (worked), Spring Festival, 24, 25, 26";
}

TEST(Workdays, MovedDaysCountAndHolidaysDoNot) {
  // 2026-04-30 (Thu): off to 05-05; 06, 07, 08, 09 (worked Saturday), 11.
  EXPECT_EQ(due("2026-04-30"), "2026-05-11");
  // 2025-09-26 (Fri): 28 (worked Sunday), 29, 30, off to 10-08, 09, 10.
  EXPECT_EQ(due("2025-09-26"), "2025-10-10");
  // 2025-12-31 (Wed): off to 01-03; 04 (worked Sunday), 05, 06, 07, 08.
  EXPECT_EQ(due("2025-12-31"), "2026-01-08");
}

TEST(Workdays, AYearThatNobodyPublishedIsRefusedAndNeverGuessed) {
  EXPECT_NE(due("2026-12-30").find("2027 are not known"), std::string::npos) << due("2026-12-30");
  EXPECT_FALSE(calendar().working(*date_of("2024-12-31")).ok());
  EXPECT_EQ(calendar().source(2027), "");
  EXPECT_NE(calendar().source(2026).find("国办发明电〔2025〕7号"), std::string::npos);
}

TEST(Workdays, ReadsDatesStrictly) {
  for (const char* bad :
       {"2026-02-30", "2026-2-3", "26-02-03", "2026/02/03", "", "2026-02-03T", "2026-+2-03"})
    EXPECT_FALSE(date_of(bad)) << bad;
  EXPECT_EQ(date_text(*date_of("2024-02-29")), "2024-02-29");
  EXPECT_EQ(date_text(beijing_date(1'595'548'800'123)), "2020-07-24");
  EXPECT_EQ(date_text(beijing_date(1'595'519'999'000)), "2020-07-23")
      << "a second before midnight in Beijing";
}

TEST(Workdays, EveryErrorNamesItsLine) {
  storesweep::testing::TemporaryFolder folder;
  std::ofstream(folder.path() + "/workdays.yaml") << "years:\n"
                                                     "  2026:\n"
                                                     "    source: x\n"
                                                     "    off: [\"2025-01-01\"]\n"
                                                     "    worked: [\"2026-07-06\"]\n"
                                                     "  nineteen: {source: y}\n";
  const auto calendar = Workdays::load(folder.path());
  ASSERT_FALSE(calendar.ok());
  const std::string said = calendar.status().message();
  for (const char* text : {"workdays.yaml:4:", "workdays.yaml:5:", "'nineteen' is no year"})
    EXPECT_NE(said.find(text), std::string::npos) << said;
}

}  // namespace
}  // namespace storesweep
