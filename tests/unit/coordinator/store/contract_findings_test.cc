// What people say of findings, and the retest of one, in every store alike.
#include "tests/unit/coordinator/store/contract.h"

namespace storesweep::contract {

TEST_P(Contract, what_is_said_of_findings_is_only_added_and_read_back_in_order) {
  import({listing("a"), listing("b")});
  const SweepId s = sweep_all();
  const JobId a = jobs_of(s)[0], b = jobs_of(s)[1];
  ActOnFinding say;
  say.act = {
      0,  a, s, "0123456789", ActKind::kOverrule, "王芳", "已核对", Level::kSuspected, "", "", {}, "", {}, "",
      "", 3, 77};
  say.idempotency_key = "k";
  EXPECT_EQ(commit_one(say).state, WriteState::kRefused) << "its job has no end";
  commit_one(verdict_of(a, s, 1, {}, Level::kSuspected));
  commit_one(verdict_of(b, s, 2, {}, Level::kSuspected));
  const WriteOutcome said = commit_one(say);
  EXPECT_EQ(said.state, WriteState::kDone);
  const WriteOutcome again = commit_one(say);
  EXPECT_EQ(again.state, WriteState::kAlready);
  EXPECT_EQ(again.value, said.value);
  ActOnFinding notice;
  notice.act = {
      0,  a, s, "0123456789", ActKind::kNotice, "王芳", "", {}, "2026-07-06", "2026-07-13", {}, "", {}, "",
      "", 3, 78};
  commit_one(notice);
  notice.act.job = b;
  commit_one(notice);
  reopen();
  lead();
  const auto acts = store_->finding_acts({a, {}});
  ASSERT_TRUE(acts.ok()) << acts.status().text();
  ASSERT_EQ(acts->size(), 2u);
  say.act.id = said.value;
  EXPECT_EQ((*acts)[0], say.act);
  EXPECT_EQ((*acts)[1].due_date, "2026-07-13");
  EXPECT_FALSE((*acts)[1].level.has_value());
  EXPECT_EQ(store_->finding_acts({{}, s})->size(), 3u);
  EXPECT_EQ(store_->finding_acts({{}, SweepId{99}})->size(), 0u);
  EXPECT_EQ(store_->finding_acts({})->size(), 3u);
}

TEST_P(Contract, the_retest_of_a_finding_is_told_and_answered_with_its_own_commits) {
  import({listing("a")});
  const SweepId s = sweep_all();
  const JobId j = jobs_of(s)[0], extra{kFirstExtraJob};
  commit_one(verdict_of(j, s, 1, {}, Level::kSuspected));
  OrderJob retest;
  retest.order.job = extra;
  retest.order.kind = JobKind::kRetest;
  retest.order.parent = j;
  retest.order.sweep = s;
  retest.order.rules = {"R5.7"};
  retest.order.finding = "0123456789";
  retest.order.apk_url = "file:///new.apk";
  retest.act = FindingAct{};
  retest.act->job = j;
  retest.act->sweep = s;
  retest.act->kind = ActKind::kRetestOrdered;
  retest.act->retest = extra;
  EXPECT_EQ(commit_one(retest).state, WriteState::kDone);
  reopen();
  lead();
  const auto order = store_->extra(extra);
  ASSERT_TRUE(order.ok());
  EXPECT_EQ(order->finding, "0123456789");
  EXPECT_EQ(order->apk_url, "file:///new.apk");
  const std::int64_t judgement = store_->result(j)->judgement;
  EndJob end;
  end.job = extra;
  end.sweep = s;
  end.token = {1, 9};
  end.answer = *retest.act;
  end.answer->kind = ActKind::kRetested;
  end.answer->outcome = RetestOutcome::kFixed;
  end.answer->verdict = std::string("\0verdict", 8);
  EXPECT_EQ(commit_one(Box<EndJob>(end)).state, WriteState::kDone);
  EXPECT_EQ(commit_one(Box<EndJob>(end)).state, WriteState::kAlready) << "the same answer again";
  const auto acts = store_->finding_acts({j, {}});
  ASSERT_EQ(acts->size(), 2u);
  EXPECT_EQ((*acts)[1].outcome, RetestOutcome::kFixed);
  EXPECT_EQ((*acts)[1].verdict, end.answer->verdict);
  EXPECT_EQ(store_->result(j)->judgement, judgement) << "the verdict stands as it was";
}

TEST_P(Contract, the_retest_of_a_finding_is_answered_when_its_sweep_is_cancelled) {
  import({listing("a"), listing("b")});
  const SweepId s = sweep_all();
  const JobId j = jobs_of(s)[0];
  commit_one(verdict_of(j, s, 1, {}, Level::kSuspected));
  OrderJob retest;
  retest.order.job = JobId{kFirstExtraJob};
  retest.order.kind = JobKind::kRetest;
  retest.order.parent = j;
  retest.order.sweep = s;
  retest.order.finding = "0123456789";
  EXPECT_EQ(commit_one(retest).state, WriteState::kDone);
  EXPECT_EQ(commit_one(CancelSweep{s, 99}).state, WriteState::kDone);
  const auto acts = store_->finding_acts({j, {}});
  ASSERT_EQ(acts->size(), 1u);
  EXPECT_EQ((*acts)[0].kind, ActKind::kRetested);
  EXPECT_EQ((*acts)[0].outcome, RetestOutcome::kNotTested);
  EXPECT_EQ((*acts)[0].retest, retest.order.job);
  EXPECT_EQ((*acts)[0].reason, "cancelled");
  EXPECT_EQ(commit_one(CancelSweep{s, 100}).state, WriteState::kAlready);
  EXPECT_EQ(store_->finding_acts({j, {}})->size(), 1u) << "once";
}

TEST_P(Contract, the_newest_revision_of_a_listing_is_found_by_its_key) {
  import({listing("a"), listing("b")});
  Listing newer = listing("a");
  newer.apk_url = "file:///new.apk";
  import({newer, listing("b")});
  EXPECT_EQ(store_->current_listing(listing("a"))->apk_url, "file:///new.apk");
  EXPECT_EQ(store_->current_listing(listing("c")).status().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(store_->current_listing(listing("a", "other")).status().kind(), ErrorKind::kNotFound);
}

}  // namespace storesweep::contract
