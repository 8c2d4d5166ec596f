#include "cli/screen_text.h"

#include <gtest/gtest.h>

namespace storesweep::cli {
namespace {

TEST(Width, CountsChineseAsTwoColumnsAndCombiningMarksAsNone) {
  EXPECT_EQ(width("abc"), 3u);
  EXPECT_EQ(width("应用宝"), 6u);
  EXPECT_EQ(width("（）"), 4u);
  EXPECT_EQ(width("e\u0301"), 1u);
  EXPECT_EQ(width("…"), 1u);
  EXPECT_EQ(width("\xff"), 1u) << "a broken byte shows as one character";
}

TEST(Cut, NeverCutsAChineseCharacterInHalf) {
  EXPECT_EQ(cut("应用宝", 6), "应用宝");
  EXPECT_EQ(cut("应用宝", 5), "应用…");
  EXPECT_EQ(cut("应用宝", 4), "应…");
  EXPECT_EQ(cut("abc", 0), "");
}

TEST(SafeText, TakesAwayWhatWouldMoveTheTerminal) {
  EXPECT_EQ(safe_text("a\x1b[31mb"), "a?[31mb");
  EXPECT_EQ(safe_text("a\nb\tc"), "a b c");
  EXPECT_EQ(safe_text("x\u202Ecba"), "x?cba") << "the direction of writing";
  EXPECT_EQ(safe_text("示例"), "示例");
}

TEST(Table, LinesUpChineseAndCutsWideColumns) {
  Table t({"app", "n", "store"});
  t.right(1);
  t.at_most(0, 8);
  t.add({"示例应用很长", "7", "s"});
  t.add({"abc", "1,234", "t\x1b[2J"});
  EXPECT_EQ(t.text(),
            "app           n  store\n"
            "示例应…       7  s\n"
            "abc       1,234  t?[2J\n");
}

TEST(Numbers, ReadAsPeopleWriteThem) {
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(with_commas(-1234), "-1,234");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(duration_text(45'000), "45 s");
  EXPECT_EQ(duration_text(12 * 60'000), "12 min");
  EXPECT_EQ(duration_text(200 * 60'000), "3 h 20 min");
  EXPECT_EQ(duration_text(52 * 3'600'000), "2 d 4 h");
  EXPECT_EQ(percent_text(999, 1000), "99%") << "never done before it is";
  EXPECT_EQ(percent_text(1000, 1000), "100%");
  EXPECT_EQ(percent_text(0, 0), "0%");
  EXPECT_EQ(bar(1, 2, 4), "██░░");
  EXPECT_EQ(bar(0, 0, 2), "░░");
}

}  // namespace
}  // namespace storesweep::cli
