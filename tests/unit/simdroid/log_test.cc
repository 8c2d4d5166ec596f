// Log lines in logcat's formats, and the system's own messages.
#include "simdroid/print/log.h"

#include <gtest/gtest.h>

#include "shapes.h"

namespace storesweep::simdroid {
namespace {
LogLine line() { return {LogBuffer::kMain, 1'565'852'938'123, 10086, 9155, 9156, 'W', "probe", "one\ntwo"}; }

TEST(Log, PrintsEachFormatAsLogcatDoes) {
  LogStyle style;
  EXPECT_EQ(
      print_log_line(line(), style, 28),
      "08-15 07:08:58.123  9155  9156 W probe   : one\n08-15 07:08:58.123  9155  9156 W probe   : two\n");
  ASSERT_TRUE(apply_log_word(style, "uid", 28));
  EXPECT_EQ(print_log_line(line(), style, 28).substr(0, 49),
            "08-15 07:08:58.123 10086  9155  9156 W probe   : ");
  style = {};
  ASSERT_TRUE(apply_log_word(style, "brief", 28));
  EXPECT_EQ(print_log_line(line(), style, 28), "W/probe   ( 9155): one\nW/probe   ( 9155): two\n");
  ASSERT_TRUE(apply_log_word(style, "long", 28));
  EXPECT_EQ(print_log_line(line(), style, 28), "[ 08-15 07:08:58.123  9155: 9156 W/probe    ]\none\ntwo\n\n");
  EXPECT_FALSE(apply_log_word(style, "uid", 19)) << "4.4's logcat knows no modifiers";
  EXPECT_FALSE(apply_log_word(style, "nonsense", 33));
}

TEST(Log, ABeginningNamesItsBuffer) {
  EXPECT_EQ(print_log_beginning(LogBuffer::kEvents, 28), "--------- beginning of events\n");
  EXPECT_EQ(print_log_beginning(LogBuffer::kMain, 19), "--------- beginning of /dev/log/main\n");
}

TEST(Log, TheSameHappeningIsWrittenInEachVersionsWay) {
  const Holes values{{"pid", "9155"},
                     {"uid", "10086"},
                     {"process", "com.x"},
                     {"type", "activity"},
                     {"component", "com.x/.Main"}};
  const LogLine nine = log_message(shape_of(28).templates, "log.proc_start", values);
  EXPECT_EQ(nine.message, "Start proc 9155:com.x/u0a86 for activity com.x/.Main");
  EXPECT_EQ(nine.tag, "ActivityManager");
  EXPECT_EQ(nine.buffer, LogBuffer::kSystem);
  EXPECT_EQ(log_message(shape_of(33).templates, "log.proc_start", values).message,
            "Start proc 9155:com.x/u0a86 for activity {com.x/com.x.Main}");
  EXPECT_EQ(log_message(shape_of(19).templates, "log.proc_start", values).message,
            "Start proc com.x for activity com.x/.Main: pid=9155 uid=10086 gids={50086}");
  const LogLine event = log_message(shape_of(33).templates, "event.proc_start", values);
  EXPECT_EQ(event.buffer, LogBuffer::kEvents);
  EXPECT_EQ(event.message, "[0,9155,10086,com.x,activity,{com.x/com.x.Main}]");
}

TEST(Log, AProcessDiesWithTheNameOfItsState) {
  const Holes values{{"pid", "2020"}, {"process", "WebViewLoader-x86"}, {"adj", "-700"}, {"state", "0"}};
  EXPECT_EQ(log_message(shape_of(28).templates, "log.proc_died", values).message,
            "Process WebViewLoader-x86 (pid 2020) has died: psvc PER ");
  const Holes cached{{"pid", "1"}, {"process", "p"}, {"adj", "906"}, {"state", "19"}};
  EXPECT_EQ(log_message(shape_of(33).templates, "log.proc_died", cached).message,
            "Process p (pid 1) has died: cch+6 CEM ");
}

TEST(Log, AnEventThatAVersionLacksGivesNoLine) {
  EXPECT_FALSE(has_log_message(shape_of(28).templates, "event.create_service"));
  EXPECT_TRUE(log_message(shape_of(28).templates, "event.create_service", {}).tag.empty());
}

TEST(Log, EveryMessageOfEveryShapeHasBufferPriorityAndTag) {
  for (int api : {19, 28, 33}) {
    const Templates& t = shape_of(api).templates;
    for (const std::string& name : t.names()) {
      if (name.find("event.") != 0 && name.find("log.") != 0) continue;
      const LogLine l = log_message(t, name, {{"tag", "x"}, {"uid", "10086"}, {"state", "1"}});
      EXPECT_FALSE(l.tag.empty()) << api << " " << name;
      EXPECT_FALSE(l.message.empty()) << api << " " << name;
    }
  }
}
}  // namespace
}  // namespace storesweep::simdroid
