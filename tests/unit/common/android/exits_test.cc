// The system's account of how processes ended, in the printing of 11 (a field a line) and of 12 to 16.
#include "common/android/exits.h"

#include <gtest/gtest.h>

#include "common/android/describe.h"

namespace storesweep::android {
namespace {

const std::string kHead =
    "ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)\n"
    "Last Timestamp of Persistence Into Persistent Storage: 2026-11-20 09:00:00.000\n"
    "  package: com.shop\n"
    "    Historical Process Exit for uid=10231\n";
const std::string kStopped =
    "        ApplicationExitInfo #0:\n"
    "          timestamp=2026-11-20 10:11:12.013 pid=7001 realUid=10231 packageUid=10231 definingUid=10231 "
    "user=0\n"
    "          process=com.shop reason=10 (USER REQUESTED) subreason=21 (FORCE STOP) status=0\n"
    "          importance=100 pss=212MB rss=0.00 description=stop com.shop due to from pid 7100 state=46 "
    "bytes "
    "trace=null\n";

TEST(Exits, EachFieldOf12AndLaterIsRead) {
  const auto p = parse_exits(kHead + kStopped);
  ASSERT_EQ(p.records.size(), 1u);
  EXPECT_EQ(p.unknown_count, 0u);
  const ProcessExit& e = p.records[0];
  EXPECT_EQ(e.package + "|" + e.process + "|" + e.time, "com.shop|com.shop|2026-11-20 10:11:12.013");
  EXPECT_EQ(e.uid + e.real_uid + e.package_uid + e.defining_uid, 4 * 10231);
  EXPECT_EQ(e.pid, 7001);
  EXPECT_EQ(e.user, 0);
  EXPECT_TRUE(e.is(ExitReason::kUserRequested));
  EXPECT_EQ(e.reason_name + "|" + e.subreason_name, "USER REQUESTED|FORCE STOP");
  EXPECT_EQ(e.subreason, 21);
  EXPECT_EQ(e.status, 0);
  EXPECT_EQ(e.importance, 100);
  EXPECT_EQ(e.pss + "|" + e.rss, "212MB|0.00");
  EXPECT_EQ(e.description, "stop com.shop due to from pid 7100");
  EXPECT_EQ(e.state + "|" + e.trace, "46 bytes|");
}

TEST(Exits, ElevenPutsEachFieldOnALineAndHasNoSubreason) {
  const auto p = parse_exits(
      "ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)\n  package: com.shop\n"
      "    Historical Process Exit for uid=10231\n        ApplicationExitInfo #0:\n"
      "          timestamp=2026-11-20 10:11:12.013\n          pid=7001\n          realUid=99012\n"
      "          packageUid=10231\n          definingUid=10231\n          user=0\n"
      "          process=com.shop:push\n          reason=4 (APP CRASH(EXCEPTION))\n          status=0\n"
      "          importance=400\n          pss=1.5MB\n          rss=12MB\n"
      "          description=crash subreason=9\n          state=empty\n"
      "          trace=/data/system/procexitstore/x.gz\n");
  ASSERT_EQ(p.records.size(), 1u);
  EXPECT_EQ(p.unknown_count, 0u);
  const ProcessExit& e = p.records[0];
  EXPECT_EQ(e.real_uid, 99012);
  EXPECT_EQ(e.process + "|" + e.reason_name, "com.shop:push|APP CRASH(EXCEPTION)");
  EXPECT_EQ(e.subreason, -1);
  EXPECT_EQ(e.pss + "|" + e.rss, "1.5MB|12MB");
  EXPECT_EQ(e.description, "crash subreason=9");
  EXPECT_EQ(e.state + "|" + e.trace, "|/data/system/procexitstore/x.gz");
}

TEST(Exits, SeventeenGluesTheNextHeadingToTheAnrInfo) {
  const std::string fields =
      "          timestamp=2026-11-20 10:11:12.013 pid=7001 realUid=10231 packageUid=10231 definingUid=10231 "
      "user=0\n          process=com.shop reason=6 (ANR) subreason=34 (BIND APPLICATION ANR) status=0\n";
  const std::string own_line =
      "          importance=400 pss=0.00 rss=415MB state=46 bytes trace=/x.gz\n          description=bg anr: "
      "pid=1 "
      "slow\n          anrInfo=AnrInfo(type=1, isUserPerceptible=false)\n";
  const std::string glued =
      "          importance=400 pss=0.00 rss=415MB description=bg anr: pid=1 slow state=46 bytes "
      "trace=/x.gz\n "
      "anrInfo=null";
  const auto p = parse_exits(kHead + "        ApplicationExitInfo #0:\n" + fields + own_line +
                             "        ApplicationExitInfo #1:\n" + fields + glued +
                             "        ApplicationExitInfo #2:\n" + fields + glued + "  package: com.other\n" +
                             "    Historical Process Exit for uid=10007\n" + kStopped);
  EXPECT_EQ(p.unknown_count, 0u);
  ASSERT_EQ(p.records.size(), 4u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(p.records[i].package + "|" + p.records[i].description, "com.shop|bg anr: pid=1 slow");
    EXPECT_EQ(p.records[i].state + "|" + p.records[i].trace + "|" + p.records[i].rss, "46 bytes|/x.gz|415MB");
  }
  EXPECT_EQ(p.records[3].package, "com.other");
}

TEST(Exits, WordsOfADescriptionAreNoFields) {
  const std::string why = "stop com.shop due to from pid 7100";
  for (const std::string words : {"timed out (pid=1 reason=3 state=idle trace=none)",
                                  "timed out (pid=1 reason=3 x=y)\nwaited 5000ms for x"}) {
    std::string text = kHead + kStopped;
    text.replace(text.find(why), why.size(), words);
    const auto p = parse_exits(text);
    ASSERT_EQ(p.records.size(), 1u);
    EXPECT_EQ(p.unknown_count, 0u);
    EXPECT_EQ(p.records[0].pid, 7001);
    EXPECT_EQ(p.records[0].reason, 10);
    EXPECT_EQ(p.records[0].state, "46 bytes");
    EXPECT_TRUE(p.records[0].description.starts_with("timed out (pid=1"));
  }
}

TEST(Exits, PackagesAndUsersAreKeptApart) {
  const auto p = parse_exits(kHead + kStopped + "    Historical Process Exit for uid=1010231\n" + kStopped +
                             "  package: com.other\n    Historical Process Exit for uid=10007\n" + kStopped);
  ASSERT_EQ(p.records.size(), 3u);
  EXPECT_EQ(p.records[1].uid, 1010231);
  EXPECT_EQ(p.records[2].package, "com.other");
  EXPECT_EQ(p.records[2].uid, 10007);
}

TEST(Exits, AnIllegibleRecordIsRelevantAndAMakersLineIsNot) {
  std::string text = kHead + kStopped;
  text.replace(text.find("reason=10"), 9, "grund=zehn");
  const auto broken = parse_exits(text);
  EXPECT_TRUE(broken.records.empty());
  EXPECT_EQ(broken.relevant_unknown, 1u);
  const auto maker = parse_exits(kHead + kStopped + "          vendorKill=none\n" + kStopped);
  EXPECT_EQ(maker.records.size(), 2u);
  EXPECT_EQ(maker.unknown_count, 1u);
  EXPECT_EQ(maker.relevant_unknown, 0u);
  EXPECT_EQ(parse_exits(kStopped.substr(kStopped.find("  timestamp="))).relevant_unknown, 3u) << "no heading";
}

TEST(Exits, NoHistoryIsNoErrorAndAnUnknownCommandOne) {
  const auto none = parse_exits(kHead.substr(0, kHead.find("  package")));
  EXPECT_TRUE(none.records.empty());
  EXPECT_TRUE(none.trusted());
  EXPECT_NE(describe_text("auto", kHead + kStopped)->json.find("\"kind\": \"exits\""), std::string::npos);
}

}  // namespace
}  // namespace storesweep::android
