// Log lines: how logcat prints them in its formats, and what the system writes into the events, system and
// crash buffers when something happens. The messages are the shape's blocks "event.*" and "log.*": on 9 the
// am_* events, on 13 wm_* for activities and am_* for processes. Pure. Sources: captures; AOSP
// EventLogTags.logtags (am, wm, notification), system/logging liblog logprint.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simdroid/print/template.h"

namespace storesweep::simdroid {

enum class LogBuffer { kMain, kSystem, kCrash, kEvents, kRadio };
std::string_view log_buffer_name(LogBuffer buffer);

struct LogLine {
  LogBuffer buffer = LogBuffer::kMain;
  std::int64_t wall_ms = 0;
  int uid = 0;
  int pid = 0;
  int tid = 0;
  char priority = 'I';
  std::string tag;
  std::string message;  // lines apart by \n: each is printed by itself
};

enum class LogFormat { kBrief, kThreadtime, kLong, kTime, kTag, kRaw, kProcess, kThread };
struct LogStyle {
  LogFormat format = LogFormat::kThreadtime;
  bool uid = false;          // -v uid
  bool year = false;         // -v year
  bool descriptive = false;  // -v descriptive: accepted, changes nothing here
  bool epoch = false;        // -v epoch
};
// Sets what one word of `-v` says; false for a word that logcat does not know.
bool apply_log_word(LogStyle& style, std::string_view word, int api);
std::string print_log_line(const LogLine& line, const LogStyle& style, int api);
// "--------- beginning of events"; before 5.0 "... of /dev/log/events"
std::string print_log_beginning(LogBuffer buffer, int api = 28);

// A message of the shape: block "event.<name>" or "log.<name>" filled, whose first line says where it goes:
// "<buffer> <priority> <tag>", the rest is the message. uid, pid, tid and time are the caller's to set. An
// event that this version does not have gives no line at all (an empty message and tag).
LogLine log_message(const Templates& t, std::string_view block, const Holes& values);
bool has_log_message(const Templates& t, std::string_view block);

}  // namespace storesweep::simdroid
