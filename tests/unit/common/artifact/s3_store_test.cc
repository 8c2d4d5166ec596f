#include "common/artifact/s3_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <thread>

#include "tests/unit/common/artifact/fake_s3.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {
using storesweep::testing::FakeS3;
using storesweep::testing::TemporaryFolder;

Deadline soon() { return Deadline::in_ms(20'000); }

class S3StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.bucket.endpoint = server_.endpoint();
    options_.bucket.bucket = "evidence";
    options_.bucket.prefix = "sweeps";
    options_.bucket.keys = {"key", "secret", ""};
    options_.bucket.backoff_ms = 1;
    options_.bucket.max_backoff_ms = 20;
    options_.spool = folder_ / "spool";
    reopen();
  }
  void reopen() {
    store_.reset();
    auto opened = S3Store::open(options_, clock_, random_);
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    store_ = std::move(*opened);
  }
  static std::string path(const Digest& d) {
    const std::string hex = to_hex(d);
    return "/evidence/sweeps/" + hex.substr(0, 2) + "/" + hex;
  }
  std::size_t asked(const std::string& start) {
    const auto all = server_.asked();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const std::string& one) { return starts_with(one, start); }));
  }
  std::size_t spooled() const {  // the lock apart
    using Walk = std::filesystem::directory_iterator;
    return static_cast<std::size_t>(std::distance(Walk(options_.spool), Walk{})) - 1;
  }

  FakeS3 server_;
  TemporaryFolder folder_;
  FakeClock clock_;
  SystemRandom random_;
  S3StoreOptions options_;
  std::unique_ptr<S3Store> store_;
};

TEST_F(S3StoreTest, what_was_put_lies_in_the_bucket_and_is_read_back) {
  const auto d = store_->put("a journal", soon());
  ASSERT_TRUE(d.ok()) << d.status().text();
  EXPECT_EQ(server_.objects().at(path(*d)), "a journal");
  EXPECT_EQ(spooled(), 0U);
  reopen();
  EXPECT_EQ(store_->get(*d, 100, soon()).value_or(""), "a journal");
  EXPECT_EQ(store_->size(*d, soon()).value_or(0), 9U);
  EXPECT_TRUE(store_->has(*d, soon()).value_or(false));
  EXPECT_FALSE(store_->has(sha256("other"), soon()).value_or(true));
  EXPECT_EQ(store_->get(sha256("other"), 100, soon()).status().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(store_->get(*d, 8, soon()).status().kind(), ErrorKind::kExhausted);
}

TEST_F(S3StoreTest, what_is_staged_waits_here_and_is_dropped_by_the_next_start) {
  const Digest d = *store_->stage("staged", soon());
  EXPECT_TRUE(server_.objects().empty());
  EXPECT_EQ(store_->get(d, 100, soon()).value_or(""), "staged");
  EXPECT_EQ(S3Store::open(options_, clock_, random_).status().kind(), ErrorKind::kExists)
      << "one process a spool";
  reopen();
  EXPECT_EQ(spooled(), 0U);
  EXPECT_FALSE(store_->has(d, soon()).value_or(true));
  EXPECT_EQ(store_->flush({&d, 1}, soon()).kind(), ErrorKind::kNotFound);
}

TEST_F(S3StoreTest, a_server_that_is_busy_or_breaks_off_is_asked_again) {
  server_.fail({503, "SlowDown"}, 3);
  server_.fail({500, ""});
  const auto d = store_->put("in the end", soon());
  ASSERT_TRUE(d.ok()) << d.status().text();
  server_.fail({200, "", 4});
  EXPECT_EQ(store_->get(*d, 100, soon()).value_or(""), "in the end") << "it goes on behind the fourth byte";
  EXPECT_EQ(asked("PUT"), 5U);
  EXPECT_EQ(asked("GET"), 2U);
}

TEST_F(S3StoreTest, a_server_that_stays_away_is_told_of_and_what_was_staged_stays_for_the_next_flush) {
  const Digest d = *store_->stage("patience", soon());
  server_.fail({503, "SlowDown"}, 1'000);
  const Status s = store_->flush({&d, 1}, Deadline::in_ms(300));
  EXPECT_EQ(s.kind(), ErrorKind::kUnavailable) << s.text();
  EXPECT_NE(s.message().find("503 SlowDown"), std::string::npos) << s.text();
  EXPECT_EQ(store_->get(d, 100, soon()).value_or(""), "patience");
  EXPECT_EQ(spooled(), 1U);
}

TEST_F(S3StoreTest, bytes_that_change_on_their_way_are_refused_and_sent_again) {
  server_.fail({400, "XAmzContentSHA256Mismatch"});
  ASSERT_TRUE(store_->put("truth", soon()).ok());
  EXPECT_EQ(asked("PUT"), 2U);
}

TEST_F(S3StoreTest, a_lie_in_the_bucket_is_never_handed_out_as_good) {
  const Digest d = *store_->put("the truth", soon());
  server_.set(path(d), "the lie!!");
  EXPECT_EQ(store_->get(d, 100, soon()).status().kind(), ErrorKind::kCorrupt);
  const auto any = [](std::string_view) { return true; };
  EXPECT_EQ(store_->read(d, any, soon()).kind(), ErrorKind::kCorrupt);
}

TEST_F(S3StoreTest, what_only_a_person_can_mend_is_said_at_once) {
  for (const auto& [status, code, kind] :
       {std::tuple(403, "RequestTimeTooSkewed", ErrorKind::kPermission),
        std::tuple(403, "QuotaExceeded", ErrorKind::kExhausted), std::tuple(507, "", ErrorKind::kExhausted),
        std::tuple(403, "InvalidAccessKeyId", ErrorKind::kPermission),
        std::tuple(404, "NoSuchBucket", ErrorKind::kInvalid)}) {
    const std::size_t before = asked("PUT");
    server_.fail({status, code});
    const Status s = store_->put("x", soon()).status();
    EXPECT_EQ(s.kind(), kind) << s.text();
    EXPECT_EQ(asked("PUT"), before + 1);
  }
  EXPECT_TRUE(store_->put("x", soon()).ok()) << "it was kept, and goes up when it is mended";
}

TEST_F(S3StoreTest, a_bucket_that_is_gone_is_no_missing_blob) {
  const Digest d = *store_->put("x", soon());
  server_.fail({404, "NoSuchBucket"}, 2);  // to HEAD, which has no words, and to what asks for them
  EXPECT_EQ(store_->flush({&d, 1}, soon()).kind(), ErrorKind::kInvalid);
  EXPECT_TRUE(store_->flush({&d, 1}, soon()).ok());
}

TEST_F(S3StoreTest, what_is_large_goes_up_in_parts_and_a_failed_upload_leaves_none) {
  options_.bucket.part_bytes = 100;
  reopen();
  std::string large;
  for (int i = 0; i < 250; ++i) large += static_cast<char>(i);
  server_.fail({503, "SlowDown", 0, "", "PUT"});
  const auto d = store_->put(large, soon());
  ASSERT_TRUE(d.ok()) << d.status().text();
  EXPECT_EQ(server_.objects().at(path(*d)), large);
  EXPECT_EQ(asked("PUT " + path(*d) + "?partNumber="), 4U);
  const Digest other = *store_->stage(large + "!", soon());
  server_.fail({403, "QuotaExceeded", 0, "", "PUT"});
  EXPECT_EQ(store_->flush({&other, 1}, soon()).kind(), ErrorKind::kExhausted);
  EXPECT_EQ(asked("DELETE " + path(other) + "?uploadId=u1"), 1U);
}

TEST_F(S3StoreTest, a_full_spool_makes_room_by_itself_or_says_so) {
  options_.spool_bytes = 1'000;
  reopen();
  ASSERT_TRUE(store_->stage(std::string(700, 'a'), soon()).ok());
  ASSERT_TRUE(store_->stage(std::string(700, 'b'), soon()).ok());
  EXPECT_EQ(server_.objects().size(), 1U);
  server_.fail({503, "SlowDown"}, 1'000);
  EXPECT_EQ(store_->stage(std::string(700, 'c'), Deadline::in_ms(100)).status().kind(),
            ErrorKind::kUnavailable);
  EXPECT_EQ(store_->stage(std::string(1'001, 'd'), soon()).status().kind(), ErrorKind::kExhausted);
}

TEST_F(S3StoreTest, an_address_is_given_out_where_the_server_checks_what_is_put_to_it) {
  const std::string bytes = "from a worker";
  const Digest d = sha256(bytes);
  auto place = store_->place(d, bytes.size(), 60'000, soon());
  ASSERT_TRUE(place.ok()) << place.status().text();
  EXPECT_EQ(place->kind, BlobPlace::Kind::kElsewhere);
  EXPECT_EQ(place->url.find(server_.endpoint() + path(d) + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&"), 0U)
      << place->url;
  EXPECT_NE(place->url.find("&X-Amz-Expires=60&"), std::string::npos);
  EXPECT_NE(place->url.find("&X-Amz-SignedHeaders=content-length%3Bhost%3Bx-amz-content-sha256"),
            std::string::npos);
  EXPECT_EQ(store_->flush({&d, 1}, soon()).kind(), ErrorKind::kNotFound);
  server_.set(path(d), bytes);
  EXPECT_TRUE(store_->flush({&d, 1}, soon()).ok());
  EXPECT_EQ(store_->place(d, bytes.size(), 60'000, soon())->kind, BlobPlace::Kind::kThere);
  EXPECT_EQ(server_.objects().size(), 1U) << "the trial has left nothing";
}

TEST_F(S3StoreTest, where_the_server_does_not_check_evidence_passes_us) {
  server_.check_content(false);
  EXPECT_EQ(store_->place(sha256("x"), 1, 60'000, soon())->kind, BlobPlace::Kind::kHere);
}

TEST_F(S3StoreTest, a_blob_that_was_put_long_ago_must_come_again_before_it_is_believed) {
  const Digest d = *store_->put("old", soon());
  clock_.advance_ms(S3Store::kFreshMs);
  EXPECT_EQ(store_->flush({&d, 1}, soon()).kind(), ErrorKind::kNotFound);
  EXPECT_EQ(store_->place(d, 3, 60'000, soon())->kind, BlobPlace::Kind::kElsewhere);
  EXPECT_EQ(store_->get(d, 100, soon()).value_or(""), "old");
}

TEST_F(S3StoreTest, removal_spares_what_was_put_lately_or_was_just_proven) {
  const Digest d = *store_->put("old", soon());
  ASSERT_TRUE(store_->remove(d, clock_.wall_ms() + 1'000, soon()).ok());
  EXPECT_TRUE(store_->has(d, soon()).value_or(false)) << "a flush has just said that it is there";
  clock_.advance_ms(3'600'000);
  ASSERT_TRUE(store_->remove(d, clock_.wall_ms() - 7'200'000, soon()).ok());
  EXPECT_TRUE(store_->has(d, soon()).value_or(false)) << "put later than that";
  ASSERT_TRUE(store_->remove_many({&d, 1}, clock_.wall_ms(), soon()).ok());
  EXPECT_FALSE(store_->has(d, soon()).value_or(true));
  EXPECT_TRUE(store_->remove(d, clock_.wall_ms(), soon()).ok());
}

TEST_F(S3StoreTest, a_listing_goes_over_its_pages_and_leaves_out_what_is_not_ours) {
  std::set<Digest> put, listed;
  for (const char* one : {"1", "22", "333", "4444", "55555"}) put.insert(*store_->put(one, soon()));
  server_.set("/evidence/sweeps/readme.txt", "not ours");
  server_.set("/evidence/sweeps/zz/" + to_hex(sha256("x")), "in a wrong folder");
  const auto look = [&](const BlobInfo& b) {
    EXPECT_EQ(b.touched_ms, *parse_time("2020-09-13T12:26:30.000Z"));
    return listed.insert(b.sha256).second;
  };
  ASSERT_TRUE(store_->list(look, soon()).ok());
  EXPECT_EQ(listed, put);
  EXPECT_GE(asked("GET /evidence?"), 3U);
}

TEST_F(S3StoreTest, one_that_was_opened_to_read_changes_nothing) {
  const Digest d = *store_->put("x", soon());
  S3StoreOptions to_read = options_;
  to_read.spool.clear();
  const auto second = S3Store::open(to_read, clock_, random_);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ((*second)->get(d, 100, soon()).value_or(""), "x");
  EXPECT_EQ((*second)->stage("y", soon()).status().kind(), ErrorKind::kPermission);
  EXPECT_EQ((*second)->remove(d, clock_.wall_ms(), soon()).kind(), ErrorKind::kPermission);
  EXPECT_EQ((*second)->place(d, 1, 1'000, soon()).status().kind(), ErrorKind::kPermission);
}

TEST_F(S3StoreTest, many_threads_put_and_read_the_same_blobs) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 12; ++i) {
        const std::string content = "blob " + std::to_string(i);
        const auto d = store_->put(content, soon());
        ASSERT_TRUE(d.ok()) << d.status().text();
        EXPECT_EQ(store_->get(*d, 100, soon()).value_or(""), content);
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(server_.objects().size(), 12U);
  EXPECT_EQ(spooled(), 0U);
}

}  // namespace
}  // namespace storesweep
