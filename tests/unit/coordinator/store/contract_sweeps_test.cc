// Which jobs a sweep gets, and in what order.
#include <set>

#include "tests/unit/coordinator/store/contract.h"

namespace storesweep::contract {

TEST_P(Contract, a_sweep_is_one_range_of_jobs_in_shards_longest_first) {
  std::vector<Listing> rows;
  for (int i = 0; i < 40; ++i) {
    rows.push_back(listing("p" + std::to_string(i)));
    rows.back().apk_bytes = (i * 7919) % 40 * 1'000'000;
  }
  import(rows);
  SweepId id = sweep_all(4);
  auto counts = store_->sweep(id);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->sweep.total, 40);
  EXPECT_EQ(counts->sweep.name, "nightly");
  ASSERT_EQ(counts->sweep.shards.size(), 4U);
  std::vector<JobId> ids = jobs_of(id);
  EXPECT_EQ(ids.size(), 40U);
  auto payloads = store_->jobs(ids);
  ASSERT_TRUE(payloads.ok());
  ASSERT_EQ(payloads->size(), 40U);
  for (std::size_t i = 0; i + 1 < payloads->size(); ++i) {
    const Listing &a = (*payloads)[i].listing, &b = (*payloads)[i + 1].listing;
    EXPECT_LE(shard_of(a.package, 4), shard_of(b.package, 4));
    if (shard_of(a.package, 4) == shard_of(b.package, 4)) {
      EXPECT_GE(a.apk_bytes, b.apk_bytes);
    }
  }
  std::vector<JobId> unknown{JobId{9999}};
  EXPECT_TRUE(store_->jobs(unknown)->empty());
}

TEST_P(Contract, a_selection_chooses_store_top_list_and_changed) {
  import({listing("a", "shop", 10), listing("b", "shop", 30), listing("c", "shop", 20)});
  import({listing("a", "market", 5)}, "market");
  auto chosen = [&](Selection s) {
    CreateSweep c;
    c.selection = std::move(s);
    WriteOutcome o = commit_one(c);
    std::set<std::string> out;
    if (o.state != WriteState::kDone) return out;
    for (const JobPayload& p : payloads(SweepId{o.value})) {
      out.insert(p.listing.store + "/" + p.listing.package);
    }
    return out;
  };
  using Kind = Selection::Kind;
  EXPECT_EQ(chosen({Kind::kStore, "market", 0, {}}), (std::set<std::string>{"market/a"}));
  EXPECT_EQ(chosen({Kind::kTop, "", 2, {}}), (std::set<std::string>{"shop/b", "shop/c"}));
  EXPECT_EQ(chosen({Kind::kList, "", 0, {"a", "zzz"}}), (std::set<std::string>{"shop/a", "market/a"}));
  EXPECT_EQ(chosen({Kind::kAll, "", 0, {}}).size(), 4U);
  EXPECT_EQ(chosen({Kind::kChanged, "", 0, {}}), std::set<std::string>{});
  Listing b = listing("b", "shop", 30);
  b.version_name = "2.0";
  import({listing("a", "shop", 10), b, listing("new")});
  EXPECT_EQ(chosen({Kind::kChanged, "", 0, {}}), (std::set<std::string>{"shop/b", "shop/new"}));
}

// No app may be lost between sweeps: a part of the stock, or a sweep that was cancelled, has held nothing.
TEST_P(Contract, what_is_new_or_changed_is_reckoned_from_whole_sweeps_that_were_not_cancelled) {
  using Kind = Selection::Kind;
  auto start = [&](Kind kind) {
    CreateSweep c;
    c.selection = {kind, "", 1, {"a"}};
    return commit_one(c);
  };
  auto packages = [&](const WriteOutcome& o) {
    std::set<std::string> out;
    if (o.state != WriteState::kDone) return out;
    for (const JobPayload& p : payloads(SweepId{o.value})) out.insert(p.listing.package);
    return out;
  };
  import({listing("a"), listing("b")});
  start(Kind::kTop);
  start(Kind::kList);
  EXPECT_EQ(packages(start(Kind::kChanged)), (std::set<std::string>{"a", "b"}));
  import({listing("a"), listing("b"), listing("c")});
  const WriteOutcome second = start(Kind::kChanged);
  EXPECT_EQ(packages(second), (std::set<std::string>{"c"}));
  import({listing("a"), listing("b"), listing("c"), listing("d")});
  EXPECT_EQ(packages(start(Kind::kChanged)), (std::set<std::string>{"d"}));
  commit_one(CancelSweep{SweepId{second.value}, 1});
  EXPECT_EQ(packages(start(Kind::kChanged)), (std::set<std::string>{"c", "d"}));
  EXPECT_EQ(packages(start(Kind::kChanged)), std::set<std::string>{});
}

TEST_P(Contract, what_an_import_brings_after_a_sweep_began_is_in_the_next_one) {
  using Kind = Selection::Kind;
  auto import = store_->begin_import(epoch_, "shop", "", 1);
  std::vector<Listing> first{listing("a")}, rest{listing("b")};
  ASSERT_TRUE(store_->import_rows(epoch_, *import, first).ok());
  CreateSweep c;
  EXPECT_EQ(commit_one(c).state, WriteState::kDone);  // in the middle of the import
  ASSERT_TRUE(store_->import_rows(epoch_, *import, rest).ok());
  ASSERT_TRUE(store_->finish_import(epoch_, *import, {0, 0}, 2).ok());
  c.selection.kind = Kind::kChanged;
  const WriteOutcome changed = commit_one(c);
  ASSERT_EQ(changed.state, WriteState::kDone) << changed.message;
  EXPECT_EQ(payloads(SweepId{changed.value}).at(0).listing.package, "b");
}

TEST_P(Contract, a_sweeps_key_counts_once_and_bad_sweeps_are_refused) {
  CreateSweep c;
  c.idempotency_key = "night 1";
  EXPECT_EQ(commit_one(c).state, WriteState::kRefused);
  import({listing("a")});
  WriteOutcome first = commit_one(c), second = commit_one(c);
  EXPECT_EQ(first.state, WriteState::kDone);
  EXPECT_EQ(second.state, WriteState::kAlready);
  EXPECT_EQ(second.value, first.value);
  CreateSweep none = c;
  none.idempotency_key = "", none.shards = 0;
  EXPECT_EQ(commit_one(none).state, WriteState::kRefused);
  none.shards = 1, none.campaign = CampaignId{5};
  EXPECT_EQ(commit_one(none).state, WriteState::kRefused);
}

TEST_P(Contract, a_cancelled_sweep_ends_what_was_open_once) {
  import({listing("a"), listing("b"), listing("c")});
  SweepId s = sweep_all();
  std::vector<JobId> j = jobs_of(s);
  EndJob end = verdict_of(j[0], s, 1, run_of(1, j[0], s, "x"), Level::kSuspected);
  end.order = ExtraJob{};
  end.order->job = JobId{kFirstExtraJob};
  end.order->parent = j[0];
  end.order->sweep = s;
  commit({end});
  WriteOutcome cancelled = commit_one(CancelSweep{s, 99});
  EXPECT_EQ(cancelled.value, 2);
  EXPECT_EQ(commit_one(CancelSweep{s, 100}).state, WriteState::kAlready);
  EXPECT_EQ(commit_one(SetSweep{s, SweepState::kRunning, 1}).state, WriteState::kAlready);
  EXPECT_EQ(commit_one(verdict_of(j[1], s, 9, {}, Level::kSuspected)).state, WriteState::kOtherEnd);
  auto counts = store_->sweep(s);
  EXPECT_EQ(counts->ended.at("cancelled"), 2);
  EXPECT_EQ(counts->ended.at("verdict"), 1);
  EXPECT_EQ(counts->sweep.state, SweepState::kCancelled);
  EXPECT_EQ(counts->sweep.ended_ms, 99);
  EXPECT_EQ(counts->confirmations_open, 0);
  EXPECT_EQ(store_->result(j[1])->end, EndKind::kCancelled);
  EXPECT_TRUE(store_->load()->sweeps.empty());
}

TEST_P(Contract, the_time_of_an_earlier_run_orders_the_next_sweep) {
  import({listing("slow"), listing("big")});
  SweepId first = sweep_all();
  for (const JobPayload& p : payloads(first)) {
    RunRecord run = run_of(p.job.value, p.job, first, p.listing.package);
    run.figures.device_ms = p.listing.package == "slow" ? 900'000 : 1'000;
    commit_one(verdict_of(p.job, first, static_cast<std::uint64_t>(p.job.value), run, Level::kNotFound));
  }
  SweepId second = sweep_all();
  EXPECT_EQ(store_->jobs(jobs_of(second))->at(0).listing.package, "slow");
}

}  // namespace storesweep::contract
