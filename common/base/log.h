// Structured log lines on standard error: a time, a level, an event in words, and fields. One Log is made in
// main and handed to those shells that log; pure rooms never do. Safe for concurrent use.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace storesweep {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  std::string_view key;
  std::string value;
  LogField(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, long long v) : key(k), value(std::to_string(v)) {}
  LogField(std::string_view k, long v) : key(k), value(std::to_string(v)) {}
  LogField(std::string_view k, int v) : key(k), value(std::to_string(v)) {}
  LogField(std::string_view k, unsigned v) : key(k), value(std::to_string(v)) {}
  LogField(std::string_view k, unsigned long v) : key(k), value(std::to_string(v)) {}
};

// While it lives, every line that its thread writes carries this trace id (common/base/trace.h), also where
// whoever writes it knows nothing of traces; empty: none. Nests; ends on the thread that made it.
class TraceScope {
 public:
  explicit TraceScope(std::string trace_id);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  const std::string trace_id_;
  const std::string* const before_;
};

class Log {
 public:
  enum class Format { kText, kJson };
  Log(std::string program, LogLevel lowest, Format format);
  ~Log();
  // Whether lines of this level come out, for who has to work for one.
  bool writes(LogLevel level) const;
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
  void debug(std::string_view e, std::initializer_list<LogField> f = {}) { write(LogLevel::kDebug, e, f); }
  void info(std::string_view e, std::initializer_list<LogField> f = {}) { write(LogLevel::kInfo, e, f); }
  void warning(std::string_view e, std::initializer_list<LogField> f = {}) {
    write(LogLevel::kWarning, e, f);
  }
  void error(std::string_view e, std::initializer_list<LogField> f = {}) { write(LogLevel::kError, e, f); }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace storesweep
