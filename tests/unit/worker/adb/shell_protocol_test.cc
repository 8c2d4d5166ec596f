#include "worker/adb/shell_protocol.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/adb/chunks.h"

namespace storesweep::adb {
namespace {

using namespace std::string_literals;

TEST(AdbShellPackets, ComeWholeOutOfEveryChunking) {
  const std::string bytes = "\x01\x03\0\0\0out\x02\x01\0\0\0e\x01\0\0\0\0\x03\x01\0\0\0\x07"s;
  for (const auto& pieces : every_chunking(bytes)) {
    Inbox inbox;
    std::string seen;
    for (auto piece : pieces) {
      inbox.feed(piece);
      for (auto packet = take_shell_packet(inbox).value(); packet;
           packet = take_shell_packet(inbox).value()) {
        seen += std::to_string(static_cast<int>(packet->id)) + ":" + packet->data + ";";
      }
    }
    EXPECT_EQ(seen, "1:out;2:e;1:;3:\x07;");
    EXPECT_TRUE(inbox.empty());
  }
}

TEST(AdbShellPackets, WhatNoDeviceSendsIsCorrupt) {
  const std::string too_long = "\x01\x01\0\x10\0"s, bad_id = "\x09\0\0\0\0"s, stdin_back = "\0\0\0\0\0"s,
                    long_exit = "\x03\x02\0\0\0ab"s;
  for (const std::string& bytes : {too_long, bad_id, stdin_back, long_exit}) {
    Inbox inbox;
    inbox.feed(bytes);
    EXPECT_EQ(take_shell_packet(inbox).status().kind(), ErrorKind::kCorrupt);
  }
}

TEST(AdbShellPackets, AreBuiltAsTheyAreRead) {
  EXPECT_EQ(shell_packet(ShellId::kStdin, "ab"), "\0\x02\0\0\0ab"s);
  EXPECT_EQ(shell_packet(ShellId::kCloseStdin, ""), "\x04\0\0\0\0"s);
}

TEST(AdbOldShell, TellsItsExitCodeBehindTheMark) {
  EXPECT_EQ(old_shell_command("ls /x", 0x2a), "ls /x; echo exit-2a=$?");
  auto parsed = parse_old_shell("no such\r\nexit-2a=1\r\n", 0x2a);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->out, "no such\n");
  EXPECT_EQ(parsed->exit_code, 1);
}

TEST(AdbOldShell, OutputWithoutALineEndKeepsItsLastLine) {
  auto parsed = parse_old_shell("abcexit-1=0\r\n", 1);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->out, "abc");
}

TEST(AdbOldShell, AnAnswerWithoutItsMarkIsIncomplete) {
  for (std::string raw : {"", "text\r\n", "text\r\nexit-1=", "exit-1=0", "exit-1=x\r\n", "exit-2=0\r\n"}) {
    EXPECT_FALSE(parse_old_shell(raw, 1)) << raw;
  }
}

TEST(AdbOldShell, TheMarkOfAnotherCallInTheTextIsText) {
  auto parsed = parse_old_shell("exit-1=9\r\nexit-2=0\r\n", 2);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->out, "exit-1=9\n");
  EXPECT_EQ(parsed->exit_code, 0);
}

TEST(AdbOldShell, UndoingTheTerminalGivesBackEveryByte) {
  const std::string written = "a\nb\r\nc\r\r\nd\r"s + '\0' + "\n";
  std::string sent;
  for (char c : written) sent += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(without_pty_crlf(sent), written);
}

}  // namespace
}  // namespace storesweep::adb
