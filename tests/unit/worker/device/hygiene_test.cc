#include "worker/device/hygiene.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/device/fake_device.h"
#include "worker/device/baseline_file.h"
#include "worker/device/claim.h"
#include "worker/device/device_clock.h"
#include "worker/device/packages.h"

namespace storesweep::device {
namespace {

Deadline soon() { return Deadline::in_ms(10'000); }

FakeDevice ordinary() {
  FakeDevice device;
  device.packages = {"io.appium.settings"};
  device.settings = {{"global/adb_enabled", "1"}, {"global/boot_count", "3"}, {"secure/android_id", "abc"}};
  device.files = {{"/sdcard/DCIM/", 0}, {"/sdcard/DCIM/a.jpg", 5}, {"/data/local/tmp/x", 1}};
  return device;
}

TEST(Hygiene, WhatAndroidWritesByItselfDoesNotCountAndWhatAnAppCanSetDoes) {
  Snapshot was, now;
  was.settings_seen = now.settings_seen = true;
  was.settings = {{"global/boot_count", "3"}, {"global/zen_mode_config_etag", "1"}};
  now.settings = {{"global/boot_count", "4"},
                  {"secure/input_methods_subtype_history", "com.android.inputmethod.latin/.LatinIME;1"}};
  EXPECT_TRUE(compare(was, now).empty());
  for (const char* name : {"secure/enabled_accessibility_services", "secure/enabled_notification_listeners",
                           "global/http_proxy", "secure/default_input_method"}) {
    now.settings = {{name, "com.example/.Service"}};
    EXPECT_EQ(compare(was, now).size(), 1u) << name;
  }
}

TEST(Hygiene, ADeviceThatNothingChangedIsCleanAtTheFirstLook) {
  FakeDevice device = ordinary();
  auto baseline = take_snapshot(device, soon());
  ASSERT_TRUE(baseline.ok()) << baseline.status().text();
  auto attested = clean_and_attest(device, *baseline, soon());
  ASSERT_TRUE(attested.ok()) << attested.status().text();
  EXPECT_TRUE(attested->clean);
  EXPECT_TRUE(attested->removed.empty());
  EXPECT_EQ(attested->covered, (std::vector<std::string>{"packages", "files", "settings", "clock"}));
}

// A device whose clock can be set, as the shell may on newer ones.
class ClockDevice : public FakeDevice {
 public:
  bool settable = true;
  std::string boot = "b1";
  ClockDevice() { own_facts.api = 33; }
  Result<ShellOutput> shell(std::string_view command, const Deadline& d) override {
    if (command == "cat /proc/sys/kernel/random/boot_id") return ShellOutput{.out = boot + "\n"};
    if (starts_with(command, "settings get ")) {
      const auto parts = words(command);
      const std::string_view name = parts[3].substr(1, parts[3].size() - 2);
      const auto at = settings.find(std::string(parts[2]) + "/" + std::string(name));
      return ShellOutput{.out = (at == settings.end() ? "null" : at->second) + "\n"};
    }
    constexpr std::string_view kSet = "cmd alarm set-time ";
    if (starts_with(command, kSet)) {
      if (settable) now.wall_s = *parse_int<std::int64_t>(command.substr(kSet.size())) / 1000;
      return ShellOutput{};
    }
    return FakeDevice::shell(command, d);
  }
};

TEST(DeviceClock, IsSetAheadAndPutBackByItsOwnNote) {
  ClockDevice device;
  device.settings["global/auto_time"] = "1";
  const std::int64_t wall_s = device.now.wall_s;
  const auto note = note_clock(device, soon());
  ASSERT_TRUE(note.ok()) << note.status().text();
  EXPECT_EQ(parse_clock_note(clock_note_text(*note))->offset_ms, note->offset_ms);
  EXPECT_EQ(device.settings["global/auto_time"], "0") << "else the network would set it at once";
  ASSERT_TRUE(set_clock(device, note->offset_ms + 47 * 3'600'000, soon()).ok());
  EXPECT_EQ(device.now.wall_s, wall_s + 47 * 3'600);
  device.now.up_ms += 60'000, device.now.wall_s += 60;
  ASSERT_TRUE(restore_clock(device, soon()).ok());
  EXPECT_EQ(device.now.wall_s, wall_s + 60);
  EXPECT_EQ(device.settings, (std::map<std::string, std::string>{{"global/auto_time", "1"}}));
}

TEST(DeviceClock, IsPutRightBeforeADeviceIsLookedAtForTheFirstTime) {
  ClockDevice device;
  const std::int64_t wall_s = device.now.wall_s;
  ASSERT_TRUE(restore_noted_clock(device, soon()).ok()) << "nobody shifted it";
  ASSERT_TRUE(set_clock(device, note_clock(device, soon())->offset_ms + 47 * 3'600'000, soon()).ok());
  ASSERT_TRUE(restore_noted_clock(device, soon()).ok());
  EXPECT_EQ(device.now.wall_s, wall_s);
  EXPECT_TRUE(device.settings.empty()) << "neither a note nor a mode that was not set before";
}

TEST(DeviceClock, ADeviceThatLetsNobodySetItSaysSo) {
  ClockDevice device;
  device.settable = false;
  EXPECT_EQ(set_clock(device, 1'000'000'000, soon()).kind(), ErrorKind::kUnsupported);
  EXPECT_FALSE(parse_clock_note("b1/twelve/1"));
  EXPECT_FALSE(parse_clock_note("b1/12"));
  EXPECT_EQ(restore_clock(device, soon()).kind(), ErrorKind::kUnsupported) << "there is no note";
}

TEST(Hygiene, AClockThatARunLeftShiftedIsPutBackAndTold) {
  ClockDevice device;
  device.settings["global/auto_time"] = "1";
  const Snapshot baseline = take_snapshot(device, soon()).value();
  const std::int64_t wall_s = device.now.wall_s;
  const auto note = note_clock(device, soon());
  ASSERT_TRUE(set_clock(device, note->offset_ms + 49 * 3'600'000, soon()).ok());
  const auto attested = clean_and_attest(device, baseline, soon());
  ASSERT_TRUE(attested.ok()) << attested.status().text();
  EXPECT_TRUE(attested->clean);
  EXPECT_EQ(device.now.wall_s, wall_s);
  const auto told = [](const Difference& d) { return text(d) == "clock shifted by a run"; };
  EXPECT_TRUE(std::any_of(attested->removed.begin(), attested->removed.end(), told));
}

TEST(Hygiene, AClockThatCannotBePutBackLeavesTheDeviceUnclean) {
  ClockDevice device;
  device.own_facts.device_class = "simulated";
  const Snapshot baseline = take_snapshot(device, soon()).value();
  const auto note = note_clock(device, soon());
  ASSERT_TRUE(set_clock(device, note->offset_ms + 49 * 3'600'000, soon()).ok());
  device.boot = "b2";  // rebooted meanwhile: how it stood nobody knows
  device.now.up_ms = 5'000;
  const auto attested = clean_and_attest(device, baseline, soon());
  ASSERT_TRUE(attested.ok()) << attested.status().text();
  EXPECT_FALSE(attested->clean);
}

TEST(Hygiene, WhatAnAppLeftIsRemovedAndThenSeenToBeGone) {
  FakeDevice device = ordinary();
  Snapshot baseline = take_snapshot(device, soon()).value();
  device.packages.insert("com.bad.app");
  device.settings["global/http_proxy"] = "10.0.0.1:8080";
  device.settings["secure/android_id"] = "changed";
  device.settings.erase("global/adb_enabled");
  device.settings["global/boot_count"] = "4";  // Android's own doing
  device.files["/sdcard/it's mine/"] = 0;
  device.files["/sdcard/it's mine/deep/"] = 0;
  device.files["/sdcard/it's mine/deep/id.txt"] = 9;
  auto attested = clean_and_attest(device, baseline, soon());
  ASSERT_TRUE(attested.ok()) << attested.status().text();
  // The fake knows no quoting inside a path: the folder stays, and is told.
  ASSERT_EQ(attested->left.size(), 1u);
  EXPECT_EQ(text(attested->left[0]), "file left: /sdcard/it's mine/");
  EXPECT_EQ(device.commands.end() - std::find(device.commands.begin(), device.commands.end(),
                                              "rm -rf '/sdcard/it'\\''s mine'") >
                0,
            true);
  std::erase_if(device.files, [](const auto& f) { return f.first.find("mine") != std::string::npos; });
  EXPECT_TRUE(clean_and_attest(device, baseline, soon())->clean);
  EXPECT_EQ(device.settings["secure/android_id"], "abc");
  EXPECT_EQ(device.settings["global/adb_enabled"], "1");
  EXPECT_FALSE(device.settings.contains("global/http_proxy"));
}

TEST(Hygiene, APackageThatCannotBeRemovedLeavesTheDeviceUnclean) {
  FakeDevice device = ordinary();
  Snapshot baseline = take_snapshot(device, soon()).value();
  device.packages.insert("com.device.owner");
  device.stubborn.insert("com.device.owner");
  auto attested = clean_and_attest(device, baseline, soon());
  ASSERT_TRUE(attested.ok());
  EXPECT_FALSE(attested->clean);
  EXPECT_EQ(text(attested->left.at(0)), "package left: com.device.owner");
}

TEST(Hygiene, WhatIsGoneOrChangedCannotBeBroughtBackAndIsSaid) {
  FakeDevice device = ordinary();
  Snapshot baseline = take_snapshot(device, soon()).value();
  device.files.erase("/data/local/tmp/x");
  device.files["/sdcard/DCIM/a.jpg"] = 6;
  device.packages.clear();
  auto attested = clean_and_attest(device, baseline, soon());
  ASSERT_TRUE(attested.ok());
  EXPECT_FALSE(attested->clean);
  EXPECT_EQ(attested->left.size(), 3u);
}

TEST(Hygiene, APackageManagerThatIsDownIsNoCleanDevice) {
  FakeDevice device = ordinary();
  Snapshot baseline = take_snapshot(device, soon()).value();
  device.answers["pm list packages -3"] = {.out =
                                               "android.os.DeadObjectException\nError: Could not access the "
                                               "Package Manager.  Is the system running?\n"};
  EXPECT_EQ(clean_and_attest(device, baseline, soon()).status().kind(), ErrorKind::kNotFound);
}

TEST(Hygiene, AnOldDeviceSaysThatItsSettingsWereNotLookedAt) {
  FakeDevice device = ordinary();
  device.own_facts.api = 19;
  Snapshot baseline = take_snapshot(device, soon()).value();
  auto attested = clean_and_attest(device, baseline, soon());
  EXPECT_EQ(attested->covered, (std::vector<std::string>{"packages", "files"}));
}

TEST(Baseline, SurvivesTheDiskAndHoldsForOneBuild) {
  Snapshot snapshot{.packages = {"a.b"},
                    .settings = {{"global/x", std::string("v\xff\n", 3)}},
                    .settings_seen = true,
                    .files = {{"/sdcard/\xfe", 7}}};
  const std::string text = encode_baseline(snapshot, "build/1");
  auto back = decode_baseline(text, "build/1");
  ASSERT_TRUE(back.ok() && *back);
  EXPECT_TRUE(compare(snapshot, **back).empty());
  EXPECT_EQ((*back)->files, snapshot.files);
  EXPECT_EQ(decode_baseline(text, "build/2").value(), std::nullopt);
  EXPECT_EQ(decode_baseline("{}", "build/1").status().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(decode_baseline("\xff", "build/1").status().kind(), ErrorKind::kCorrupt);
}

TEST(Claim, ASecondClaimantIsRefusedAndToldWhoHoldsIt) {
  const std::string folder = testing::TempDir() + "/claims" + std::to_string(getpid());
  {
    auto first = Claim::take(folder, "a/../b", "worker-1");
    ASSERT_TRUE(first.ok()) << first.status().text();
    Status second = Claim::take(folder, "a/../b", "worker-2").status();
    EXPECT_EQ(second.kind(), ErrorKind::kExists);
    EXPECT_NE(second.message().find("worker-1"), std::string::npos) << second.message();
    EXPECT_TRUE(Claim::take(folder, "another", "worker-2").ok());
  }
  EXPECT_TRUE(Claim::take(folder, "a/../b", "worker-2").ok());
}

}  // namespace
}  // namespace storesweep::device
