#include "worker/adb/protocol.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/adb/chunks.h"

namespace storesweep::adb {
namespace {

TEST(AdbRequest, IsPrefixedWithItsLengthInHex) {
  EXPECT_EQ(request("host:version").value(), "000chost:version");
  EXPECT_EQ(request(std::string(0xffff, 'x')).value().substr(0, 4), "ffff");
}

TEST(AdbRequest, RefusesWhatTheServerCouldMisread) {
  EXPECT_EQ(request("").status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(request(std::string(0x10000, 'x')).status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(request(std::string_view("shell:a\0b", 9)).status().kind(), ErrorKind::kInvalid);
}

TEST(AdbReply, ComesWholeOutOfEveryChunking) {
  const std::string bytes = "OKAYFAIL000edevice offlineOKAYrest";
  for (const auto& pieces : every_chunking(bytes)) {
    Inbox inbox;
    std::vector<Reply> replies;
    for (auto piece : pieces) {
      inbox.feed(piece);
      while (replies.size() < 3) {
        auto reply = take_reply(inbox);
        ASSERT_TRUE(reply.ok()) << reply.status().text();
        if (!*reply) break;
        replies.push_back(**reply);
      }
    }
    ASSERT_EQ(replies.size(), 3u);
    EXPECT_TRUE(replies[0].ok);
    EXPECT_FALSE(replies[1].ok);
    EXPECT_EQ(replies[1].message, "device offline");
    EXPECT_TRUE(replies[2].ok);
    EXPECT_EQ(inbox.view(), "rest");
  }
}

TEST(AdbReply, GarbageIsCorruptAtItsFirstByte) {
  for (std::string garbage : {"X", "HTTP/1.1", "OKAX", "FAILzzzz", "FAIL-001"}) {
    Inbox inbox;
    inbox.feed(garbage);
    EXPECT_EQ(take_reply(inbox).status().kind(), ErrorKind::kCorrupt) << garbage;
  }
}

TEST(AdbFrame, ComesWholeOutOfEveryChunking) {
  const std::string bytes = "00000016127.0.0.1:5655\tdevice\n0000";
  for (const auto& pieces : every_chunking(bytes)) {
    Inbox inbox;
    std::vector<std::string> frames;
    for (auto piece : pieces) {
      inbox.feed(piece);
      for (auto frame = take_frame(inbox).value(); frame; frame = take_frame(inbox).value())
        frames.push_back(*frame);
    }
    EXPECT_EQ(frames, (std::vector<std::string>{"", "127.0.0.1:5655\tdevice\n", ""}));
  }
}

TEST(AdbFrame, ALengthThatIsNoHexIsCorrupt) {
  Inbox inbox;
  inbox.feed("00g1x");
  EXPECT_EQ(take_frame(inbox).status().kind(), ErrorKind::kCorrupt);
}

TEST(AdbDevices, AreReadFromTheLongAndTheShortForm) {
  DeviceList list = parse_devices(
      "127.0.0.1:5655         device product:android_x86 model:Standard_PC__i440FX device:x86 "
      "transport_id:35\n"
      "emulator-5554          offline transport_id:2\n"
      "0123456789\tunauthorized\n"
      "R58M123                device usb:1-4.2 product:a model:b device:c transport_id:7\n"
      "????????????           no permissions (user in plugdev group; see [http://x]) usb:1-1 "
      "transport_id:9\n");
  ASSERT_EQ(list.devices.size(), 5u);
  EXPECT_EQ(list.devices[0],
            (DeviceEntry{"127.0.0.1:5655", "device", "android_x86", "Standard_PC__i440FX", "x86", 35}));
  EXPECT_EQ(list.devices[1].state, "offline");
  EXPECT_FALSE(list.devices[1].usable());
  EXPECT_EQ(list.devices[2], (DeviceEntry{"0123456789", "unauthorized", "", "", "", 0}));
  EXPECT_EQ(list.devices[3].transport_id, 7u);
  EXPECT_EQ(list.devices[4].state, "no permissions");
  EXPECT_EQ(list.devices[4].transport_id, 9u);
  EXPECT_EQ(list.unknown_lines, 0u);
}

TEST(AdbDevices, LinesWithoutAStateAreCounted) {
  DeviceList list = parse_devices("alone\n\nx\tdevice\n");
  EXPECT_EQ(list.devices.size(), 1u);
  EXPECT_EQ(list.unknown_lines, 1u);
}

TEST(AdbFeatures, AreASetAndEmptyForAnOldDevice) {
  EXPECT_EQ(parse_features("cmd,shell_v2,,stat_v2\n"), (Features{"cmd", "shell_v2", "stat_v2"}));
  EXPECT_TRUE(parse_features("").empty());
}

TEST(AdbQuoted, SurvivesEveryCharacterOfTheShell) { EXPECT_EQ(quoted("a'b $c`"), "'a'\\''b $c`'"); }

}  // namespace
}  // namespace storesweep::adb
