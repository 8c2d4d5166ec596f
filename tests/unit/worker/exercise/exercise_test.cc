// The whole exercise against a device that exists in this file only: its clock runs a thousand times as fast,
// its app shows a consent dialog, and it can go away in the middle.
#include "worker/exercise/exercise.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <mutex>

#include "common/evidence/names.h"
#include "common/judge/judge.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/device/fake_device.h"
#include "tests/unit/worker/exercise/fake_app.h"

namespace storesweep::exercise {
namespace {

constexpr std::int64_t kRate = 2'000;
constexpr std::int64_t kStartWallMs = 1'595'548'800'000;  // 2020-07-24T00:00:00Z

class Phone final : public device::FakeDevice {
 public:
  // The n-th command and `gone` after it are not answered.
  int goes_at = -1, gone = 0;
  bool comes_back_rebooted = false;
  std::function<bool()> reboots_now;  // by itself, once, before it answers
  bool draws = false;                 // its consent dialog by itself: the hierarchy shows a surface
  std::string loses;                  // the first command that holds this is done, and its answer lost
  std::vector<int>
      phase_starts;  // number of commands when each screen action came; for tests that break there

  std::int64_t up_ms() const { return 100'000 + (SystemClock().steady_ms() - born_) * kRate - boot_offset_; }
  int count() {
    std::lock_guard lock(mutex_);
    return count_;
  }

  Result<device::ShellOutput> shell(std::string_view command, const Deadline&) override {
    std::lock_guard lock(mutex_);
    const int n = count_++;
    if (reboots_now && reboots_now()) {
      reboots_now = nullptr;
      boot_offset_ += up_ms() - 1'000;
      at_ = kHome;
      return not_found("device offline");
    }
    if (goes_at >= 0 && n >= goes_at && n < goes_at + gone) {
      if (comes_back_rebooted) boot_offset_ += up_ms() - 1'000;
      return not_found("device offline");
    }
    std::string said = answer(std::string(command));
    const bool lost = !loses.empty() && command.find(loses) != std::string_view::npos;
    if (lost) loses.clear();
    if (lost) return not_found("device offline");
    return device::ShellOutput{.out = std::move(said)};
  }
  Result<std::string> exec_out(std::string_view, const Deadline&) override {
    return std::string("\x89PNG\r\n\x1a\n", 8);
  }
  Result<std::unique_ptr<device::LineSource>> stream_shell(std::string_view, const Deadline& d) override {
    class Silent final : public device::LineSource {
      Result<std::optional<std::string>> next(const Deadline& deadline) override {
        TRY(sleep_ms(1'000, deadline));
        return timed_out("no line");
      }
    };
    (void)d;
    return std::unique_ptr<device::LineSource>(std::make_unique<Silent>());
  }
  Status reboot(const Deadline&) override {
    std::lock_guard lock(mutex_);
    boot_offset_ += up_ms() - 1'000;
    at_ = kHome;
    return ok_status();
  }
  Result<device::DeviceTime> time(const Deadline& deadline) override {
    TRY_ASSIGN(device::ShellOutput out, shell("date +%s; cat /proc/uptime", deadline));
    const std::int64_t up = up_ms();  // one moment for both: at this rate a millisecond is two seconds
    return device::DeviceTime{.up_ms = up / 10 * 10,
                              .wall_s = (kStartWallMs - 100'000 + up + boot_offset_) / 1000};
  }
  adb::Counters counters() const override { return {.commands = static_cast<std::uint64_t>(count_)}; }

 private:
  std::string uptime() const {
    char text[48];
    std::snprintf(text, sizeof text, "%.2f 1.00\n", static_cast<double>(up_ms()) / 1000);
    return text;
  }

  std::string answer(const std::string& command) {
    constexpr std::string_view kBefore = "cat /proc/uptime; ",
                               kAfter = "; s=$?; echo; cat /proc/uptime; test $s -eq 0";
    if (starts_with(command, kBefore) && ends_with(command, kAfter)) {
      const std::string before = uptime();
      const std::string said =
          answer(command.substr(kBefore.size(), command.size() - kBefore.size() - kAfter.size()));
      return before + said + "\n" + uptime();
    }
    if (command.find("uiautomator dump") != std::string::npos)
      return uptime() + "UI hierchary dumped to: x\n" + uptime() + screen();
    if (starts_with(command, "dumpsys window"))
      return "  mCurrentFocus=Window{1 u0 " + std::string(at_ == kHome ? kHomeScreen : kApp) + "/.Main}\n";
    if (starts_with(command, "date")) return "07-24 00:00:00.000\n";
    if (starts_with(command, "am start")) {
      at_ = agreed_ ? kPage : kConsent;
      return "Starting: Intent { }\nStatus: ok\nActivity: com.example.app/.Main\nTotalTime: 200\nComplete\n";
    }
    if (starts_with(command, "input tap")) tapped(command);
    if (starts_with(command, "input keyevent 3") || starts_with(command, "input keyevent 4")) at_ = kHome;
    if (starts_with(command, "pm clear")) {
      agreed_ = false;
      at_ = kHome;
      return "Success\n";
    }
    if (starts_with(command, "appops get")) return "No operations.\n";
    if (starts_with(command, "dumpsys package")) {
      return "Packages:\n  Package [com.example.app] (abcdef0):\n    userId=10101\n    versionCode=1 "
             "minSdk=19 "
             "targetSdk=30\n";
    }
    return "";
  }
  void tapped(const std::string& command) {
    const int y = std::stoi(command.substr(command.rfind(' ')));
    if (at_ != kConsent) return;
    if (y > 340 && y < 440) at_ = kHome;  // refused
    if (y > 460) {
      agreed_ = true;
      at_ = kPage;
    }
  }
  std::string screen() const {
    if (at_ == kHome) return window_xml(kHomeScreen, {{.text = "电话", .clickable = true}});
    if (at_ == kConsent && draws)
      return "<?xml version='1.0'?><hierarchy rotation=\"0\"><node text=\"\" "
             "class=\"io.flutter.embedding.android.FlutterView\" package=\"" +
             std::string(kApp) + "\" bounds=\"[0,0][1080,1920]\"/></hierarchy>";
    if (at_ == kPage) return window_xml(kApp, {{.text = "首页"}, {.text = "关于", .clickable = true}});
    return window_xml(kApp,
                      {{.text = "个人信息保护指引"},
                       {.text = "请您充分阅读并理解《用户协议》和《隐私政策》，同意后开始使用我们的服务。"},
                       {.text = "不同意", .clickable = true},
                       {.text = "同意并继续", .clickable = true}});
  }

  std::mutex mutex_;
  const std::int64_t born_ = SystemClock().steady_ms();
  std::int64_t boot_offset_ = 0;
  int count_ = 0;
  bool agreed_ = false;
  enum { kHome, kConsent, kPage } at_ = kHome;
};

struct Outcome {
  ExerciseEnd end;
  Journal journal;
};

Outcome exercised(Phone& phone, std::vector<std::string> only_rules = {}, std::int64_t deadline_ms = 60'000,
                  std::optional<Phase> reboots_in = {}, observe::PictureReader* pictures = nullptr) {
  storesweep::testing::TemporaryFolder folder;
  const SigningKey key = signing_key_from_seed({7});
  const SystemClock clock;
  JournalHeader header;
  header.worker_key = key.public_key;
  header.key_ids = {"worker"};
  header.package = kApp;
  header.device_kind = {"phone", 28};
  observe::RunClock run_clock(static_cast<double>(kRate));
  run_clock.learn(*device::read_time(phone, clock, Deadline::in_ms(1'000)));
  header.device_start_ms = run_clock.wall_at_host(clock.steady_ms());
  observe::Recorder recorder(*JournalWriter::create(folder.path() + "/journal", header), run_clock, clock,
                             header.device_start_ms, clock.steady_ms(), folder.path());
  if (reboots_in) {
    // Not with the first command: then the phase has begun.
    phone.reboots_now = [&recorder, wanted = *reboots_in, n = 0]() mutable {
      return recorder.phase() == wanted && ++n == 3;
    };
  }
  ExerciseOrder order;
  order.package = kApp;
  order.versions.current.launch_activity = "com.example.app.Main";
  order.only_rules = std::move(only_rules);
  auto end = exercise(phone, recorder, order, test_pack(), test_profile(), clock,
                      Deadline::in_ms(deadline_ms), pictures);
  EXPECT_TRUE(end.ok());
  EXPECT_TRUE(recorder.seal(end->complete, end->reason, key).ok());
  const std::string file = *read_file(folder.path() + "/journal", 1u << 26);
  return {*end, *read_journal_untrusted(as_bytes(file))};
}

std::vector<std::string> phases_ended(const Journal& j) {
  std::vector<std::string> out;
  for (const Record& r : j.records) {
    if (r.kind == RecordKind::kMarker && r.name == record_name::kEnd) out.emplace_back(name(r.phase));
  }
  return out;
}
// Without an older version, from which P11 updates.
std::vector<std::string> all_phases() {
  std::vector<std::string> out;
  for (const Phase p : test_profile().phases) {
    if (p != Phase::kP11) out.emplace_back(name(p));
  }
  return out;
}
int actions(const Journal& j, std::string_view which) {
  int n = 0;
  for (const Record& r : j.records) n += r.kind == RecordKind::kAction && r.name == which;
  return n;
}
Level level(const Verdict& v, std::string_view rule) {
  for (const ItemVerdict& i : v.items) {
    if (i.rule == rule) return i.level;
  }
  return Level::kNotApplicable;
}

TEST(Exercise, GoesThroughEveryPhaseAndTheJudgeCanReadIt) {
  Phone phone;
  const Outcome out = exercised(phone);
  ASSERT_TRUE(out.end.complete) << out.end.reason;
  EXPECT_EQ(phases_ended(out.journal), all_phases());
  EXPECT_EQ(actions(out.journal, record_name::kRefuse), 1);
  EXPECT_EQ(actions(out.journal, record_name::kAgree), 2) << "P4, and P12, which begins anew";
  EXPECT_EQ(actions(out.journal, record_name::kReboot), 1);
  EXPECT_EQ(actions(out.journal, record_name::kToggle), 6);
  EXPECT_GT(out.end.figures.commands, 50);
  EXPECT_GT(out.end.figures.screens, 10);
  EXPECT_GT(out.end.figures.phase_ms[1], 0);
  const std::vector<Journal> journals = {out.journal};
  auto verdict = judge(journals, Listing{}, test_pack(), {});
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(level(*verdict, "R1.7"), Level::kNotFound);
  EXPECT_EQ(level(*verdict, "R1.8"), Level::kNotFound);
  for (const Finding& f : verdict->findings)
    ADD_FAILURE() << "an innocent app is accused: " << f.rule << " " << f.what;
}

// Where the window tree shows a surface and the picture a dialog: as it would have been with a tree, but that
// nothing certain rests on it.
TEST(Exercise, ADialogThatOnlyItsPictureShowsIsRefusedAndAgreedWith) {
  storesweep::testing::TemporaryFolder folder;
  const std::string program = folder.path() + "/tool", row = "5\\t1\\t1\\t1\\t";
  std::ofstream(program) << "#!/bin/sh\ncase $1 in\n--version) echo 'tesseract 5.3.0';;\n"
                            "--list-langs) printf 'chi_sim\\neng\\n';;\n*) cat >/dev/null; printf '"
                         << row << "1\\t1\\t100\\t220\\t700\\t40\\t96\\t请阅读并同意《隐私政策》\\n"
                         << row << "2\\t1\\t100\\t360\\t120\\t40\\t96\\t不同意\\n"
                         << row << "3\\t1\\t100\\t480\\t200\\t40\\t96\\t同意并继续\\n';;\nesac\n";
  chmod(program.c_str(), 0755);
  const std::vector<std::string> rules = {"R1.1", "R1.3", "R1.7", "R2.7"};
  Phone phone, blind;
  phone.draws = blind.draws = true;
  observe::PictureReader reader({program, 1});
  const Outcome out = exercised(phone, rules, 60'000, {}, &reader);
  ASSERT_TRUE(out.end.complete) << out.end.reason;
  EXPECT_EQ(actions(out.journal, record_name::kRefuse), 1);
  EXPECT_EQ(actions(out.journal, record_name::kAgree), 1);
  auto verdict = judge(std::vector<Journal>{out.journal}, Listing{}, test_pack(), {});
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(level(*verdict, "R1.1"), Level::kNotFound);
  EXPECT_EQ(level(*verdict, "R1.7"), Level::kNotFound);
  const Outcome unread = exercised(blind, rules);
  EXPECT_EQ(actions(unread.journal, record_name::kAgree), 0);
  auto without = judge(std::vector<Journal>{unread.journal}, Listing{}, test_pack(), {});
  EXPECT_EQ(level(*without, "R1.1"), Level::kNotTested);
  EXPECT_EQ(level(*without, "R1.7"), Level::kNotTested);
}

TEST(Exercise, AConfirmationRunsItsPhasesAlone) {
  Phone phone;
  const Outcome out = exercised(phone, {"R1.7"});
  EXPECT_TRUE(out.end.complete);
  EXPECT_EQ(phases_ended(out.journal), std::vector<std::string>{"P1"});
}

// Wherever in the run the device goes away for two commands: one step is lost and the run comes to its end.
TEST(Exercise, ADeviceThatComesBackCostsOneStep) {
  Phone whole;
  exercised(whole, {"R1.3", "R6.1"});
  const int commands = whole.count();
  ASSERT_GT(commands, 20);
  for (int at = 6; at < commands - 4; at += commands / 8) {
    Phone phone;
    phone.goes_at = at;
    phone.gone = 2;
    const Outcome out = exercised(phone, {"R1.3", "R6.1"});
    EXPECT_TRUE(out.end.complete) << "gone at command " << at << ": " << out.end.reason;
    EXPECT_EQ(phases_ended(out.journal).size(), 7u) << "gone at command " << at;
  }
}

TEST(Exercise, AnActionWhoseAnswerWasLostIsToldAsUnsure) {
  Phone phone;
  phone.loses = "input tap";
  const Outcome out = exercised(phone);
  EXPECT_TRUE(out.end.complete);
  EXPECT_TRUE(out.end.disturbed) << "the run is to be made again";
  int unsure = 0;
  for (const Record& r : out.journal.records) unsure += r.kind == RecordKind::kAction && r.took_ms < 0;
  EXPECT_EQ(unsure, 1);
}

TEST(Exercise, ADeviceThatRebootedByItselfEndsTheRun) {
  Phone phone;
  phone.goes_at = 25;
  phone.gone = 2;
  phone.comes_back_rebooted = true;
  const Outcome out = exercised(phone);
  EXPECT_FALSE(out.end.complete);
  EXPECT_EQ(out.end.cause.kind(), ErrorKind::kNotFound) << out.end.cause.text();
  EXPECT_TRUE(out.journal.sealed);
  EXPECT_FALSE(out.journal.complete);
}

TEST(Exercise, ADeviceThatRebootsByItselfInAnyPhaseIsTheDevicesFaultAndSaysWhere) {
  for (const Phase phase : test_profile().phases) {
    if (phase == Phase::kP11) continue;  // there is no older version
    Phone phone;
    const Outcome out = exercised(phone, {}, 60'000, phase);
    const std::string in(name(phase));
    ASSERT_FALSE(phone.reboots_now) << "never came to " << in;
    EXPECT_FALSE(out.end.complete) << in;
    EXPECT_EQ(out.end.cause.kind(), ErrorKind::kNotFound) << in << ": " << out.end.cause.text();
    EXPECT_TRUE(starts_with(out.end.cause.message(), in + ": ")) << out.end.cause.message();
    EXPECT_TRUE(starts_with(out.end.reason, "HOOK_DEAD in " + in)) << out.end.reason;
    EXPECT_TRUE(out.journal.sealed && !out.journal.complete) << in;
    // What had been gone through before stands there; the phase itself never ended.
    std::vector<std::string> before = all_phases();
    before.erase(std::find(before.begin(), before.end(), in), before.end());
    EXPECT_EQ(phases_ended(out.journal), before) << in;
  }
}

TEST(Exercise, WhatTheTimeDoesNotAllowIsToldAsTimeout) {
  Phone phone;
  const Outcome out = exercised(phone, {}, 150);
  EXPECT_FALSE(out.end.complete);
  EXPECT_EQ(out.end.cause.kind(), ErrorKind::kTimeout);
  EXPECT_EQ(out.end.reason.substr(0, 7), "TIMEOUT");
  EXPECT_LT(phases_ended(out.journal).size(), 10u);
}

TEST(Exercise, AnAppWithoutALauncherIsAFactAndNoFailure) {
  Phone phone;
  storesweep::testing::TemporaryFolder folder;
  const SystemClock clock;
  observe::RunClock run_clock(static_cast<double>(kRate));
  run_clock.learn(*device::read_time(phone, clock, Deadline::in_ms(1'000)));
  observe::Recorder recorder(*JournalWriter::create(folder.path() + "/journal", {}), run_clock, clock, 0, 0,
                             folder.path());
  ExerciseOrder order;
  order.package = kApp;
  auto end = exercise(phone, recorder, order, test_pack(), test_profile(), clock, Deadline::in_ms(10'000));
  ASSERT_TRUE(end.ok());
  EXPECT_FALSE(end->complete);
  EXPECT_TRUE(end->cause.ok()) << end->cause.text();
  EXPECT_EQ(end->reason.substr(0, 7), "PROFILE");
  order.package = "com.example.app; reboot";
  EXPECT_FALSE(
      exercise(phone, recorder, order, test_pack(), test_profile(), clock, Deadline::in_ms(10'000)).ok());
}

}  // namespace
}  // namespace storesweep::exercise
