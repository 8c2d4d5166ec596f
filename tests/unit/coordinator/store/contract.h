// What every store must do alike: one fixture for MemoryStore, SqliteStore and PostgresStore, and small
// makers of records. A store under test is made by a Maker, and can be opened again where it is durable.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "coordinator/store/store.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep::contract {

struct Maker {
  std::string name;
  std::function<std::unique_ptr<Store>(const std::string& folder)> open;
  bool durable = false;
  std::string needs;  // what is not installed here; empty: nothing
};
const std::vector<Maker>& makers();

Listing listing(const std::string& package, const std::string& store = "shop", std::int64_t downloads = 0);
RunRecord run_of(std::int64_t id, JobId job, SweepId sweep, const std::string& file_set);
Judged judged_of(JobId job, SweepId sweep, Level level, std::vector<RunId> runs);
EndJob verdict_of(JobId job, SweepId sweep, std::uint64_t n, std::optional<RunRecord> run, Level level);

class Contract : public ::testing::TestWithParam<Maker> {
 protected:
  void SetUp() override {
    if (!GetParam().needs.empty()) GTEST_SKIP() << GetParam().needs << " is not installed";
    store_ = GetParam().open(folder_.path());
    ASSERT_NE(store_, nullptr);
    lead();
  }
  void lead() {
    auto lead = store_->take_lead(7);
    ASSERT_TRUE(lead.ok()) << lead.status().text();
    epoch_ = lead->epoch;
  }
  // The store as a new process finds it; where it is not durable, the same again.
  void reopen() {
    if (!GetParam().durable) return;
    store_.reset();
    store_ = GetParam().open(folder_.path());
    ASSERT_NE(store_, nullptr);
  }
  std::vector<WriteOutcome> commit(std::vector<Write> writes) {
    CommitResult r = store_->commit(epoch_, writes);
    EXPECT_EQ(r.state, CommitState::kCommitted) << r.message;
    r.outcomes.resize(writes.size());
    return r.outcomes;
  }
  WriteOutcome commit_one(Write w) { return commit({std::move(w)})[0]; }
  ImportCounts import(const std::vector<Listing>& rows, const std::string& store = "shop") {
    auto id = store_->begin_import(epoch_, store, "", 50);
    EXPECT_TRUE(id.ok()) << id.status().text();
    EXPECT_TRUE(store_->import_rows(epoch_, *id, rows).ok());
    auto counts = store_->finish_import(epoch_, *id, {0, 0}, 60);
    EXPECT_TRUE(counts.ok()) << counts.status().text();
    return counts.value_or(ImportCounts{});
  }
  SweepId sweep_all(std::uint32_t shards = 1, CampaignId campaign = {}) {
    CreateSweep c;
    c.name = "nightly";
    c.shards = shards;
    c.campaign = campaign;
    c.at_ms = 70;
    WriteOutcome o = commit_one(c);
    EXPECT_EQ(o.state, WriteState::kDone) << o.message;
    return SweepId{o.value};
  }
  std::vector<JobId> jobs_of(SweepId id) {
    auto counts = store_->sweep(id);
    EXPECT_TRUE(counts.ok());
    std::vector<JobId> out;
    for (const ShardRecord& s : counts->sweep.shards) {
      for (std::int64_t i = 0; i < s.count; ++i) out.push_back(JobId{s.first.value + i});
    }
    return out;
  }
  std::vector<JobPayload> payloads(SweepId id) {
    std::vector<JobId> ids = jobs_of(id);
    return store_->jobs(ids).value_or({});
  }
  std::map<std::string, std::int64_t> summary(SweepId sweep, const std::string& by) {
    std::map<std::string, std::int64_t> out;
    auto rows = store_->summary({sweep, by});
    EXPECT_TRUE(rows.ok());
    for (const SummaryRow& r : *rows) {
      out[r.group + "/" + std::to_string(r.task) + r.rule + "/" + std::string(name(r.level))] = r.count;
    }
    return out;
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
  std::uint64_t epoch_ = 0;
};

}  // namespace storesweep::contract
