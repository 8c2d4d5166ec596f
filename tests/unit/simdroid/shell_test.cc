#include "tests/unit/simdroid/bench_device.h"

namespace storesweep::simdroid {
namespace {

TEST(Shell, QuotesKeepBlanksAndSpecialCharacters) {
  BenchDevice device(28);
  EXPECT_EQ(device.out("echo 'a  b' \"c;d\" e\\ f"), "a  b c;d e f\n");
  EXPECT_EQ(device.out("printf \"%s|\" a\\ b \"c d\" \\$HOME"), "a b|c d|$HOME|");
}

TEST(Shell, ConnectorsFollowTheExitCode) {
  BenchDevice device(28);
  EXPECT_EQ(device.out("false || echo no; true && echo yes"), "no\nyes\n");
  EXPECT_EQ(device.out("false && echo never; echo $?"), "1\n");
  EXPECT_EQ(device.run("exit 7; echo never").code, 7);
  EXPECT_EQ(device.run("sh -c 'exit 5'").code, 5);
}

TEST(Shell, RedirectionsGoToFilesAndNowhere) {
  BenchDevice device(28);
  const Said said =
      device.run("echo lost > /dev/null; nosuch 2>&1; echo kept > /data/local/tmp/f; cat /data/local/tmp/f");
  EXPECT_EQ(said.out, "/system/bin/sh: nosuch: not found\nkept\n");
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(device.out("echo more >> /data/local/tmp/f && wc -l < /data/local/tmp/f"), "2\n");
  EXPECT_EQ(device.run("echo x > /system/f").err,
            "/system/bin/sh: can't create /system/f: Permission denied\n");
}

TEST(Shell, PipesAndVariables) {
  BenchDevice device(33);
  EXPECT_EQ(device.out("getprop | grep 'version.sdk]'"), "[ro.build.version.sdk]: [33]\n");
  EXPECT_EQ(device.out("A=5; echo $A ${A}x"), "5 5x\n");
  EXPECT_EQ(device.run("nosuch").err, "/system/bin/sh: nosuch: inaccessible or not found\n");
}

TEST(Shell, OnAStarvedDeviceTimeGoesByBetweenTheProgramsOfALine) {
  BenchDevice device(28);
  const std::string twice = "cat /proc/uptime; cat /proc/uptime";
  const auto between_s = [](const std::string& out) {
    return std::stod(out.substr(out.find('\n') + 1)) - std::stod(out);
  };
  EXPECT_LT(between_s(device.out(twice)), 0.1);
  EXPECT_EQ(device.run("setprop storesweep.fault 'starve 500'").code, 0);
  EXPECT_GE(between_s(device.out(twice)), 0.5);
}

TEST(Shell, SaysWhatItCannotParse) {
  BenchDevice device(28);
  EXPECT_EQ(device.run("echo 'open").code, 1);
  EXPECT_EQ(device.run("(echo a)").code, 1);
  EXPECT_NE(device.run("a ||").err.find("syntax error"), std::string::npos);
}

TEST(Shell, SleepFollowsTheDevicesClock) {
  BenchDevice device(28);
  EXPECT_EQ(device.run("sleep 5; echo done", "", 20'000).out, "done\n");
  EXPECT_EQ(device.run("sleep 60", "", 1'000).code, -1);
}

TEST(Shell, StandardInputReachesTheFirstCommand) {
  BenchDevice device(28);
  EXPECT_EQ(device.run("cat | wc -c", "12345").out, "5\n");
  EXPECT_EQ(device.run("sh", "echo from stdin\n").out, "from stdin\n");
}

TEST(Files, PermissionsHoldForTheShellUser) {
  BenchDevice device(28);
  EXPECT_EQ(device.run("mkdir /system/x").code, 1);
  EXPECT_EQ(device.run("mkdir -p /sdcard/a/b && ls /sdcard/a").out, "b\n");
  EXPECT_EQ(device.run("ls /nosuch").err, "ls: /nosuch: No such file or directory\n");
  EXPECT_EQ(device.run("rm -r /sdcard/a; ls -d /storage/emulated/0/a").code, 1);
}

TEST(Settings, PutGetListDelete) {
  BenchDevice device(28);
  EXPECT_EQ(device.out("settings get global nosuch"), "null\n");
  EXPECT_EQ(device.out("settings put global http_proxy 10.0.0.1:80; settings get global http_proxy"),
            "10.0.0.1:80\n");
  EXPECT_EQ(device.out("settings delete global http_proxy; settings get global http_proxy"),
            "Deleted 1 rows\nnull\n");
}

TEST(Clock, RunsFasterThanLifeAndSaysSo) {
  BenchDevice device(28);
  EXPECT_EQ(device.out("getprop ro.storesweep.simulated; getprop ro.storesweep.rate"), "1\n1\n");
  const std::string before = device.out("date +%s");
  device.wait_ms(5'000);
  EXPECT_EQ(std::stoll(device.out("date +%s")) - std::stoll(before), 5);
}

TEST(Faults, AreSetByPropertyAndSayWhatIsUnknown) {
  BenchDevice device(28);
  EXPECT_EQ(device.run("setprop storesweep.fault full_disk; echo x > /sdcard/f").code, 1);
  EXPECT_EQ(device.run("setprop storesweep.fault none; echo x > /sdcard/f").code, 0);
  EXPECT_NE(device.run("setprop storesweep.fault nosuch").err.find("unknown"), std::string::npos);
  EXPECT_FALSE(parse_fault_script("f.yaml", "- {device: x, fault: garbage}").ok());
  EXPECT_EQ(parse_fault_script("f.yaml", "- {device: 1, after_ms: 20, fault: slow 5}")->at(0).after_ms, 20);
}

}  // namespace
}  // namespace storesweep::simdroid
