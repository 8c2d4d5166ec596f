// Observation records as files: broken ones, those of others, and hostile screens. That they give the same
// verdicts is held over every scene of these tests (held.h).
#include "common/judge/observations.h"

#include <gtest/gtest.h>

#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {

std::string record_of(const RunScript& run) {
  return encode_observations(observe_journal(run.journal()), ReadyPhrases(test_pack().phrases));
}
RunScript some_run() {
  RunScript run;
  run.first_launch(RunScript::button("不同意", 1300) + RunScript::button("同意", 1100));
  return run;
}

TEST(Observations, ABrokenRecordIsNeverJudged) {
  const std::string record = record_of(some_run());
  const ReadyPhrases phrases(test_pack().phrases);
  EXPECT_TRUE(decode_observations(as_bytes(record), phrases).ok());
  for (std::size_t i = 0; i < record.size(); i += 3) {
    std::string changed = record;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    EXPECT_FALSE(decode_observations(as_bytes(changed), phrases).ok()) << i;
    EXPECT_FALSE(decode_observations(as_bytes(std::string_view(record).substr(0, i)), phrases).ok()) << i;
  }
}

TEST(Observations, AnotherParsersRecordIsParsedAnew) {
  std::string record = record_of(some_run());
  record[kObservationsMagic.size()] = 99;
  EXPECT_EQ(decode_observations(as_bytes(record), ReadyPhrases(test_pack().phrases)).status().kind(),
            ErrorKind::kUnsupported);
}

TEST(Observations, HoldNoneOfTheRawText) {
  RunScript run = some_run();
  std::string noise;
  for (int i = 0; i < 20'000; ++i)
    noise += "07-24 00:00:09.000  1000  1500  1520 I SomeTag : nothing of interest\n";
  run.raw(record_name::kLog, 9, noise);
  EXPECT_LT(record_of(run).size(), noise.size() / 20);
}

}  // namespace
}  // namespace storesweep
