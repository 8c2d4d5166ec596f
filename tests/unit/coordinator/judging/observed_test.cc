// The folder of observation records: what is kept there beside them, and what is swept out.
#include "coordinator/judging/observed.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "common/base/file.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {

android::Phrases phrases_with(const std::string& word) {
  android::Phrases p;
  p.agree = {"同意", word};
  return p;
}

class Observed : public ::testing::Test {
 protected:
  std::string phrases_file(const ReadyPhrases& p) const {
    return observed_folder(folder_) + "/" + to_hex(p.digest) + ".phrases";
  }
  const testing::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
};

TEST_F(Observed, TellsWhatChangedSincePhrasesThatAreKept) {
  const ReadyPhrases before(phrases_with("好的"));
  ASSERT_TRUE(write_phrases(folder_, before).ok());
  ASSERT_TRUE(write_phrases(folder_, before).ok()) << "twice is once";
  const PhraseChanges since = changes_kept_in(folder_, phrases_with("知道"));
  const android::Characters screen(android::characters_in("我知道了")),
      other(android::characters_in("不同意"));
  ASSERT_NE(since(before.digest), nullptr);
  EXPECT_TRUE(since(before.digest)->touches(screen));
  EXPECT_FALSE(since(before.digest)->touches(other));
}

TEST_F(Observed, WhatIsNotKeptOrBrokenIsNotKnown) {
  const ReadyPhrases before(phrases_with("好的"));
  EXPECT_EQ(changes_kept_in(folder_, phrases_with("知道"))(before.digest), nullptr);
  ASSERT_TRUE(write_phrases(folder_, before).ok());
  std::filesystem::resize_file(phrases_file(before), 20);
  EXPECT_EQ(changes_kept_in(folder_, phrases_with("知道"))(before.digest), nullptr);
}

TEST_F(Observed, SweepingLeavesThePhrasesAndWhatItsJournalKeeps) {
  const ReadyPhrases phrases(phrases_with("好的"));
  const Digest kept = sha256("kept"), gone = sha256("gone");
  ASSERT_TRUE(write_phrases(folder_, phrases).ok());
  for (const Digest& journal : {kept, gone}) ASSERT_TRUE(write_observed(folder_, journal, "record").ok());
  const auto removed = sweep_observed(folder_, [&](const Digest& journal) { return journal == gone; });
  ASSERT_TRUE(removed.ok());
  EXPECT_EQ(*removed, 1);
  EXPECT_TRUE(has_observed(folder_, kept));
  EXPECT_FALSE(has_observed(folder_, gone));
  EXPECT_TRUE(std::filesystem::exists(phrases_file(phrases)));
}

}  // namespace
}  // namespace storesweep
