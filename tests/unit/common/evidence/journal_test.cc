#include "common/evidence/journal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "common/evidence/verdict_codec.h"

namespace storesweep {
namespace {

SigningKey test_key() { return signing_key_from_seed(sha256("a key of the tests")); }

JournalHeader test_header() {
  JournalHeader h;
  h.token = {3, 17};
  h.job = JobId(99);
  h.worker = "w1";
  h.worker_key = test_key().public_key;
  h.key_ids = {"w1-2026"};
  h.device = "SIM0001";
  h.device_kind = {"simulated", 28};
  h.clock_rate_permille = 60'000;
  h.only_rules = {"R5.7"};
  h.file_set = sha256("apk");
  h.package = "com.example";
  h.scripted = true;
  return h;
}

class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() / ("journal_test_" + std::to_string(getpid()));
    auto w = JournalWriter::create(path_, test_header());
    ASSERT_TRUE(w.ok()) << w.status().text();
    ASSERT_TRUE(w->append({.phase = Phase::kP1, .kind = RecordKind::kMarker, .name = "begin"}).ok());
    ASSERT_TRUE(
        w->append({.host_ms = 5, .device_ms = 300, .phase = Phase::kP1, .name = "events", .data = "raw\0x"})
            .ok());
    ASSERT_TRUE(
        w->append({.kind = RecordKind::kBlob, .name = "s.png", .sha256 = sha256("png"), .bytes = 3}).ok());
    auto sealed = w->seal({true, "", 10}, test_key());
    ASSERT_TRUE(sealed.ok());
    sealed_ = *sealed;
    file_ = *read_file(path_, 1 << 20);
  }
  void TearDown() override { unlink(path_.c_str()); }

  std::string path_, file_;
  SealedJournal sealed_;
};

TEST_F(JournalTest, ReadsBackWhatWasWritten) {
  auto j = read_journal_untrusted(as_bytes(file_));
  ASSERT_TRUE(j.ok()) << j.status().text();
  EXPECT_TRUE(j->sealed && j->complete && j->signature_valid);
  EXPECT_EQ(j->sha256, sealed_.sha256);
  EXPECT_EQ(file_.size(), sealed_.bytes);
  EXPECT_EQ(j->header.job, JobId(99));
  EXPECT_EQ(j->header.only_rules, std::vector<std::string>{"R5.7"});
  ASSERT_EQ(j->records.size(), 3u);
  EXPECT_EQ(j->records[1].data, "raw");
  EXPECT_EQ(j->records[1].device_ms, 300);
  EXPECT_EQ(j->records[2].sha256, sha256("png"));
}

TEST_F(JournalTest, EveryChangedByteIsRefusedOrUnseals) {
  for (std::size_t i = 0; i < file_.size(); ++i) {
    std::string changed = file_;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    auto j = read_journal_untrusted(as_bytes(changed));
    // A changed length may look like a cut; then the seal is gone. Nothing changed is ever sealed and
    // accepted.
    EXPECT_FALSE(j.ok() && j->sealed) << "byte " << i;
  }
}

TEST_F(JournalTest, CutOffAnywhereItKeepsWhatIsWhole) {
  std::size_t last = 0;
  for (std::size_t n = 0; n < file_.size(); ++n) {
    auto j = read_journal_untrusted(as_bytes(std::string_view(file_).substr(0, n)));
    if (!j.ok()) continue;
    EXPECT_FALSE(j->sealed) << n;
    EXPECT_GE(j->records.size(), last);
    last = j->records.size();
  }
  EXPECT_EQ(last, 3u);
}

Verdict test_verdict() {
  Verdict v = untested_verdict(Reason::kHookAbsent);
  v.pack_version = "2026.11";
  v.simulated = true;
  v.device_kind = {"simulated", 28};
  v.rows[4] = {5, Level::kSuspected, 7, 4, {Reason::kProfile}};
  v.items = {{"R5.7", Level::kSuspected, {}}, {"R5.2", Level::kNotTested, {Reason::kNoOldVersion}}};
  Finding f{"R5.7",
            "4.6 a",
            "T/TAF 078.4-2023",
            Level::kSuspected,
            Phase::kP10,
            1234,
            "reasked",
            {{"permission", "CAMERA"}},
            {Missing::kSingleDevice},
            {{sha256("j"), 7, "I am_proc_start"}},
            "tap 拒绝, 900 ms"};
  v.findings = {f};
  v.confirm_rules = {"R5.7"};
  v.coverage.phase_run[1] = true;
  v.coverage.phase_device_ms[1] = 60'000;
  v.coverage.observers = {"events"};
  v.look_ups = {true, 7, true, {{Sought::kComplaint, "投诉", 2, {sha256("j"), 9, "投诉"}}}, {"邮寄"}};
  return v;
}

TEST(VerdictCodec, RoundTrip) {
  Verdict v = test_verdict();
  std::string bytes = encode_verdict(v);
  auto back = decode_verdict_untrusted(bytes);
  ASSERT_TRUE(back.ok()) << back.status().text();
  EXPECT_EQ(encode_verdict(*back), bytes);
  EXPECT_EQ(back->findings.at(0).values, v.findings[0].values);
  EXPECT_EQ(back->rows[4].items_judged, 4);
  EXPECT_TRUE(back->coverage.phase_run[1]);
  ASSERT_EQ(back->look_ups.places.size(), 1u);
  EXPECT_EQ(back->look_ups.places[0].sought, Sought::kComplaint);
  EXPECT_EQ(back->look_ups.places[0].evidence.record, 9u);
  EXPECT_EQ(back->look_ups.conditions, v.look_ups.conditions);
}

TEST(VerdictCodec, RefusesRubbish) {
  std::string bytes = encode_verdict(test_verdict());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    auto cut = decode_verdict_untrusted(std::string_view(bytes).substr(0, n));
    EXPECT_FALSE(cut.ok()) << n;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x41);
    (void)decode_verdict_untrusted(changed).ok();  // any answer, no crash
  }
}

}  // namespace
}  // namespace storesweep
