// One line of logcat, whichever `-v` printed it: threadtime (with a year, a zone, seconds since the epoch or
// boot, a uid column by number or name, microseconds), time, brief, tag, process, thread (which names no tag)
// and long, in colour too, and Android Studio's two shapes. From AOSP's logprint.cpp and captures. Pure; the
// views in a LogLine point into the text that is being read and live as long as the callback.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

struct LogLine {
  std::string_view time;  // "08-14 21:22:18.650", as printed; empty where the format has none
  int uid = -1;
  std::string_view uid_name;  // where the uid column holds a name ("logd")
  int pid = -1;
  int tid = -1;
  char level = 0;  // V D I W E F
  std::string_view tag;
  std::string_view message;
  Line line;  // where it came from
};

// False when the line has none of the shapes.
bool parse_log_line(std::string_view text, LogLine& out);

// Reads a whole log. next() gives each message line (in `-v long`, each line of a message under its header);
// what has no known shape comes with level 0 and the line itself as message, so that a reader may take it as
// a continuation or count it as unknown.
class LogReader {
 public:
  LogReader(std::string_view text, Grammar& grammar) : lines_(text, grammar, LineReader::Blank::kKeep) {}
  bool next(LogLine& out);

 private:
  bool long_header(std::string_view text);

  LineReader lines_;
  LogLine header_;  // of the `-v long` message that is being read
  bool in_long_ = false;
};

}  // namespace storesweep::android
