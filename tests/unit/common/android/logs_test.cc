#include <algorithm>
#include <map>

#include "common/android/events.h"
#include "common/android/logline.h"
#include "common/android/syslog.h"
#include "tests/unit/corpus.h"

namespace storesweep::android {
namespace {

LogLine parsed(std::string_view text) {
  LogLine line;
  EXPECT_TRUE(parse_log_line(text, line)) << text;
  return line;
}

TEST(LogLine, TheUidColumnIsOptionalAndMayBeANumberOrAName) {
  const LogLine number = parsed("08-14 21:22:26.684  1000  1867  1883 I am_uid_running: 1000");
  EXPECT_EQ(number.uid, 1000);
  EXPECT_EQ(number.pid, 1867);
  EXPECT_EQ(number.tid, 1883);
  const LogLine name = parsed("08-14 21:22:18.650  logd  1553  1553 I auditd  : type=2000");
  EXPECT_EQ(name.uid_name, "logd");
  EXPECT_EQ(name.pid, 1553);
  const LogLine none = parsed("11-23 19:54:34.484  1382  1393 I am_proc_bound: [0,1434,com.a]");
  EXPECT_EQ(none.uid, -1);
  EXPECT_EQ(none.pid, 1382);
  EXPECT_EQ(none.tag, "am_proc_bound");
  EXPECT_EQ(parsed("05-26 16:02:06.430313  1806  1819 D vold    : x").time, "05-26 16:02:06.430313");
  EXPECT_EQ(parsed("2026-11-23 19:54:34.484 u0a57  1382  1393 W Tag: a: b").uid, 10057);
}

TEST(LogLine, OtherFormatsOfLogcatAndAndroidStudio) {
  EXPECT_EQ(parsed("08-06 09:55:21.498 E/AndroidRuntime(15696): Process: com.n, PID: 15696").pid, 15696);
  EXPECT_EQ(parsed("E/AndroidRuntime( 9453): FATAL EXCEPTION: main").tag, "AndroidRuntime");
  EXPECT_EQ(parsed("E AndroidRuntime: FATAL EXCEPTION: main").message, "FATAL EXCEPTION: main");
  EXPECT_EQ(parsed("2021-08-30 02:21:02.958 543-2752/system_process I/ActivityTaskManager: START u0 {}").tid,
            2752);
  EXPECT_EQ(parsed("2025-10-17 15:30:02.075   162-264   vold                    pid-162    D  hello").message,
            "hello");
}

TEST(Events, ReadsAPaddedTagAndAReasonWithCommas) {
  const auto events = parse_events(
      "08-14 21:22:40.672  1000  1867  2447 I am_kill : [0,5064,deep.com.myapplication,0,reason: from pid "
      "8845, stop "
      "deep.com.myapplication]\n"
      "08-14 21:22:40.672  1000  1867  2447 I am_kill : [0,2,com.b:push,900,stop com.b,12345]\n");
  ASSERT_EQ(events.records.size(), 2u);
  EXPECT_EQ(events.records[0].reason, "reason: from pid 8845, stop deep.com.myapplication");
  EXPECT_EQ(events.records[0].pid, 5064);
  EXPECT_EQ(events.records[0].log_uid, 1000);
  EXPECT_EQ(events.records[1].reason, "stop com.b");
  EXPECT_EQ(events.records[1].process, "com.b:push");
}

TEST(Events, ReadsStartsOfAnyKind) {
  const auto events = parse_events(
      "08-14 21:22:40.672  1  2 I am_proc_start: "
      "[0,1434,10086,com.tencent.mobileqq:TMAssistantDownloadSDKService,content "
      "provider,com.tencent/.P]\n"
      "08-14 21:22:40.672  1  2 I am_proc_start: "
      "[999,14,99910086,com.a,pre-top-activity,{com.a/com.a.Main}]\n"
      "08-14 21:22:40.672  1  2 I am_proc_start: [0,15,1037,WebViewLoader-x86,,]\n"
      "08-14 21:22:40.672  1  2 I am_proc_died: [0,15,com.a]\n08-14 21:22:40.672  1  2 I am_proc_died: "
      "[0,15,com.a,906,18]\n"
      "08-14 21:22:40.672  1  2 I am_proc_start: [broken]\n08-14 21:22:40.672  1  2 I sf_frame_dur: [x]\n");
  ASSERT_EQ(events.records.size(), 5u);
  EXPECT_EQ(events.records[0].type, "content provider");
  EXPECT_EQ(events.records[1].component, "com.a/com.a.Main");
  EXPECT_EQ(events.records[1].user, 999);
  EXPECT_EQ(events.records[2].process, "WebViewLoader-x86");
  EXPECT_EQ(events.records[2].type, "");
  EXPECT_EQ(events.relevant_unknown, 1u);
}

TEST(Events, ActivityEventsOfBothErasGiveTheSameRecords) {
  const auto events = parse_events(
      "08-14 21:22:40.672  1  2 I am_create_activity: "
      "[0,1,2,com.a/.Main,android.intent.action.MAIN,NULL,NULL,27]\n"
      "08-14 21:22:40.672  1  2 I wm_create_activity: "
      "[0,1,2,com.google.android.permissioncontroller/com.android.permissioncontroller.permission.ui."
      "GrantPermissionsActivity,android.content.pm.action.REQUEST_PERMISSIONS,NULL,NULL,0]\n"
      "08-14 21:22:40.672  1  2 I wm_on_resume_called: [1,com.a.Main,RESUME_ACTIVITY,5]\n"
      "08-14 21:22:40.672  1  2 I am_pause_activity: [0,5,com.a/.Main,userLeaving=true]\n");
  ASSERT_EQ(events.records.size(), 4u);
  EXPECT_EQ(events.records[0].type, "create_activity");
  EXPECT_EQ(events.records[0].component, "com.a/.Main");
  EXPECT_TRUE(is_permission_screen(events.records[1].component));
  EXPECT_EQ(events.records[1].reason, "android.content.pm.action.REQUEST_PERMISSIONS");
  EXPECT_EQ(events.records[2].component, "com.a.Main");
  EXPECT_EQ(events.records[3].component, "com.a/.Main");
}

TEST(Events, ACallbackNamesItsClassBehindAnyNumbers) {
  const auto events = parse_events(
      "11-04 11:59:46.600  9  9 I wm_on_resume_called: [0,108735385,com.a.Main,RESUME_ACTIVITY,2]\n"
      "11-04 11:59:46.601  9  9 I wm_on_top_resumed_gained_called: [108735385,com.a.Main,topWhenResuming]\n"
      "11-04 11:59:46.602  9  9 I am_on_paused_called: [10,com.a.Main,performPause]\n"
      "11-04 11:59:46.603  9  9 I wm_on_idle_called: com.a.Main\n"
      "11-04 11:59:46.604  9  9 I wm_on_stop_called: [0,108735385]\n");
  ASSERT_EQ(events.records.size(), 4u);
  for (const EventRecord& r : events.records) EXPECT_EQ(r.component, "com.a.Main") << r.type;
  EXPECT_EQ(events.records[0].user, 0);
  EXPECT_EQ(events.records[0].reason, "RESUME_ACTIVITY");
  EXPECT_EQ(events.records[1].user, -1);
  EXPECT_EQ(events.records[2].user, 10);
  EXPECT_EQ(events.relevant_unknown, 1u);
}

TEST(Events, AProcessIdInTheUsersPlaceIsNoUser) {
  const auto events = parse_events(
      "06-27 11:24:32.714  1144  1941 I am_pause_activity: [2526,14510954,com.home/.launcher.Launcher]\n"
      "06-27 11:24:33.714  1144  1941 I am_pause_activity: [999,14510955,com.home/.launcher.Launcher]\n");
  ASSERT_EQ(events.records.size(), 2u);
  EXPECT_EQ(events.records[0].user, -1);
  EXPECT_EQ(events.records[0].component, "com.home/.launcher.Launcher");
  EXPECT_EQ(events.records[1].user, 999);
}

TEST(Events, LongFormatAndAMissingLastLineEndAreRead) {
  const auto events = parse_events(
      "--------- beginning of events\n[ 11-23 20:31:24.024  6312: 6326 I/am_proc_bound ]\n[0,1434,com.a]\n\n"
      "[ 11-23 20:31:24.024  6312: 6326 I/am_proc_died ]\r\n[0,1434,com.a]");
  ASSERT_EQ(events.records.size(), 2u);
  EXPECT_EQ(events.records[1].kind, EventKind::kProcDied);
  EXPECT_EQ(events.records[1].log_pid, 6312);
}

TEST(SystemLog, ReadsWhoStartedWhat) {
  const auto log = parse_system_log(
      "11-23 20:27:15.444  1382  3436 I ActivityManager: START u0 {act=a.b flg=0x10000000 cmp=com.b/.Main} "
      "from uid 10147\n"
      "11-23 20:27:15.444  1382  3436 I ActivityTaskManager: START u0 {act=a dat=https://x.cn/... "
      "cmp=com.c/.M (has "
      "extras)} with LAUNCH_MULTIPLE from uid 10099 (BAL_BLOCK) result code=102\n"
      "11-23 20:27:15.444  1382  3436 I ActivityManager: START u0 {cmp=com.nosuch.app/.Main} from pid 3879\n"
      "11-23 20:27:15.444  1382  3436 I ActivityManager: Start proc com.a for service com.a/.S: pid=4600 "
      "uid=10000 gids={}\n"
      "11-23 20:27:15.444  1382  3436 I ActivityManager: Start proc 2020:WebViewLoader-x86/1037 [a.b] for \n"
      "11-23 20:27:15.444  1382  3436 I ActivityManager: Start proc 2338:android.process.acore/u0a10 for "
      "content "
      "provider com.p/.B\n"
      "11-23 20:27:15.444 10086  1382  3436 I Evil: START u0 {cmp=com.b/.Main} from uid 1000\n");
  ASSERT_EQ(log.records.size(), 6u);
  EXPECT_EQ(log.records[0].caller_uid, 10147);
  EXPECT_EQ(log.records[0].component, "com.b/.Main");
  EXPECT_EQ(log.records[1].caller_uid, 10099);
  EXPECT_EQ(log.records[1].component, "com.c/.M");
  EXPECT_EQ(log.records[2].caller_pid, 3879);
  EXPECT_EQ(log.records[3].pid, 4600);
  EXPECT_EQ(log.records[3].component, "com.a/.S");
  EXPECT_EQ(log.records[4].process, "WebViewLoader-x86");
  EXPECT_EQ(log.records[5].type, "content provider");
  EXPECT_EQ(log.records[5].uid, 10010);
}

TEST(SystemLog, AStartThatCameToNothingIsNoStart) {
  const auto log = parse_system_log(
      "11-23 20:27:15.444  1382  3436 I ActivityTaskManager: START u0 {cmp=com.b/.M} with LAUNCH_MULTIPLE "
      "from uid 10099 (com.a) (BAL_BLOCK) result code=102\n"
      "11-23 20:27:16.444  1382  3436 I ActivityTaskManager: START u0 {act=a.b} with LAUNCH_MULTIPLE from "
      "uid "
      "10099 result code=-91\n"
      "11-23 20:27:17.444  1382  3436 I ActivityTaskManager: START u0 {cmp=com.b/.M} with LAUNCH_MULTIPLE "
      "from uid 10099 (com.a) (BAL_ALLOW_VISIBLE_WINDOW) result code=2\n"
      // 10 to 13, and EMUI's words
      "11-23 20:27:18.444  1382  3436 I ActivityTaskManager: START u0 {cmp=com.b/.M} from uid 10100\n"
      "11-23 20:27:18.444  1382  3436 I ActivityTaskManager: START u0 {cmp=com.c/.M} from uid 10101\n"
      "11-23 20:27:18.445  1382  3436 E ActivityTaskManager: activity start fail: Abort background activity "
      "starts from 10100\n");
  std::vector<SystemKind> kinds;
  for (const SystemRecord& r : log.records) kinds.push_back(r.kind);
  using enum SystemKind;
  EXPECT_EQ(kinds, (std::vector<SystemKind>{kActivityBlocked, kActivityBlocked, kActivityStart,
                                            kActivityBlocked, kActivityStart, kActivityBlocked}));
  EXPECT_EQ(log.records[0].reason, "result code=102");
  EXPECT_EQ(log.records[0].caller_package, "com.a");
  EXPECT_TRUE(log.trusted());
}

TEST(SystemLog, TellsACrashFromAnExitAndFromTheSystemsOwnFault) {
  const auto log = parse_system_log(
      "07-16 17:12:01.275  5065  5065 E AndroidRuntime: FATAL EXCEPTION: main\n"
      "07-16 17:12:01.275  5065  5065 E AndroidRuntime: Process: com.nextcloud.client, PID: 5065\n"
      "07-16 17:12:01.275  5065  5065 E AndroidRuntime: java.lang.RuntimeException: Unable to start: \n"
      "07-16 17:12:01.275  1382  3436 I ActivityManager: Process com.x (pid 12) has died\n"
      "07-16 17:12:01.275  5065  5065 E AndroidRuntime: \tat "
      "android.app.ActivityThread.main(ActivityThread.java:1)\n"
      "07-16 17:12:01.275  5065  5065 E AndroidRuntime: Caused by: java.lang.NullPointerException\n"
      "07-16 17:12:01.275  5065  5065 E AndroidRuntime: \tat com.nextcloud.A.b(A.java:1)\n"
      "07-16 17:12:02.000  3868  3868 E AndroidRuntime: *** FATAL EXCEPTION IN SYSTEM PROCESS: main\n"
      "07-16 17:12:02.000  3868  3868 E AndroidRuntime: java.lang.NullPointerException\n"
      "07-16 17:12:03.000  700  700 I Process : Sending signal. PID: 700 SIG: 9\n"
      "07-16 17:12:03.000  701  701 I AndroidRuntime: VM exiting with result code 0, cleanup skipped.\n"
      "07-16 17:12:04.000  1382  1399 E ActivityManager: ANR in com.a (com.a/.Main)\n"
      "07-16 17:12:04.000  1382  1399 E ActivityManager: PID: 88\n"
      "07-16 17:12:04.000  1382  1399 E ActivityManager: Reason: Input dispatching timed out\n");
  std::map<std::string_view, const SystemRecord*> kinds;
  for (const SystemRecord& r : log.records) kinds.emplace(system_kind_name(r.kind), &r);
  ASSERT_EQ(log.records.size(), 6u);
  EXPECT_EQ(kinds["crash"]->process, "com.nextcloud.client");
  EXPECT_EQ(kinds["crash"]->reason, "java.lang.RuntimeException");
  EXPECT_EQ(crash_owner(*kinds["crash"]), "com.nextcloud.A.b(A.java:1)");
  EXPECT_EQ(kinds["proc_died"]->pid, 12);
  EXPECT_TRUE(log.records[2].system_process);
  EXPECT_EQ(kinds["exit"]->reason, "signal 9");
  EXPECT_EQ(kinds["anr"]->pid, 88);
  EXPECT_EQ(kinds["anr"]->reason, "Input dispatching timed out");
}

TEST(SystemLog, ReadsWhatTheSystemBlocked) {
  const auto log = parse_system_log(
      "03-18 15:35:35.044  1917  1930 W ActivityTaskManager: Background activity start [callingPackage: "
      "com.os; callingUid: "
      "10105; isCallingUidForeground: false; isBgStartWhitelisted: false; intent: Intent { flg=0x10000000 "
      "cmp=com.t/.M }; "
      "callerApp: ProcessRecord{df6d148 15087:com.os/u0a105}]\n"
      "03-18 15:35:35.044  1917  1930 W ActivityManager: Background start not allowed: service Intent { "
      "cmp=com.t/.S } to "
      "com.t/.S from pid=12 uid=10105 pkg=com.os startFg?=false\n"
      "03-18 15:35:35.044  1917  1930 W BroadcastQueue: Background execution not allowed: receiving Intent { "
      "act=android.net.conn.CONNECTIVITY_CHANGE flg=0x10 } to com.t/.R\n");
  ASSERT_EQ(log.records.size(), 3u);
  EXPECT_EQ(log.records[0].caller_package, "com.os");
  EXPECT_EQ(log.records[0].caller_uid, 10105);
  EXPECT_EQ(log.records[0].component, "com.t/.M");
  EXPECT_EQ(log.records[1].kind, SystemKind::kServiceBlocked);
  EXPECT_EQ(log.records[1].caller_uid, 10105);
  EXPECT_EQ(log.records[2].action, "android.net.conn.CONNECTIVITY_CHANGE");
  EXPECT_EQ(log.records[2].component, "com.t/.R");
}

std::map<std::string, int> count(const Parsed<EventRecord>& events) {
  std::map<std::string, int> out;
  for (const EventRecord& e : events.records) ++out[e.tag];
  return out;
}

TEST(LogCorpus, TheAndroid9EventLogHasItsKnownCounts) {
  NEED_CORPUS();
  const auto events = parse_events(corpus_text("dumpsys/android09-emulator/logcat_events.txt"));
  auto counts = count(events);
  EXPECT_EQ(counts["am_proc_start"], 90);
  EXPECT_EQ(counts["am_kill"], 69);
  EXPECT_EQ(counts["am_proc_died"], 65);
  EXPECT_LE(events.unknown_count, 2u) << events.unknown_lines.at(0).text;
  EXPECT_EQ(events.relevant_unknown, 0u);
}

TEST(LogCorpus, TheAndroid4LogsAreUnderstood) {
  NEED_CORPUS();
  for (const char* name : {"logcat-events.txt", "logcat-events-with-restarts.txt"}) {
    const auto events = parse_events(corpus_text(std::string("android-4.4.2/text/") + name));
    EXPECT_EQ(events.unknown_count, 0u) << name << events.unknown_lines.at(0).text;
    EXPECT_GT(count(events)["am_proc_start"], 5);
  }
  const auto log = parse_system_log(corpus_text("android-4.4.2/text/logcat-main-system.txt"));
  EXPECT_EQ(log.unknown_count, 0u) << log.unknown_lines.at(0).text;
  int crashes = 0;
  for (const SystemRecord& r : log.records) {
    if (r.kind != SystemKind::kCrash) continue;
    ++crashes;
    EXPECT_TRUE(r.system_process);
  }
  EXPECT_EQ(crashes, 4);
  EXPECT_GT(parse_system_log(corpus_text("android-4.4.2/text/logcat-long.txt")).line_count, 20u);
}

TEST(LogCorpus, TheAndroid9MainLogIsUnderstood) {
  NEED_CORPUS();
  const auto log = parse_system_log(corpus_text("dumpsys/android09-emulator/logcat_system_main.txt"));
  std::map<std::string_view, int> kinds;
  for (const SystemRecord& r : log.records) ++kinds[system_kind_name(r.kind)];
  EXPECT_GT(kinds["activity_start"], 3);
  EXPECT_GE(kinds["proc_start"], 90);
  EXPECT_EQ(log.relevant_unknown, 0u);
  EXPECT_LE(log.unknown_count, 2u) << log.unknown_lines.at(0).text;
}

TEST(LogCorpus, EveryCrashTraceThatHasAHeadGivesOneCrash) {
  NEED_CORPUS();
  int crashes = 0, files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus_path("logcat/crash"))) {
    const std::string text = corpus_text("logcat/crash/" + entry.path().filename().string());
    const auto log = parse_system_log(text);
    const auto found = std::count_if(log.records.begin(), log.records.end(),
                                     [](const SystemRecord& r) { return r.kind == SystemKind::kCrash; });
    ++files;
    crashes += found > 0;
    if (text.find("FATAL EXCEPTION") != std::string::npos) {
      EXPECT_GE(found, 1) << entry.path();
    }
  }
  EXPECT_EQ(files, 38);
  EXPECT_GE(crashes, 15);
}

}  // namespace
}  // namespace storesweep::android
