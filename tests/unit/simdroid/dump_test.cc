// Whole records: the values that a capture shows, given to the printers, come out as the capture's own lines.
#include <gtest/gtest.h>

#include "common/base/text.h"
#include "shapes.h"
#include "simdroid/print/appops.h"
#include "simdroid/print/device_state.h"
#include "simdroid/print/package.h"
#include "simdroid/print/processes.h"
#include "simdroid/print/scheduled.h"
#include "simdroid/print/tools.h"
#include "tests/unit/corpus.h"

namespace storesweep::simdroid {
namespace {
constexpr std::int64_t kNow = 1'565'881'750'636;  // 2019-08-15 15:09:10.636
constexpr Moment kMoment{kNow, 10'906'397 + 1'000};
const char* const kNine = "dumpsys/android09-emulator/";

const Templates& of(int api) { return shape_of(api).templates; }

// Every line of `part` stands in that order, without a gap, in the capture.
void expect_in_capture(const std::string& part, const std::string& file) {
  std::string text = corpus_text(file);
  std::erase(text, '\r');
  EXPECT_NE(text.find(part), std::string::npos) << "not in " << file << ":\n" << part;
}
// The lines of a dump from the first that contains `begin` to before the first behind it that contains `end`.
std::string section(const std::string& dump, const std::string& begin, const std::string& end = "") {
  auto from = dump.find(begin);
  if (from == std::string::npos) return "no " + begin + " in " + dump;
  from = dump.rfind('\n', from) == std::string::npos ? 0 : dump.rfind('\n', from) + 1;
  const auto to = end.empty() ? std::string::npos : dump.find(end, from);
  return dump.substr(from, to == std::string::npos ? to : dump.rfind('\n', to) + 1 - from);
}

TEST(Dump, AppOpsOfNine) {
  NEED_CORPUS();
  UidOps uid{10086, UidState::kTop, {}, {}};
  OpUse top{UidState::kTop, kNow - 2'045'834, 0, -1};
  OpUse cached{UidState::kCached, kNow - 63'873'847, 0, -1};
  PackageOps package{"com.jeanboy.app.training", {}};
  for (const char* op : {"READ_EXTERNAL_STORAGE", "WRITE_EXTERNAL_STORAGE"}) {
    OpRecord record;
    record.op = op;
    record.uses = {cached, top};
    package.ops.push_back(record);
  }
  uid.packages = {package};
  expect_in_capture(section(print_appops(of(28), {uid}, kMoment), "Uid u0a86"),
                    std::string(kNine) + "appops.txt");
}

TEST(Dump, AppOpsOfEleven) {
  NEED_CORPUS();
  const std::int64_t then = 1'610'384'792'765;  // 2021-01-11 17:06:32.765
  OpRecord gps;
  gps.op = "GPS";
  gps.switch_op = "COARSE_LOCATION";
  gps.switch_mode = "allow";
  gps.uses = {{UidState::kForeground, then - 4'025'542, 0, 97'899},
              {UidState::kBackground, then - 7'527'818, 0, 304},
              {UidState::kCached, then - 7'527'514, 0, 84}};
  const UidOps uid{10100, UidState::kForeground, {}, {{"com.x", {gps}}}};
  expect_in_capture(section(print_appops(of(33), {uid}, {then, 0}), "GPS", "\n\n"),
                    "dumpsys/sunmi-notes/26_2021-01-11.txt");
}

TEST(Dump, AppOpsOfFourFour) {
  NEED_CORPUS();
  const std::int64_t now = 1'795'466'256'753;
  OpRecord idle, lasting, running;
  idle.op = "COARSE_LOCATION";
  lasting.op = "WAKE_LOCK";
  lasting.uses = {{UidState::kTop, now - 4'701, 0, 490}};
  running.op = "MONITOR_LOCATION";
  running.running = true;
  running.started_wall_ms = now - 361'367;
  OpRecord written;
  written.op = "WRITE_SETTINGS";
  written.uses = {{UidState::kTop, now - 1'824, 0, 0}};
  const UidOps uid{1000, UidState::kPersistent, {}, {{"android", {idle, written, lasting, running}}}};
  expect_in_capture(section(print_appops(of(19), {uid}, {now, 0}), "Uid 1000"),
                    "android-4.4.2/text/dumpsys-appops.txt");
}

TEST(Dump, AServiceOfNine) {
  NEED_CORPUS();
  ServiceRecord s;
  s.id = "4432b25";
  s.component = "com.google.android.gms/.deviceconnection.service.DeviceConnectionWatcherService";
  s.intent.component = s.component;
  s.process = "com.google.android.gms.persistent";
  s.process_id = "8533fdc";
  s.pid = 2478;
  s.uid = 10008;
  s.base_dir = "/system/priv-app/PrebuiltGmsCore/PrebuiltGmsCore.apk";
  s.data_dir = "/data/user_de/0/com.google.android.gms";
  s.data_dir = "/data/user/0/com.google.android.gms";
  s.created_elapsed_ms = s.restart_elapsed_ms = kMoment.elapsed_ms - 10'882'566;
  s.last_activity_elapsed_ms = kMoment.elapsed_ms - 4'114'876;
  s.start_requested = s.call_start = true;
  s.last_start_id = 13;
  expect_in_capture(print_services(of(28), {s}, kMoment), std::string(kNine) + "activity_services.txt");
}

TEST(Dump, ARecentTaskOfNine) {
  NEED_CORPUS();
  TaskRecord task;
  task.id_hex = "c674e9";
  task.id = 12;
  task.stack = 2;
  task.affinity = "com.jeanboy.app.training";
  task.uid = 10086;
  task.intent = {"android.intent.action.MAIN",
                 "",
                 "com.jeanboy.app.training/.ui.activity.MainActivity",
                 "",
                 {"android.intent.category.LAUNCHER"},
                 0x10000000,
                 false};
  task.last_active_elapsed_ms = 10'906'397;
  ActivityRecord main, test;
  main.id = "25f1806";
  main.component = task.intent.component;
  main.process = "com.jeanboy.app.training";
  main.process_id = "154f56e";
  main.pid = 9155;
  main.uid = 10086;
  test = main;
  test.id = "9539fd0";
  test.component = "com.jeanboy.app.training/.ui.activity.TestActivity";
  task.activities = {test, main};
  ActivityState state;
  state.recents_uid = 10040;
  state.recents_component = "com.google.android.apps.nexuslauncher/com.android.quickstep.RecentsActivity";
  expect_in_capture(print_recents(of(28), state, {task}, kMoment),
                    std::string(kNine) + "activity_recents.txt");
}

TEST(Dump, TheImportanceListOfNineAndFourFour) {
  NEED_CORPUS();
  ProcessRecord p;
  p.id = "154f56e";
  p.pid = 9155;
  p.uid = 10086;
  p.name = "com.jeanboy.app.training";
  p.foreground_activities = true;
  p.adj_reason = "top-activity";
  const std::string nine = section(print_processes(of(28), {p}, kMoment), "(top-activity)");
  expect_in_capture(nine.substr(nine.find("fore")), std::string(kNine) + "activity_processes.txt");
  ProcessRecord system;
  system.pid = 6312;
  system.uid = 1000;
  system.name = "system";
  system.persistent = true;
  system.adj = -16;
  system.proc_state = 0;
  system.adj_reason = "fixed";
  const std::string old = print_processes(of(19), {system}, kMoment);
  expect_in_capture(old.substr(old.find("sys   F/")), "android-4.4.2/text/dumpsys-activity-processes.txt");
}

TEST(Dump, StartsOfFourFour) {
  NEED_CORPUS();
  StartAnswer answer;
  answer.intent.component = answer.component = "io.appium.android.apis/.ApiDemos";
  answer.wait = true;
  answer.this_ms = answer.total_ms = 1302;
  Answer said = print_start(of(19), answer, 19);
  expect_in_capture(said.out, "android-4.4.2/text/am-start.txt");
  answer.kind = StartAnswer::Kind::kNotFound;
  answer.intent.component = "io.appium.android.apis/.NoSuch";
  said = print_start(of(19), answer, 19);
  expect_in_capture(said.out + said.err, "android-4.4.2/text/failures.txt");
}

TEST(Dump, UsageEventsOfNine) {
  NEED_CORPUS();
  const UsageLine event{1'565'882'100'000 - 1'565'882'100'000 % 1000, "MOVE_TO_FOREGROUND",
                        "com.jeanboy.app.training", "com.jeanboy.app.training.ui.activity.TestActivity"};
  UsageLine at = event;
  at.wall_ms = 1'565'881'735'000;  // 15:08:55
  expect_in_capture(section(print_usage(of(28), {at}, kMoment), "type="),
                    std::string(kNine) + "usagestats.txt");
}

TEST(Dump, AnIntentIsWrittenAsAndroidDoes) {
  IntentText intent{
      "android.intent.action.VIEW", "https://example.invalid/privacy?id=1", "", "", {}, 0x10000000, true};
  EXPECT_EQ(intent_text(intent, 28),
            "act=android.intent.action.VIEW dat=https://example.invalid/... flg=0x10000000 (has extras)");
  intent.data = "package:com.x";
  EXPECT_EQ(intent_text(intent, 28),
            "act=android.intent.action.VIEW dat=package:com.x flg=0x10000000 (has extras)");
  EXPECT_EQ(intent_text(intent, 33),
            "act=android.intent.action.VIEW dat=package: flg=0x10000000 (has extras)");
  intent.data = "file:///sdcard/a.txt";  // an emulator of Android 13 prints file:///...
  EXPECT_EQ(intent_text(intent, 33),
            "act=android.intent.action.VIEW dat=file:///... flg=0x10000000 (has extras)");
}

// Values for everything, to see that no dump names a block that its shape lacks.
PackageRecord some_package() {
  PackageRecord p;
  p.name = "cn.probe";
  p.uid = 10150;
  p.code_path = "/data/app/cn.probe-x==";
  p.requested = {"android.permission.CAMERA"};
  p.install_permissions = {"android.permission.INTERNET"};
  p.runtime_permissions = {{"android.permission.CAMERA", true, {"USER_SET", "USER_SENSITIVE_WHEN_GRANTED"}},
                           {"android.permission.READ_CONTACTS", false, {}}};
  p.receivers = {{"cn.probe/.BootReceiver", {"android.intent.action.BOOT_COMPLETED"}, {}, ""},
                 {"cn.probe/.PackageReceiver", {"android.intent.action.PACKAGE_ADDED"}, {}, "package"}};
  p.installer = "com.android.shell";
  p.disabled_components = {"cn.probe.Off"};
  p.declared = {{"cn.probe.P", "signature"}};
  p.gids = {3003};
  return p;
}

ActivityState some_state() {
  ActivityState s;
  TaskRecord task;
  task.id_hex = "abc";
  task.id = 7;
  task.affinity = "cn.probe";
  task.intent.component = "cn.probe/.MainActivity";
  ActivityRecord a;
  a.id = "def";
  a.component = "cn.probe/.MainActivity";
  a.process = "cn.probe";
  a.process_id = "1a2b";
  a.pid = 4000;
  a.uid = 10150;
  task.activities = {a};
  s.tasks = {task};
  s.focused_window = "fff";
  s.focused_title = "cn.probe/cn.probe.MainActivity";
  return s;
}

TEST(Dump, NoneNamesABlockThatItsShapeLacks) {
  for (int api : {19, 28, 33}) {
    const Templates& t = of(api);
    const ActivityState state = some_state();
    ProcessRecord p;
    p.name = "cn.probe";
    p.services = {"{1 u0 cn.probe/.S}"};
    p.activities = p.receivers = p.services;
    p.foreground_services = p.started_services = true;
    ServiceRecord s;
    s.component = "cn.probe/.S";
    s.foreground = true;
    s.restart_count = 1;
    JobLine job;
    job.period_ms = job.latency_ms = job.earliest_elapsed_ms = job.latest_elapsed_ms = 1;
    job.persisted = true;
    BroadcastHistory b;
    b.receivers = {{"cn.probe/.R", "", 0, 0, "Deliver"}, {"", "cn.probe", 1, 2, "Deliver"}};
    PowerLine power;
    power.wake_locks = {{}};
    const std::map<std::string, std::string> dumps = {
        {"package", print_package(t, some_package(), kMoment)},
        {"packages", print_packages(t, {some_package(), some_package()}, kMoment)},
        {"unknown", print_unknown_package(t, "a.b")},
        {"activities", print_activities(t, state, kMoment)},
        {"recents", print_recents(t, state, state.tasks, kMoment)},
        {"processes", print_processes(t, {p}, kMoment)},
        {"services", print_services(t, {s}, kMoment) + print_services(t, {}, kMoment)},
        {"broadcasts", print_broadcasts(t, {b}, kMoment)},
        {"ps", print_ps(t, {{"u0_a150", 1, 2, 3, 4, "0", 'S', "cn.probe"}})},
        {"power", print_power(t, power, kMoment)},
        {"battery", print_battery(t, {})},
        {"windows", print_windows(t, state, {{"fff", "a/b", "cn.probe", 10150}})},
        {"displays", print_displays(t, state, {})},
        {"alarms", print_alarms(t, {AlarmLine{}}, kMoment)},
        {"jobs", print_jobs(t, {job}, kMoment)},
        {"notifications", print_notifications(t, {NotificationLine{}}, {}, kMoment)},
        {"usage",
         print_usage(t, {{1, "ACTIVITY_RESUMED", "a", "b"}, {1, "SCREEN_INTERACTIVE", "android", ""}},
                     kMoment)},
        {"clear", print_clear(t, true) + print_uninstall(t, false, "X") + print_install_success(t, "/a")},
        {"uiautomator",
         print_uiautomator_dumped(t, "/a") + print_uiautomator_not_idle(t) + print_uiautomator_no_root(t)},
        {"wm", print_wm_size(t, 1, 2) + print_wm_density(t, 3)},
        {"monkey", print_monkey(t, {}).out}};
    for (const auto& [name, text] : dumps) {
      EXPECT_FALSE(text.empty()) << api << " " << name;
      for (const std::string& block :
           {std::string("<package."), std::string("<pm."), std::string("<activities."),
            std::string("<record."), std::string("<processes."), std::string("<services."),
            std::string("<power."), std::string("<battery"), std::string("<window."), std::string("<alarm."),
            std::string("<job."), std::string("<notification."), std::string("<usage."), std::string("<am."),
            std::string("<wm."), std::string("<uiautomator."), std::string("<monkey."),
            std::string("<appops.")}) {
        EXPECT_EQ(text.find(block), std::string::npos) << api << " " << name << ":\n" << text;
      }
      if (const char* folder = std::getenv("STORESWEEP_DUMPS")) {
        std::ofstream(std::string(folder) + "/" + name + std::to_string(api) + ".txt") << text;
      }
    }
  }
}
}  // namespace
}  // namespace storesweep::simdroid
