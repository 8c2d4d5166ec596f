// What only a store on a disk can get wrong: kills, full disks, broken and foreign files, size.
#include "coordinator/store/sqlite_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "common/base/clock.h"
#include "coordinator/store/migrations.h"
#include "tests/unit/coordinator/store/contract.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {
using contract::listing;
using contract::run_of;
using contract::verdict_of;

class SqliteStoreTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<SqliteStore>> open() { return SqliteStore::open(path_, random_); }
  // A store of n listings and a sweep over them.
  std::unique_ptr<SqliteStore> filled(int n, std::uint32_t shards = 1) {
    auto store = open();
    EXPECT_TRUE(store.ok()) << store.status().text();
    epoch_ = (*store)->take_lead(1)->epoch;
    auto import = (*store)->begin_import(epoch_, "shop", "", 1);
    std::vector<Listing> rows;
    for (int i = 0; i < n; ++i) {
      rows.push_back(listing("com.example.app" + std::to_string(i)));
      if (rows.size() == 10'000 || i + 1 == n) {
        EXPECT_TRUE((*store)->import_rows(epoch_, *import, rows).ok());
        rows.clear();
      }
    }
    EXPECT_TRUE((*store)->finish_import(epoch_, *import, {0, 0}, 2).ok());
    CreateSweep sweep;
    sweep.shards = shards;
    std::vector<Write> writes{sweep};
    CommitResult r = (*store)->commit(epoch_, writes);
    EXPECT_EQ(r.state, CommitState::kCommitted) << r.message;
    sweep_ = SweepId{r.outcomes.at(0).value};
    return std::move(*store);
  }

  testing::TemporaryFolder folder_;
  std::string path_ = folder_ / "store.sqlite";
  SeededRandom random_{1};
  std::uint64_t epoch_ = 0;
  SweepId sweep_;
};

// The child commits verdicts in batches and tells each acknowledged job through a pipe; it is killed at any
// moment.
TEST_F(SqliteStoreTest, a_kill_loses_nothing_acknowledged_and_keeps_the_counters_true) {
  constexpr int kJobs = 3000;
  filled(kJobs).reset();
  std::int64_t next = 1, acknowledged = 0;
  SeededRandom random(42);
  for (int round = 0; round < 6; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(pipe(pipe_fds), 0);
    pid_t child = fork();
    if (child == 0) {
      close(pipe_fds[0]);
      auto store = open();
      std::uint64_t epoch = (*store)->take_lead(1)->epoch;
      for (std::int64_t job = next; job <= kJobs; job += 3) {
        std::vector<Write> writes;
        for (std::int64_t j = job; j < job + 3 && j <= kJobs; ++j) {
          RunRecord run = run_of(j, JobId{j}, SweepId{1}, std::to_string(j));
          writes.push_back(
              verdict_of(JobId{j}, SweepId{1}, static_cast<std::uint64_t>(j), run, Level::kSuspected));
        }
        if ((*store)->commit(epoch, writes).state != CommitState::kCommitted) _exit(1);
        if (write(pipe_fds[1], &job, sizeof job) != sizeof job) _exit(1);
      }
      _exit(0);
    }
    close(pipe_fds[1]);
    std::int64_t job;
    auto acknowledge = [&] {
      if (read(pipe_fds[0], &job, sizeof job) != sizeof job) return false;
      acknowledged = std::min<std::int64_t>(job + 2, kJobs);
      return true;
    };
    for (std::uint64_t n = 1 + random.below(5); n > 0; --n) ASSERT_TRUE(acknowledge());
    usleep(static_cast<useconds_t>(random.below(20'000)));
    kill(child, SIGKILL);
    while (acknowledge()) {
    }
    close(pipe_fds[0]);
    waitpid(child, nullptr, 0);
    auto store = open();
    ASSERT_TRUE(store.ok()) << store.status().text();
    for (std::int64_t j = 1; j <= acknowledged; ++j) ASSERT_TRUE((*store)->result(JobId{j}).ok()) << j;
    auto loaded = (*store)->load();
    ASSERT_TRUE(loaded.ok());
    auto ended = static_cast<std::int64_t>(loaded->sweeps.at(0).ended.size());
    EXPECT_GE(ended, acknowledged);
    EXPECT_EQ(ended % 3, 0) << "a batch was torn";
    EXPECT_EQ(loaded->sweeps[0].ended_by["verdict"], ended);
    std::int64_t counted = 0;
    auto summary = (*store)->summary({SweepId{1}, "developer"});
    for (const SummaryRow& row : *summary) counted += row.rule.empty() && row.task == 1 ? row.count : 0;
    EXPECT_EQ(counted, ended);
    EXPECT_TRUE((*store)->check().ok());
    next = ended + 1;
  }
  EXPECT_GT(acknowledged, 0);
}

TEST_F(SqliteStoreTest, a_kill_in_the_middle_of_an_import_or_a_sweep_leaves_all_or_nothing) {
  auto store = filled(2000);
  store.reset();
  for (int round = 0; round < 4; ++round) {
    pid_t child = fork();
    if (child == 0) {
      auto mine = open();
      std::uint64_t epoch = (*mine)->take_lead(1)->epoch;
      for (;;) {
        std::vector<Write> writes{CreateSweep{.shards = 8}};
        (*mine)->commit(epoch, writes);
      }
    }
    usleep(static_cast<useconds_t>(40'000 + 37'000 * round));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    auto opened = open();
    ASSERT_TRUE(opened.ok());
    auto loaded = (*opened)->load();
    ASSERT_TRUE(loaded.ok());
    for (const LoadedSweep& s : loaded->sweeps) {
      std::int64_t jobs = 0;
      for (const ShardRecord& shard : s.sweep.shards) jobs += shard.count;
      EXPECT_EQ(jobs, 2000);
      EXPECT_EQ(s.sweep.total, 2000);
    }
    EXPECT_TRUE((*opened)->check().ok());
  }
}

// Commits large verdicts until one fails.
CommitResult commit_until_it_fails(SqliteStore& store, std::uint64_t epoch) {
  CommitResult r{CommitState::kCommitted, {}, {}};
  for (std::int64_t job = 1; r.state == CommitState::kCommitted && job <= 400; ++job) {
    EndJob end = verdict_of(JobId{job}, SweepId{1}, static_cast<std::uint64_t>(job), {}, Level::kSuspected);
    end.judged->verdict = std::string(20'000, 'v');
    std::vector<Write> writes{end};
    r = store.commit(epoch, writes);
  }
  return r;
}

TEST_F(SqliteStoreTest, a_file_that_may_not_grow_fails_the_commit_and_the_store_goes_on_when_it_may) {
  filled(500).reset();
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    auto store = open();
    std::uint64_t epoch = (*store)->take_lead(1)->epoch;
    rlimit limit{200'000, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    bool failed = commit_until_it_fails(**store, epoch).state == CommitState::kUnknown;
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit);
    std::vector<Write> writes{verdict_of(JobId{450}, SweepId{1}, 999, {}, Level::kSuspected)};
    bool goes_on = (*store)->commit(epoch, writes).state == CommitState::kCommitted;
    _exit(failed && goes_on && (*store)->check().ok() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(SqliteStoreTest, a_full_disk_is_told_as_such_and_nothing_of_the_commit_stays) {
  std::string small = folder_ / "small";
  std::filesystem::create_directory(small);
  if (mount("tmpfs", small.c_str(), "tmpfs", 0, "size=2m") != 0)
    GTEST_SKIP() << "a small file system needs root";
  path_ = small + "/store.sqlite";
  {
    auto store = filled(500);
    CommitResult r = commit_until_it_fails(*store, epoch_);
    EXPECT_EQ(r.state, CommitState::kUnknown);
    EXPECT_NE(r.message.find("the disk is full"), std::string::npos) << r.message;
    auto loaded = store->load();
    ASSERT_TRUE(loaded.ok()) << loaded.status().text();
    EXPECT_EQ(loaded->sweeps.at(0).ended_by["verdict"],
              static_cast<std::int64_t>(loaded->sweeps[0].ended.size()));
    EXPECT_TRUE(store->check().ok());
  }
  umount2(small.c_str(), MNT_DETACH);
}

TEST_F(SqliteStoreTest, a_file_that_is_no_store_is_refused_and_left_as_it_was) {
  std::ofstream(path_)
      << "this is not a database at all, though it is long enough to have a header of a hundred bytes";
  EXPECT_EQ(open().status().kind(), ErrorKind::kCorrupt);
  std::filesystem::remove(path_);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  sqlite3_exec(other, "CREATE TABLE theirs (x)", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  EXPECT_EQ(open().status().kind(), ErrorKind::kCorrupt);
}

TEST_F(SqliteStoreTest, a_store_of_an_earlier_form_keeps_the_tokens_that_ended) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
  std::string sql;
  for (int version : {0, 1}) sql += sqlite_migrations().at(static_cast<std::size_t>(version));
  sql +=
      "INSERT INTO lead VALUES (1, 1, 1, zeroblob(32));"
      "INSERT INTO sweep VALUES (1, 's', 0, '', 0, x'00000000', 0, 0, 0, 1, 0, 0, 1, 0, 0, 0);"
      "INSERT INTO shard VALUES (1, 0, 1, 1, 0, 0); INSERT INTO job VALUES (1, 1, 1);"
      "INSERT INTO ended_token VALUES (1, 6, 1, 1, 0, 0, '', randomblob(32), '', 'w', 9);"
      "INSERT INTO ended_token VALUES (1, 5, 1, 1, 1, 0, 'why', zeroblob(32), 'd', 'w', 9);"
      "PRAGMA application_id = 1937010546; PRAGMA user_version = 2;";
  char* error = nullptr;
  ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
  sqlite3_close(db);
  auto store = open();
  ASSERT_TRUE(store.ok()) << store.status().text();
  auto loaded = (*store)->load();
  ASSERT_TRUE(loaded.ok()) << loaded.status().text();
  ASSERT_EQ(loaded->tokens.size(), 1U);
  EXPECT_EQ(loaded->tokens[0].by_kind, (std::array<std::int32_t, kFailureKinds>{1, 1, 0, 0, 0}));
  EXPECT_EQ(loaded->tokens[0].last, (TokenKey{1, 6}));
  ASSERT_EQ(loaded->file_sets.size(), 1U);
  const std::uint64_t epoch = (*store)->take_lead(1)->epoch;
  std::vector<Write> again{
      EndToken{{1, 5}, JobId{1}, SweepId{1}, FailureKind::kDevice, {}, "", {}, "", "w", 9}};
  EXPECT_EQ((*store)->commit(epoch, again).outcomes.at(0).state, WriteState::kAlready);
}

TEST_F(SqliteStoreTest, a_store_of_a_newer_program_is_refused) {
  filled(1).reset();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
  sqlite3_exec(db, "PRAGMA user_version = 999", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  EXPECT_EQ(open().status().kind(), ErrorKind::kUnsupported);
}

TEST_F(SqliteStoreTest, bytes_broken_on_the_disk_are_noticed) {
  filled(3000).reset();
  auto size = std::filesystem::file_size(path_);
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  for (std::uintmax_t at = 4096; at + 4096 < size; at += 4096) {
    file.seekp(static_cast<std::streamoff>(at));
    file.write("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
  }
  file.close();
  auto store = open();
  Status s = store.ok() ? (*store)->load().status() : store.status();
  EXPECT_EQ(s.kind(), ErrorKind::kCorrupt) << s.text();
}

TEST_F(SqliteStoreTest, a_second_process_fences_the_first) {
  auto first = filled(10);
  auto second = open();
  ASSERT_TRUE(second.ok());
  std::uint64_t later = (*second)->take_lead(2)->epoch;
  EXPECT_EQ(later, epoch_ + 1);
  std::vector<Write> writes{SetDraining{"w", true}};
  EXPECT_EQ(first->commit(epoch_, writes).state, CommitState::kNotLeader);
  EXPECT_EQ((*second)->commit(later, writes).state, CommitState::kCommitted);
}

TEST_F(SqliteStoreTest, a_folder_that_is_not_there_is_told) {
  path_ = folder_ / "none/store.sqlite";
  EXPECT_EQ(open().status().kind(), ErrorKind::kUnavailable);
}

TEST_F(SqliteStoreTest, reads_go_on_beside_a_writer_and_see_one_moment) {
  auto store = filled(300);
  std::thread writer([&] {
    for (std::int64_t j = 1; j <= 300; ++j) {
      std::vector<Write> writes{verdict_of(JobId{j}, sweep_, static_cast<std::uint64_t>(j),
                                           run_of(j, JobId{j}, sweep_, "x"), Level::kNotFound)};
      ASSERT_EQ(store->commit(epoch_, writes).state, CommitState::kCommitted);
    }
  });
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      for (std::int64_t seen = 0; seen < 300;) {
        auto loaded = store->load();
        ASSERT_TRUE(loaded.ok()) << loaded.status().text();
        auto ended = static_cast<std::int64_t>(loaded->sweeps.at(0).ended.size());
        ASSERT_EQ(loaded->sweeps[0].ended_by["verdict"], ended);
        ASSERT_GE(ended, seen);
        seen = ended;
        std::this_thread::yield();
      }
    });
  }
  writer.join();
  for (auto& t : readers) t.join();
}

}  // namespace
}  // namespace storesweep
