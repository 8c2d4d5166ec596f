#include "common/hooks/hook_lines.h"

#include <gtest/gtest.h>

#include <string>

namespace storesweep::hooks {
namespace {

// As the script prints them in Node (tests/integration/hooks), shortened.
constexpr const char* kHelloLine =
    R"({"kind":"hello","up":100000,"pid":4711,"script":"1","frida":"17.0.0","runtime":"QJS","sources":"2026.11.24","hooked":170,"absent":30,"fields":40,"unhooked":["com.bun.supplier.IdSupplier.getOAID: abstract"],"n":0,"lost":0})";
constexpr const char* kCallLine =
    R"-({"up":100010,"took":4,"pid":4711,"tid":12,"depth":0,"kind":"call","source":"android_id","api":"android.provider.Settings$Secure.getString","args":["android_id"],"type":"string","value":"9774d56d682e549c","thread":"main","stack":["android.provider.Settings$Secure.getString(Native Method)","cn.sdk.Reader.read(Reader.java:7)"],"n":1,"lost":0})-";
constexpr const char* kThrewLine =
    R"({"up":100020,"took":1,"pid":4711,"tid":12,"depth":0,"kind":"call","source":"serial","api":"android.os.Build.getSerial","args":[],"threw":"java.lang.SecurityException: getSerial","thread":"main","stack":[],"n":2,"lost":0})";
constexpr const char* kDigestLine =
    R"({"up":100030,"took":0,"pid":4711,"tid":12,"depth":0,"kind":"digest","api":"java.security.MessageDigest.update","algorithm":"MD5","head":"MzU1","bytes":3,"thread":"main","stack":[],"n":3,"lost":0})";

std::string beat(std::uint64_t n, std::int64_t up_ms, std::uint64_t lost = 0) {
  return R"({"kind":"beat","up":)" + std::to_string(up_ms) + R"(,"queued":0,"n":)" + std::to_string(n) +
         R"(,"lost":)" + std::to_string(lost) + "}";
}

HookLine read(const std::string& text) {
  const auto line = parse_hook_line(text);
  EXPECT_TRUE(line.ok()) << text << line.status().text();
  return line.ok() ? *line : HookLine{};
}

HookGaps gaps_of(const std::vector<std::string>& texts) {
  HookReader reader;
  for (const std::string& text : texts) reader.take(read(text));
  return reader.gaps();
}

TEST(HookLines, ACallIsReadWithValueThreadAndStack) {
  const HookLine c = read(kCallLine);
  EXPECT_EQ(c.kind, HookKind::kCall);
  EXPECT_EQ(c.source, "android_id");
  EXPECT_EQ(c.outcome, HookOutcome::kReturned);
  EXPECT_EQ(c.value, "9774d56d682e549c");
  EXPECT_EQ(c.thread, "main");
  ASSERT_EQ(c.stack.size(), 2U);
  EXPECT_EQ(c.stack[1], "cn.sdk.Reader.read(Reader.java:7)");
  EXPECT_EQ(c.up_ms, 100'010);
  EXPECT_EQ(c.took_ms, 4);
  EXPECT_EQ(c.size, -1);
}

TEST(HookLines, WhatACallGaveIsToldApart) {
  EXPECT_EQ(read(kThrewLine).outcome, HookOutcome::kThrew);
  EXPECT_EQ(read(R"({"kind":"call","source":"imei","api":"a.B.c","null":true})").outcome, HookOutcome::kNull);
  EXPECT_EQ(read(R"({"kind":"call","source":"sensors","api":"a.B.c"})").outcome, HookOutcome::kNothing);
  const HookLine list =
      read(R"({"kind":"call","source":"app_list","api":"a.B.c","type":"java.util.List","size":143})");
  EXPECT_EQ(list.outcome, HookOutcome::kReturned);
  EXPECT_EQ(list.size, 143);
}

TEST(HookLines, HelloDigestAndErrorsAreRead) {
  EXPECT_EQ(read(kHelloLine).list_version, "2026.11.24");
  EXPECT_EQ(read(kHelloLine).unhooked.size(), 1U);
  EXPECT_EQ(read(kDigestLine).algorithm, "MD5");
  EXPECT_EQ(read(kDigestLine).bytes, 3U);
  const HookLine absent = read(R"({"kind":"absent","n":0,"lost":0,"up":0,"why":"Java API not available"})");
  EXPECT_EQ(absent.kind, HookKind::kAbsent);
  EXPECT_EQ(absent.why, "Java API not available");
  const HookLine error = read(R"({"type":"error","description":"TypeError: x","stack":"..","lineNumber":1})");
  EXPECT_EQ(error.kind, HookKind::kScriptError);
  EXPECT_EQ(error.why, "TypeError: x");
}

TEST(HookLines, WhatIsNoLineIsRefusedWithItsReason) {
  for (const char* text :
       {"", "Failed to attach", "[]", "{}", R"({"kind":"dance"})", R"({"kind":"call"})",
        R"({"kind":"call","source":"imei"})", R"({"kind":"beat","up":-1})", R"({"kind":"beat","up":1.5})",
        R"({"kind":"beat","up":99999999999999999999})", R"({"kind":"call","source":7,"api":"a"})",
        R"({"kind":"call","source":"imei","api":"a","stack":"x"})",
        R"({"kind":"call","source":"imei","api":"a","args":[1]})"}) {
    EXPECT_EQ(parse_hook_line(text).status().kind(), ErrorKind::kCorrupt) << text;
  }
  const std::string call(kCallLine);
  for (std::size_t at = 0; at < call.size(); ++at) EXPECT_FALSE(parse_hook_line(call.substr(0, at)).ok());
}

TEST(HookLines, HugeFieldsAreRefused) {
  const auto with = [](const std::string& fields) {
    return parse_hook_line(R"({"kind":"call","source":"imei","api":"a",)" + fields + "}").status().kind();
  };
  EXPECT_EQ(with(R"("value":")" + std::string(3'000, 'x') + "\""), ErrorKind::kCorrupt);
  std::string many = "\"a\"";
  for (std::size_t i = 0; i < kMaxHookFrames; ++i) many += ",\"a\"";
  EXPECT_EQ(with("\"stack\":[" + many + "]"), ErrorKind::kCorrupt);
  EXPECT_EQ(with("\"x\":\"" + std::string(kMaxHookLineBytes, 'x') + "\""), ErrorKind::kCorrupt);
  EXPECT_EQ(with("\"depth\":20000"), ErrorKind::kCorrupt);
}

TEST(HookReader, LinesInOrderLackNothing) {
  EXPECT_FALSE(
      gaps_of({kHelloLine, kCallLine, kThrewLine, kDigestLine, beat(4, 101'000), beat(5, 102'000)}).any());
}

TEST(HookReader, WhatTheScriptLostIsCountedOnce) {
  EXPECT_EQ(gaps_of({kHelloLine, beat(1, 101'000, 7), beat(2, 102'000, 7), beat(3, 103'000, 9)}).lost, 9U);
}

TEST(HookReader, NumbersThatNeverCameAreMissing) {
  EXPECT_EQ(gaps_of({kHelloLine, kThrewLine, beat(6, 101'000)}).missing, 4U);
}

TEST(HookReader, LiesAreCounted) {
  EXPECT_EQ(gaps_of({kHelloLine, kCallLine, kCallLine}).lies, 1U) << "a number twice";
  EXPECT_EQ(gaps_of({kHelloLine, beat(1, 200'000), beat(2, 101'000)}).lies, 1U) << "the time went back";
  EXPECT_EQ(gaps_of({kHelloLine, beat(1, 101'000, 5), beat(2, 102'000, 3)}).lies, 1U) << "a count that fell";
  EXPECT_GE(gaps_of({kHelloLine, kHelloLine}).lies, 1U) << "a second hello";
  EXPECT_GE(gaps_of({beat(0, 101'000)}).lies, 1U) << "no hello";
  EXPECT_EQ(gaps_of({kHelloLine, R"({"kind":"call","source":"a","api":"b","up":10,"n":1,"lost":0})"}).lies,
            1U)
      << "before the script was there";
}

TEST(HookReader, WhatWaitedInTheQueueIsNoLie) {
  // A beat passes the queue by, and the outer of two calls, which began first, is told last.
  const std::string inner = R"({"kind":"call","source":"a","api":"b","up":100500,"took":1,"n":2,"lost":0})";
  const std::string outer = R"({"kind":"call","source":"a","api":"b","up":100400,"took":200,"n":3,"lost":0})";
  EXPECT_FALSE(gaps_of({kHelloLine, beat(1, 104'000), inner, outer}).any());
}

HookLine call(const std::string& source, std::int64_t tid, int depth, std::int64_t up_ms,
              std::int64_t took_ms) {
  HookLine out;
  out.kind = HookKind::kCall;
  out.source = source;
  out.tid = tid;
  out.depth = depth;
  out.up_ms = up_ms;
  out.took_ms = took_ms;
  return out;
}

TEST(HookReader, OneCallThatTwoHooksSawIsOne) {
  const HookLine outer = call("imei", 1, 0, 100, 10);
  EXPECT_TRUE(part_of(call("imei", 1, 1, 102, 3), outer));
  EXPECT_TRUE(part_of(call("imei", 1, 1, 100, 10), outer));
  EXPECT_FALSE(part_of(call("imei", 2, 1, 102, 3), outer)) << "another thread";
  EXPECT_FALSE(part_of(call("serial", 1, 1, 102, 3), outer)) << "another kind";
  EXPECT_FALSE(part_of(call("imei", 1, 0, 102, 3), outer)) << "not inside it";
  EXPECT_FALSE(part_of(call("imei", 1, 1, 108, 3), outer)) << "it ends later";
  EXPECT_FALSE(part_of(outer, outer));
}

}  // namespace
}  // namespace storesweep::hooks
