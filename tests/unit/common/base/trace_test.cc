#include "common/base/trace.h"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "common/base/log.h"

namespace storesweep {
namespace {

const std::string kId = "0af7651916cd43dd8448eb211c80319c";
const std::string kSpan = "b7ad6b7169203331";

TEST(Traceparent, IsTakenAsTheStandardWritesIt) {
  EXPECT_EQ(parse_traceparent("00-" + kId + "-" + kSpan + "-01"), kId);
  EXPECT_EQ(parse_traceparent("cc-" + kId + "-" + kSpan + "-01-what-comes-later"), kId);
}

TEST(Traceparent, IsNothingWhereTheStandardForbidsIt) {
  const std::string zeros(32, '0');
  for (const std::string& header :
       {std::string(), "00-" + kId + "-" + kSpan, "ff-" + kId + "-" + kSpan + "-01",
        "00-" + zeros + "-" + kSpan + "-01", "00-" + kId + "-" + zeros.substr(16) + "-01",
        "00-" + kId + "-" + kSpan + "-01-more", "cc-" + kId + "-" + kSpan + "-01more",
        "00-0AF7651916CD43DD8448EB211C80319C-" + kSpan + "-01", "00_" + kId + "-" + kSpan + "-01",
        "00-" + kId + "-" + kSpan + "-0g"}) {
    EXPECT_EQ(parse_traceparent(header), std::nullopt) << header;
  }
}

TEST(Traceparent, HandsTheTraceOnUnderANewSpan) {
  SeededRandom random(1);
  const std::string id = new_trace_id(random);
  EXPECT_NE(id, new_trace_id(random));
  const std::string one = traceparent(id, random), two = traceparent(id, random);
  EXPECT_NE(one, two);
  EXPECT_EQ(parse_traceparent(one), id);
  EXPECT_EQ(parse_traceparent(two), id);
}

std::string written(Log::Format format, const std::function<void(Log&)>& what) {
  ::testing::internal::CaptureStderr();
  {
    Log log("p", LogLevel::kInfo, format);
    what(log);
  }
  return ::testing::internal::GetCapturedStderr();
}

TEST(TraceScope, StandsInEveryLineOfItsThreadAndInNoOther) {
  const auto lines = [](Log& log) {
    log.info("before");
    {
      const TraceScope outer("a1");
      log.info("within", {{"key", "v"}});
      {
        const TraceScope inner("b2");
        log.info("deeper");
      }
      std::thread([&log] { log.info("elsewhere"); }).join();
      {
        const TraceScope none("");
        log.info("of nobody");
      }
      log.info("again");
    }
    log.info("after");
  };
  const std::string text = written(Log::Format::kText, lines);
  for (const char* line : {"p: before\n", "p: within  key=v  trace_id=a1\n", "p: deeper  trace_id=b2\n",
                           "p: elsewhere\n", "p: of nobody\n", "p: again  trace_id=a1\n", "p: after\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  const std::string json = written(Log::Format::kJson, lines);
  EXPECT_NE(json.find(R"("event":"within","key":"v","trace_id":"a1"})"), std::string::npos) << json;
  EXPECT_NE(json.find("\"event\":\"after\"}\n"), std::string::npos) << json;
}

}  // namespace
}  // namespace storesweep
