// Who leads on a database that several reach: migrations that start at once, the claim of the one that leads,
// and what becomes of one that has lost it.
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/unit/coordinator/store/postgres_fixture.h"

namespace storesweep {
namespace {
using testing::fill;
using testing::Filled;
using testing::PostgresServer;
using testing::verdicts;

class PostgresLeadTest : public testing::PostgresStoreTest {
 protected:
  // The server gives up the session of the one that leads, as when its wires were cut; nobody tells it.
  void cut_off_the_leader() {
    ASSERT_TRUE(
        server_->run("SELECT 1 / count(pg_terminate_backend(pid, 10000)) FROM pg_locks WHERE locktype = "
                     "'advisory' AND objid "
                     "= '" +
                     name_ + ".lead'::regclass::oid AND granted"));  // a division by 0 where nobody leads
  }
  // The first led, was cut off and has not used its session since; the second leads.
  void overtake() {
    first_ = open();
    filled_ = fill(*first_, 4);
    cut_off_the_leader();
    second_ = open();
    ASSERT_TRUE(second_->claim().ok());
    const auto lead = second_->take_lead(2);
    ASSERT_TRUE(lead.ok()) << lead.status().text();
    epoch_ = lead->epoch;
  }

  std::unique_ptr<PostgresStore> first_, second_;
  Filled filled_;
  std::uint64_t epoch_ = 0;  // of the second
};

TEST_F(PostgresLeadTest, who_comes_late_to_a_migration_finds_it_done) {
  std::atomic<int> opened{0};
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i) {
    all.emplace_back([&] {
      SystemRandom random;
      auto store = PostgresStore::open(options_, random);
      ASSERT_TRUE(store.ok()) << store.status().text();
      if ((*store)->claim().ok() && (*store)->take_lead(1).ok()) ++opened;
    });
  }
  for (auto& t : all) t.join();
  EXPECT_EQ(opened, 4);
  EXPECT_EQ(open()->epoch().value_or(0), 4U);
}

TEST_F(PostgresLeadTest, a_database_of_others_and_one_of_a_newer_program_are_refused) {
  SystemRandom random;
  open().reset();
  ASSERT_TRUE(server_->run("UPDATE " + name_ + ".storesweep_schema SET version = 999"));
  EXPECT_EQ(PostgresStore::open(options_, random).status().kind(), ErrorKind::kUnsupported);
  options_.connection = server_->connection(name_ + "x");
  ASSERT_TRUE(server_->run("CREATE TABLE " + name_ + "x.theirs (x INT)"));
  EXPECT_EQ(PostgresStore::open(options_, random).status().kind(), ErrorKind::kCorrupt);
}

TEST_F(PostgresLeadTest, tables_are_not_changed_under_one_that_leads) {
  auto leads = open();
  ASSERT_TRUE(leads->claim().ok());
  ASSERT_TRUE(server_->run("UPDATE " + name_ + ".storesweep_schema SET version = 0"));  // older than ours
  SystemRandom random;
  options_.patience_ms = 300;
  EXPECT_EQ(migrate_postgres(options_, random).status().kind(), ErrorKind::kExists);
}

TEST_F(PostgresLeadTest, a_server_that_may_forget_is_not_led_unless_that_is_allowed) {
  options_.may_forget = false;
  EXPECT_EQ(open()->take_lead(1).status().kind(), ErrorKind::kUnsupported);
  options_.may_forget = true;
  EXPECT_TRUE(open()->take_lead(1).ok());
  const auto durable = PostgresServer::start();
  options_.may_forget = false;
  options_.connection = durable->connection("one");
  EXPECT_TRUE(open()->take_lead(1).ok());
  const std::string host = options_.connection.substr(5, options_.connection.find(' ') - 5);
  options_.connection =
      "host=" + host + "," + host + options_.connection.substr(options_.connection.find(' '));
  EXPECT_EQ(open()->take_lead(1).status().kind(), ErrorKind::kUnsupported);  // several, and no standby
}

TEST_F(PostgresLeadTest, a_second_coordinator_is_refused_and_told_who_leads) {
  auto first = open();
  const Filled f = fill(*first, 3);
  options_.patience_ms = 300;
  auto second = open();
  const Status refused = second->claim();
  EXPECT_EQ(refused.kind(), ErrorKind::kExists);
  EXPECT_NE(refused.message().find("process " + std::to_string(getpid())), std::string::npos)
      << refused.message();
  EXPECT_EQ(second->take_lead(2).status().kind(), ErrorKind::kExists);
  EXPECT_EQ(first->commit(f.epoch, verdicts(f.sweep, 1, 2)).state, CommitState::kCommitted);
  EXPECT_EQ(first->take_lead(3)->epoch, f.epoch + 1);  // nothing was in its way
  first.reset();
  options_.patience_ms = 30'000;
  auto third = open();
  ASSERT_TRUE(third->claim().ok());
  EXPECT_EQ(third->take_lead(4)->epoch, f.epoch + 2);
}

TEST_F(PostgresLeadTest, who_lost_its_session_claims_again_with_the_next_commit) {
  auto first = open();
  const Filled f = fill(*first, 4);
  cut_off_the_leader();
  EXPECT_EQ(first->commit(f.epoch, verdicts(f.sweep, 1, 2)).state, CommitState::kCommitted);
  options_.patience_ms = 300;
  EXPECT_EQ(open()->claim().kind(), ErrorKind::kExists);
}

// It has read the other's epoch and not written since, so that it has not missed its session yet.
TEST_F(PostgresLeadTest, who_was_cut_off_does_not_take_the_lead_back) {
  overtake();
  EXPECT_EQ(first_->take_lead(3).status().kind(), ErrorKind::kExists);
  EXPECT_EQ(second_->epoch().value_or(0), epoch_);
  EXPECT_EQ(second_->commit(epoch_, verdicts(filled_.sweep, 1, 2)).state, CommitState::kCommitted);
}

TEST_F(PostgresLeadTest, who_was_cut_off_while_another_took_the_lead_writes_nothing_more) {
  overtake();
  EXPECT_EQ(first_->commit(filled_.epoch, verdicts(filled_.sweep, 1, 2)).state, CommitState::kNotLeader);
  EXPECT_EQ(first_->begin_import(filled_.epoch, "shop", "", 1).status().kind(), ErrorKind::kPermission);
  EXPECT_EQ(first_->epoch().value_or(0), epoch_);  // what it might prove its lead by
  EXPECT_EQ(first_->take_lead(3).status().kind(), ErrorKind::kExists);
  EXPECT_TRUE(second_->load()->sweeps.at(0).ended.empty());
  EXPECT_EQ(second_->commit(epoch_, verdicts(filled_.sweep, 1, 2)).state, CommitState::kCommitted);
}

}  // namespace
}  // namespace storesweep
