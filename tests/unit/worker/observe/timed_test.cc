// A command between two readings of the uptime, taken apart again.
#include <gtest/gtest.h>

#include "worker/observe/observer.h"
#include "worker/observe/screen_look.h"

namespace storesweep::observe {
namespace {

TEST(TimedCommand, WhatItPrintedComesBackExactly) {
  for (const std::string out : {"", "Success\n", "no line end", "two\nlines\n", "1.00 2.00\n", "\n"}) {
    const TimedText t = take_apart_timed("100.00 5.00\n" + out + "\n103.50 6.00\n");
    EXPECT_EQ(t.out, out);
    EXPECT_EQ(t.from_up_ms, 100'000);
    EXPECT_EQ(t.until_up_ms, 103'500);
  }
}
TEST(TimedCommand, WithoutASecondReadingNobodyKnowsUntilWhen) {
  const TimedText cut = take_apart_timed("100.00 5.00\nKilled\n");
  EXPECT_EQ(cut.from_up_ms, 100'000);
  EXPECT_FALSE(cut.until_up_ms);
  EXPECT_EQ(cut.out, "Killed\n");
  EXPECT_FALSE(take_apart_timed("sh: cat: not found\n").from_up_ms);
  EXPECT_EQ(take_apart_timed("100.00 5.00\n").until_up_ms, std::nullopt) << "one reading is not two";
}
TEST(Look, LiesBetweenItsTwoReadings) {
  const DumpAnswer a =
      take_apart("100.00 5.00\nUI hierchary dumped to: x\n102.00 6.00\n<?xml version='1.0'?><hierarchy/>");
  EXPECT_EQ(a.from_ms, 100'000);
  EXPECT_EQ(a.up_ms, 102'000);
  EXPECT_EQ(a.said, "UI hierchary dumped to: x\n");
  EXPECT_EQ(a.xml, "<?xml version='1.0'?><hierarchy/>");
  const DumpAnswer none =
      take_apart("100.00 5.00\nERROR: could not get idle state.\n112.00 6.00\ncat: x: No such file\n");
  EXPECT_EQ(none.said, "ERROR: could not get idle state.\n");
  EXPECT_EQ(none.up_ms, 112'000);
  EXPECT_TRUE(none.xml.empty());
}

}  // namespace
}  // namespace storesweep::observe
