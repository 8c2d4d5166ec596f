#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "common/android/activities.h"
#include "common/android/power.h"
#include "common/android/processes.h"
#include "common/android/scheduled.h"
#include "common/android/tools.h"
#include "common/android/usage.h"
#include "tests/unit/corpus.h"

namespace storesweep::android {
namespace {

TEST(Processes, TheLruRowsOf7And14AreRead) {
  const auto p = parse_activity_processes(
      "    Proc # 3: vis   F/ /P  trm: 0 3109:com.a/u0a40 (service)\n"
      "    Proc # 0: fg     T/A/TOP  LCMNFU  t: 0 1234:com.b:remote/u999a1 (top-activity)\n"
      "    Proc #45: cch+ 5 B/ /CEM  ----  t: 0 4209:com.c/u0a203 (cch-empty)\n"
      "    Proc # 1: fg +50 F/S/FGS  LCMNFUA  t: 0 8209:com.d/u0a303 (fg-service-act)\n"
      "    Proc # 7: odd\n");
  ASSERT_EQ(p.records.size(), 4u);
  EXPECT_EQ(p.records[2].importance + " " + p.records[2].state, "cch+5 CEM");
  EXPECT_EQ(p.records[3].importance + " " + p.records[3].state, "fg+50 FGS");
  EXPECT_EQ(p.records[0].state, "P");
  EXPECT_EQ(p.records[0].uid, 10040);
  EXPECT_EQ(p.records[1].state, "TOP");
  EXPECT_EQ(p.records[1].process, "com.b:remote");
  EXPECT_EQ(p.records[1].uid, 99910001);
  EXPECT_EQ(p.records[1].reason, "top-activity");
  EXPECT_EQ(p.relevant_unknown, 1u);
}

TEST(Processes, PsOfToolboxAndToyboxInAnyColumns) {
  const auto old = parse_ps(
      "USER     PID   PPID  VSIZE  RSS     WCHAN    PC         NAME\nu0_a12  1156  69    1 2 ffff b6 S "
      "com.a\n");
  ASSERT_EQ(old.records.size(), 1u);
  EXPECT_EQ(old.records[0].uid, 10012);
  EXPECT_EQ(old.records[0].state, "S");
  EXPECT_EQ(old.records[0].name, "com.a");
  const auto now = parse_ps("LABEL USER PID TID PPID VSZ S CMD\nu:r:x root 2 2 0 0 S [kworker 0:0]\n");
  EXPECT_EQ(now.records.at(0).name, "[kworker 0:0]");
}

TEST(Activities, NullIsNoActivityAndWindowsHaveTitles) {
  const auto top = parse_top_activities(
      "mFocusedApp=null\n  mFocusedApp=AppWindowToken{2126 token=Token{211a ActivityRecord{2125c200 u0 "
      "io.a/.V t5}}}\n"
      "  mCurrentFocus=Window{ab1 u0 StatusBar}\n  topResumedActivity=ActivityRecord{ab u0 com.x/.M t7}\n");
  ASSERT_EQ(top.records.size(), 3u);
  EXPECT_EQ(top.records[0].component, "io.a/.V");
  EXPECT_EQ(top.records[0].task, 5);
  EXPECT_EQ(top.records[1].component, "StatusBar");
  EXPECT_EQ(top.records[2].kind, ActivityOnTop::Kind::kResumed);
  EXPECT_TRUE(top.trusted());
}

TEST(Activities, ARecentTaskNamesItsRootInBothEras) {
  const auto tasks = parse_recents(
      "  * Recent #0: TaskRecord{1a2 #9 A=com.a U=0 sz=1}\n"
      "    realActivity=com.a/.Main\n"
      "  * Recent #1: Task{a8f0 #22 type=standard A=10123:com.shared}\n"
      "    userId=10 effectiveUid=u10a123 mCallingUid=2000\n"
      "    mActivityComponent=com.b/.Main\n"
      "    Activities=[ActivityRecord{abc u10 com.b/.Main t22}]\n");
  ASSERT_EQ(tasks.records.size(), 2u);
  EXPECT_EQ(tasks.records[0].component, "com.a/.Main");
  EXPECT_EQ(tasks.records[0].user, 0);
  EXPECT_EQ(tasks.records[1].component, "com.b/.Main");
  EXPECT_EQ(tasks.records[1].package, "com.b");
  EXPECT_EQ(tasks.records[1].user, 10);
}

TEST(Activities, AServiceThatWaitsForItsRestartLeavesTheOthersAlone) {
  const auto services = parse_services(
      "  User 0 active services:\n"
      "  * ServiceRecord{1a2b u0 com.a/.S c:com.caller}\n"
      "    packageName=com.a\n"
      "    app=ProcessRecord{3c4d 1234:com.a/u0a123}\n"
      "  Restarting services:\n"
      "  * Restarting ServiceRecord{5e6f u0 com.b/.T}\n"
      "    packageName=com.b\n"
      "    startRequested=true delayedStop=false\n");
  ASSERT_EQ(services.records.size(), 1u);
  EXPECT_EQ(services.records[0].package, "com.a");
  EXPECT_FALSE(services.records[0].start_requested);
  EXPECT_EQ(services.relevant_unknown, 0u);
}

TEST(Usage, NetworksAreNamedInBothEras) {
  const auto rows = parse_netstats(
      "UID stats:\n  Pending bytes: 1\n  ident=[{type=WIFI, subType=COMBINED, networkId=\"A b\", "
      "metered=false}] uid=10086 "
      "set=DEFAULT tag=0x0\n    NetworkStatsHistory: bucketDuration=7200\n      st=1565787600 rb=1 rp=2 tb=3 "
      "tp=4 op=0\n"
      "  ident=[{type=1, ratType=-1, wifiNetworkKey=\"B\"wpa2-psk, metered=false, transports={1, 4}}] "
      "uid=1000 set=FOREGROUND "
      "tag=0x1\n      st=1 rb=x rp=2 tb=3 tp=4\n      st=2 rb=9 rp=2 tb=3 tp=4 op=0\n");
  ASSERT_EQ(rows.records.size(), 2u);
  EXPECT_EQ(rows.records[0].network, "A b");
  EXPECT_EQ(rows.records[0].uid, 10086);
  EXPECT_EQ(rows.records[0].sent_bytes, 3);
  EXPECT_EQ(rows.records[1].network, "B");
  EXPECT_EQ(rows.records[1].type, "1");
  EXPECT_EQ(rows.relevant_unknown, 1u);
}

TEST(Usage, LocalisedTimesAreKeptAndBothNamesOfAForegroundMoveCount) {
  const auto events = parse_usage_stats(
      "user=0\n  Last 24 hour events (timeRange=\"3/5/2026, 6:30\u202Fp.\u00A0m. \u2013 x\" )\n"
      "    time=\"2026/3/5 下午7:44\" type=ACTIVITY_RESUMED package=com.a class=com.a.M instanceId=1\n"
      "    time=\"2019-08-15 12:07:35\" type=MOVE_TO_FOREGROUND package=com.b class=com.b.M flags=0x0\n    "
      "time=\"x\" odd\n");
  ASSERT_EQ(events.records.size(), 2u);
  EXPECT_EQ(events.records[0].time, "2026/3/5 下午7:44");
  EXPECT_TRUE(events.records[0].resumed());
  EXPECT_TRUE(events.records[1].resumed());
  EXPECT_EQ(events.records[1].user, 0);
  EXPECT_EQ(events.relevant_unknown, 1u);
}

TEST(Usage, LocationReadsVendorsWordsAndTheNewListeners) {
  const auto l = parse_location(
      "  Location Listeners:\n    Reciever[e3 listener UpdateRecord[gps com.a(10086 background pkgType:2) "
      "Request[x]]]\n"
      "  Active Records by Provider:\n    gps:\n      UpdateRecord[gps com.a(10086 foreground pkgType:2) "
      "Request[POWER_HIGH gps]]\n"
      "  gps provider:\n    listeners:\n      10087/com.b[map]/1A2B Request[@+1s0ms, HIGH_ACCURACY] (fg)\n");
  ASSERT_EQ(l.records.size(), 2u);
  EXPECT_EQ(l.records[0].uid, 10086);
  EXPECT_TRUE(l.records[0].foreground);
  EXPECT_EQ(l.records[1].package, "com.b");
  EXPECT_EQ(l.records[1].provider, "gps");
}

TEST(Usage, BehindTheListenersNothingOfAProviderIsARequest) {
  const auto rows = parse_location(
      "    passive provider:\n"
      "      service: ProviderRequest[@+1s, PASSIVE]\n"
      "      listeners:\n"
      "        10101/com.a/0A Request[PASSIVE]\n"
      "      last location=null\n"
      "      request: ProviderRequest[@+1s, PASSIVE]\n"
      "    gps provider:\n"
      "      service: ProviderRequest[OFF]\n"
      "      listeners:\n"
      "        10102/com.b/0B {bg} Request[@+1s HIGH_ACCURACY] (inactive)\n"
      "  Event Log:\n"
      "    01-02 03:04:05.678: gps provider +registration 10102/com.b -> Request[@+1s HIGH_ACCURACY]\n");
  ASSERT_EQ(rows.records.size(), 2u);
  EXPECT_EQ(rows.records[1].provider, "gps");
  EXPECT_FALSE(rows.records[1].active);
  EXPECT_EQ(rows.relevant_unknown, 0u);
}

TEST(Usage, LocationOf11NamesItsCallersTheOtherWayRound) {
  const auto rows = parse_location(
      "  Active Records by Provider:\n"
      "    gps:\n"
      "      UpdateRecord[gps 10101/com.a[track] Request[ACCURACY_FINE gps interval=1] null]\n"
      "      UpdateRecord[gps 10102/com.b (background) Request[POWER_LOW gps] WorkSource{10102}]\n"
      "      UpdateRecord[gps com.c(10103 foreground) Request[POWER_LOW gps dat=a/b] null]\n"
      "  Historical Records by Provider:\n"
      "    network: com.d: tag: Interval 1 seconds: Duration requested 2 total, 0 foreground\n"
      "    com.e: passive: Interval 1 seconds: Duration requested 2 total, 0 foreground\n");
  ASSERT_EQ(rows.records.size(), 5u);
  EXPECT_EQ(rows.relevant_unknown, 0u);
  EXPECT_EQ(rows.records[0].package, "com.a");
  EXPECT_EQ(rows.records[0].uid, 10101);
  EXPECT_TRUE(rows.records[0].foreground);
  EXPECT_FALSE(rows.records[1].foreground);
  EXPECT_EQ(rows.records[2].package, "com.c");
  EXPECT_EQ(rows.records[3].package, "com.d");
  EXPECT_EQ(rows.records[3].provider, "network");
  EXPECT_EQ(rows.records[4].package, "com.e");
}

TEST(Scheduled, AlarmsWithoutALastLineEndAndTheVendorsRefusal) {
  const auto alarms = parse_alarms(
      "    RTC #0: Alarm{211f6e50 type 1 com.cal}\n      type=1 repeatInterval=1800000 count=0\n"
      "    ELAPSED #1: Alarm{2 type 3 when 12 com.b}");
  ASSERT_EQ(alarms.records.size(), 2u);
  EXPECT_EQ(alarms.records[0].package, "com.cal");
  EXPECT_EQ(alarms.records[0].repeat_ms, 1800000);
  EXPECT_EQ(parse_alarms("Unknown argument: -a; use -h for help").device_error,
            "Unknown argument: -a; use -h for help");
  const auto jobs = parse_jobs(
      "  JOB #u0a80/12: bb1ec8d com.a/.J\n    u0a80 tag=x\n    Source: uid=u0a81 user=0 pkg=com.c\n    "
      "JobInfo:\n"
      "      PERIODIC: interval=+1d0h0m0s0ms flex=+1s0ms\n      PERSISTED\n  JOB broken\n");
  ASSERT_EQ(jobs.records.size(), 1u);
  EXPECT_EQ(jobs.records[0].uid, 10080);
  EXPECT_EQ(jobs.records[0].interval_ms, 86400000);
  EXPECT_TRUE(jobs.records[0].persisted);
  EXPECT_EQ(jobs.relevant_unknown, 1u);
}

TEST(Scheduled, AnAlarmNamedTwiceIsOneAndTheClockOfTheUserDarkensNothing) {
  const auto alarms = parse_alarms(
      "  Pending alarm batches: 1\n"
      "    RTC_WAKEUP #0: Alarm{a1 type 0 when 1600000000000 com.clock}\n      tag=*walarm*:com.clock.RING\n"
      "    Idle mode state:\n      Idling until: Alarm{b2 type 2 when 99 android}\n"
      "        tag=*walarm*:DeviceIdleController.deep\n"
      "  Next wake from idle: Alarm{a1 type 0 when 1600000000000 com.clock}\n    "
      "tag=*walarm*:com.clock.OTHER\n");
  ASSERT_EQ(alarms.records.size(), 1u);
  EXPECT_EQ(alarms.records[0].tag, "*walarm*:com.clock.RING");
  EXPECT_TRUE(alarms.trusted());
}

TEST(Tools, AnInstallIsJudgedByItsWordsNotItsExitCode) {
  EXPECT_TRUE(parse_install("Performing Push Install\r\n\tpkg: /data/local/tmp/a.apk\r\nSuccess\r\n").ok);
  const auto wrapped = parse_install("adb: failed to install a.apk: Failure [INSTALL_FAILED_X: one\n two]");
  EXPECT_EQ(wrapped.code, "INSTALL_FAILED_X");
  EXPECT_EQ(wrapped.reason, "one two");
  for (const char* absent : {"Failure - not installed for 0", "Failure [not installed for 0]"}) {
    EXPECT_EQ(parse_install(absent).reason, "not installed for 0");
    EXPECT_EQ(parse_install(absent).code, "");
  }
  EXPECT_EQ(parse_install("Failure [DELETE_FAILED_INTERNAL_ERROR]").code, "DELETE_FAILED_INTERNAL_ERROR");
  EXPECT_EQ(parse_install("Failure [-1000]").code, "-1000");
  EXPECT_FALSE(parse_install("Performing Streamed Install\n").ok);
  EXPECT_EQ(parse_install("").reason, "no answer");
}

TEST(Tools, AStartThatWasHeldBackIsNone) {
  const std::string intent = "Starting: Intent { cmp=com.a/.Main }\n";
  const auto kept = parse_start(
      intent + "Warning: Activity not started because the  current activity is being kept for the user.\n");
  EXPECT_FALSE(kept.ok);
  const auto front = parse_start(
      intent + "Warning: Activity not started, its current task has been brought to the front\nStatus: ok\n");
  EXPECT_TRUE(front.ok && front.brought_to_front);
}

TEST(Tools, MonkeyWithChatterInFrontAndIndentedRefusals) {
  MonkeyRun run;
  const auto events = parse_monkey(
      "adb server is out of date.  killing...\n:Monkey: seed=7 count=60\n:AllowPackage: com.a\n// Event "
      "percentages:\n//   4: "
      "-0.0%\n    // Rejecting start of Intent { cmp=com.b/.M } in package com.b\n:Sending Touch "
      "(ACTION_DOWN): 0:(1.0,2.0)\n// "
      "CRASH: com.a (pid 12)\nEvents injected: 60\n// Monkey finished\n",
      run);
  EXPECT_EQ(events.records.size(), 1u);
  EXPECT_EQ(events.unknown_count, 0u);
  EXPECT_EQ(run.rejected, 1u);
  EXPECT_EQ(run.victim, "com.a");
  EXPECT_TRUE(run.crashed && run.finished);
  EXPECT_EQ(run.injected, 60);
}

const std::string kNine = "dumpsys/android09-emulator/";
const std::string kFour = "android-4.4.2/text/";

TEST(DumpsCorpus, ProcessesServicesAndTasksOfAndroid9) {
  NEED_CORPUS();
  const auto processes = parse_activity_processes(corpus_text(kNine + "activity_processes.txt"));
  EXPECT_EQ(processes.unknown_count, 0u);
  const auto top = std::count_if(
      processes.records.begin(), processes.records.end(),
      [](const RunningProcess& p) { return p.state == "TOP" && p.process == "com.jeanboy.app.training"; });
  EXPECT_EQ(top, 1);
  const auto listed = std::count_if(processes.records.begin(), processes.records.end(),
                                    [](const RunningProcess& p) { return !p.importance.empty(); });
  EXPECT_EQ(listed, 21);
  const auto services = parse_services(corpus_text(kNine + "activity_services.txt"));
  EXPECT_EQ(services.records.size(), 44u);
  EXPECT_EQ(services.relevant_unknown, 0u);
  EXPECT_EQ(services.records[0].pid, 2478);
  const auto recents = parse_recents(corpus_text(kNine + "activity_recents.txt"));
  ASSERT_EQ(recents.records.size(), 5u);
  EXPECT_EQ(recents.records[0].id, 12);
  EXPECT_EQ(recents.records[0].uid, 10086);
  EXPECT_EQ(recents.records[0].component, "com.jeanboy.app.training/.ui.activity.MainActivity");
  const auto on_top = parse_top_activities(corpus_text(kNine + "activity_activities.txt"));
  EXPECT_EQ(on_top.records.at(0).component, "com.jeanboy.app.training/.ui.activity.MainActivity");
}

TEST(DumpsCorpus, BroadcastsOfBothEras) {
  NEED_CORPUS();
  for (const std::string& file :
       {kNine + "activity_broadcasts.txt", kFour + "dumpsys-activity-broadcasts.txt"}) {
    const auto broadcasts = parse_broadcasts(corpus_text(file));
    EXPECT_GE(broadcasts.records.size(), 50u) << file;
    EXPECT_EQ(broadcasts.relevant_unknown, 0u) << file << broadcasts.unknown_lines.at(0).text;
    EXPECT_EQ(broadcasts.records[0].action, "android.intent.action.TIME_TICK");
    EXPECT_GE(broadcasts.records[0].receivers.size(), 5u);
    EXPECT_EQ(broadcasts.records[0].caller_uid, 1000);
  }
}

TEST(DumpsCorpus, TheKnownCountsOfUsageNetworkAndLocation) {
  NEED_CORPUS();
  EXPECT_EQ(parse_netstats(corpus_text(kNine + "netstats.txt")).records.size(), 30u);
  EXPECT_EQ(parse_netstats(corpus_text("dumpsys/sunmi-notes/30_2024-03-29.txt")).records.size(), 23u);
  const auto usage = parse_usage_stats(corpus_text(kNine + "usagestats.txt"));
  EXPECT_EQ(usage.records.size(), 27u);
  EXPECT_EQ(usage.unknown_count, 0u);
  const auto location = parse_location(corpus_text(kNine + "location.txt"));
  EXPECT_EQ(std::count_if(location.records.begin(), location.records.end(),
                          [](const LocationRequest& r) { return r.active; }),
            4);
  EXPECT_EQ(location.records.size(), 7u);
  EXPECT_EQ(parse_location(corpus_text(kFour + "dumpsys-location.txt")).records.size(), 3u);
}

TEST(DumpsCorpus, AlarmsJobsNotificationsAndPower) {
  NEED_CORPUS();
  const auto alarms = parse_alarms(corpus_text(kNine + "alarm.txt"));
  EXPECT_GT(alarms.records.size(), 25u);
  EXPECT_EQ(alarms.unknown_count, 0u);
  EXPECT_EQ(parse_jobs(corpus_text(kNine + "jobscheduler.txt")).records.size(), 68u);
  const auto shown = parse_notifications(corpus_text(kNine + "notification.txt"));
  ASSERT_EQ(shown.records.size(), 1u);
  EXPECT_EQ(shown.records[0].uid, 10029);
  PowerState state;
  const auto locks = parse_power(corpus_text(kFour + "dumpsys-power.txt"), state);
  EXPECT_TRUE(state.interactive());
  ASSERT_EQ(locks.records.size(), 1u);
  EXPECT_EQ(locks.records[0].uid, 1013);
  const auto battery = parse_battery(corpus_text(kFour + "dumpsys-battery.txt"));
  EXPECT_EQ(*find_value(battery, "scale"), "100");
  EXPECT_EQ(battery.unknown_count, 0u);
}

TEST(DumpsCorpus, PsInstallStartAndMonkeyOfRealDevices) {
  NEED_CORPUS();
  EXPECT_EQ(parse_ps(corpus_text(kFour + "ps.txt")).unknown_count, 0u);
  EXPECT_EQ(parse_ps(corpus_text(kNine + "ps.txt")).unknown_count, 0u);  // "Skipping ... librank": not of ps
  for (const char* n : {"01", "02", "03"}) {
    const auto rows = parse_ps(corpus_text(std::string("dumpsys/appium-adb/process-commands_") + n + ".txt"));
    EXPECT_GE(rows.records.size(), 2u);
  }
  std::set<std::string> codes;
  std::string outputs = corpus_text("adb/install_output.txt");
  for (std::size_t at = 0; at < outputs.size();) {
    std::size_t end = outputs.find("----\n", at);
    if (end == std::string::npos) end = outputs.size();
    const auto result = parse_install(std::string_view(outputs).substr(at, end - at));
    EXPECT_FALSE(result.ok);
    EXPECT_FALSE(result.reason.empty() && result.code.empty());
    codes.insert(result.code);
    at = end + 5;
  }
  EXPECT_EQ(codes, (std::set<std::string>{
                       "", "INSTALL_FAILED_ALREADY_EXISTS", "INSTALL_FAILED_DEPRECATED_SDK_VERSION",
                       "INSTALL_FAILED_MISSING_SPLIT", "INSTALL_FAILED_NO_MATCHING_ABIS",
                       "INSTALL_FAILED_UPDATE_INCOMPATIBLE", "INSTALL_PARSE_FAILED_NO_CERTIFICATES"}));
  MonkeyRun run;
  EXPECT_EQ(parse_monkey(corpus_text(kFour + "monkey-v.txt"), run).unknown_count, 0u);
  EXPECT_EQ(run.injected, 60);
  EXPECT_TRUE(run.finished);
  MonkeyRun stopped;
  EXPECT_GT(parse_monkey(corpus_text("monkey/themis_readme_v.txt"), stopped).records.size(), 10u);
  EXPECT_FALSE(stopped.finished);
  EXPECT_FALSE(parse_start(corpus_text(kFour + "am-start-not-exported.txt")).ok);
}

}  // namespace
}  // namespace storesweep::android
