#include "worker/job/cache.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/temporary_folder.h"

namespace storesweep::job {
namespace {
using storesweep::testing::TemporaryFolder;

class CacheTest : public ::testing::Test {
 protected:
  void open(std::uint64_t max_bytes) {
    cache_.reset();
    auto cache = Cache::open(folder_ / "cache", max_bytes);
    ASSERT_TRUE(cache.ok()) << cache.status().text();
    cache_ = std::move(*cache);
  }
  Result<CachedFile> put(const std::string& content) {
    const std::string path = cache_->incoming();
    EXPECT_TRUE(write_file_durably(path, content).ok());
    return cache_->take(path, sha256(content), content.size());
  }
  bool has(const std::string& content) { return cache_->find(sha256(content)).has_value(); }
  std::string object(const std::string& content) {
    return folder_ / ("cache/objects/" + to_hex(sha256(content)));
  }

  TemporaryFolder folder_;
  std::unique_ptr<Cache> cache_;
};

TEST_F(CacheTest, hands_out_what_was_put_in) {
  open(1000);
  ASSERT_TRUE(put("content").ok());
  auto file = cache_->find(sha256("content"));
  ASSERT_TRUE(file);
  EXPECT_EQ(as_text(file->bytes()), "content");
  EXPECT_EQ(cache_->bytes(), 7u);
  EXPECT_FALSE(has("another"));
}

TEST_F(CacheTest, drops_the_least_recently_used_to_stay_in_its_bound) {
  open(10);
  ASSERT_TRUE(put("aaaa").ok());
  ASSERT_TRUE(put("bbbb").ok());
  ASSERT_TRUE(has("aaaa"));  // used last
  ASSERT_TRUE(put("cccc").ok());
  EXPECT_TRUE(has("aaaa"));
  EXPECT_FALSE(has("bbbb"));
  EXPECT_TRUE(has("cccc"));
  EXPECT_LE(cache_->bytes(), 10u);
  EXPECT_FALSE(std::filesystem::exists(object("bbbb")));
}

TEST_F(CacheTest, never_drops_what_somebody_holds) {
  open(10);
  auto held = put("aaaaaaaa");
  ASSERT_TRUE(held.ok());
  auto other = put("bbbb");
  EXPECT_EQ(other.status().kind(), ErrorKind::kExhausted);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "cache/incoming"));
  held = not_found("let go");
  EXPECT_TRUE(put("bbbb").ok());
  EXPECT_FALSE(has("aaaaaaaa"));
}

TEST_F(CacheTest, notices_an_object_that_is_no_more_what_it_was) {
  open(1000);
  ASSERT_TRUE(put("content").ok());
  ASSERT_TRUE(write_file_durably(object("content"), "c0ntent").ok());
  EXPECT_FALSE(has("content"));
  EXPECT_EQ(cache_->bytes(), 0u);
  EXPECT_TRUE(put("content").ok());
}

TEST_F(CacheTest, survives_a_restart_and_keeps_the_order_of_use) {
  open(12);
  ASSERT_TRUE(put("aaaa").ok());
  ASSERT_TRUE(put("bbbb").ok());
  ASSERT_TRUE(put("cccc").ok());
  ASSERT_TRUE(has("aaaa"));
  cache_->note("https://store/a.apk", {sha256("aaaa"), "\"v1\""});
  ASSERT_TRUE(write_file_durably(folder_ / "cache/incoming/9", "half").ok());
  ASSERT_TRUE(write_file_durably(folder_ / "cache/objects/stranger", "?").ok());
  open(12);
  EXPECT_EQ(cache_->bytes(), 12u);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "cache/incoming"));
  ASSERT_TRUE(put("dddd").ok());
  EXPECT_TRUE(has("aaaa"));
  EXPECT_FALSE(has("bbbb"));
  auto note = cache_->noted("https://store/a.apk");
  ASSERT_TRUE(note);
  EXPECT_EQ(note->validator, "\"v1\"");
  EXPECT_EQ(note->sha256, sha256("aaaa"));
  EXPECT_FALSE(cache_->noted("https://store/b.apk"));
}

TEST_F(CacheTest, a_smaller_bound_holds_from_the_next_start) {
  open(100);
  ASSERT_TRUE(put("aaaa").ok());
  ASSERT_TRUE(put("bbbb").ok());
  open(5);
  EXPECT_LE(cache_->bytes(), 5u);
  EXPECT_TRUE(has("bbbb"));
}

TEST_F(CacheTest, belongs_to_one_process_at_a_time) {
  open(100);
  EXPECT_EQ(Cache::open(folder_ / "cache", 100).status().kind(), ErrorKind::kExists);
}

}  // namespace
}  // namespace storesweep::job
