// Retests of findings through the protocol's core, and findings as people see them: repeats, corrected
// counts.
#include "coordinator/service/findings.h"

#include <gtest/gtest.h>

#include "common/evidence/verdict_codec.h"
#include "common/report/finding_id.h"
#include "tests/unit/coordinator/service/core_bench.h"

namespace storesweep {
namespace {

const Device kA = CoreBench::device("A");

// A listing with a suspected R5.7, from a run of file set "x".
struct Found {
  Found() {
    bench.judge = [](const JudgeAction& j) {
      return JudgedEvent{j.id, {}, CoreBench::guilty_of("R5.7", Level::kSuspected, Missing::kNecessity)};
    };
    bench.import({"app", "other"});
    sweep = bench.sweep();
    bench.hello("w", {kA});
    const LeaseOffer offer = bench.ask("w").at(0);
    bench.run(offer, kA, "x");
    job = offer.token.job;
    key = finding_key(CoreBench::guilty_of("R5.7", Level::kSuspected, Missing::kNecessity).findings[0]);
  }
  // The retest is next though the sweep has work left.
  LeaseOffer retest(const std::string& apk_url = "") {
    RetestRequest request;
    request.job = job;
    request.rules = {"R5.7"};
    request.finding = key;
    request.apk_url = apk_url;
    EXPECT_TRUE(bench.command(StartRetest{request}).status.ok());
    return bench.ask("w").at(0);
  }
  void answer(const LeaseOffer& offer, const std::string& file_set, const Verdict& verdict) {
    bench.judge = [verdict](const JudgeAction& j) { return JudgedEvent{j.id, {}, verdict}; };
    EXPECT_EQ(bench.run(offer, kA, file_set), ReportAnswer::kAcknowledged);
  }
  FindingStanding standing() {
    std::vector<FindingAct> acts = *bench.store.finding_acts({job, {}});
    std::erase_if(acts, [&](const FindingAct& act) { return act.finding != key; });
    return standing_of(acts);
  }
  std::vector<FindingRow> rows() {
    return findings_of(*bench.store.result(job), *bench.store.finding_acts({job, {}}));
  }

  CoreBench bench;
  SweepId sweep;
  JobId job;
  std::string key;
};

TEST(FindingRetest, OvertakesTheSweepOnTheNewVersionAndLeavesTheVerdictAlone) {
  Found f;
  const std::string before = f.bench.store.result(f.job)->verdict;
  const LeaseOffer offer = f.retest("file:///new.apk");
  EXPECT_EQ(offer.kind, JobKind::kRetest);
  EXPECT_EQ(offer.listing.apk_url, "file:///new.apk");
  EXPECT_EQ(offer.only_rules, std::vector<std::string>{"R5.7"});
  EXPECT_EQ(f.standing().outcome, RetestOutcome::kNone) << "ordered, not answered";
  EXPECT_TRUE(f.standing().retest);
  f.answer(offer, "new", CoreBench::clean());
  EXPECT_EQ(f.standing().outcome, RetestOutcome::kFixed);
  EXPECT_EQ(f.bench.store.result(f.job)->verdict, before) << "the machine's verdict stands";
  const auto acts = *f.bench.store.finding_acts({f.job, {}});
  ASSERT_EQ(acts.size(), 2u);
  EXPECT_TRUE(decode_verdict_untrusted(acts[1].verdict).ok());
  EXPECT_EQ(acts[1].journal_sha256.size(), 64u);
}

TEST(FindingRetest, SaysNotFixedNotReproducibleOrThatItCouldNotTell) {
  Found again;
  Verdict guilty = CoreBench::guilty_of("R5.7", Level::kSuspected, Missing::kConfirmation);
  guilty.confirm_rules = {"R5.7"};
  again.answer(again.retest("file:///new.apk"), "new", guilty);
  EXPECT_EQ(again.standing().outcome, RetestOutcome::kNotFixed);
  EXPECT_TRUE(again.bench.store.load()->extras.empty())
      << "no confirmation is ordered against the old verdict";
  Found same;
  same.answer(same.retest(), "x", CoreBench::clean());
  EXPECT_EQ(same.standing().outcome, RetestOutcome::kNotReproducible);
  Found dark;
  Verdict untested = CoreBench::clean();
  untested.items[1] = {"R5.7", Level::kNotTested, {Reason::kTimeout}};
  dark.answer(dark.retest("file:///new.apk"), "new", untested);
  EXPECT_EQ(dark.standing().outcome, RetestOutcome::kNotTested);
}

TEST(FindingRetest, ThatIsNeverRunSaysSoAndNotThatItIsFixed) {
  Found f;
  LeaseOffer offer = f.retest("file:///gone.apk");
  for (int i = 0; i < 20 && f.standing().outcome == RetestOutcome::kNone; ++i) {
    EXPECT_EQ(offer.kind, JobKind::kRetest);
    f.bench.fetched(offer.token, "new");
    f.bench.fail(offer.token, FailureKind::kApp, "A");
    f.bench.pass(2'000);
    f.bench.hello("w", {kA});
    const auto next = f.bench.ask("w");
    if (next.empty() || next[0].kind != JobKind::kRetest) break;
    offer = next[0];
  }
  EXPECT_EQ(f.standing().outcome, RetestOutcome::kNotTested);
}

TEST(Findings, WithdrawnOnesAreCountedNoMore) {
  Found f;
  const SummaryQuery query{f.sweep, "store"};
  auto count = [&](Level level) {
    std::vector<SummaryRow> rows = *f.bench.store.summary(query);
    EXPECT_TRUE(correct_summary(f.bench.store, query, rows).ok());
    std::int64_t n = 0;
    for (const SummaryRow& row : rows) {
      if (row.rule == "R5.7" && row.level == level && row.group == "shop") n += row.count;
    }
    return n;
  };
  EXPECT_EQ(count(Level::kSuspected), 1);
  EXPECT_EQ(count(Level::kNotFound), 0);
  ActOnFinding say;
  say.act.job = f.job;
  say.act.sweep = f.sweep;
  say.act.finding = f.key;
  say.act.kind = ActKind::kWithdraw;
  say.act.officer = "王芳";
  EXPECT_TRUE(f.bench.command(SayOfFinding{say}).status.ok());
  EXPECT_EQ(count(Level::kSuspected), 0);
  EXPECT_EQ(count(Level::kNotTested), 1) << "nobody said that there is nothing";
  EXPECT_EQ(count(Level::kNotFound), 0);
  ASSERT_EQ(f.rows().size(), 1u);
  EXPECT_EQ(f.rows()[0].standing.state, FindingState::kWithdrawn);
  EXPECT_EQ(f.rows()[0].finding.level, Level::kSuspected) << "the machine's own verdict is untouched";
  say.act.kind = ActKind::kOverrule;
  say.act.level = Level::kNotFound;
  EXPECT_TRUE(f.bench.command(SayOfFinding{say}).status.ok());
  EXPECT_EQ(count(Level::kNotFound), 1);
}

TEST(Findings, TheSameRuleInAnotherVersionIsARepeatUnlessItWasWithdrawn) {
  Found f;
  EXPECT_FALSE(earlier_finding(f.bench.store, f.rows().at(0))->has_value());
  // The next version of the same app of the same store, in another sweep.
  const std::uint64_t epoch = f.bench.core->epoch();
  Listing newer = CoreBench::listing("app");
  newer.version_name = "2.0";
  const auto import = f.bench.store.begin_import(epoch, "shop", "", 3);
  ASSERT_TRUE(f.bench.store.import_rows(epoch, *import, std::vector<Listing>{newer}).ok());
  const JobId first = f.job;
  f.bench.pass(1'000);
  StartSweep only;
  only.write.selection.kind = Selection::Kind::kList;
  only.write.selection.packages = {"app"};
  const SweepId second{f.bench.command(only).id};
  f.bench.judge = [](const JudgeAction& j) {
    return JudgedEvent{j.id, {}, CoreBench::guilty_of("R5.7", Level::kSuspected, Missing::kNecessity)};
  };
  f.bench.hello("w", {kA});
  for (int i = 0; i < 3; ++i) {
    for (const LeaseOffer& offer : f.bench.ask("w")) {
      if (offer.sweep == second) f.job = offer.token.job;
      f.bench.run(offer, kA, "y" + offer.listing.package + std::to_string(offer.sweep.value));
    }
  }
  ASSERT_NE(f.job, first);
  const auto repeats = earlier_finding(f.bench.store, f.rows().at(0));
  ASSERT_TRUE(repeats.ok() && repeats->has_value());
  EXPECT_EQ((*repeats)->job, first);
  ActOnFinding say;
  say.act.job = first;
  say.act.sweep = f.sweep;
  say.act.finding = f.key;
  say.act.kind = ActKind::kWithdraw;
  f.bench.command(SayOfFinding{say});
  EXPECT_FALSE(earlier_finding(f.bench.store, f.rows().at(0))->has_value())
      << "what was withdrawn accuses nobody";
}

}  // namespace
}  // namespace storesweep
