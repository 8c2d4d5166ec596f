// The protocol under seeded chaos, and the proof that the chaos finds what it is there to find: each
// deliberate bug is caught.
#include <gtest/gtest.h>

#include "tests/sim/options.h"

namespace storesweep::sim {
namespace {
constexpr std::uint64_t kSeeds = 1'000;
constexpr std::uint64_t kSeedsForABug = 3'000;

TEST(Simulation, ThousandsOfSeedsBreakNoInvariant) {
  RunResult sum;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Options o;
    o.seed = seed;
    RunResult r = simulate(o);
    ASSERT_EQ(r.violation, "") << "replay: ./dev sim --seeds 1 --start " << seed << " --trace";
    sum.verdicts += r.verdicts, sum.reused += r.reused, sum.confirmations += r.confirmations;
    sum.buried += r.buried, sum.crashes += r.crashes;
    sum.controls += r.controls, sum.quarantined += r.quarantined, sum.voided += r.voided;
  }
  // The chaos is rich enough to mean something.
  EXPECT_GT(sum.verdicts, 8'000);
  EXPECT_GT(sum.reused, 1'000);
  EXPECT_GT(sum.confirmations, 500);
  EXPECT_GT(sum.buried, 1'000);
  EXPECT_GT(sum.crashes, 5'000);
  EXPECT_GT(sum.controls, 500);
  EXPECT_GT(sum.quarantined, 50);
  EXPECT_GT(sum.voided, 50);
}

class DeliberateBug : public testing::TestWithParam<NamedBug> {};

TEST_P(DeliberateBug, IsCaught) {
  for (std::uint64_t seed = 1; seed <= kSeedsForABug; ++seed) {
    Options o;
    GetParam().set(o);
    o.seed = seed;
    if (RunResult r = simulate(o); !r.violation.empty()) {
      RecordProperty("caught", "seed " + std::to_string(seed) + ": " + r.violation);
      return;
    }
  }
  FAIL() << GetParam().name << " was not caught in " << kSeedsForABug << " seeds";
}

INSTANTIATE_TEST_SUITE_P(Each, DeliberateBug, testing::ValuesIn(bugs()),
                         [](const auto& bug) { return bug.param.name; });
}  // namespace
}  // namespace storesweep::sim
