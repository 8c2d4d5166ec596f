// Which earlier runs stand in for a listing, and what they still owe it.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/service/core_bench.h"

namespace storesweep {
namespace {

struct Reuse {
  std::string name;
  std::function<void(Report&)> run;
  Depth depth = Depth::kTriage;
  std::int64_t later_ms = 0;
  std::string device_class = "simulated";  // of the device that is there the second time
  bool transient = false;
  bool reused = false;
};

class EarlierRuns : public testing::TestWithParam<Reuse> {};

TEST_P(EarlierRuns, StandInByTheRuleOfTheHouse) {
  const Reuse& c = GetParam();
  CoreOptions options = CoreBench::quick();
  options.reuse_ms = 10'000;
  CoreBench bench(options);
  bench.judge = [&](const JudgeAction& a) {
    Verdict v = CoreBench::clean();
    if (c.transient) v.items[0] = {"R2.7", Level::kNotTested, {Reason::kNotIdle}};
    return JudgedEvent{a.id, {}, v};
  };
  bench.import({"app"});
  bench.sweep();
  bench.hello("w", {kA});
  bench.run(bench.ask("w").at(0), kA, "x");
  bench.bye("w");
  bench.pass(c.later_ms);
  bench.sweep(c.depth);
  bench.hello("w2", {CoreBench::device("c", c.device_class)});
  const LeaseOffer second = bench.ask("w2").at(0);
  EXPECT_EQ(bench.fetched(second.token, c.name == "another_file_set" ? "y" : "x"),
            c.reused ? FileSetAnswer::kReuse : FileSetAnswer::kRun);
  EXPECT_EQ(bench.store.ends().count(second.token.job), c.reused ? 1U : 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Each, EarlierRuns,
    testing::Values(Reuse{"the_same", {}, Depth::kTriage, 0, "simulated", false, true},
                    Reuse{"another_file_set", {}, Depth::kTriage, 0, "simulated", false, false},
                    Reuse{"too_shallow", {}, Depth::kLab, 0, "simulated", false, false},
                    Reuse{"too_old", {}, Depth::kTriage, 20'000, "simulated", false, false},
                    Reuse{"another_kind_of_device", {}, Depth::kTriage, 0, "emulator", false, false},
                    Reuse{"a_passing_reason", {}, Depth::kTriage, 0, "simulated", true, false}),
    [](const auto& i) { return i.param.name; });

TEST(EarlierRuns, OfSimulatedDevicesNeverStandInWhereRealOnesAre) {
  CoreBench bench;
  bench.import({"app"});
  bench.sweep();
  bench.hello("w", {kA});
  bench.run(bench.ask("w").at(0), kA, "x");
  bench.hello("real", {CoreBench::device("r", "phone")});
  bench.sweep();
  EXPECT_EQ(bench.fetched(bench.ask("real").at(0).token, "x"), FileSetAnswer::kRun);
}

// The second run that a reused run still lacks is this sweep's, and so is its verdict.
TEST(EarlierRuns, ThatLackAConfirmationOrderItForTheSweepThatReusesThem) {
  CoreBench bench;
  bench.judge = [](const JudgeAction& a) {
    Verdict v = CoreBench::guilty_of("R5.7", Level::kSuspected, Missing::kConfirmation);
    if (a.journals.size() == 1) v.confirm_rules = {"R5.7"};
    return JudgedEvent{a.id, {}, v};
  };
  bench.import({"app"});
  bench.sweep();
  bench.hello("w", {kA});
  bench.run(bench.ask("w").at(0), kA, "x");
  bench.stay("w", {kA}, 4'000);  // no second device: SINGLE_DEVICE, the sweep is done
  const SweepId second = bench.sweep();
  const LeaseOffer offer = bench.ask("w").at(0);
  EXPECT_EQ(bench.fetched(offer.token, "x"), FileSetAnswer::kReuse);
  for (const auto& [job, e] : bench.store.extras()) {
    if (e.parent == offer.token.job) {
      EXPECT_EQ(e.sweep, second);
    }
  }
  bench.stay("w", {kA}, 4'000);
  EXPECT_EQ(bench.store.judgements().at(offer.token.job).back().sweep, second);
  EXPECT_EQ(verdict_of(bench, offer.token.job).findings.at(0).missing,
            std::vector<Missing>{Missing::kSingleDevice});
}

}  // namespace
}  // namespace storesweep
