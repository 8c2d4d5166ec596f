// The observers against a device that answers as real ones do.
#include <gtest/gtest.h>

#include "common/evidence/names.h"
#include "common/rules/pack.h"
#include "tests/unit/corpus.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/device/fake_device.h"
#include "tests/unit/worker/observe/recorder_in.h"
#include "worker/observe/appops.h"
#include "worker/observe/dumps.h"
#include "worker/observe/log_stream.h"
#include "worker/observe/screen_look.h"
#include "worker/observe/screenshot.h"

namespace storesweep::observe {
namespace {

// Answers by the part of a command; streams give lines and then end.
class Phone : public device::FakeDevice {
 public:
  std::vector<std::pair<std::string, std::string>> says;  // part of the command -> output
  Status broken;                                          // what every command ends with, if not ok
  std::vector<std::vector<std::string>> streams;          // of one connection after another

  Result<device::ShellOutput> shell(std::string_view command, const Deadline& deadline) override {
    commands.emplace_back(command);
    if (!broken.ok()) return broken;
    for (const auto& [part, out] : says) {
      if (command.find(part) != std::string_view::npos) return device::ShellOutput{.out = out};
    }
    return device::FakeDevice::shell(command, deadline);
  }
  Result<std::unique_ptr<device::LineSource>> stream_shell(std::string_view, const Deadline&) override {
    class Lines final : public device::LineSource {
     public:
      explicit Lines(std::vector<std::string> lines) : lines_(std::move(lines)) {}
      Result<std::optional<std::string>> next(const Deadline&) override {
        if (at_ < lines_.size()) return std::optional(lines_[at_++]);
        return not_found("the device went away");
      }

     private:
      std::vector<std::string> lines_;
      std::size_t at_ = 0;
    };
    std::lock_guard lock(mutex_);
    if (streams.empty()) return not_found("no device");
    auto lines = std::move(streams.front());
    streams.erase(streams.begin());
    ended_ = streams.empty();
    return std::unique_ptr<device::LineSource>(std::make_unique<Lines>(std::move(lines)));
  }
  bool streams_over() {
    std::lock_guard lock(mutex_);
    return ended_;
  }

 private:
  std::mutex mutex_;
  bool ended_ = false;
};

class Observers : public ::testing::Test {
 protected:
  Observers() { recorder_ = recorder_in(folder_.path(), key_, clock_); }
  Scene scene() { return {phone_, *recorder_, clock_, package_}; }
  Journal sealed() {
    EXPECT_TRUE(recorder_->seal(true, "", key_).ok());
    const std::string file = *read_file(folder_.path() + "/journal", 1u << 26);
    return *read_journal_untrusted(as_bytes(file));
  }
  static const Record* find(const Journal& j, RecordKind kind, std::string_view name) {
    for (const Record& r : j.records) {
      if (r.kind == kind && r.name == name) return &r;
    }
    return nullptr;
  }
  static Deadline soon() { return Deadline::in_ms(5'000); }

  storesweep::testing::TemporaryFolder folder_;
  SigningKey key_ = signing_key_from_seed({7});
  FakeClock clock_;
  Phone phone_;
  std::string package_ = "com.example.app";
  std::unique_ptr<Recorder> recorder_;
  RulePack pack_ = *load_rule_pack(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  android::PhraseBook phrases_{pack_.phrases};
};

TEST_F(Observers, AppOpsStandAtTheDevicesOwnTime) {
  phone_.says = {{"appops get com.example.app",
                  "1004.50 3000.10\nREAD_CLIPBOARD: allow; time=+2s0ms ago\n\n1007.00 3000.20\n"}};
  ASSERT_TRUE(observe_appops(scene(), soon()).ok());
  const Journal j = sealed();
  const Record* r = find(j, RecordKind::kRaw, record_name::kAppOps);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->data, "READ_CLIPBOARD: allow; time=+2s0ms ago\n");
  EXPECT_EQ(r->device_ms, 4'500);
  EXPECT_GE(r->took_ms, 2'500);
}

TEST_F(Observers, OnAndroid44TheWholeDumpIsTaken) {
  phone_.own_facts.api = 19;
  phone_.says = {{"dumpsys appops", "1004.00 3000.00\nCurrent AppOps Service state:\n\n1004.50 3000.10\n"}};
  ASSERT_TRUE(observe_appops(scene(), soon()).ok());
  EXPECT_NE(phone_.commands.back().find("dumpsys appops"), std::string::npos);
}

TEST_F(Observers, DumpsAreRawAndWhatTheDeviceDoesNotKnowIsAFailureOfItsOwn) {
  phone_.own_facts.api = 29;
  phone_.says = {{"dumpsys activity processes com.example.app",
                  "1004.50 3000.10\nACTIVITY MANAGER RUNNING PROCESSES\n\n1005.00 3000.20\n"},
                 {"dumpsys activity services com.example.app",
                  "1006.00 3000.10\nCan't find service: activity\n\n1006.10 3000.20\n"}};
  ASSERT_TRUE(observe_dumps(scene(), Phase::kP8, soon()).ok());
  EXPECT_EQ(phone_.commands.size(), 2U);
  ASSERT_TRUE(observe_dumps(scene(), Phase::kP1, soon()).ok());
  ASSERT_TRUE(observe_dumps(scene(), Phase::kP10, soon()).ok());
  EXPECT_EQ(phone_.commands.size(), 2U)
      << "the first launch is not looked at, and ends with reasons came with 30";
  const Journal j = sealed();
  const Record* raw = find(j, RecordKind::kRaw, record_name::kProcesses);
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->data, "ACTIVITY MANAGER RUNNING PROCESSES\n");
  const Record* failed = find(j, RecordKind::kFailed, record_name::kServices);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->reason, "HOOK_ABSENT");
  EXPECT_FALSE(find(j, RecordKind::kRaw, record_name::kServices));
}

TEST_F(Observers, AFailureIsTypedAndADeviceThatIsGoneIsTold) {
  phone_.broken = unsupported("no such service");
  EXPECT_TRUE(observe_appops(scene(), soon()).ok());
  phone_.broken = not_found("device offline");
  EXPECT_EQ(observe_appops(scene(), soon()).kind(), ErrorKind::kNotFound);
  const Journal j = sealed();
  const Record* r = find(j, RecordKind::kFailed, record_name::kAppOps);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->reason, "HOOK_DEAD");
  EXPECT_EQ(j.records.size(), 1u) << "the second one is for who tries the step again";
}

TEST_F(Observers, ARealScreenOf44IsReadFromOneCommand) {
  NEED_CORPUS();
  const std::string xml = corpus_text("android-4.4.2/ui/apidemos-dialog.xml");
  const std::string said = corpus_text("android-4.4.2/ui/apidemos-dialog.uiautomator.out");

  phone_.says = {{"uiautomator dump", "1006.00 3000.00\n" + said + "1009.00 3000.10\n" + xml}};
  ScreenWatcher watcher(scene(), phrases_, 5);
  auto look = watcher.look(soon());
  ASSERT_TRUE(look.ok());
  EXPECT_TRUE(look->readable);
  EXPECT_EQ(look->at.device_ms, 6'000);
  EXPECT_GE(look->at.took_ms, 3'000);
  EXPECT_FALSE(look->tree.nodes.empty());
  ASSERT_TRUE(watcher.look(soon()).ok());
  watcher.acted();
  ASSERT_TRUE(watcher.look(soon()).ok());
  const Journal j = sealed();
  EXPECT_EQ(j.records.size(), 2u) << "the same screen again is recorded only after an action";
  EXPECT_EQ(j.records[0].data, std::string(trim(xml)));
}

TEST_F(Observers, AScreenWithoutRestIsNotIdleWithPictureAndFocusAndNeverNoDialog) {
  phone_.says = {{"uiautomator dump", "ERROR: could not get idle state.\n1009.00 3000.10\n"},
                 {"dumpsys window", "1009.10 3000.10\n  mCurrentFocus=Window{1 u0 com.example.app/.Main}\n"},
                 {"screencap", std::string("\x89PNG\r\n\x1a\n", 8) + "picture"}};
  ScreenWatcher watcher(scene(), phrases_, 5);
  auto look = watcher.look(soon());
  ASSERT_TRUE(look.ok());
  EXPECT_FALSE(look->readable);
  EXPECT_EQ(look->why, Reason::kNotIdle);
  const Journal j = sealed();
  EXPECT_EQ(find(j, RecordKind::kRaw, record_name::kHierarchy), nullptr);
  ASSERT_TRUE(find(j, RecordKind::kFailed, record_name::kHierarchy));
  EXPECT_EQ(find(j, RecordKind::kFailed, record_name::kHierarchy)->reason, "NOT_IDLE");
  EXPECT_TRUE(find(j, RecordKind::kRaw, record_name::kUiautomator));
  EXPECT_TRUE(find(j, RecordKind::kRaw, record_name::kFocus));
  EXPECT_TRUE(find(j, RecordKind::kBlob, record_name::kScreenshot));
}

TEST_F(Observers, ADumpThatWroteNoFileIsNoScreen) {
  // What uiautomator says of a path that it cannot write, word for word from a 4.4.2.
  phone_.says = {
      {"uiautomator dump",
       "UI hierchary dumped to: /nosuch/x.xml\n1009.00 3000.10\ncat: /nosuch/x.xml: No such file\n"}};
  ScreenWatcher watcher(scene(), phrases_, 0);
  auto look = watcher.look(soon());
  ASSERT_TRUE(look.ok());
  EXPECT_FALSE(look->readable);
  EXPECT_EQ(look->why, Reason::kHookDead);
}

TEST_F(Observers, AHierarchyThatBreaksItsFormIsGrammar) {
  phone_.says = {{"uiautomator dump",
                  "UI hierchary dumped to: x\n1009.00 3000.10\n<?xml version='1.0'?><hierarchy <<>"}};
  ScreenWatcher watcher(scene(), phrases_, 0);
  auto look = watcher.look(soon());
  ASSERT_TRUE(look.ok());
  EXPECT_EQ(look->why, Reason::kGrammar);
}

TEST_F(Observers, APictureThatIsNoneIsAFailure) {
  phone_.says = {{"screencap", "screencap: not found\n"}};
  ASSERT_TRUE(observe_screenshot(scene(), soon()).ok());
  EXPECT_TRUE(find(sealed(), RecordKind::kFailed, record_name::kScreenshot));
}

std::string event(int ms, const std::string& tag, const std::string& fields) {
  char head[64];
  std::snprintf(head, sizeof head, "07-24 08:00:%02d.%03d  1000  1500  1520 I ", ms / 1000, ms % 1000);
  return head + tag + ": [" + fields + "]";
}

TEST_F(Observers, ALogThatBreaksOffGoesOnWithoutRepeatingOrLosing) {
  const std::string first =
      event(1'000, "am_proc_start", "0,4000,10101,com.example.app,activity,com.example.app/.Main");
  const std::string chatter = event(1'500, "battery_level", "50,4000,300");
  const std::string second =
      event(2'000, "am_crash", "4000,0,com.example.app,0,java.lang.Error,x,Main.java,1");
  const std::string third = event(3'000, "am_proc_died", "0,4000,com.example.app,900,19");
  phone_.streams = {{first, chatter}, {first, chatter, second}};
  phone_.says = {{"logcat -d", first + "\n" + chatter + "\n" + second + "\n" + third + "\n"}};
  LogStream stream(scene(), event_log(), "07-24 08:00:00.000");
  stream.start();
  for (int i = 0; i < 200 && !phone_.streams_over(); ++i) (void)sleep_ms(20, soon());
  ASSERT_TRUE(stream.settle(soon()).ok());
  EXPECT_EQ(stream.figures().lines, 3);
  EXPECT_EQ(stream.figures().crashes, 1);
  const Journal j = sealed();
  std::string all;
  for (const Record& r : j.records) {
    EXPECT_EQ(r.kind, RecordKind::kRaw) << "nothing was lost";
    all += r.data;
  }
  EXPECT_EQ(all, first + "\n" + second + "\n" + third + "\n");
}

TEST_F(Observers, WhatTheBuffersHoldOfARunBeforeGoes) {
  ASSERT_TRUE(clear_logs(phone_, soon()).ok());
  EXPECT_EQ(phone_.commands.back(), "logcat -b events -b main -b system -b crash -c");
}

TEST_F(Observers, ALogThatCameBackTooLateIsLost) {
  phone_.says = {{"logcat -d", event(9'000, "am_proc_died", "0,4000,com.example.app,900,19") + "\n"}};
  phone_.streams = {{event(1'000, "am_proc_start", "0,4000,10101,com.example.app,activity,x")}};
  LogStream stream(scene(), event_log(), "07-24 08:00:00.000");
  stream.start();
  for (int i = 0; i < 200 && !phone_.streams_over(); ++i) (void)sleep_ms(20, soon());
  (void)sleep_ms(50, soon());
  ASSERT_TRUE(stream.settle(soon()).ok());
  const Journal j = sealed();
  ASSERT_TRUE(find(j, RecordKind::kLost, record_name::kEvents));
}

TEST_F(Observers, WhatAnAppWritesByTheMegabyteStaysOutside) {
  std::string flood;
  for (int i = 0; i < 100; ++i) flood += "07-24 08:00:01.000 10101  4000  4000 D MyApp: chatter\n";
  phone_.says = {
      {"logcat -d",
       flood +
           "07-24 08:00:02.000  1000  1500  1520 I ActivityManager: START u0 {cmp=a/.B} from uid 10101\n"}};
  LogStream stream(scene(), system_log(), "07-24 08:00:00.000");
  ASSERT_TRUE(stream.settle(soon()).ok());
  EXPECT_EQ(stream.figures().lines, 1);
}

TEST_F(Observers, OptionsOfLogcatFollowTheDevicesAge) {
  LogStream now(scene(), system_log(), "07-24 08:00:00.000");
  ASSERT_TRUE(now.settle(soon()).ok());
  EXPECT_EQ(phone_.commands.back(),
            "logcat -d -b main -b system -b crash -v threadtime -v uid -T '07-24 08:00:00.000'");
  phone_.own_facts.api = 19;
  LogStream old(scene(), system_log(), "07-24 08:00:00.000");
  ASSERT_TRUE(old.settle(soon()).ok());
  EXPECT_EQ(phone_.commands.back(), "logcat -d -b main -b system -v threadtime");
}

}  // namespace
}  // namespace storesweep::observe
