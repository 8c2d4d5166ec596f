#include "worker/observe/run_clock.h"

#include <gtest/gtest.h>

namespace storesweep::observe {
namespace {

// A device whose wall clock is its uptime and this much more.
constexpr std::int64_t kOffsetMs = 1'600'000'000'437;

device::TimedReading reading_at(std::int64_t up_ms, std::int64_t offset_ms = kOffsetMs) {
  return {.before_ms = up_ms,
          .after_ms = up_ms + 4,
          .device = {.up_ms = up_ms / 10 * 10, .wall_s = (up_ms + offset_ms) / 1000}};
}

TEST(RunClock, OneReadingIsGoodForASecond) {
  RunClock clock(1);
  clock.learn(reading_at(5'000));
  EXPECT_LE(clock.wall_at_up(9'000), 9'000 + kOffsetMs);
  EXPECT_GT(clock.wall_at_up(9'000), 9'000 + kOffsetMs - 1'100);
}

TEST(RunClock, ReadingsAtTheTellingMomentsKnowItClosely) {
  RunClock clock(1);
  std::int64_t up_ms = 5'000;
  for (int i = 0; i < 6; ++i) {
    clock.learn(reading_at(up_ms));
    up_ms += clock.until_telling_ms(up_ms);
  }
  EXPECT_LE(clock.uncertainty_ms(), 120);
  EXPECT_LE(clock.wall_at_up(up_ms), up_ms + kOffsetMs);
  EXPECT_GE(clock.wall_at_up(up_ms) + clock.uncertainty_ms(), up_ms + kOffsetMs);
}

TEST(RunClock, BetweenReadingsTheRateFillsIn) {
  RunClock clock(50);
  clock.learn({.before_ms = 1'000, .after_ms = 1'000, .device = {.up_ms = 100'000, .wall_s = 1'600'000'000}});
  EXPECT_EQ(clock.wall_at_host(1'010) - clock.wall_at_host(1'000), 500);
  // Readings far apart tell the rate better than the attestation did.
  clock.learn(
      {.before_ms = 11'000, .after_ms = 11'000, .device = {.up_ms = 620'000, .wall_s = 1'600'000'520}});
  EXPECT_DOUBLE_EQ(clock.rate(), 52);
}

TEST(RunClock, AClockThatSomebodySetIsReadAnew) {
  RunClock clock(1);
  clock.learn(reading_at(5'000));
  clock.learn(reading_at(6'000, kOffsetMs + 3'600'000));
  EXPECT_EQ(clock.steps(), 1);
  EXPECT_NEAR(static_cast<double>(clock.wall_at_up(7'000)), 7'000.0 + kOffsetMs + 3'600'000, 1'100);
}

TEST(RunClock, ARebootForgetsTheOldUptime) {
  RunClock clock(1);
  clock.learn(reading_at(500'000));
  clock.rebooted();
  EXPECT_FALSE(clock.known());
  clock.learn(reading_at(3'000, kOffsetMs + 550'000));
  EXPECT_EQ(clock.steps(), 0);
  EXPECT_NEAR(static_cast<double>(clock.wall_at_up(3'000)), 3'000.0 + kOffsetMs + 550'000, 1'100);
}

TEST(Zone, IsReadAsMinutes) {
  EXPECT_EQ(*parse_zone("+0800\r\n"), 480);
  EXPECT_EQ(*parse_zone("-0330"), -210);
  EXPECT_FALSE(parse_zone("CST").ok());
  EXPECT_FALSE(parse_zone("+9999").ok());
}

}  // namespace
}  // namespace storesweep::observe
