// What people read, and what goes with its age.
#include <set>

#include "tests/unit/coordinator/store/contract.h"

namespace storesweep::contract {

TEST_P(Contract, a_campaign_counts_distinct_apps_over_its_sweeps) {
  import({listing("a"), listing("b")});
  import({listing("a", "market")}, "market");
  CreateCampaign c{{{}, "2026", 400'000, "2026-12-31"}, "key"};
  WriteOutcome made = commit_one(c);
  EXPECT_EQ(commit_one(c).state, WriteState::kAlready);
  CampaignId id{made.value};
  SweepId one = sweep_all(1, id), two = sweep_all(1, id);
  std::uint64_t n = 1;
  for (SweepId s : {one, two}) {
    for (const JobPayload& p : payloads(s)) {
      if (p.listing.package == "a") commit_one(verdict_of(p.job, s, n++, {}, Level::kNotFound));
    }
  }
  auto counts = store_->campaign(id, 0);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->campaign.target_apps, 400'000);
  EXPECT_EQ(counts->covered_apps, 1);
  EXPECT_EQ(counts->covered_since, 1);
  EXPECT_EQ(store_->campaign(id, 1'000'000)->covered_since, 0);
  EXPECT_EQ(counts->sweeps, (std::vector<SweepId>{one, two}));
  EXPECT_EQ(store_->campaign(CampaignId{9}, 0).status().kind(), ErrorKind::kNotFound);
}

TEST_P(Contract, results_are_found_by_sweep_store_package_rule_and_level_in_pages) {
  import({listing("a"), listing("b"), listing("c")});
  import({listing("a", "market")}, "market");
  SweepId s = sweep_all(), other = sweep_all();
  std::uint64_t n = 1;
  for (const JobPayload& p : payloads(s)) {
    Level level = p.listing.package == "b" ? Level::kViolation : Level::kNotFound;
    commit_one(verdict_of(p.job, s, n++, {}, level));
  }
  commit_one(verdict_of(jobs_of(other)[0], other, n++, {}, Level::kNotFound));
  auto count = [&](const ResultQuery& q) { return store_->results(q, {})->rows.size(); };
  EXPECT_EQ(count({}), 5U);
  EXPECT_EQ(count({s, "", "", "", {}}), 4U);
  EXPECT_EQ(count({s, "market", "", "", {}}), 1U);
  EXPECT_EQ(count({s, "", "a", "", {}}), 2U);
  EXPECT_EQ(count({s, "", "", "", Level::kViolation}), 1U);
  EXPECT_EQ(count({s, "", "", "R1.3", Level::kNotFound}), 3U);
  EXPECT_EQ(count({s, "", "", "R9.9", {}}), 0U);
  std::set<JobId> seen;
  PageRequest page{"", 2};
  do {
    auto p = store_->results({s, "", "", "", {}}, page);
    for (const StoredResult& r : p->rows) EXPECT_TRUE(seen.insert(r.job).second);
    page.cursor = p->next;
  } while (!page.cursor.empty());
  EXPECT_EQ(seen.size(), 4U);
  auto sweeps = store_->sweeps({"", 1});
  ASSERT_EQ(sweeps->rows.size(), 1U);
  EXPECT_EQ(sweeps->rows[0].sweep.id, other);
  EXPECT_EQ(store_->sweeps({sweeps->next, 1})->rows[0].sweep.id, s);
}

TEST_P(Contract, figures_sum_up_by_device_kind_and_simulated_shows) {
  import({listing("a"), listing("b")});
  SweepId s = sweep_all();
  std::vector<JobId> j = jobs_of(s);
  RunRecord real = run_of(1, j[0], s, "x"), simulated = run_of(2, j[1], s, "y");
  simulated.device.kind.device_class = "simulated";
  commit_one(verdict_of(j[0], s, 1, real, Level::kNotFound));
  EXPECT_FALSE(store_->sweep(s)->simulated);
  commit_one(verdict_of(j[1], s, 2, simulated, Level::kNotFound));
  EXPECT_TRUE(store_->sweep(s)->simulated);
  auto rows = store_->figures(s);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].kind, real.device.kind);
  EXPECT_EQ((*rows)[0].runs, 1);
  EXPECT_EQ((*rows)[0].sum, real.figures);
}

TEST_P(Contract, old_evidence_expires_but_for_what_another_run_names) {
  import({listing("a"), listing("b")});
  SweepId s = sweep_all(), running = sweep_all();
  std::vector<JobId> j = jobs_of(s);
  commit({verdict_of(j[0], s, 1, run_of(1, j[0], s, "x"), Level::kNotFound),
          verdict_of(j[1], s, 2, run_of(2, j[1], s, "y"), Level::kNotFound),
          verdict_of(jobs_of(running)[0], running, 3, run_of(3, jobs_of(running)[0], running, "z"),
                     Level::kNotFound)});
  EXPECT_TRUE(store_->expire_evidence(epoch_, {1'000'000, 1'000'000})->empty());  // nothing is over yet
  commit({SetSweep{s, SweepState::kDone, 5}});
  auto gone = store_->expire_evidence(epoch_, {1002, 1002});
  ASSERT_TRUE(gone.ok());
  EXPECT_EQ(*gone, std::vector<Digest>{sha256("journal x")});
  EXPECT_TRUE(store_->runs_of(sha256("x"))->empty());
  EXPECT_EQ(store_->runs_of(sha256("y"))->size(), 1U);
  EXPECT_TRUE(store_->result(j[0]).ok());
  EXPECT_TRUE(store_->expire_evidence(epoch_, {1002, 1002})->empty());
}

}  // namespace storesweep::contract
