// What counts of the SDKs that workers find, and for which listings.
#include <gtest/gtest.h>

#include "common/rules/sdks.h"
#include "coordinator/service/aggregates.h"
#include "tests/unit/coordinator/service/core_bench.h"

namespace storesweep {
namespace {

std::shared_ptr<const SdkCatalogue> catalogue() {
  auto c = std::make_shared<SdkCatalogue>();
  c->version = "7";
  for (const char* id : {"jpush", "bugly"}) {
    c->by_id.emplace(id, static_cast<std::uint32_t>(c->sdks.size()));
    c->sdks.emplace_back().id = id;
  }
  return c;
}
CoreOptions knowing() {
  CoreOptions o = CoreBench::quick();
  o.sdks = catalogue();
  return o;
}
std::map<std::string, std::int64_t> counted(CoreBench& bench, SweepId sweep) {
  std::map<std::string, std::int64_t> out;
  const SdkSummary summary = *bench.store.sdks(sweep);
  for (const SdkCount& c : summary.rows) out[c.id + "@" + c.version] = c.listings;
  return out;
}
using Counted = std::map<std::string, std::int64_t>;

TEST(Sdks, OfACatalogueAndOnceEachAreWhatCounts) {
  const SdkList said{
      "7", {{"jpush", "4.1"}, {"evil\n", "1"}, {"jpush", "4.2"}, {"bugly", "<script>1"}, {"other", ""}}, 1};
  const SdkList counts = admitted(said, catalogue().get());
  EXPECT_EQ(counts, (SdkList{"7", {{"bugly", ""}, {"jpush", "4.1"}}, 4}));
  EXPECT_EQ(admitted(said, nullptr), (SdkList{"7", {}, 6}));
  EXPECT_FALSE(admitted({"", {{"jpush", ""}}, 0}, catalogue().get()).looked());
  EXPECT_FALSE(admitted({"no version", {{"jpush", ""}}, 0}, catalogue().get()).looked());
  EXPECT_EQ(admitted({"7", {}, UINT32_MAX}, catalogue().get()).left_out, 10'000U);
}

TEST(Sdks, OfAReportThatComesAgainCountOnce) {
  CoreBench bench(knowing());
  bench.sdks = {"7", {{"jpush", "4.1"}, {"bugly", ""}}, 0};
  bench.import({"app"});
  const SweepId sweep = bench.sweep();
  bench.hello("w", {kA});
  const LeaseOffer offer = bench.ask("w").at(0);
  EXPECT_EQ(bench.run(offer, kA, "x"), ReportAnswer::kAcknowledged);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bench.report(offer, kA, "x"), ReportAnswer::kAcknowledged);
  EXPECT_EQ(counted(bench, sweep), (Counted{{"jpush@4.1", 1}, {"bugly@", 1}}));
  EXPECT_EQ(bench.store.sdks(sweep)->looked, 1);
  EXPECT_EQ(bench.store.sdks(sweep)->catalogues, (std::map<std::string, std::int64_t>{{"7", 1}}));
}

TEST(Sdks, OfConfirmationsAndRetestsNeverCountAgain) {
  CoreBench bench(knowing());
  bench.sdks = {"7", {{"jpush", "4.1"}}, 0};
  bench.judge = [](const JudgeAction& j) {
    Verdict v = CoreBench::guilty_of("R5.7", Level::kSuspected, Missing::kConfirmation);
    if (j.journals.size() == 1) v.confirm_rules = {"R5.7"};
    return JudgedEvent{j.id, {}, v};
  };
  bench.import({"app"});
  const SweepId sweep = bench.sweep();
  bench.hello("one", {kA});
  bench.hello("two", {kB});
  const LeaseOffer first = bench.ask("one").at(0);
  bench.run(first, kA, "x");
  bench.sdks = {"7", {{"jpush", "9"}, {"bugly", "9"}}, 0};
  EXPECT_EQ(bench.run(bench.ask("two").at(0), kB, "x"), ReportAnswer::kAcknowledged);
  bench.command(StartRetest{{first.token.job, {}, Origin::kRetest, ""}});
  EXPECT_EQ(bench.run(bench.ask("one").at(0), kA, "x"), ReportAnswer::kAcknowledged);
  ASSERT_GE(bench.store.judgements().at(first.token.job).size(), 3U);
  EXPECT_EQ(counted(bench, sweep), (Counted{{"jpush@4.1", 1}}));
}

TEST(Sdks, OfAnEarlierRunCountForEachListingThatItStandsInFor) {
  CoreBench bench(knowing());
  bench.sdks = {"7", {{"jpush", "4.1"}}, 0};
  bench.import({"app", "twin"});
  const SweepId sweep = bench.sweep();
  bench.hello("w", {kA});
  bench.run(bench.ask("w").at(0), kA, "x");
  EXPECT_EQ(bench.fetched(bench.ask("w").at(0).token, "x"), FileSetAnswer::kReuse);
  EXPECT_EQ(counted(bench, sweep), (Counted{{"jpush@4.1", 2}}));
}

TEST(Sdks, ThatNobodyHasLookedForAreNotNone) {
  CoreBench bench(knowing());
  bench.import({"app", "other"});
  const SweepId sweep = bench.sweep();
  bench.hello("w", {kA});
  bench.run(bench.ask("w").at(0), kA, "x");
  bench.sdks = {"7", {}, 0};
  bench.run(bench.ask("w").at(0), kA, "y");
  const SdkSummary summary = *bench.store.sdks(sweep);
  EXPECT_EQ(summary.looked, 1);
  EXPECT_EQ(summary.not_looked, 1);
  EXPECT_TRUE(summary.rows.empty());
}

}  // namespace
}  // namespace storesweep
