// What only a store at the other end of a wire can get wrong: a server that dies or stalls, answers that are
// lost, texts that it does not take.
#include <atomic>
#include <thread>

#include "coordinator/store/postgres_db.h"
#include "tests/unit/coordinator/store/postgres_fixture.h"
#include "tests/unit/coordinator/store/postgres_relay.h"

namespace storesweep {
namespace {
using contract::listing;
using contract::run_of;
using contract::verdict_of;
using testing::fill;
using testing::Filled;
using testing::PostgresRelay;
using testing::PostgresServer;
using testing::verdicts;

class PostgresStoreTest : public testing::PostgresStoreTest {
 protected:
  // ... by way of a relay.
  std::unique_ptr<PostgresStore> open_relayed() {
    open().reset();
    const std::string real = options_.connection;
    options_.connection = "host=" + folder_.path() + real.substr(real.find(' '));
    auto store = open();
    options_.connection = real;
    return store;
  }
};

TEST_F(PostgresStoreTest, a_commit_whose_answer_was_lost_is_found_to_be_written_and_is_not_made_twice) {
  PostgresRelay relay(folder_.path(), server_->socket());
  auto store = open_relayed();
  const Filled f = fill(*store, 4);
  relay.cut(PostgresRelay::Cut::kAfter);
  const auto writes = verdicts(f.sweep, 1, 2);
  const CommitResult r = store->commit(f.epoch, writes);
  EXPECT_EQ(relay.cuts(), 1);
  ASSERT_EQ(r.state, CommitState::kCommitted) << r.message;
  EXPECT_EQ(r.outcomes.at(1).state, WriteState::kDone);  // as the first time: it was made once
  EXPECT_EQ(store->sweep(f.sweep)->ended.at("verdict"), 2);
}

TEST_F(PostgresStoreTest, a_commit_that_never_arrived_is_made_again) {
  PostgresRelay relay(folder_.path(), server_->socket());
  auto store = open_relayed();
  const Filled f = fill(*store, 4);
  relay.cut(PostgresRelay::Cut::kBefore);
  const CommitResult r = store->commit(f.epoch, verdicts(f.sweep, 1, 2));
  EXPECT_EQ(relay.cuts(), 1);
  ASSERT_EQ(r.state, CommitState::kCommitted) << r.message;
  EXPECT_EQ(r.outcomes.at(1).state, WriteState::kDone);
  EXPECT_EQ(store->sweep(f.sweep)->ended.at("verdict"), 2);
}

TEST_F(PostgresStoreTest, a_commit_that_never_arrived_is_not_made_under_another_ones_lead) {
  PostgresRelay relay(folder_.path(), server_->socket());
  auto store = open_relayed(), other = open();
  const Filled f = fill(*store, 4);
  // The other's lead clears old marks away: that ours is missing proves nothing then.
  relay.cut(PostgresRelay::Cut::kBefore,
            [&] { EXPECT_TRUE(other->claim().ok() && other->take_lead(2).ok()); });
  const CommitResult r = store->commit(f.epoch, verdicts(f.sweep, 1, 2));
  EXPECT_EQ(relay.cuts(), 1);
  EXPECT_EQ(r.state, CommitState::kUnknown) << r.message;
  EXPECT_EQ(store->commit(f.epoch, verdicts(f.sweep, 1, 2)).state, CommitState::kNotLeader);
  EXPECT_EQ(other->sweep(f.sweep)->ended.count("verdict"), 0U);
}

TEST_F(PostgresStoreTest, an_import_whose_answer_was_lost_is_in_the_store_once) {
  PostgresRelay relay(folder_.path(), server_->socket());
  auto store = open_relayed();
  const Filled f = fill(*store, 1);
  const auto import = store->begin_import(f.epoch, "shop", "", 1);
  relay.cut(PostgresRelay::Cut::kAfter);
  const auto counts = store->import_rows(f.epoch, *import, std::vector{listing("new")});
  ASSERT_TRUE(counts.ok()) << counts.status().text();
  EXPECT_EQ(counts->added, 1);
  EXPECT_EQ(store->finish_import(f.epoch, *import, {0, 0}, 2)->added, 1);
}

// The server falls over in the middle of commits, again and again.
TEST_F(PostgresStoreTest, a_server_that_is_killed_costs_nothing_acknowledged_and_nothing_counts_twice) {
  constexpr std::int64_t kJobs = 1'200, kBatch = 3;
  auto own = PostgresServer::start();
  options_.connection = own->connection("killed");
  options_.may_forget = false;
  auto store = open();
  const Filled f = fill(*store, kJobs);
  std::atomic<std::int64_t> next{1};
  std::thread leader([&] {
    for (std::int64_t j = 1; j <= kJobs; j += kBatch) {
      const CommitResult r = store->commit(f.epoch, verdicts(f.sweep, j, kBatch));
      ASSERT_EQ(r.state, CommitState::kCommitted) << r.message;
      for (const WriteOutcome& o : r.outcomes) ASSERT_EQ(o.state, WriteState::kDone) << o.message;
      next = j + kBatch;
    }
  });
  for (std::int64_t at = 200; at < kJobs; at += 200) {
    while (next < at) std::this_thread::yield();
    at % 400 == 0 ? own->stop() : own->kill();
    ASSERT_TRUE(own->again());
  }
  leader.join();
  const auto loaded = store->load();
  ASSERT_TRUE(loaded.ok()) << loaded.status().text();
  EXPECT_EQ(loaded->sweeps.at(0).ended.size(), static_cast<std::size_t>(kJobs));
  EXPECT_EQ(loaded->sweeps[0].ended_by.at("verdict"), kJobs);
  const auto figures = store->figures(f.sweep);
  EXPECT_EQ(figures->at(0).runs, kJobs);
}

TEST_F(PostgresStoreTest, a_server_that_is_away_is_told_in_time) {
  SystemRandom random;
  options_.connection = "host=" + folder_.path() + " user=test dbname=postgres";
  options_.patience_ms = 200;
  EXPECT_EQ(PostgresStore::open(options_, random).status().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(check_postgres_connection("host=a password=secret").kind(), ErrorKind::kInvalid);
  EXPECT_EQ(check_postgres_connection("postgresql://u:p@h/d").kind(), ErrorKind::kInvalid);
  EXPECT_EQ(check_postgres_connection("hots=a").kind(), ErrorKind::kInvalid);
  EXPECT_TRUE(check_postgres_connection("host=a,b target_session_attrs=read-write").ok());
  EXPECT_TRUE(several_hosts("postgresql://a:1,b:2/d") && !several_hosts("host=a options='-c x=1,2'"));
}

// Nobody comes back: bounded, and told what it is.
TEST_F(PostgresStoreTest, a_server_that_stays_away_fails_a_commit_in_time_and_goes_on_when_it_is_back) {
  auto own = PostgresServer::start(false);
  options_.connection = own->connection("away");
  options_.patience_ms = 500;
  auto store = open();
  const Filled f = fill(*store, 4);
  own->stop();  // a killed one's helper may still do what it is about to do
  const Deadline bound = Deadline::in_ms(10'000);
  const CommitResult r = store->commit(f.epoch, verdicts(f.sweep, 1, 2));
  EXPECT_FALSE(bound.passed());
  EXPECT_EQ(r.state, CommitState::kUnknown);
  EXPECT_NE(r.message.find("PostgreSQL"), std::string::npos) << r.message;
  EXPECT_EQ(store->load().status().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(store->take_lead(2).status().kind(), ErrorKind::kUnavailable);
  ASSERT_TRUE(own->again());
  EXPECT_EQ(store->commit(f.epoch, verdicts(f.sweep, 1, 2)).state, CommitState::kCommitted);
  EXPECT_EQ(store->load()->sweeps.at(0).ended.size(), 2U);
}

// It takes connections and answers nothing, as behind a firewall that swallows packets.
TEST_F(PostgresStoreTest, a_server_that_answers_nothing_fails_a_commit_in_time) {
  PostgresRelay relay(folder_.path(), server_->socket());
  options_.statement_ms = 1'000;
  options_.patience_ms = 0;
  auto store = open_relayed();
  const Filled f = fill(*store, 4);
  relay.hold(true);
  const Deadline bound = Deadline::in_ms(30'000);
  const CommitResult r = store->commit(f.epoch, verdicts(f.sweep, 1, 2));
  EXPECT_FALSE(bound.passed());
  EXPECT_EQ(r.state, CommitState::kUnknown) << r.message;
  EXPECT_EQ(store->result(JobId{1}).status().kind(), ErrorKind::kUnavailable);
  relay.hold(false);
  EXPECT_EQ(store->commit(f.epoch, verdicts(f.sweep, 1, 2)).state, CommitState::kCommitted);
  EXPECT_EQ(store->load()->sweeps.at(0).ended.size(), 2U);
}

TEST_F(PostgresStoreTest, texts_that_strangers_choose_sink_no_commit) {
  auto store = open();
  Filled f = fill(*store, 2);
  const std::string hostile = std::string("a\0b", 3) + "\xff\xfe" + std::string(8'000, '\xe5');
  std::string random_bytes;
  SeededRandom random(3);
  for (int i = 0; i < 4'000; ++i) random_bytes += static_cast<char>('a' + random.below(26));
  Listing l = listing("c", random_bytes);
  l.category = l.region = random_bytes;
  const auto import = store->begin_import(f.epoch, random_bytes, random_bytes, 1);
  ASSERT_TRUE(import.ok()) << import.status().text();
  EXPECT_EQ(store->import_rows(f.epoch, *import, std::vector{l})->added, 1);
  EXPECT_TRUE(store->current_listing(l).ok());
  EndToken token{{1, 1}, JobId{1}, f.sweep, FailureKind::kApp, {}, hostile, {}, hostile, hostile, 1};
  RunRecord run = run_of(1, JobId{2}, f.sweep, "x");
  run.worker = run.pack_version = hostile;
  EndJob end = verdict_of(JobId{2}, f.sweep, 2, run, Level::kSuspected);
  end.reason = hostile;
  end.judged->groups = {random_bytes, random_bytes, random_bytes, random_bytes};
  const CommitResult r = store->commit(f.epoch, std::vector<Write>{token, end});
  ASSERT_EQ(r.state, CommitState::kCommitted) << r.message;
  EXPECT_EQ(store->result(JobId{2})->end_reason.substr(0, 5),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(store->summary({f.sweep, "category"})->at(0).group, random_bytes);
}

TEST_F(PostgresStoreTest, counters_are_folded_and_stay_true) {
  auto store = open();
  const Filled f = fill(*store, 200);
  for (std::int64_t j = 1; j <= 200; ++j)
    ASSERT_EQ(store->commit(f.epoch, verdicts(f.sweep, j, 1)).state, CommitState::kCommitted);
  EXPECT_EQ(store->sweep(f.sweep)->ended.at("verdict"), 200);
  const auto rows = store->summary({f.sweep, ""});
  ASSERT_FALSE(rows->empty());
  for (const SummaryRow& row : *rows) EXPECT_EQ(row.count, 200);
  PostgresDb db(options_, PostgresDb::Mode::kReader, 0);
  ASSERT_TRUE(db.begin().ok());
  EXPECT_LT(Query(db, "SELECT count(*) FROM counter").made(), 4 * 65);
  EXPECT_LE(Query(db, "SELECT count(*) FROM committed").made(), 1'001);
}

TEST_F(PostgresStoreTest, reads_go_on_beside_a_writer_and_see_one_moment) {
  auto store = open();
  const Filled f = fill(*store, 150);
  std::thread writer([&] {
    for (std::int64_t j = 1; j <= 150; ++j)
      ASSERT_EQ(store->commit(f.epoch, verdicts(f.sweep, j, 1)).state, CommitState::kCommitted);
  });
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      for (std::int64_t seen = 0; seen < 150;) {
        auto loaded = store->load();
        ASSERT_TRUE(loaded.ok()) << loaded.status().text();
        const auto ended = static_cast<std::int64_t>(loaded->sweeps.at(0).ended.size());
        ASSERT_EQ(loaded->sweeps[0].ended_by["verdict"], ended);
        ASSERT_GE(ended, seen);
        seen = ended;
      }
    });
  }
  writer.join();
  for (auto& t : readers) t.join();
}

}  // namespace
}  // namespace storesweep
