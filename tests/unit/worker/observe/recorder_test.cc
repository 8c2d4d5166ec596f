#include "worker/observe/recorder.h"

#include <gtest/gtest.h>

#include <thread>

#include "common/evidence/names.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/device/fake_device.h"

namespace storesweep::observe {
namespace {

struct RunFixture {
  storesweep::testing::TemporaryFolder folder;
  FakeClock clock;
  SigningKey key = signing_key_from_seed({7});

  Recorder recorder(RecorderLimits limits = {}) {
    JournalHeader header;
    header.worker_key = key.public_key;
    header.key_ids = {"worker"};
    header.package = "com.example.app";
    auto writer = JournalWriter::create(folder.path() + "/journal", header);
    RunClock run_clock(10);
    run_clock.learn({.before_ms = 0, .after_ms = 0, .device = {.up_ms = 60'000, .wall_s = 1'600'000'000}});
    return Recorder(std::move(*writer), run_clock, clock, run_clock.wall_at_up(60'000), 0, folder.path(),
                    limits);
  }
  Journal read() {
    const std::string file = *read_file(folder.path() + "/journal", 1u << 26);
    return *read_journal_untrusted(as_bytes(file));
  }
};

TEST(Recorder, StampsHostAndDeviceAndPhase) {
  RunFixture run;
  Recorder r = run.recorder();
  r.begin(Phase::kP1);
  run.clock.advance_ms(1'000);
  r.action(record_name::kTap, {.target = "定位", .bounds = android::Bounds{1, 2, 3, 4}});
  r.raw(record_name::kAppOps, "No operations.\n", r.between(75'000, 77'000));
  r.action(record_name::kTap, {}, r.between({}, {}));
  r.end();
  ASSERT_TRUE(r.seal(true, "", run.key).ok());
  const Journal j = run.read();
  ASSERT_EQ(j.records.size(), 5u);
  EXPECT_TRUE(j.sealed && j.signature_valid && j.complete);
  EXPECT_EQ(j.records[1].host_ms, 1'000);
  EXPECT_EQ(j.records[1].device_ms, 10'000) << "the device runs ten times as fast";
  EXPECT_EQ(j.records[1].phase, Phase::kP1);
  EXPECT_EQ(j.records[1].data, R"({"bounds":[1,2,3,4],"target":"定位"})");
  EXPECT_EQ(j.records[2].device_ms, 15'000) << "by the device's own uptime";
  EXPECT_GE(j.records[2].took_ms, 2'000) << "and by what is uncertain of its wall clock";
  EXPECT_EQ(j.records[3].device_ms, 0) << "an answer that was lost: not before the last reading";
  EXPECT_EQ(j.records[3].took_ms, -1);
}

TEST(Recorder, TimesGoOnWhenTheDevicesClockIsSet) {
  RunFixture run;
  Recorder r = run.recorder();
  device::FakeDevice device;
  device.now = {.up_ms = 70'000, .wall_s = 1'600'000'010 + 47 * 3'600};
  const auto ahead = r.clock_set(device, Deadline::in_ms(5'000));
  ASSERT_TRUE(ahead.ok()) << ahead.status().text();
  EXPECT_NEAR(static_cast<double>(*ahead), 47.0 * 3'600'000, 2'000);
  const Stamp at = r.between(71'000, 71'500);
  EXPECT_NEAR(static_cast<double>(at.device_ms), 11'000, 100) << "by the uptime, as before";
  // A reading of the clock as it stands now is no surprise.
  EXPECT_TRUE(r.learn({.before_ms = 0, .after_ms = 0, .device = device.now}).ok());
  device.now.wall_s -= 47 * 3'600;
  EXPECT_FALSE(r.learn({.before_ms = 0, .after_ms = 0, .device = device.now}).ok()) << "somebody set it";
}

TEST(Recorder, KeepsNoSecretAndNoPictureThatShowsOne) {
  RunFixture run;
  Recorder r = run.recorder();
  r.mask({"hunter22"});
  r.screenshot("before");
  r.action(record_name::kType, {.target = "the field called hunter22"});
  r.cover();
  r.screenshot("while it is typed");
  r.raw(record_name::kHierarchy, "<node text=\"hunter22\"/>");
  r.screenshot("while it is shown");
  r.raw(record_name::kLog, "I app: logged in as hunter22\n");
  r.failed("step", Reason::kHookDead, "input text 'hunter22': error");
  r.raw(record_name::kHierarchy, "<node text=\"home\"/>");
  r.screenshot("after");
  r.attach(record_name::kPolicy, "policy", "<html/>");
  ASSERT_TRUE(r.seal(true, "", run.key).ok());
  const std::string file = *read_file(run.folder.path() + "/journal", 1u << 20);
  EXPECT_EQ(file.find("hunter22"), std::string::npos);
  EXPECT_NE(file.find("2 screenshots"), std::string::npos);
  ASSERT_EQ(r.blobs().size(), 3u);
  EXPECT_EQ(r.blobs()[1].name, "screen-0002.png");
  EXPECT_EQ(r.blobs()[1].sha256, sha256("after"));
  EXPECT_EQ(r.blobs()[2].name, "policy");
  EXPECT_EQ(*read_file(run.folder.path() + "/policy", 100), "<html/>");
}

TEST(Recorder, WhatFindsNoRoomIsToldAsLost) {
  RunFixture run;
  Recorder r = run.recorder({.journal_bytes = 4'096, .blob_bytes = 10, .blobs = 1});
  for (int i = 0; i < 5; ++i) r.raw(record_name::kLog, std::string(1'500, 'x'));
  r.screenshot("12345");
  r.screenshot("12345");
  r.action(record_name::kHome);
  EXPECT_GT(r.lost_count(), 0u);
  ASSERT_TRUE(r.seal(false, "TIMEOUT", run.key).ok());
  const Journal j = run.read();
  std::uint64_t lost_logs = 0, lost_shots = 0;
  bool home = false;
  for (const Record& record : j.records) {
    if (record.kind == RecordKind::kLost && record.name == record_name::kLog) lost_logs += record.count;
    if (record.kind == RecordKind::kLost && record.name == record_name::kScreenshot)
      lost_shots += record.count;
    home = home || record.name == record_name::kHome;
  }
  EXPECT_GE(lost_logs, 3u);
  EXPECT_EQ(lost_shots, 1u);
  EXPECT_TRUE(home) << "actions always find room";
  ASSERT_EQ(r.blobs().size(), 1u);
  EXPECT_EQ(r.blobs()[0].name, "screen-0001.png");
  EXPECT_EQ(*read_file(run.folder.path() + "/screen-0001.png", 100), "12345");
}

TEST(Recorder, ADiskThatTakesNothingMoreShowsInItsHealth) {
  RunFixture run;
  Recorder r = run.recorder();
  std::filesystem::remove_all(run.folder.path());
  r.screenshot("12345");
  EXPECT_FALSE(r.health().ok());
  EXPECT_FALSE(r.seal(true, "", run.key).ok());
}

TEST(Recorder, TakesRecordsFromSeveralThreads) {
  RunFixture run;
  Recorder r = run.recorder();
  r.begin(Phase::kP5);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&r, t] {
      for (int i = 0; i < 100; ++i) {
        r.raw(record_name::kEvents, "line\n");
        if (t == 0) r.learn_up(60'000 + i, i, i);
        if (t == 1) r.failed(record_name::kFocus, Reason::kHookDead, "no answer");
        (void)r.now();
      }
    });
  }
  for (std::thread& t : threads) t.join();
  r.end();
  ASSERT_TRUE(r.seal(true, "", run.key).ok());
  const Journal j = run.read();
  ASSERT_EQ(j.records.size(), 502u);
  for (std::size_t i = 0; i < j.records.size(); ++i) EXPECT_EQ(j.records[i].sequence, i + 1);
}

}  // namespace
}  // namespace storesweep::observe
