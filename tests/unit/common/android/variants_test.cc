// The same command on other releases and skins: small samples of our own in the shape that the named source
// of AOSP prints, or that makers' devices are known for.
#include <gtest/gtest.h>

#include "common/android/activities.h"
#include "common/android/appops.h"
#include "common/android/events.h"
#include "common/android/lists.h"
#include "common/android/package.h"
#include "common/android/processes.h"
#include "common/android/scheduled.h"
#include "common/android/syslog.h"
#include "common/android/tools.h"
#include "common/android/usage.h"

namespace storesweep::android {
namespace {

// logprint.cpp: each format, with and without -v uid, of one event and one start.
TEST(LogVariants, EveryFormatThatNamesATagGivesTheSameEvent) {
  for (const char* line :
       {"11-23 20:27:15.444  1382  3436 I am_proc_start: [0,77,10057,com.a,service,com.a/.S]",
        "2026-11-23 20:27:15.444  1382  3436 I am_proc_start: [0,77,10057,com.a,service,com.a/.S]",
        "11-23 20:27:15.444 +0800  1382  3436 I am_proc_start: [0,77,10057,com.a,service,com.a/.S]",
        "11-23 20:27:15.444123  1382  3436 I am_proc_start: [0,77,10057,com.a,service,com.a/.S]",
        "11-23 20:27:15.444  1000  1382  3436 I am_proc_start: [0,77,10057,com.a,service,com.a/.S]",
        "11-23 20:27:15.444 system  1382  3436 I am_proc_start: [0,77,10057,com.a,service,com.a/.S]",
        "         1765787635.444  1382  3436 I am_proc_start: [0,77,10057,com.a,service,com.a/.S]",
        "     812.444123  1382  3436 I am_proc_start: [0,77,10057,com.a,service,com.a/.S]",
        "11-23 20:27:15.444 I/am_proc_start( 1382): [0,77,10057,com.a,service,com.a/.S]",
        "11-23 20:27:15.444 I/am_proc_start( 1000: 1382): [0,77,10057,com.a,service,com.a/.S]",
        "I/am_proc_start( 1382): [0,77,10057,com.a,service,com.a/.S]",
        "I/am_proc_start: [0,77,10057,com.a,service,com.a/.S]",
        "I( 1382) [0,77,10057,com.a,service,com.a/.S]  (am_proc_start)",
        "\x1b[38;5;40m11-23 20:27:15.444  1382  3436 I am_proc_start: "
        "[0,77,10057,com.a,service,com.a/.S]\x1b[0m",
        "11-23 20:27:15.444  1382  3436 I am_proc_start: [User=0,PID=77,UID=10057,Process "
        "Name=com.a,Type=service,Component=com.a/.S]",
        "11-23 20:27:15.444  1382  3436 I am_proc_start: "
        "[0,77,10057,com.a,service,com.a/.S,com.caller]"}) {
    const auto events = parse_events(line);
    ASSERT_EQ(events.records.size(), 1u) << line;
    EXPECT_TRUE(events.trusted()) << line;
    const EventRecord& e = events.records[0];
    EXPECT_EQ(e.pid, 77) << line;
    EXPECT_EQ(e.uid, 10057) << line;
    EXPECT_EQ(e.process, "com.a") << line;
    EXPECT_EQ(e.type, "service") << line;
    EXPECT_EQ(e.component, "com.a/.S") << line;
    EXPECT_TRUE(e.log_pid == 1382 || e.log_pid == -1) << line;
  }
  EXPECT_EQ(parse_events("I/am_proc_start( 1000: 1382): [0,77,10057,a,service,a/.S]").records[0].log_uid,
            1000);
}

TEST(LogVariants, AFormatWithoutTagsIsSaidToBeUnreadable) {
  const auto events = parse_events("I( 1382: 3436) [0,77,10057,com.a,service,com.a/.S]\n");
  EXPECT_TRUE(events.records.empty());
  EXPECT_FALSE(events.trusted());
}

// am/EventLogTags.logtags: am_crash has 8 fields, since 12 a ninth; its message holds commas.
TEST(LogVariants, ACrashsMessageEndsBeforeFileAndLine) {
  const std::string head = "11-23 20:27:15.444  1382  3436 I am_crash: [77,0,com.a,123,java.lang.Error,";
  EXPECT_EQ(parse_events(head + "one, two,A.java,12]").records.at(0).detail, "one, two");
  EXPECT_EQ(parse_events(head + "one, two,A.java,12,0]").records.at(0).detail, "one, two");
  EXPECT_EQ(parse_events(head + "cut off").records.at(0).detail, "cut off");
}

// wm/EventLogTags.logtags since 11: the first field of on_..._called is a token.
TEST(LogVariants, ATokenIsNoUser) {
  const auto e =
      parse_events("11-23 20:27:15.444  1382  3436 I wm_on_resume_called: [123456789,com.a.B,RESUME]");
  ASSERT_EQ(e.records.size(), 1u);
  EXPECT_EQ(e.records[0].user, -1);
  EXPECT_EQ(e.records[0].component, "com.a.B");
}

// ActivityStarter.java 4.4 to 15, and what makers add.
TEST(LogVariants, StartsNameTheirCallerInEveryShape) {
  const std::string head =
      "11-23 20:27:15.444  1382  3436 I ActivityTaskManager: START u999 {act=a.V "
      "dat=x://from uid 1 cmp=com.b/.M (has extras)} ";
  for (const char* tail :
       {"from uid 10147", "with LAUNCH_MULTIPLE from uid 10147 (BAL_ALLOW_VISIBLE_WINDOW) result code=0",
        "with LAUNCH_SINGLE_TOP from uid 10147 (com.caller) (BAL_ALLOW_VISIBLE_WINDOW) result code=0",
        "from uid 10147, pid 3879", "from uid 10147 and from pid 3879"}) {
    const auto log = parse_system_log(head + tail);
    ASSERT_EQ(log.records.size(), 1u) << tail;
    EXPECT_EQ(log.records[0].caller_uid, 10147) << tail;
    EXPECT_EQ(log.records[0].user, 999) << tail;
    EXPECT_EQ(log.records[0].component, "com.b/.M") << tail;
    if (std::string_view(tail).find("com.caller") != std::string_view::npos) {
      EXPECT_EQ(log.records[0].caller_package, "com.caller");
    }
  }
  EXPECT_EQ(parse_system_log(head + "from pid 3879").records.at(0).caller_pid, 3879);
  EXPECT_EQ(parse_system_log(head + "from somebody").relevant_unknown, 1u);
}

TEST(LogVariants, AProcessStartKeepsBracesAndMiuisCallerApart) {
  const auto log = parse_system_log(
      "11-23 20:27:15.444  1000  1382  3436 I ActivityManager: Start proc 77:com.a:push/u999a57 for service "
      "{com.a/com.a.S} caller=com.b\n");
  ASSERT_EQ(log.records.size(), 1u);
  EXPECT_EQ(log.records[0].component, "com.a/com.a.S");
  EXPECT_EQ(log.records[0].caller_package, "com.b");
  EXPECT_EQ(log.records[0].uid, 99910057);
}

TEST(LogVariants, CrashBlocksWithoutHeadWithoutTagsAndInAndroidStudiosShape) {
  const auto cut = parse_system_log(
      "07-15 19:28:27.018 13673 13673 E AndroidRuntime: Process: com.n, PID: 13673\n"
      "07-15 19:28:27.018 13673 13673 E AndroidRuntime: java.lang.Error: x\n"
      "07-15 19:28:27.018 13673 13673 E AndroidRuntime: \tat com.n.A.b(A.java:1)\n");
  ASSERT_EQ(cut.records.size(), 1u);
  EXPECT_EQ(cut.records[0].process, "com.n");
  EXPECT_EQ(cut.records[0].reason, "java.lang.Error");
  EXPECT_EQ(crash_owner(cut.records[0]), "com.n.A.b(A.java:1)");
  const auto studio = parse_system_log(
      "2022-05-29 14:09:44.580 9180-9180/com.n E/AndroidRuntime: FATAL EXCEPTION: main\n"
      "    Process: com.n, PID: 9180\n    java.lang.Error: x\n        at com.n.A.b(A.java:1)\n");
  ASSERT_EQ(studio.records.size(), 1u);
  EXPECT_EQ(studio.records[0].process, "com.n");
  EXPECT_EQ(studio.records[0].frames.size(), 1u);
  EXPECT_EQ(studio.unknown_count, 0u);
}

TEST(LogVariants, ALoggedTraceIsATraceAndNoCrash) {
  const std::string logged =
      "07-04 10:16:34.898  5368  5368 W System.err: org.json.JSONException: End of input\n"
      "07-04 10:16:34.898  5368  5368 W System.err: \tat org.json.JSONTokener.next(JSONTokener.java:449)\n"
      "07-04 10:16:34.898  5368  5368 W System.err: \tat com.x.Y.z(Y.java:8)\n";
  EXPECT_TRUE(parse_system_log(logged).records.empty());
  const auto read = parse_system_log(logged, Traces::kRead);
  ASSERT_EQ(read.records.size(), 1u);
  EXPECT_EQ(read.records[0].kind, SystemKind::kTrace);
  EXPECT_EQ(read.records[0].reason, "org.json.JSONException");
  EXPECT_EQ(read.records[0].frames.size(), 2u);
  const std::string said = "07-04 10:16:34.898  5368  5368 E MyApp: FATAL EXCEPTION: main\n";
  EXPECT_TRUE(parse_system_log(said).records.empty()) << "an app that says so is not the runtime";
}

// BroadcastRecord.java: 9 to 13 "(manifest)" with the ActivityInfo below; 14 and later its own words.
TEST(DumpVariants, BroadcastsNameTheirManifestReceivers) {
  const auto old = parse_broadcasts(
      "    BroadcastRecord{a u0 a.b.C} to user 0\n    caller=com.g 24:com.g/u0a8 pid=24 uid=10008\n"
      "    Deliver +3ms #0: (manifest)\n      priority=0\n      ActivityInfo:\n        name=com.r.Recv\n"
      "        packageName=com.r\n        enabled=true\n"
      "    Skipped #1: (manifest)\n      ActivityInfo:\n        name=com.s.Recv\n        "
      "packageName=com.s\n");
  ASSERT_EQ(old.records.size(), 1u);
  ASSERT_EQ(old.records[0].receivers.size(), 2u);
  EXPECT_EQ(old.records[0].receivers[0].component, "com.r/com.r.Recv");
  EXPECT_EQ(old.records[0].receivers[1].package, "com.s");
  const auto fresh = parse_broadcasts(
      "    BroadcastRecord{a a.b.C/u-1} to user -1\n    DELIVERED scheduled +1ms terminal +2ms (0) #0: "
      "BroadcastFilter{7 10008/u0 ReceiverList{c 1867 com.w/10008/u0 remote:2}}\n"
      "    SKIPPED (0) #1: (manifest)\n      ActivityInfo:\n        name=com.r.Recv\n        "
      "packageName=com.r\n");
  ASSERT_EQ(fresh.records.size(), 1u);
  EXPECT_TRUE(fresh.trusted());
  EXPECT_EQ(fresh.records[0].action, "a.b.C");
  EXPECT_EQ(fresh.records[0].user, -1);
  ASSERT_EQ(fresh.records[0].receivers.size(), 2u);
  EXPECT_EQ(fresh.records[0].receivers[0].package, "com.w");
  EXPECT_EQ(fresh.records[0].receivers[1].component, "com.r/com.r.Recv");
}

// ActivityRecord.toString and WindowState.toString, 4.4 to 16; Samsung's display.
TEST(DumpVariants, WhatIsOnTopInEveryShape) {
  for (const char* line :
       {"  mResumedActivity: ActivityRecord{2 u0 com.a/.B t12}",
        "  ResumedActivity:ActivityRecord{2 u0 com.a/.B t12}",
        "  topResumedActivity=ActivityRecord{2 u0 com.a/.B} t12}",
        "  Resumed: ActivityRecord{2 u0 com.a/.B t12 f}}",
        "  mFocusedApp=AppWindowToken{5 token=Token{4 ActivityRecord{2 u0 com.a/.B t12}}}"}) {
    const auto top = parse_top_activities(line);
    ASSERT_EQ(top.records.size(), 1u) << line;
    EXPECT_EQ(top.records[0].component, "com.a/.B") << line;
    EXPECT_EQ(top.records[0].task, 12) << line;
  }
  EXPECT_EQ(
      parse_top_activities("mCurrentFocus=Window{4 u0 Application Error: com.a}").records.at(0).component,
      "Application Error: com.a");
  EXPECT_EQ(parse_top_activities("mCurrentFocus=Window{4 u0 d0 com.a/com.a.B}").records.at(0).user, 0);
  EXPECT_EQ(parse_top_activities("  newResumedActivity={x}").relevant_unknown, 1u);
}

// LocationProviderManager.java since 12: "{bg}" marks the background, nothing the foreground.
TEST(DumpVariants, LocationListenersSince12) {
  const auto read = parse_location(
      "Location Manager State:\n  gps provider:\n    listeners:\n      10086/com.a[tag]/1A2B "
      "Request[@+10m0s0ms HIGH]\n"
      "      10087/com.b/3C {bg, na} (COARSE) Request[PASSIVE] (inactive)\n");
  ASSERT_EQ(read.records.size(), 2u);
  EXPECT_TRUE(read.records[0].foreground);
  EXPECT_TRUE(read.records[0].active);
  EXPECT_EQ(read.records[0].provider, "gps");
  EXPECT_FALSE(read.records[1].foreground);
  EXPECT_FALSE(read.records[1].active);
}

// JobStatus.printUniqueId: "#" or, since 14, a namespace.
TEST(DumpVariants, JobsWithNamespaces) {
  const auto read = parse_jobs(
      "  JOB #u0a57/12: 3a2 com.x/.S\n    Source: uid=u0a57 user=0 pkg=com.x\n"
      "  JOB androidx.work.systemjobscheduler:u999a57/13: 3a3 com.x/.T\n  JOB @sync@a/b:#u0a5/1: 1 a/b\n");
  ASSERT_EQ(read.records.size(), 3u);
  EXPECT_EQ(read.records[0].id, 12);
  EXPECT_EQ(read.records[1].uid, 99910057);
  EXPECT_EQ(read.records[1].component, "com.x/.T");
}

// NetworkStatsHistory.java up to 4.4 prints milliseconds, UsageStatsService.java of 4.4 totals a day.
TEST(DumpVariants, Android4sNetworkAndUsage) {
  const auto net = parse_netstats(
      "Xt stats:\n  ident=[[type=WIFI, subType=COMBINED, networkId=\"a] uid=1\"]] uid=-1 set=ALL tag=0x0\n"
      "    NetworkStatsHistory: bucketDuration=3600000\n      bucketStart=1385211600000 activeTime=1 "
      "rxBytes=2 "
      "rxPackets=3 txBytes=4 txPackets=5 operations=0\n");
  ASSERT_EQ(net.records.size(), 1u);
  EXPECT_EQ(net.records[0].start_s, 1385211600);
  EXPECT_EQ(net.records[0].sent_bytes, 4);
  const auto usage =
      parse_usage_stats("Date: 20131123\n  com.a: 4 times, 87755 ms\n    com.a.M: 4 starts, >=5000ms=1\n");
  ASSERT_EQ(usage.records.size(), 1u);
  EXPECT_EQ(usage.records[0].launches, 4);
  EXPECT_EQ(usage.records[0].total_ms, 87755);
  EXPECT_EQ(usage.records[0].time, "20131123");
}

// AppOpsService.java 10 to 15: restrictions, policies and uid states behind the ops are no grammar lost.
TEST(DumpVariants, AppOpsTails) {
  const auto ops = parse_appops(
      "Current AppOps Service state:\n  Settings:\n    top_state_settle_time=+5s0ms\n\n  Op mode watchers:\n "
      "   Op "
      "COARSE_LOCATION:\n      #0: ModeCallback{1 watchinguid=-1}\n\n  Uid 1000:\n    state=pers\n    "
      "capability=LCMN\n    "
      "appWidgetVisible=false\n      COARSE_LOCATION: mode=foreground\n    Package android:\n      WAKE_LOCK "
      "(allow): \n   "
      "     null=[\n          Access: [pers-s] 2026-10-05 11:59:59.000 (-1s2ms) duration=+24ms\n        "
      "]\n\n  User "
      "restrictions for token android.os.BinderProxy@1:\n      Restricted ops:\n        user: 0\n\n  AppOps "
      "policy "
      "location tags:\n    1000: android=a\n");
  EXPECT_EQ(ops.unknown_count, 0u) << (ops.unknown_lines.empty() ? "" : ops.unknown_lines[0].text);
  ASSERT_EQ(ops.records.size(), 2u);
  EXPECT_EQ(ops.records[1].uses.at(0).duration_ms, 24);
}

// Settings.java 4.4 to 16: user 999 of a cloned app, appId, a dump whose blocks lost their indent.
TEST(DumpVariants, PackagesOfSeveralUsersAndWithoutIndent) {
  const auto read = parse_packages(
      "Packages:\nPackage [com.a] (1f):\n  appId=10086\n  versionCode=7 minSdk=21 targetSdk=34\n  requested "
      "permissions:\n    android.permission.CAMERA: restricted=true\n  User 0: ceDataInode=-4 installed=true "
      "hidden=false "
      "stopped=false notLaunched=false enabled=0\n    firstInstallTime=下午7:44\n    runtime permissions:\n  "
      "    "
      "android.permission.CAMERA: granted=true, flags=[ USER_SET|USER_SENSITIVE_WHEN_GRANTED]\n  User 999: "
      "installed=false "
      "stopped=true notLaunched=true enabled=2\n    runtime permissions:\n      android.permission.CAMERA: "
      "granted=false, flags=[ ONE_TIME ]\nQueries:\n  nothing\nHidden system packages:\nPackage [com.a] "
      "(2e):\n  "
      "versionCode=1\n");
  ASSERT_EQ(read.records.size(), 2u);
  EXPECT_TRUE(read.trusted());
  const PackageState& a = read.records[0];
  EXPECT_EQ(a.uid, 10086);
  ASSERT_EQ(a.users.size(), 2u);
  EXPECT_FALSE(a.users[1].installed);
  EXPECT_TRUE(a.permission("android.permission.CAMERA", 0)->granted);
  EXPECT_FALSE(a.permission("android.permission.CAMERA", 999)->granted);
  EXPECT_TRUE(read.records[1].hidden_system);
}

TEST(DumpVariants, ListsOfSeveralUsersAndPsWithFewColumns) {
  const auto list = parse_package_list(
      "* daemon started successfully\npackage:/data/app/~~b==/a==/base.apk=com.a versionCode:7  "
      "installer=null "
      "uid:10086,99910086\n");
  ASSERT_EQ(list.records.size(), 1u);
  EXPECT_TRUE(list.trusted());
  EXPECT_EQ(list.records[0].uid, 10086);
  EXPECT_EQ(list.records[0].installer, "");
  const auto ps = parse_ps("  PID NAME\n    1 init\n 2345 com.a:push\n");
  ASSERT_EQ(ps.records.size(), 2u);
  EXPECT_EQ(ps.records[1].name, "com.a:push");
  EXPECT_EQ(ps.records[1].parent, -1);
}

TEST(ToolVariants, AFileOfSeveralAnswersHasOneRecordEach) {
  const auto installs = parse_installs(
      "Performing Streamed Install\nSuccess\n----\nSuccess: created install session [7]\nSuccess: streamed "
      "12 bytes\n"
      "adb: failed to finalize session\nFailure [INSTALL_FAILED_X: one\n two]\n----\nadb: failed to stat "
      "a.apk: No such "
      "file or directory\n$ adb install b.apk\nFailure [INSTALL_FAILED_USER_RESTRICTED: Install canceled by "
      "user]\n");
  ASSERT_EQ(installs.records.size(), 4u);
  EXPECT_TRUE(installs.records[0].ok);
  EXPECT_EQ(installs.records[1].code, "INSTALL_FAILED_X");
  EXPECT_EQ(installs.records[1].reason, "one two");
  EXPECT_FALSE(installs.records[2].ok);
  EXPECT_EQ(installs.records[3].code, "INSTALL_FAILED_USER_RESTRICTED");
  const auto broken = parse_installs("Performing Streamed Install\n");
  ASSERT_EQ(broken.records.size(), 1u);
  EXPECT_FALSE(broken.records[0].ok);
  const auto starts = parse_starts(
      "Starting: Intent { cmp=a/.B }\nStatus: ok\nLaunchState: COLD\nActivity: a/.B\nTotalTime: "
      "12\nComplete\n"
      "Stopping: a\nStarting: Intent { cmp=a/.C }\nError type 3\nError: Activity class {a/a.C} does not "
      "exist.\n");
  ASSERT_EQ(starts.records.size(), 2u);
  EXPECT_TRUE(starts.records[0].ok);
  EXPECT_EQ(starts.records[0].total_ms, 12);
  EXPECT_FALSE(starts.records[1].ok);
}

}  // namespace
}  // namespace storesweep::android
