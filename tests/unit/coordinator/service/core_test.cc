// What the protocol's core owes to apps and to operators, one sentence each; what chaos does to it is
// tests/sim's.
#include <gtest/gtest.h>

#include "coordinator/judging/claim.h"
#include "tests/unit/coordinator/service/core_bench.h"

namespace storesweep {
namespace {

// ---- journals that are not what the report says

TEST(Journals, AreJudgedTogetherWithWhatTheReportClaims) {
  CoreBench bench;
  bench.import({"app"});
  bench.sweep();
  bench.hello("w", {kA});
  const LeaseOffer offer = bench.ask("w").at(0);
  EXPECT_EQ(bench.run(offer, kA, "x"), ReportAnswer::kAcknowledged);
  EXPECT_EQ(
      bench.judged.at(0).claim,
      encode_claim({key(offer.token), offer.token.job, "w", "a", kA.kind, sha256("x"), Depth::kTriage, {}}));
}

TEST(Journals, ThatAreRefusedHaveABoundOfTheirOwnAndAReason) {
  CoreBench bench;
  bench.judge = [](const JudgeAction& a) { return JudgedEvent{a.id, invalid("of another app"), {}}; };
  bench.import({"app"});
  const SweepId sweep = bench.sweep();
  bench.hello("w", {kA});
  for (int i = 0; i < 3; ++i) {
    auto offers = bench.ask("w");
    ASSERT_EQ(offers.size(), 1U) << i;
    EXPECT_EQ(bench.run(offers[0], kA, "x"), ReportAnswer::kAcknowledged);
    bench.pass(100);
  }
  EXPECT_TRUE(bench.ask("w").empty());
  const auto end = bench.store.ends().begin()->second;
  EXPECT_EQ(end.how, EndKind::kBuried);
  EXPECT_EQ(end.reason, "JOURNAL_REFUSED");
  EXPECT_EQ(end.sweep, sweep);
  for (const auto& [k, t] : bench.store.tokens()) {
    EXPECT_EQ(t.kind, FailureKind::kJournal);
    EXPECT_EQ(t.reason, FailureReason::kJournalRefused);
    EXPECT_NE(t.detail.find("of another app"), std::string::npos);
  }
}

TEST(Journals, ShallowerThanOrderedAreRefusedUnjudged) {
  CoreBench bench;
  bench.import({"app"});
  bench.sweep(Depth::kLab);
  bench.hello("w", {kA});
  LeaseOffer offer = bench.ask("w").at(0);
  offer.depth = Depth::kTriage;
  EXPECT_EQ(bench.run(offer, kA, "x"), ReportAnswer::kAcknowledged);
  EXPECT_TRUE(bench.judged.empty());
  EXPECT_EQ(bench.store.tokens().begin()->second.kind, FailureKind::kJournal);
  EXPECT_TRUE(bench.store.ends().empty());
}

TEST(Journals, ThatCannotBeJudgedNowCostNothingAndComeAgain) {
  CoreBench bench;
  bench.judge = [](const JudgeAction& a) {
    return JudgedEvent{a.id, unavailable("no judge can be started"), {}};
  };
  bench.import({"app"});
  bench.sweep();
  bench.hello("w", {kA});
  const LeaseOffer offer = bench.ask("w").at(0);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(bench.run(offer, kA, "x"), ReportAnswer::kNotLeader);
  EXPECT_TRUE(bench.store.tokens().empty());
  EXPECT_TRUE(bench.store.ends().empty());
  bench.judge = [](const JudgeAction& a) { return JudgedEvent{a.id, {}, CoreBench::clean()}; };
  EXPECT_EQ(bench.run(offer, kA, "x"), ReportAnswer::kAcknowledged);
  EXPECT_EQ(bench.store.ends().begin()->second.how, EndKind::kVerdict);
}

// ---- trying elsewhere

TEST(Retries, GoToAnotherDeviceWhileThereIsOne) {
  CoreBench bench;
  bench.import({"app"});
  bench.sweep();
  bench.hello("one", {kA});
  bench.hello("two", {kB});
  const LeaseOffer offer = bench.ask("one").at(0);
  EXPECT_EQ(bench.fetched(offer.token, "x"), FileSetAnswer::kRun);
  bench.fail(offer.token, FailureKind::kDevice, "a");
  EXPECT_TRUE(bench.ask("one").empty());
  EXPECT_EQ(bench.ask("two").size(), 1U);
}

TEST(Retries, OnTheSameWorkerNameTheDeviceThatFailed) {
  CoreBench bench;
  bench.import({"app"});
  bench.sweep();
  bench.hello("one", {kA, kB});
  const LeaseOffer offer = bench.ask("one").at(0);
  EXPECT_EQ(bench.fetched(offer.token, "x"), FileSetAnswer::kRun);
  bench.fail(offer.token, FailureKind::kApp, "a");
  const auto again = bench.ask("one");
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].not_on_device, "a");
}

TEST(Retries, ComeBackToTheOnlyDeviceThereIs) {
  CoreBench bench;
  bench.import({"app"});
  bench.sweep();
  bench.hello("one", {kA});
  const LeaseOffer offer = bench.ask("one").at(0);
  EXPECT_EQ(bench.fetched(offer.token, "x"), FileSetAnswer::kRun);
  bench.fail(offer.token, FailureKind::kDevice, "a");
  EXPECT_EQ(bench.ask("one").size(), 1U);
}

TEST(Retries, ComeBackWhenTheOtherDeviceHasGone) {
  CoreBench bench;
  bench.import({"app"});
  bench.sweep();
  bench.hello("one", {kA});
  bench.hello("two", {kB});
  const LeaseOffer offer = bench.ask("one").at(0);
  EXPECT_EQ(bench.fetched(offer.token, "x"), FileSetAnswer::kRun);
  bench.fail(offer.token, FailureKind::kDevice, "a");
  bench.bye("two");
  bench.pass(1'000);
  bench.hello("one", {kA});
  EXPECT_EQ(bench.ask("one").size(), 1U);
  EXPECT_TRUE(bench.store.ends().empty());  // least of all NO_DEVICE_KIND
}

// ---- addresses of evidence

TEST(Evidence, GoesToAnAddressWhoseJobHasNotEndedAndToNoOther) {
  CoreBench bench;
  bench.import({"app"});
  bench.sweep();
  bench.hello("w", {kA});
  const LeaseOffer offer = bench.ask("w").at(0);
  Token forged = offer.token;
  ++forged.n;
  EXPECT_EQ(bench.core->take_evidence(forged, sha256("a"), 1).kind(), ErrorKind::kPermission);
  EXPECT_TRUE(bench.core->take_evidence(offer.token, sha256("a"), 1).ok());
  bench.fetched(offer.token, "x");
  bench.fail(offer.token, FailureKind::kDevice, "a");  // it may yet come back with a good report
  EXPECT_TRUE(bench.core->take_evidence(offer.token, sha256("b"), 1).ok());
  const LeaseOffer again = bench.ask("w").at(0);
  bench.run(again, kA, "x");
  for (const Token& token : {offer.token, again.token}) {
    EXPECT_EQ(bench.core->take_evidence(token, sha256("c"), 1).kind(), ErrorKind::kPermission);
  }
}

TEST(Evidence, OfOneAddressIsBoundedInBytesAndNumberAndComesAgainForNothing) {
  CoreBench bench;
  bench.import({"app", "other"});
  bench.sweep();
  bench.hello("w", {kA, kB});
  const auto offers = bench.ask("w", 2);
  const Token token = offers.at(0).token;
  EXPECT_TRUE(bench.core->take_evidence(token, sha256("journal"), kMaxEvidenceBytes).ok());
  EXPECT_TRUE(bench.core->take_evidence(token, sha256("journal"), kMaxEvidenceBytes).ok());
  EXPECT_EQ(bench.core->take_evidence(token, sha256("more"), 1).kind(), ErrorKind::kPermission);
  const Token other = offers.at(1).token;
  for (std::size_t i = 0; i < kMaxBlobsPerReport; ++i) {
    EXPECT_TRUE(bench.core->take_evidence(other, sha256(std::to_string(i)), 0).ok());
  }
  EXPECT_EQ(bench.core->take_evidence(other, sha256("one more"), 0).kind(), ErrorKind::kPermission);
}

// ---- operation

TEST(Operation, ADrainedWorkerTakesNothingNewUntilItIsLetGoAgain) {
  CoreBench bench;
  bench.import({"app"});
  bench.sweep();
  EXPECT_EQ(bench.command(DrainWorker{"w", true}).status.kind(), ErrorKind::kNotFound);
  bench.hello("w", {kA});
  EXPECT_TRUE(bench.command(DrainWorker{"w", true}).status.ok());
  EXPECT_TRUE(bench.ask("w").empty());
  bench.lead();  // it is remembered
  bench.hello("w", {kA});
  EXPECT_TRUE(bench.ask("w").empty());
  EXPECT_TRUE(bench.command(DrainWorker{"w", false}).status.ok());
  EXPECT_EQ(bench.ask("w").size(), 1U);
}

TEST(Operation, NothingIsLeasedWhileTheDiskIsLowAndThenItGoesOn) {
  CoreBench bench;
  bench.import({"app"});
  bench.sweep();
  bench.hello("w", {kA});
  bench.feed(StopLeasing{"disk low"});
  EXPECT_TRUE(bench.ask("w").empty());
  EXPECT_EQ(bench.core->stopped_why(), "disk low");
  bench.feed(StopLeasing{""});
  EXPECT_EQ(bench.ask("w").size(), 1U);
}

TEST(Operation, APausedShardRestsAndTheOthersGoOn) {
  CoreBench bench;
  bench.import({"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"});
  StartSweep s;
  s.write.shards = 2;
  const SweepId sweep{bench.command(s).id};
  EXPECT_TRUE(bench.command(ChangeSweep{sweep, SweepAction::kPause, 0}).status.ok());
  bench.hello("w", {kA});
  for (int i = 0; i < 8; ++i) {
    for (const LeaseOffer& o : bench.ask("w")) {
      EXPECT_EQ(o.shard, 1U);
      bench.run(o, kA, "file " + o.listing.package);
    }
  }
  const auto live = bench.core->sweep_live(sweep, Now{bench.now_ms, 0});
  EXPECT_EQ(live->shards[0].ended, 0);
  EXPECT_EQ(live->shards[1].ended, live->shards[1].total);
  EXPECT_TRUE(bench.command(ChangeSweep{sweep, SweepAction::kResume, 0}).status.ok());
  EXPECT_EQ(bench.ask("w").size(), 1U);
}

TEST(Operation, AnAppThatNoDeviceServesEndsUntestedAndSaysWhy) {
  CoreBench bench;
  bench.import({"app"});
  bench.sweep();
  bench.hello("w", {kA});
  const LeaseOffer offer = bench.ask("w").at(0);
  Needs needs;
  needs.min_api = 33;
  EXPECT_EQ(bench.fetched(offer.token, "x", needs), FileSetAnswer::kNeedsMore);
  bench.stay("w", {kA}, 3'000);
  ASSERT_EQ(bench.store.ends().count(offer.token.job), 1U);
  EXPECT_EQ(bench.store.ends().at(offer.token.job).reason, "NO_DEVICE_KIND");
  EXPECT_TRUE(bench.store.tokens().empty());  // it cost no attempt
  EXPECT_EQ(verdict_of(bench, offer.token.job).rows[0].reasons, std::vector<Reason>{Reason::kNoDeviceKind});
}

TEST(Turns, DoneAndNextAreAnsweredByOneCommit) {
  CoreBench bench;
  bench.import({"a", "b", "c"});
  bench.sweep();
  const Device kPhone = CoreBench::device("A");
  bench.hello("w", {kPhone});
  const std::vector<LeaseOffer> held = bench.ask("w");
  ASSERT_EQ(held.size(), 1u);
  bench.said.clear();
  const Now now{bench.now_ms, CoreBench::kWall + bench.now_ms};
  Failure failed;
  failed.token = held[0].token;
  failed.reason = FailureReason::kFetch;
  std::vector<CommitAction> commits;
  for (Action& a : bench.core->on(FromWorkerEvent{"w", {failed, Ask{1, 5'000, 1, {"A"}}}}, now)) {
    EXPECT_FALSE(std::holds_alternative<SendAction>(a)) << "before the commit";
    EXPECT_FALSE(std::holds_alternative<ReadEpoch>(a)) << "the commit looks at the epoch";
    if (auto* c = std::get_if<CommitAction>(&a)) commits.push_back(std::move(*c));
  }
  ASSERT_EQ(commits.size(), 1u);
  std::vector<ToWorker> said;
  const CommitResult done = bench.store.commit(bench.core->epoch(), commits[0].writes);
  for (Action& a : bench.core->on(Committed{commits[0].id, done}, now)) {
    if (auto* s = std::get_if<SendAction>(&a)) said.push_back(s->message);
  }
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(std::get<Answer>(said[0]).answer, ReportAnswer::kAcknowledged);
  EXPECT_EQ(std::get<Grant>(said[1]).leases.size(), 1u);
}

TEST(Turns, ARequestAloneWaitsForNoCommit) {
  CoreBench bench;
  bench.import({"a", "b"});
  bench.sweep();
  bench.hello("w", {CoreBench::device("A")});
  bench.hello("v", {CoreBench::device("B")});
  const std::vector<LeaseOffer> held = bench.ask("w");
  Failure failed;
  failed.token = held.at(0).token;
  const Now now{bench.now_ms, CoreBench::kWall + bench.now_ms};
  std::vector<CoreEvent> turn;
  turn.push_back(FromWorkerEvent{"w", {failed}});
  turn.push_back(FromWorkerEvent{"v", {Ask{2, 5'000, 1, {"B"}}}});
  bool reads = false;
  for (Action& a : bench.core->on(std::move(turn), now)) reads |= std::holds_alternative<ReadEpoch>(a);
  EXPECT_TRUE(reads);
}

TEST(AfterAStart, WhatComesBackWaitsThoughAnOlderLeaseOfItWasTakenUp) {
  CoreBench bench;
  bench.import({"a"});
  bench.sweep();
  bench.hello("w", {CoreBench::device("A")});
  const std::vector<LeaseOffer> older = bench.ask("w");
  ASSERT_EQ(older.size(), 1u);
  bench.pass(1'200);  // never begun, it expires without cost
  bench.hello("v", {CoreBench::device("B")});
  ASSERT_EQ(bench.ask("v").size(), 1u);  // and may run there by now
  bench.start();
  bench.hello("w", {CoreBench::device("A")}, {{older[0].token, {}, 1}});
  bench.fail(older[0].token, FailureKind::kDevice, "A");
  bench.hello("u", {CoreBench::device("C")});
  EXPECT_TRUE(bench.ask("u").empty());
  bench.pass(1'200);
  bench.hello("u", {CoreBench::device("C")});
  EXPECT_EQ(bench.ask("u").size(), 1u);
}

TEST(Workers, AProcessThatALateWordOfAnOlderOneDrownedOutIsHeardAgain) {
  CoreBench bench;
  bench.import({"a"});
  bench.sweep();
  Hello late;
  late.worker = "w";
  late.incarnation = 1;
  Hello alive = late;
  alive.incarnation = 2;
  alive.devices = {CoreBench::device("A")};
  bench.feed(FromWorkerEvent{"w", {late}});
  bench.feed(FromWorkerEvent{"w", {alive}});
  bench.pass(3'000);  // cut off for longer than a lease
  bench.feed(FromWorkerEvent{"w", {late}});
  bench.said.clear();
  bench.feed(FromWorkerEvent{"w", {Heartbeat{2, 2'000, {}}}});
  ASSERT_EQ(bench.said.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<WhoAreYou>(bench.said[0].second));
  bench.feed(FromWorkerEvent{"w", {alive}});
  bench.said.clear();
  bench.feed(FromWorkerEvent{"w", {Ask{2, 3'000, 1, {"A"}}}});
  ASSERT_EQ(bench.said.size(), 1u);
  EXPECT_EQ(std::get<Grant>(bench.said[0].second).leases.size(), 1u);
}

}  // namespace
}  // namespace storesweep
