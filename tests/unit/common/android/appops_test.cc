#include "common/android/appops.h"

#include <set>
#include "tests/unit/corpus.h"

namespace storesweep::android {
namespace {

const AppOp* find(const Parsed<AppOp>& ops, std::string_view package, std::string_view op) {
  for (const AppOp& o : ops.records) {
    if (o.package == package && o.op == op) return &o;
  }
  return nullptr;
}

TEST(AppOps, OldGrammarReadsTimesDurationsAndRunning) {
  const auto ops = parse_appops(
      "Current AppOps Service state:\n  Clients:\n    junk\n\n  Uid u0a39:\n    Package com.a:\n"
      "      CAMERA: mode=0; time=+19h25m46s9ms ago; duration=+4s189ms\n"
      "      MONITOR_LOCATION: mode=0; time=+6m1s367ms ago (running)\n"
      "      READ_CONTACTS: mode=1; rejectTime=+2s0ms ago; duration=0\n"
      "      WRITE_SMS: mode=0; duration=0\n");
  ASSERT_EQ(ops.records.size(), 4u);
  EXPECT_TRUE(ops.trusted());
  const AppOp& camera = ops.records[0];
  EXPECT_EQ(camera.uid, 10039);
  EXPECT_EQ(camera.mode, "allow");
  ASSERT_EQ(camera.uses.size(), 1u);
  EXPECT_EQ(camera.uses[0].ago_ms, 69946009);
  EXPECT_EQ(camera.uses[0].duration_ms, 4189);
  EXPECT_TRUE(ops.records[1].uses.at(0).running);
  EXPECT_EQ(ops.records[2].mode, "ignore");
  EXPECT_TRUE(ops.records[2].uses.at(0).rejected);
  EXPECT_EQ(ops.records[2].uses.at(0).ago_ms, 2000);
  EXPECT_TRUE(ops.records[3].uses.empty());
}

TEST(AppOps, Android9ReadsContinuationLinesThatLackTheWordAccess) {
  const auto ops = parse_appops(
      "Current AppOps Service state:\n  Uid 1027:\n    state=cch  \n    Package com.android.nfc:\n"
      "      FINE_LOCATION (allow / switch COARSE_LOCATION=allow): \n"
      "          Access: bg    = 2019-03-30 22:12:29.032 (-137d16h56m41s604ms)\n"
      "                  cch   = 2019-03-30 22:12:28.966 (-2s)\n"
      "          Reject: top   = 2019-08-15 14:35:08.481 (-34m2s155ms)\n"
      "                  cch   = 2019-08-15 14:35:08.481 (-1s)\n"
      "          duration=+158ms\n");
  ASSERT_EQ(ops.records.size(), 1u);
  EXPECT_TRUE(ops.trusted()) << (ops.unknown_lines.empty() ? "" : ops.unknown_lines[0].text);
  const AppOp& op = ops.records[0];
  EXPECT_EQ(op.switch_op, "COARSE_LOCATION");
  ASSERT_EQ(op.uses.size(), 4u);
  EXPECT_EQ(op.uses[0].state, "bg");
  EXPECT_EQ(op.uses[0].duration_ms, 158);
  EXPECT_EQ(op.uses[1].state, "cch");
  EXPECT_FALSE(op.uses[1].rejected);
  EXPECT_TRUE(op.uses[2].rejected);
  EXPECT_TRUE(op.uses[3].rejected);
  EXPECT_EQ(op.uses[3].ago_ms, 1000);
}

TEST(AppOps, Android11ReadsAttributionBlocksAndARejectWithoutABlank) {
  const auto ops = parse_appops(
      "Current AppOps Service state:\n  Uid u0a119:\n    state=bg\n    capability=---\n      LEGACY_STORAGE: "
      "mode=ignore\n"
      "    Package com.a:\n      COARSE_LOCATION (allow): \n      FINE_LOCATION (allow / switch "
      "COARSE_LOCATION=allow): \n"
      "        null=[\n          Access: [fg-s] 2021-01-11 16:01:05.086 (-1h5m27s679ms)\n"
      "          Reject: [cch-s]2021-01-11 15:02:12.835 (-2h4m19s930ms)\n        ]\n        maps=[\n"
      "          Access: [fg-tpd] 2020-02-18 02:26:08.711 (-11h13m45s490ms) duration=+1s0ms proxy[uid=10070, "
      "pkg=com.p, attributionTag=null]\n          Running start at: +27s669ms\n          startNesting=2\n    "
      "    ]\n");
  ASSERT_EQ(ops.records.size(), 3u);
  EXPECT_TRUE(ops.trusted());
  EXPECT_EQ(ops.records[0].package, "");
  EXPECT_EQ(ops.records[0].mode, "ignore");
  const AppOp* op = find(ops, "com.a", "FINE_LOCATION");
  ASSERT_NE(op, nullptr);
  ASSERT_EQ(op->uses.size(), 3u);
  EXPECT_EQ(op->uses[0].state, "fg");
  EXPECT_EQ(op->uses[0].flags, "s");
  EXPECT_EQ(op->uses[0].attribution, "");
  EXPECT_TRUE(op->uses[1].rejected);
  EXPECT_EQ(op->uses[1].time, "2021-01-11 15:02:12.835");
  EXPECT_EQ(op->uses[2].attribution, "maps");
  EXPECT_EQ(op->uses[2].proxy_package, "com.p");
  EXPECT_EQ(op->uses[2].proxy_uid, 10070);
  EXPECT_TRUE(op->uses[2].running);
}

TEST(AppOps, GetReadsVendorOpsUidModesAndOldNames) {
  const auto ops = parse_appops(
      "Uid mode: COARSE_LOCATION: ignore\nMIUIOP(10041): allow; time=+1m2s3ms ago\nOP_READ_PHONE_STATE: "
      "deny; "
      "rejectTime=+5s ago\nCAMERA: foreground; time=+1h ago; duration=+2s5ms\nRECORD_AUDIO: allow; time=+3s "
      "ago (running)\n",
      "com.a");
  ASSERT_EQ(ops.records.size(), 5u);
  EXPECT_TRUE(ops.trusted());
  EXPECT_EQ(ops.records[1].op, "MIUIOP(10041)");
  EXPECT_EQ(ops.records[1].package, "com.a");
  EXPECT_EQ(ops.records[2].op, "READ_PHONE_STATE");
  EXPECT_TRUE(ops.records[2].uses.at(0).rejected);
  EXPECT_EQ(ops.records[3].mode, "foreground");
  EXPECT_EQ(ops.records[3].uses.at(0).duration_ms, 2005);
  EXPECT_TRUE(ops.records[4].uses.at(0).running);
  EXPECT_TRUE(parse_appops("No operations.\nDefault mode: allow\n").trusted());
}

TEST(AppOps, AnUnknownGrammarIsRelevant) {
  const auto ops = parse_appops(
      "Current AppOps Service state:\n  Uid u0a1:\n    Package com.a:\n      CAMERA (allow):\n        "
      "<<access>> 12\n");
  EXPECT_EQ(ops.relevant_unknown, 1u);
  ASSERT_EQ(ops.unknown_lines.size(), 1u);
  EXPECT_EQ(ops.unknown_lines[0].number, 5u);
  EXPECT_FALSE(ops.trusted());
}

TEST(AppOps, AUseToldInOtherWordsIsNoNeverUsed) {
  EXPECT_TRUE(parse_appops("READ_CLIPBOARD: allow; time=+1m0s ago; duration=+4s\n").trusted());
  for (const char* said :
       {"READ_CLIPBOARD: allow; zeit=+1m0s ago\n", "READ_CLIPBOARD: allow; time =+1m0s ago\n"}) {
    const auto ops = parse_appops(said);
    EXPECT_EQ(ops.relevant_unknown, 1u) << said;
    EXPECT_TRUE(ops.records.empty()) << said;
  }
}

TEST(AppOps, AMissingServiceIsTheDevicesOwnError) {
  const auto ops = parse_appops("Can't find service: appops\r\n");
  EXPECT_EQ(ops.device_error, "Can't find service: appops");
  EXPECT_EQ(ops.unknown_count, 0u);
  EXPECT_FALSE(ops.trusted());
}

TEST(AppOpsCorpus, TheAndroid9DumpIsUnderstoodWhole) {
  NEED_CORPUS();
  const auto ops = parse_appops(corpus_text("dumpsys/android09-emulator/appops.txt"));
  EXPECT_EQ(ops.unknown_count, 0u) << (ops.unknown_lines.empty() ? "" : ops.unknown_lines[0].text);
  std::set<std::string> packages;
  for (const AppOp& op : ops.records) packages.insert(std::to_string(op.uid) + op.package);
  std::size_t clipboard = 0, usage_rejects = 0;
  for (const AppOp& op : ops.records) {
    for (const OpUse& use : op.uses) {
      clipboard += op.op == "READ_CLIPBOARD" && !use.rejected;
      usage_rejects += op.op == "GET_USAGE_STATS" && use.rejected;
    }
  }
  EXPECT_GT(clipboard, 0u);
  EXPECT_GT(usage_rejects, 0u);
  const AppOp* fine = find(ops, "android", "FINE_LOCATION");
  ASSERT_NE(fine, nullptr);
  EXPECT_EQ(fine->uses.at(0).time, "2019-08-15 14:35:11.698");
}

TEST(AppOpsCorpus, TheAndroid4DumpIsUnderstoodWhole) {
  NEED_CORPUS();
  const auto ops = parse_appops(corpus_text("android-4.4.2/text/dumpsys-appops.txt"));
  EXPECT_EQ(ops.unknown_count, 0u);
  EXPECT_GT(ops.records.size(), 20u);
}

}  // namespace
}  // namespace storesweep::android
