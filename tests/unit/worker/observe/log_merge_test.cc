#include "worker/observe/log_merge.h"

#include <gtest/gtest.h>

#include "common/base/text.h"
#include "tests/unit/corpus.h"

namespace storesweep::observe {
namespace {

std::string line(int ms, const std::string& text) {
  char head[64];
  std::snprintf(head, sizeof head, "07-24 08:00:%02d.%03d  1000  1500  1520 I am_proc_start: ", ms / 1000,
                ms % 1000);
  return head + text;
}

TEST(LogMerge, LeavesOutWhatStoodThereBeforeTheRun) {
  LogMerge merge("07-24 08:00:01.000");
  EXPECT_FALSE(merge.take("--------- beginning of events"));
  EXPECT_FALSE(merge.take(line(999, "before")));
  EXPECT_TRUE(merge.take(line(1'000, "first")));
  EXPECT_TRUE(merge.take(line(990, "late, but after the first")));
}

TEST(LogMerge, WhatComesAgainIsTakenOnce) {
  LogMerge merge("");
  std::vector<std::string> log;
  for (int i = 0; i < 50; ++i) log.push_back(line(i * 10, "x"));
  log.push_back(log.back());  // twice at one time is two events
  for (const auto& l : log) EXPECT_TRUE(merge.take(l));
  merge.reconnected();
  for (std::size_t i = log.size() - 20; i < log.size(); ++i) EXPECT_FALSE(merge.take(log[i]));
  EXPECT_TRUE(merge.take(line(600, "new")));
  EXPECT_EQ(merge.take_gaps(), 0);
}

TEST(LogMerge, ALogThatDoesNotReachBackIsAGap) {
  LogMerge merge("");
  EXPECT_TRUE(merge.take(line(10, "a")));
  merge.reconnected();
  EXPECT_TRUE(merge.take(line(900, "b"))) << "what there is counts";
  EXPECT_EQ(merge.take_gaps(), 1);
  EXPECT_EQ(merge.take_gaps(), 0) << "told once";
}

TEST(LogMerge, AConnectionThatSaysNothingIsNoGap) {
  LogMerge merge("");
  EXPECT_TRUE(merge.take(line(10, "a")));
  merge.reconnected();
  merge.reconnected();
  EXPECT_FALSE(merge.take(line(10, "a")));
  EXPECT_TRUE(merge.take(line(20, "b")));
  EXPECT_EQ(merge.take_gaps(), 0);
}

TEST(LogMerge, ARebootStartsANewLogWithoutAGap) {
  LogMerge merge("07-24 08:00:00.000");
  EXPECT_TRUE(merge.take(line(30'000, "a")));
  merge.rebooted();
  EXPECT_EQ(merge.take_up_time(), "") << "from its first line";
  merge.reconnected();
  EXPECT_TRUE(merge.take("01-01 00:00:03.000  1000  400  400 I boot_progress_start: 2001"))
      << "a clock without a battery starts in 1970";
  EXPECT_EQ(merge.take_gaps(), 0);
}

// A device that knows no start time prints everything from the first line at each connection.
TEST(LogMerge, WhatWasTakenWhileTheClockWasAheadNeverComesAgainAndHidesNothing) {
  LogMerge merge("07-24 08:00:00.000");
  EXPECT_TRUE(merge.take(line(1'000, "before")));
  const std::string later = "07-26 07:00:02.000  1000  1500  1520 I am_proc_start: later";
  merge.clock_set("07-26 07:00:01.000", "");
  EXPECT_FALSE(merge.take(line(1'000, "before")));
  EXPECT_TRUE(merge.take(later));
  merge.clock_set("07-24 08:00:05.000", "07-26 07:00:01.000");
  EXPECT_EQ(merge.take_up_time(), "07-24 08:00:05.000");
  EXPECT_FALSE(merge.take(later)) << "logcat -T gives it again: its time is later still";
  EXPECT_TRUE(merge.take(line(6'000, "back")));
  merge.reconnected();
  EXPECT_FALSE(merge.take(later));
  EXPECT_FALSE(merge.take(line(6'000, "back")));
  EXPECT_TRUE(merge.take(line(7'000, "new")));
  EXPECT_EQ(merge.take_gaps(), 0);
}

TEST(LogMerge, ARealLogOf44PrintedTwiceIsOneLog) {
  NEED_CORPUS();
  const std::string text = corpus_text("android-4.4.2/text/logcat-events.txt");
  LogMerge merge("");
  const auto all = lines(text);
  std::size_t first = 0, again = 0;
  for (std::string_view l : all) first += merge.take(l);
  merge.reconnected();
  for (std::string_view l : all) again += merge.take(l);
  EXPECT_GT(first, 100u);
  EXPECT_EQ(again, 0u);
  EXPECT_EQ(merge.take_gaps(), 0);
}

}  // namespace
}  // namespace storesweep::observe
