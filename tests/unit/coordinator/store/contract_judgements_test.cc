// Judgements, what they replace, and the second runs that they order.
#include "tests/unit/coordinator/store/contract.h"

namespace storesweep::contract {

TEST_P(Contract, a_new_judgement_takes_the_old_ones_place_in_every_counter) {
  import({listing("a"), listing("b")});
  SweepId s = sweep_all();
  std::vector<JobId> j = jobs_of(s);
  EXPECT_EQ(commit_one(Attach{judged_of(j[0], s, Level::kViolation, {})}).state, WriteState::kRefused);
  commit({verdict_of(j[0], s, 1, run_of(1, j[0], s, "x"), Level::kSuspected),
          verdict_of(j[1], s, 2, run_of(2, j[1], s, "y"), Level::kSuspected)});
  commit({Attach{judged_of(j[0], s, Level::kViolation, {RunId{1}})}});
  for (const auto& [by, group] : std::map<std::string, std::string>{
           {"", ""}, {"store", "shop"}, {"region", "北京"}, {"developer", "Dev"}, {"category", "tools"}}) {
    auto counts = summary(s, by);
    EXPECT_EQ(counts[group + "/1/suspected"], 1) << by;
    EXPECT_EQ(counts[group + "/1/violation"], 1) << by;
    EXPECT_EQ(counts[group + "/1R1.3/violation"], 1) << by;
    EXPECT_EQ(counts[group + "/5/not_found"], 2) << by;
    EXPECT_EQ(counts.size(), 5U) << by;
  }
  commit({Attach{
              judged_of(j[0], s, Level::kNotFound, {RunId{1}}),
          },
          Attach{judged_of(j[0], s, Level::kViolation, {RunId{1}})}});
  EXPECT_EQ(summary(s, "").size(), 5U);
  EXPECT_EQ(store_->result(j[0])->verdict, judged_of(j[0], s, Level::kViolation, {}).verdict);
}

TEST_P(Contract, second_runs_are_ordered_with_the_judgement_that_asks_for_them) {
  import({listing("a")});
  const SweepId s = sweep_all();
  const JobId j = jobs_of(s)[0];
  commit({verdict_of(j, s, 1, run_of(1, j, s, "x"), Level::kSuspected)});
  ExtraJob order;
  order.job = JobId{kFirstExtraJob + 5};
  order.parent = j;
  order.sweep = s;
  order.base_run = RunId{1};
  Judged again = judged_of(j, s, Level::kViolation, {RunId{1}});
  again.made_from = 0;
  EXPECT_EQ(commit_one(Attach{again, {order}}).state, WriteState::kStale);
  EXPECT_TRUE(store_->load()->extras.empty()) << "what does not stand orders nothing";
  again.made_from = std::nullopt;
  EXPECT_EQ(commit_one(Attach{again, {order}}).state, WriteState::kDone);
  ASSERT_EQ(store_->load()->extras.size(), 1u);
  EXPECT_EQ(store_->load()->extras[0].base_run, RunId{1});
  const auto judgement = store_->result(j)->judgement;
  EXPECT_EQ(commit_one(Attach{again, {order}}).state, WriteState::kRefused) << "the order's id is taken";
  EXPECT_EQ(store_->result(j)->judgement, judgement);
}

TEST_P(Contract, a_confirmation_is_ordered_with_its_violation_and_judges_its_parent) {
  import({listing("a")});
  SweepId s = sweep_all();
  JobId j = jobs_of(s)[0];
  ExtraJob order;
  order.job = JobId{kFirstExtraJob + 5};
  order.parent = j;
  order.sweep = s;
  order.base_run = RunId{1};
  EndJob confirmation;
  confirmation.job = order.job;
  confirmation.sweep = s;
  confirmation.token = {1, 2};
  confirmation.run = run_of(2, order.job, s, "fs");
  confirmation.run->base_run = RunId{1};
  confirmation.run->partial = true;
  confirmation.run->rules = order.rules = {"R5.7"};
  confirmation.judged = judged_of(j, s, Level::kViolation, {RunId{1}, RunId{2}});
  EXPECT_EQ(commit_one(confirmation).state, WriteState::kRefused);
  EndJob end = verdict_of(j, s, 1, run_of(1, j, s, "fs"), Level::kSuspected);
  end.order = order;
  EXPECT_EQ(commit_one(end).state, WriteState::kDone);
  EXPECT_EQ(store_->sweep(s)->confirmations_open, 1);
  EXPECT_EQ(commit_one(confirmation).state, WriteState::kDone);
  EXPECT_EQ(store_->sweep(s)->confirmations_open, 0);
  EXPECT_EQ(store_->sweep(s)->ended.at("verdict"), 1);
  EXPECT_EQ(store_->result(j)->verdict, confirmation.judged->verdict);
  EXPECT_EQ(store_->result(order.job).status().kind(), ErrorKind::kNotFound);
  ASSERT_EQ(store_->runs_confirming(RunId{1})->size(), 1U);
  EXPECT_EQ(store_->runs_of(sha256("fs"))->size(), 1U);
  EXPECT_TRUE(store_->extra(order.job).ok());
  EXPECT_EQ(store_->run(RunId{2})->rules, order.rules);
  EXPECT_TRUE(store_->run(RunId{1})->rules.empty());
  EXPECT_TRUE(store_->load()->extras.empty());
  EXPECT_EQ(store_->results({s, "", "", "", {}}, {})->rows.size(), 1U);
}

TEST_P(Contract, a_judgement_made_from_one_that_no_longer_stands_is_not_written) {
  import({listing("a")});
  SweepId s = sweep_all();
  JobId j = jobs_of(s)[0];
  commit_one(verdict_of(j, s, 1, run_of(1, j, s, "fs"), Level::kSuspected));
  std::vector<EndJob> ends;
  for (std::int64_t n : {2, 3}) {
    OrderJob retest;
    retest.order.job = JobId{kFirstExtraJob + n};
    retest.order.kind = JobKind::kRetest;
    retest.order.parent = j;
    retest.order.sweep = s;
    retest.order.rules = {"R5.7"};
    ASSERT_EQ(commit_one(retest).state, WriteState::kDone);
    EndJob end = verdict_of(retest.order.job, s, static_cast<std::uint64_t>(n),
                            run_of(n, retest.order.job, s, "fs"), Level::kSuspected);
    end.judged = judged_of(j, s, Level::kNotFound, {RunId{1}, RunId{n}});
    end.judged->made_from = store_->result(j)->judgement;
    ends.push_back(end);
  }
  auto both = commit({ends[0], ends[1]});
  EXPECT_EQ(both[0].state, WriteState::kDone);
  EXPECT_EQ(both[1].state, WriteState::kStale);
  EXPECT_EQ(store_->run(RunId{3}).status().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(store_->load()->extras.size(), 1U);
  ends[1].judged->made_from = store_->result(j)->judgement;
  ends[1].judged->runs = {RunId{1}, RunId{2}, RunId{3}};
  EXPECT_EQ(commit_one(ends[1]).state, WriteState::kDone);
  EXPECT_EQ(store_->result(j)->more_runs.size(), 2U);
}

TEST_P(Contract, a_retest_key_counts_once) {
  import({listing("a")});
  SweepId s = sweep_all();
  JobId j = jobs_of(s)[0];
  OrderJob retest;
  retest.order.job = JobId{kFirstExtraJob};
  retest.order.kind = JobKind::kRetest;
  retest.order.parent = j;
  retest.order.sweep = s;
  retest.order.idempotency_key = "k";
  EXPECT_EQ(commit_one(retest).state, WriteState::kRefused);
  commit_one(verdict_of(j, s, 1, {}, Level::kSuspected));
  EXPECT_EQ(commit_one(retest).state, WriteState::kDone);
  retest.order.job = JobId{kFirstExtraJob + 1};
  WriteOutcome again = commit_one(retest);
  EXPECT_EQ(again.state, WriteState::kAlready);
  EXPECT_EQ(again.value, kFirstExtraJob);
  EXPECT_EQ(store_->sweep(s)->confirmations_open, 0);
}

}  // namespace storesweep::contract
