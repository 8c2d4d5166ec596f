#include "common/artifact/folder_store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "common/base/clock.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {
using storesweep::testing::TemporaryFolder;

Deadline soon() { return Deadline::in_ms(20'000); }

class FolderStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store_.reset();
    auto opened = FolderStore::open(folder_ / "blobs");
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    store_ = std::move(*opened);
  }
  std::string path(const Digest& d) const {
    std::string hex = to_hex(d);
    return folder_ / ("blobs/" + hex.substr(0, 2) + "/" + hex.substr(2));
  }
  std::set<Digest> listed() {
    std::set<Digest> out;
    EXPECT_TRUE(store_->list([&](const BlobInfo& b) { return out.insert(b.sha256).second; }, soon()).ok());
    return out;
  }

  TemporaryFolder folder_;
  std::unique_ptr<FolderStore> store_;
};

TEST_F(FolderStoreTest, what_was_put_is_read_back_after_a_restart) {
  auto d = store_->put("a journal", soon());
  ASSERT_TRUE(d.ok()) << d.status().text();
  EXPECT_EQ(*d, sha256("a journal"));
  reopen();
  EXPECT_EQ(store_->get(*d, 100, soon()).value_or(""), "a journal");
  EXPECT_EQ(store_->size(*d, soon()).value_or(0), 9U);
  EXPECT_TRUE(store_->has(*d, soon()).value_or(false));
  EXPECT_FALSE(store_->has(sha256("other"), soon()).value_or(true));
  EXPECT_EQ(store_->get(sha256("other"), 100, soon()).status().kind(), ErrorKind::kNotFound);
}

TEST_F(FolderStoreTest, the_empty_blob_is_a_blob) {
  ASSERT_TRUE(store_->put("", soon()).ok());
  EXPECT_EQ(store_->get(sha256(""), 0, soon()).value_or("x"), "");
}

TEST_F(FolderStoreTest, the_same_content_twice_is_one) {
  ASSERT_TRUE(store_->put("twice", soon()).ok());
  ASSERT_TRUE(store_->put("twice", soon()).ok());
  ASSERT_TRUE(store_->stage("twice", soon()).ok());
  EXPECT_EQ(listed(), std::set<Digest>{sha256("twice")});
}

TEST_F(FolderStoreTest, staged_is_readable_but_has_no_name_before_the_flush) {
  auto d = store_->stage("staged", soon());
  ASSERT_TRUE(d.ok());
  EXPECT_EQ(store_->get(*d, 100, soon()).value_or(""), "staged");
  EXPECT_FALSE(std::filesystem::exists(path(*d)));
  ASSERT_TRUE(store_->flush({&*d, 1}, soon()).ok());
  EXPECT_TRUE(std::filesystem::exists(path(*d)));
  EXPECT_EQ(store_->get(*d, 100, soon()).value_or(""), "staged");
}

TEST_F(FolderStoreTest, a_flush_of_what_nobody_staged_says_so) {
  Digest d = sha256("never put");
  EXPECT_EQ(store_->flush({&d, 1}, soon()).kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(store_->flush({}, soon()).ok());
}

TEST_F(FolderStoreTest, what_was_only_staged_is_gone_after_a_restart_and_leaves_nothing) {
  ASSERT_TRUE(store_->stage("staged", soon()).ok());
  reopen();
  EXPECT_FALSE(store_->has(sha256("staged"), soon()).value_or(true));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "blobs/incoming"));
}

TEST_F(FolderStoreTest, bytes_that_changed_on_the_disk_are_never_handed_out_as_good) {
  auto d = store_->put("the truth", soon());
  std::ofstream(path(*d)) << "the lie!!";
  EXPECT_EQ(store_->get(*d, 100, soon()).status().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(store_
                ->read(
                    *d, [](std::string_view) { return true; }, soon())
                .kind(),
            ErrorKind::kCorrupt);
}

TEST_F(FolderStoreTest, a_truncated_blob_is_mended_by_putting_it_again) {
  auto d = store_->put("the whole", soon());
  std::filesystem::resize_file(path(*d), 3);
  ASSERT_TRUE(store_->put("the whole", soon()).ok());
  EXPECT_EQ(store_->get(*d, 100, soon()).value_or(""), "the whole");
}

TEST_F(FolderStoreTest, a_get_is_bounded_and_a_read_comes_in_pieces) {
  std::string large(1'000'000, 'x');
  auto d = store_->put(large, soon());
  EXPECT_EQ(store_->get(*d, 999'999, soon()).status().kind(), ErrorKind::kExhausted);
  std::size_t pieces = 0, bytes = 0;
  ASSERT_TRUE(store_
                  ->read(
                      *d, [&](std::string_view p) { return ++pieces, bytes += p.size(), true; }, soon())
                  .ok());
  EXPECT_EQ(bytes, large.size());
  EXPECT_GT(pieces, 1U);
  EXPECT_EQ(store_
                ->read(
                    *d, [](std::string_view) { return false; }, soon())
                .kind(),
            ErrorKind::kCancelled);
}

TEST_F(FolderStoreTest, removal_spares_what_was_put_again_meanwhile) {
  auto d = store_->put("old", soon());
  std::int64_t later = SystemClock().wall_ms() + 10'000;
  ASSERT_TRUE(store_->remove(*d, SystemClock().wall_ms() - 10'000, soon()).ok());
  EXPECT_TRUE(store_->has(*d, soon()).value_or(false));
  ASSERT_TRUE(store_->remove(*d, later, soon()).ok());
  EXPECT_FALSE(store_->has(*d, soon()).value_or(true));
  EXPECT_TRUE(store_->remove(*d, later, soon()).ok());
}

TEST_F(FolderStoreTest, removal_spares_what_somebody_was_just_told_is_safe) {
  constexpr std::int64_t kHourMs = 3'600'000;
  auto d = store_->put("of a report that waited", soon());
  const std::string hex = to_hex(*d);
  const std::filesystem::path file(folder_ / "blobs/" + hex.substr(0, 2) + "/" + hex.substr(2));
  std::filesystem::last_write_time(file,
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  ASSERT_TRUE(store_->flush(std::span(&*d, 1), soon()).ok());
  ASSERT_TRUE(store_->remove(*d, SystemClock().wall_ms() - kHourMs, soon()).ok());
  EXPECT_TRUE(store_->has(*d, soon()).value_or(false)) << "its verdict is about to be committed";
}

TEST_F(FolderStoreTest, another_owner_of_the_folder_is_refused) {
  auto second = FolderStore::open(folder_ / "blobs");
  EXPECT_EQ(second.status().kind(), ErrorKind::kExists);
}

TEST_F(FolderStoreTest, those_that_share_a_folder_see_each_other_and_nobody_else_gets_in) {
  using Sharing = FolderStore::Sharing;
  EXPECT_EQ(FolderStore::open(folder_ / "blobs", Sharing::kWithOthers).status().kind(), ErrorKind::kExists);
  store_.reset();
  auto one = FolderStore::open(folder_ / "blobs", Sharing::kWithOthers);
  auto two = FolderStore::open(folder_ / "blobs", Sharing::kWithOthers);
  ASSERT_TRUE(one.ok() && two.ok()) << one.status().text() << two.status().text();
  EXPECT_EQ(FolderStore::open(folder_ / "blobs").status().kind(), ErrorKind::kExists);
  // Both stage the same; the first name stands, and is no business of the second's.
  const Digest d = *(*one)->stage("evidence", soon());
  ASSERT_TRUE((*two)->stage("evidence", soon()).ok());
  ASSERT_TRUE((*one)->flush({&d, 1}, soon()).ok());
  ASSERT_TRUE((*two)->flush({&d, 1}, soon()).ok());
  EXPECT_EQ((*two)->get(d, 100, soon()).value_or(""), "evidence");
  // Half a blob is mended.
  std::filesystem::resize_file(path(d), 3);
  ASSERT_TRUE((*two)->put("evidence", soon()).ok());
  EXPECT_EQ((*one)->get(d, 100, soon()).value_or(""), "evidence");
  // What one of them has only staged goes with it, and with it alone.
  ASSERT_TRUE((*one)->stage("of the first", soon()).ok());
  ASSERT_TRUE((*two)->stage("of the second", soon()).ok());
  one->reset();
  auto three = FolderStore::open(folder_ / "blobs", Sharing::kWithOthers);
  ASSERT_TRUE(three.ok()) << three.status().text();
  EXPECT_TRUE((*two)->put("of the second", soon()).ok());
  EXPECT_FALSE((*three)->has(sha256("of the first"), soon()).value_or(true));
  two->reset();
  three->reset();
  reopen();
  for (const auto& left : std::filesystem::directory_iterator(folder_ / "blobs/incoming"))
    EXPECT_EQ(left.path().filename(), ".lock");
}

TEST_F(FolderStoreTest, listing_tells_size_and_age) {
  ASSERT_TRUE(store_->put("12345", soon()).ok());
  auto look = [](const BlobInfo& b) {
    EXPECT_EQ(b.bytes, 5U);
    EXPECT_LT(std::abs(SystemClock().wall_ms() - b.touched_ms), 60'000);
    return true;
  };
  ASSERT_TRUE(store_->list(look, soon()).ok());
}

TEST_F(FolderStoreTest, a_full_disk_is_told_as_such_and_leaves_no_half_blob) {
  pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    rlimit limit{100'000, 100'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    Status s = store_->put(std::string(200'000, 'x'), soon()).status();
    bool clean = std::filesystem::is_empty(folder_ / "blobs/incoming");
    _exit(s.kind() == ErrorKind::kExhausted && clean ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(store_->put("small", soon()).ok());
}

TEST_F(FolderStoreTest, many_threads_put_and_read_the_same_blobs) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 12; ++i) {
        std::string content = "blob " + std::to_string(i);
        auto d = store_->stage(content, soon());
        ASSERT_TRUE(d.ok()) << d.status().text();
        if (i % 6 == 5) {
          ASSERT_TRUE(store_->flush({&*d, 1}, soon()).ok());
        }
        EXPECT_EQ(store_->get(*d, 100, soon()).value_or(""), content);
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(listed().size(), 12U);
}

// A child stages and flushes, and says through a pipe which blobs were acknowledged; it is killed at any
// moment.
TEST_F(FolderStoreTest, a_kill_loses_nothing_acknowledged_and_leaves_no_name_that_lies) {
  store_.reset();
  auto content = [](int round, char i, char first) {
    return std::string(2000, static_cast<char>(first + round)) + i;
  };
  std::set<std::string> acknowledged;
  for (int round = 0; round < 5; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(pipe(pipe_fds), 0);
    pid_t child = fork();
    if (child == 0) {
      close(pipe_fds[0]);
      auto store = FolderStore::open(folder_ / "blobs");
      for (char i = 0; store.ok(); ++i) {
        std::string one = content(round, i, 'a'), two = content(round, i, 'A');
        std::string_view both[] = {one, two};
        if (!(*store)->put_many(both, soon()).ok() || write(pipe_fds[1], &i, 1) != 1) break;
      }
      _exit(0);
    }
    close(pipe_fds[1]);
    usleep(static_cast<useconds_t>(40'000 + 13'000 * round));
    kill(child, SIGKILL);
    char i;
    while (read(pipe_fds[0], &i, 1) == 1) {
      acknowledged.insert(content(round, i, 'a'));
      acknowledged.insert(content(round, i, 'A'));
    }
    close(pipe_fds[0]);
    waitpid(child, nullptr, 0);
  }
  reopen();
  for (const std::string& c : acknowledged) EXPECT_EQ(store_->get(sha256(c), 4000, soon()).value_or(""), c);
  for (const Digest& d : listed()) EXPECT_TRUE(store_->get(d, 4000, soon()).ok());
}

}  // namespace
}  // namespace storesweep
