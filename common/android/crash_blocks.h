// The exception blocks of a log that are still being written, one a process: RuntimeInit's "FATAL EXCEPTION"
// with the lines below it, the same block without its first line (a ring buffer forgets, people cut), and
// stack traces that somebody only logged. For syslog.cc alone. One thread; holds a reference to the records
// it fills.
#pragma once

#include <unordered_map>

#include "common/android/logline.h"
#include "common/android/syslog.h"

namespace storesweep::android {

class CrashBlocks {
 public:
  CrashBlocks(Parsed<SystemRecord>& out, Traces traces) : out_(out), traces_(traces) {}

  // Whether the line belongs to a block.
  bool accept(const LogLine& log);

 private:
  struct Open {
    std::size_t record = 0;
    std::string tag;
  };
  struct Head {  // a line that could be the first of a trace
    std::string tag, time, message;
  };

  SystemRecord* begin(const LogLine& log, SystemKind kind);
  bool fatal(const LogLine& log, std::string_view m);
  bool headless(const LogLine& log, std::string_view m);
  bool trace(const LogLine& log, std::string_view m);
  // `headed`: the log says who wrote the line; a bare one must look like what it is taken for.
  static bool append(SystemRecord& r, std::string_view m, bool headed);
  static void exception(SystemRecord& r, std::string_view m);

  Parsed<SystemRecord>& out_;
  const Traces traces_;
  std::unordered_map<int, Open> open_;
  std::unordered_map<int, Head> heads_;
  int current_ = -1;  // whose block a line without a header goes on with
  bool going_on_ = false;
};

}  // namespace storesweep::android
