#include "tests/unit/coordinator/store/postgres_fixture.h"

namespace storesweep::testing {
using contract::listing;
using contract::run_of;
using contract::verdict_of;

Filled fill(Store& store, int n) {
  Filled f;
  f.epoch = store.take_lead(1).value_or(Lead{}).epoch;
  const auto import = store.begin_import(f.epoch, "shop", "", 1);
  std::vector<Listing> rows;
  for (int i = 0; i < n; ++i) rows.push_back(listing("com.example.app" + std::to_string(i)));
  EXPECT_TRUE(store.import_rows(f.epoch, *import, rows).ok());
  EXPECT_TRUE(store.finish_import(f.epoch, *import, {0, 0}, 2).ok());
  std::vector<Write> writes{CreateSweep{.at_ms = 3}};
  f.sweep = SweepId{store.commit(f.epoch, writes).outcomes.at(0).value};
  return f;
}

std::vector<Write> verdicts(SweepId sweep, std::int64_t first, std::int64_t n) {
  std::vector<Write> writes;
  for (std::int64_t j = first; j < first + n; ++j) {
    RunRecord run = run_of(j, JobId{j}, sweep, std::to_string(j));
    writes.push_back(verdict_of(JobId{j}, sweep, static_cast<std::uint64_t>(j), run, Level::kSuspected));
  }
  return writes;
}

void PostgresStoreTest::SetUp() {
  NEED_POSTGRES();
  server_ = PostgresServer::shared();
  name_ = "p" + to_hex(sha256(folder_.path())).substr(0, 20);
  options_.connection = server_->connection(name_);
  options_.may_forget = true;
}

std::unique_ptr<PostgresStore> PostgresStoreTest::open() {
  SystemRandom random;
  auto store = PostgresStore::open(options_, random);
  EXPECT_TRUE(store.ok()) << store.status().text();
  return store.ok() ? std::move(*store) : nullptr;
}

}  // namespace storesweep::testing
