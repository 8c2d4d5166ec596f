#include "worker/adb/sync_protocol.h"

#include <gtest/gtest.h>

#include "common/base/bytes.h"
#include "tests/unit/worker/adb/chunks.h"

namespace storesweep::adb {
namespace {

using namespace std::string_literals;
using Kind = SyncAnswer::Kind;

std::vector<SyncAnswer> read_all(const std::vector<std::string_view>& pieces, SyncAsked asked) {
  Inbox inbox;
  std::vector<SyncAnswer> answers;
  for (auto piece : pieces) {
    inbox.feed(piece);
    for (;;) {
      auto taken = take_sync(inbox, asked);
      EXPECT_TRUE(taken.ok()) << taken.status().text();
      if (!taken.ok() || !*taken) break;
      answers.push_back(**taken);
    }
  }
  EXPECT_TRUE(inbox.empty());
  return answers;
}

TEST(AdbSync, AListEndsWithADoneAsLongAsAnEntry) {
  const std::string bytes = "DENT\xfd\x41\0\0\0\x10\0\0\x78\x9d\x04\x6b\x03\0\0\0sub"s +
                            "DENT\xa4\x81\0\0\x06\0\0\0\x03\x9d\x04\x6b\x01\0\0\0a"s + "DONE"s +
                            std::string(16, '\0');
  for (const auto& pieces : every_chunking(bytes)) {
    auto answers = read_all(pieces, SyncAsked::kList);
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_EQ(answers[0].text, "sub");
    EXPECT_TRUE(answers[0].info.folder());
    EXPECT_EQ(answers[1].text, "a");
    EXPECT_EQ(answers[1].info.size, 6u);
    EXPECT_TRUE(answers[1].info.file());
    EXPECT_EQ(answers[1].info.mtime_s, 0x6b049d03);
    EXPECT_EQ(answers[2].kind, Kind::kDone);
  }
}

TEST(AdbSync, APullEndsWithAShortDone) {
  const std::string bytes = "DATA\x03\0\0\0abcDATA\0\0\0\0DONE\0\0\0\0"s;
  for (const auto& pieces : every_chunking(bytes)) {
    auto answers = read_all(pieces, SyncAsked::kPull);
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_EQ(answers[0].text, "abc");
    EXPECT_EQ(answers[2].kind, Kind::kDone);
  }
}

TEST(AdbSync, StatTwoCarriesLargeSizesAndErrors) {
  std::string bytes = "LST2";
  put_little(bytes, 0, 4);
  bytes += std::string(16, '\1');  // dev, ino
  put_little(bytes, 0100644, 4);
  bytes += std::string(12, '\2');  // nlink, uid, gid
  put_little(bytes, 5'000'000'000, 8);
  put_little(bytes, 1, 8);  // atime
  put_little(bytes, 1'600'000'000, 8);
  put_little(bytes, 3, 8);  // ctime
  bytes += "LST2"s + "\x02\0\0\0"s + std::string(64, '\0');
  for (const auto& pieces : every_chunking(bytes)) {
    auto answers = read_all(pieces, SyncAsked::kStatV2);
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[0].info.size, 5'000'000'000u);
    EXPECT_EQ(answers[0].info.mtime_s, 1'600'000'000);
    EXPECT_TRUE(answers[0].info.exists());
    EXPECT_EQ(answers[1].info.error, 2u);
    EXPECT_FALSE(answers[1].info.exists());
  }
}

TEST(AdbSync, StatOneOfAMissingFileIsZeros) {
  auto answers = read_all({"STAT"s + std::string(12, '\0')}, SyncAsked::kStat);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_FALSE(answers[0].info.exists());
}

TEST(AdbSync, AFailBelongsToEveryQuestion) {
  for (SyncAsked asked : {SyncAsked::kStat, SyncAsked::kList, SyncAsked::kPull, SyncAsked::kPush}) {
    auto answers = read_all({"FAIL\x11\0\0\0Permission denied"s}, asked);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].kind, Kind::kFail);
    EXPECT_EQ(answers[0].text, "Permission denied");
  }
}

TEST(AdbSync, WhatDoesNotBelongToTheQuestionIsCorrupt) {
  const std::vector<std::pair<std::string, SyncAsked>> cases = {
      {"OKAY\0\0\0\0"s, SyncAsked::kPull},
      {"DATA\0\0\0\0"s, SyncAsked::kPush},
      {"XXXX\0\0\0\0"s, SyncAsked::kStat},
      {"DATA\x01\0\x01\0"s, SyncAsked::kPull},
      {"FAIL\xff\xff\xff\xff"s, SyncAsked::kPush},
      {"DENT"s + std::string(12, '\0') + "\xff\xff\0\0"s, SyncAsked::kList}};
  for (const auto& [bytes, asked] : cases) {
    Inbox inbox;
    inbox.feed(bytes);
    EXPECT_EQ(take_sync(inbox, asked).status().kind(), ErrorKind::kCorrupt) << bytes;
  }
}

TEST(AdbSync, RequestsHaveAnIdALengthAndAPath) {
  EXPECT_EQ(sync_request("STAT", "/a").value(), "STAT\x02\0\0\0/a"s);
  EXPECT_EQ(sync_data("xy"), "DATA\x02\0\0\0xy"s);
  EXPECT_EQ(sync_number("QUIT", 0), "QUIT\0\0\0\0"s);
  EXPECT_FALSE(sync_request("STAT", "").ok());
  EXPECT_FALSE(sync_request("STAT", std::string(1025, 'x')).ok());
  EXPECT_FALSE(sync_request("STAT", std::string_view("a\0b", 3)).ok());
}

}  // namespace
}  // namespace storesweep::adb
