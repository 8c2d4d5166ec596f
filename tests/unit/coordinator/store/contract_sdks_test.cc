// SDKs by version, over the listings of a sweep.
#include "coordinator/store/sdk_counts.h"
#include "tests/unit/coordinator/store/contract.h"

namespace storesweep::contract {

using Rows = std::vector<SdkCount>;

RunRecord run_with(std::int64_t id, JobId job, SweepId sweep, SdkList sdks) {
  RunRecord r = run_of(id, job, sweep, "file set " + std::to_string(id));
  r.sdks = std::move(sdks);
  return r;
}

TEST_P(Contract, sdks_of_a_run_come_back_as_they_were_given) {
  import({listing("a")});
  const SweepId sweep = sweep_all();
  const JobId job = jobs_of(sweep).at(0);
  const RunRecord given = run_with(5, job, sweep, {"2026.11.24", {{"bugly", ""}, {"jpush", "4.1"}}, 3});
  commit_one(verdict_of(job, sweep, 1, given, Level::kNotFound));
  reopen();
  EXPECT_EQ(store_->run(RunId{5})->sdks, given.sdks);
  EXPECT_EQ(store_->result(job)->run->sdks, given.sdks);
}

TEST_P(Contract, sdks_count_each_listing_once_by_the_run_that_its_job_ended_with) {
  import({listing("a"), listing("b"), listing("c"), listing("d")});
  const SweepId sweep = sweep_all();
  const std::vector<JobId> jobs = jobs_of(sweep);
  const SdkList held{"1", {{"bugly", ""}, {"jpush", "4.1"}}, 2};
  const EndJob first = verdict_of(jobs[0], sweep, 1, run_with(5, jobs[0], sweep, held), Level::kSuspected);
  commit({first, first});  // said twice
  EXPECT_EQ(commit_one(first).state, WriteState::kAlready);
  EndJob reuses = verdict_of(jobs[1], sweep, 2, std::nullopt, Level::kSuspected);
  reuses.reused = RunId{5};
  commit_one(reuses);
  commit_one(verdict_of(jobs[2], sweep, 3, run_with(6, jobs[2], sweep, {}), Level::kNotFound));
  Attach again{judged_of(jobs[0], sweep, Level::kViolation, {RunId{5}})};
  commit_one(again);
  ExtraJob retest;
  retest.job = JobId{kFirstExtraJob};
  retest.kind = JobKind::kRetest;
  retest.parent = jobs[0];
  retest.sweep = sweep;
  commit_one(OrderJob{retest});
  EndJob ends = verdict_of(retest.job, sweep, 4, run_with(7, retest.job, sweep, {"2", {{"jpush", "9"}}, 0}),
                           Level::kNotFound);
  ends.judged->job = jobs[0];
  EXPECT_EQ(commit_one(ends).state, WriteState::kDone);
  reopen();
  const auto summary = store_->sdks(sweep);
  ASSERT_TRUE(summary.ok()) << summary.status().text();
  EXPECT_EQ(summary->rows, (Rows{{"bugly", "", 2, false}, {"jpush", "4.1", 2, false}}));
  EXPECT_EQ(summary->looked, 2);
  EXPECT_EQ(summary->not_looked, 1);
  EXPECT_EQ(summary->left_out, 4);
  EXPECT_EQ(summary->catalogues, (std::map<std::string, std::int64_t>{{"1", 2}}));
}

TEST_P(Contract, sdks_of_buried_jobs_and_of_other_sweeps_are_not_this_sweeps) {
  import({listing("a"), listing("b")});
  const SweepId one = sweep_all(), two = sweep_all();
  const JobId a = jobs_of(one).at(0), b = jobs_of(one).at(1), other = jobs_of(two).at(0);
  commit_one(
      verdict_of(other, two, 1, run_with(5, other, two, {"1", {{"jpush", "4"}}, 0}), Level::kNotFound));
  EndJob buried;
  buried.job = a;
  buried.sweep = one;
  buried.how = EndKind::kBuried;
  buried.judged = judged_of(a, one, Level::kNotTested, {});
  commit_one(buried);
  commit_one(verdict_of(b, one, 2, run_with(6, b, one, {"1", {}, 0}), Level::kNotFound));
  EXPECT_TRUE(store_->sdks(one)->rows.empty());
  EXPECT_EQ(store_->sdks(one)->looked, 1);
  EXPECT_EQ(store_->sdks(one)->not_looked, 1);
  EXPECT_EQ(store_->sdks(two)->rows, (Rows{{"jpush", "4", 1, false}}));
}

// A hostile app, or worker, invents a version a listing: the answer stays small and the sum right.
TEST(SdkCounts, ManyVersionsAreAFewRowsAndTheRest) {
  SdkCounts counts;
  for (std::size_t i = 0; i < kMaxVersionsCounted + 500; ++i) {
    counts.add({"1", {{"jpush", std::to_string(i)}}, 0});
  }
  for (int i = 0; i < 3; ++i) counts.add({"1", {{"jpush", "7"}}, 0});
  for (int i = 0; i < 2; ++i) counts.add({"1", {{"jpush", ""}}, 0});
  const SdkSummary summary = counts.summary(1'000'000);
  ASSERT_EQ(summary.rows.size(), kMaxVersionsShown + 1);
  EXPECT_EQ(summary.rows[0], (SdkCount{"jpush", "7", 4, false}));
  EXPECT_TRUE(summary.rows.back().rest);
  std::int64_t all = 0;
  for (const SdkCount& row : summary.rows) all += row.listings;
  EXPECT_EQ(all, summary.looked);
}

}  // namespace storesweep::contract
