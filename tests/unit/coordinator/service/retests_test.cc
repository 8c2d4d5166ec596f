// What second runs and retests make of the verdict that stands.
#include <gtest/gtest.h>

#include "coordinator/service/counting.h"
#include "tests/unit/coordinator/service/core_bench.h"

namespace storesweep {
namespace {

TEST(Retests, OvertakeTheSweep) {
  CoreBench bench;
  bench.import({"app", "other", "third"});
  bench.sweep();
  bench.hello("w", {kA});
  const LeaseOffer first = bench.ask("w").at(0);
  bench.run(first, kA, "x");
  const Reply ordered = bench.command(StartRetest{{first.token.job, {}, Origin::kComplaint, "k"}});
  EXPECT_TRUE(ordered.status.ok());
  const LeaseOffer next = bench.ask("w").at(0);
  EXPECT_EQ(next.kind, JobKind::kRetest);
  EXPECT_EQ(next.token.job.value, ordered.id);
}

// Whoever scales workers by the queue must see what no shard counts.
TEST(Retests, AndWhatIsPausedAreCountedAsWorkOfTheirOwn) {
  CoreBench bench;
  bench.import({"app", "other", "third"});
  const SweepId sweep = bench.sweep();
  bench.hello("w", {kA});
  const LeaseOffer first = bench.ask("w").at(0);
  bench.run(first, kA, "x");
  bench.command(StartRetest{{first.token.job, {}, Origin::kComplaint, "k"}});
  const auto metrics = make_metrics();
  Counting counting(*metrics);
  const auto shown = [&](const std::string& line) {
    counting.look(*bench.core, bench.store, {bench.now_ms, bench.now_ms});
    return metrics->page().find("storesweep_jobs{state=" + line + "\n") != std::string::npos;
  };
  EXPECT_TRUE(shown("\"retest\"} 1"));
  EXPECT_TRUE(shown("\"pending\"} 2"));
  EXPECT_TRUE(bench.command(ChangeSweep{sweep, SweepAction::kPause, {}}).status.ok());
  EXPECT_TRUE(shown("\"pending\"} 0"));
  EXPECT_TRUE(shown("\"paused\"} 2"));
  EXPECT_EQ(bench.ask("w").at(0).kind, JobKind::kRetest);
  EXPECT_TRUE(shown("\"retest\"} 0")) << "a lease is counted among the leases";
}

TEST(Retests, OfOneRuleLeaveTheOthersVerdictAndEvidence) {
  CoreBench bench;
  bench.judge = [](const JudgeAction& a) {
    return JudgedEvent{a.id, {}, CoreBench::guilty_of("R2.7", Level::kSuspected, Missing::kValueUnseen)};
  };
  bench.import({"app"});
  bench.sweep();
  bench.hello("w", {kA});
  const LeaseOffer first = bench.ask("w").at(0);
  bench.run(first, kA, "x");
  bench.command(StartRetest{{first.token.job, {"R5.7"}, Origin::kRetest, ""}});
  bench.judge = [](const JudgeAction& a) {  // what is not of its rule was left out by the run
    Verdict v = CoreBench::guilty_of("R5.7", Level::kSuspected, Missing::kConfirmation);
    v.items[0] = {"R2.7", Level::kNotTested, {Reason::kProfile}};
    return JudgedEvent{a.id, {}, v};
  };
  const LeaseOffer retest = bench.ask("w").at(0);
  EXPECT_EQ(retest.only_rules, std::vector<std::string>{"R5.7"});
  EXPECT_EQ(bench.run(retest, kA, "x"), ReportAnswer::kAcknowledged);
  const Verdict now = verdict_of(bench, first.token.job);
  EXPECT_EQ(level_of(now, "R2.7"), Level::kSuspected);
  EXPECT_EQ(level_of(now, "R5.7"), Level::kSuspected);
  EXPECT_EQ(now.findings.size(), 2U);
  EXPECT_EQ(now.rows[1].level, Level::kSuspected);
  EXPECT_EQ(now.rows[4].level, Level::kSuspected);
  const StoredResult stored = *bench.store.result(first.token.job);
  ASSERT_TRUE(stored.run);
  EXPECT_EQ(stored.more_runs.size(), 1U);
}

// Two retests of one rule each, on two devices: the second ends while the first is being judged.
TEST(Retests, ThatMeetLoseNothingOfEachOther) {
  CoreBench bench;
  bench.import({"app"});
  bench.sweep();
  bench.hello("one", {kA});
  bench.hello("two", {kB});
  const LeaseOffer first = bench.ask("one").at(0);
  bench.run(first, kA, "x");
  bench.command(StartRetest{{first.token.job, {"R2.7"}, Origin::kRetest, ""}});
  bench.command(StartRetest{{first.token.job, {"R5.7"}, Origin::kRetest, ""}});
  const LeaseOffer a = bench.ask("one").at(0), b = bench.ask("two").at(0);
  bool met = false;
  bench.judge = [&](const JudgeAction& j) {
    if (!met) {
      met = true;
      EXPECT_EQ(bench.run(b, kB, "x"), ReportAnswer::kAcknowledged);
    }
    return JudgedEvent{
        j.id, {}, CoreBench::guilty_of(j.rules.at(0), Level::kSuspected, Missing::kValueUnseen)};
  };
  EXPECT_EQ(bench.run(a, kA, "x"), ReportAnswer::kAcknowledged);
  const Verdict now = verdict_of(bench, first.token.job);
  EXPECT_EQ(level_of(now, "R2.7"), Level::kSuspected);
  EXPECT_EQ(level_of(now, "R5.7"), Level::kSuspected);
  EXPECT_EQ(now.findings.size(), 2U);
  EXPECT_EQ(bench.store.result(first.token.job)->more_runs.size(), 2U);
  EXPECT_EQ(bench.store.judgements().at(first.token.job).size(), 3U);
}

// A first run that suspects R5.7, and the lease of the run that shall confirm it on another device.
struct Confirming {
  Confirming() {
    bench.judge = [](const JudgeAction& j) {
      Verdict v = CoreBench::guilty_of("R5.7", Level::kSuspected, Missing::kConfirmation);
      v.confirm_rules = {"R5.7"};
      return JudgedEvent{j.id, {}, v};
    };
    bench.import({"app"});
    bench.sweep();
    bench.hello("one", {kA});
    bench.hello("two", {kB});
    const LeaseOffer first = bench.ask("one").at(0);
    bench.run(first, kA, "x");
    listing = first.token.job;
    second = bench.ask("two").at(0);
  }
  void retest(const std::vector<std::string>& rules, const Verdict& verdict) {
    bench.command(StartRetest{{listing, rules, Origin::kRetest, ""}});
    bench.judge = [verdict](const JudgeAction& j) { return JudgedEvent{j.id, {}, verdict}; };
    EXPECT_EQ(bench.run(bench.ask("one").at(0), kA, "x"), ReportAnswer::kAcknowledged);
  }
  // It repeats what the first run showed. The verdict that stands then.
  Verdict confirm() {
    bench.judge = [](const JudgeAction& j) {
      EXPECT_EQ(j.journals.size(), 2U);
      return JudgedEvent{j.id, {}, CoreBench::guilty_of("R5.7", Level::kViolation, Missing::kConfirmation)};
    };
    EXPECT_EQ(bench.run(second, kB, "x"), ReportAnswer::kAcknowledged);
    EXPECT_TRUE(bench.store.load()->extras.empty());
    return verdict_of(bench, listing);
  }

  CoreBench bench;
  JobId listing;
  LeaseOffer second;
};

// The retest may be of a mended version: an older finding that is repeated afterwards accuses nobody.
TEST(Retests, AreNotUndoneByTheConfirmationOfAnOlderRun) {
  for (const std::vector<std::string>& rules : {std::vector<std::string>{}, {"R5.7"}}) {
    Confirming late;
    late.retest(rules, CoreBench::clean());
    const Verdict now = late.confirm();
    EXPECT_EQ(level_of(now, "R5.7"), Level::kNotFound);
    EXPECT_TRUE(now.findings.empty());
  }
}

TEST(Retests, OfAnotherRuleStandBesideAConfirmation) {
  Confirming both;
  both.retest({"R2.7"}, CoreBench::guilty_of("R2.7", Level::kSuspected, Missing::kValueUnseen));
  const Verdict now = both.confirm();
  EXPECT_EQ(level_of(now, "R5.7"), Level::kViolation);
  EXPECT_EQ(level_of(now, "R2.7"), Level::kSuspected);
}

TEST(Retests, SurviveACancelThatCameTooLate) {
  CoreBench bench;
  bench.import({"app"});
  const SweepId sweep = bench.sweep();
  bench.hello("w", {kA});
  const LeaseOffer first = bench.ask("w").at(0);
  bench.run(first, kA, "x");  // the sweep is done now
  EXPECT_TRUE(bench.command(StartRetest{{first.token.job, {}, Origin::kRetest, ""}}).status.ok());
  EXPECT_FALSE(bench.command(ChangeSweep{sweep, SweepAction::kCancel, {}}).status.ok());
  EXPECT_EQ(bench.ask("w").size(), 1U);
}

// A rule pack that sees a violation where the old one saw none: it needs a second run as any other does.
struct Rejudged {
  Rejudged() {
    bench.import({"app"});
    sweep = bench.sweep();
    bench.hello("one", {kA});
    bench.hello("two", {kB});
    const LeaseOffer first = bench.ask("one").at(0);
    bench.run(first, kA, "x");
    listing = first.token.job;
  }
  void rejudge() {
    const StoredResult stands = *bench.store.result(listing);
    Verdict now = CoreBench::guilty_of("R5.7", Level::kSuspected, Missing::kConfirmation);
    now.confirm_rules = {"R5.7"};
    Judged j{listing, sweep, encode_verdict(now), {}, {}, {stands.run->id}, "new_rules"};
    j.made_from = stands.judgement;
    AttachJudgements attach;
    attach.judged.push_back({j, second_runs(stands, now)});
    EXPECT_TRUE(bench.command(std::move(attach)).status.ok());
  }
  CoreBench bench;
  SweepId sweep;
  JobId listing;
};

TEST(Rejudged, AViolationIsRepeatedOnAnotherDevice) {
  Rejudged r;
  r.rejudge();
  EXPECT_TRUE(r.bench.ask("one").empty()) << "the device that made the first run";
  const LeaseOffer second = r.bench.ask("two").at(0);
  EXPECT_EQ(second.kind, JobKind::kConfirmation);
  EXPECT_EQ(second.only_rules, std::vector<std::string>{"R5.7"});
  r.bench.judge = [](const JudgeAction& a) {
    EXPECT_EQ(a.journals.size(), 2u);
    return JudgedEvent{a.id, {}, CoreBench::guilty_of("R5.7", Level::kViolation, {})};
  };
  EXPECT_EQ(r.bench.run(second, kB, "x"), ReportAnswer::kAcknowledged);
  EXPECT_EQ(level_of(verdict_of(r.bench, r.listing), "R5.7"), Level::kViolation);
}

TEST(Rejudged, WhatWasOrderedIsNotOrderedAgainNorLostWithTheLeader) {
  Rejudged r;
  r.rejudge();
  r.rejudge();
  EXPECT_EQ(r.bench.store.load()->extras.size(), 1u);
  r.bench.lead();
  r.bench.hello("two", {kB});
  EXPECT_EQ(r.bench.ask("two").size(), 1u);
}

}  // namespace
}  // namespace storesweep
