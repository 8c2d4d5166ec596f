#include "common/base/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <utility>

#include "common/base/clock.h"
#include "common/base/text.h"

namespace storesweep {
namespace {
constexpr std::string_view kLevelNames[] = {"debug", "info", "warning", "error"};

void append_json_string(std::string& out, std::string_view s) {
  out += '"';
  for (char c : clean_utf8(s)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

// A value as text: quoted when it has blanks or control characters (a log line is one line).
void append_text_value(std::string& out, std::string_view s) {
  bool plain = !s.empty();
  for (char c : s) plain = plain && static_cast<unsigned char>(c) > 0x20 && c != '"';
  if (plain) {
    out += s;
  } else {
    append_json_string(out, s);
  }
}
// Of this thread, as the standard's own error code is: a run's lines are written by many who do not know it.
thread_local const std::string* current_trace = nullptr;

void append_json_field(std::string& out, std::string_view key, std::string_view value) {
  out += ',';
  append_json_string(out, key);
  out += ':';
  append_json_string(out, value);
}
void append_text_field(std::string& out, std::string_view key, std::string_view value) {
  out += fmt::format("  {}=", key);
  append_text_value(out, value);
}
}  // namespace

TraceScope::TraceScope(std::string trace_id)
    : trace_id_(std::move(trace_id)),
      before_(std::exchange(current_trace, trace_id_.empty() ? nullptr : &trace_id_)) {}
TraceScope::~TraceScope() { current_trace = before_; }

struct Log::State {
  std::string program;
  LogLevel lowest;
  Format format;
  spdlog::logger logger;
};

Log::Log(std::string program, LogLevel lowest, Format format)
    : state_(new State{std::move(program), lowest, format,
                       spdlog::logger("log", std::make_shared<spdlog::sinks::stderr_sink_mt>())}) {
  state_->logger.set_pattern("%v");
}
Log::~Log() = default;

bool Log::writes(LogLevel level) const { return level >= state_->lowest; }

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!writes(level)) return;
  std::string time = format_time(SystemClock().wall_ms());
  std::string_view name = kLevelNames[static_cast<int>(level)];
  std::string out;
  if (state_->format == Format::kJson) {
    out = fmt::format(R"({{"time":"{}","level":"{}","program":"{}","event":)", time, name, state_->program);
    append_json_string(out, event);
    for (const LogField& f : fields) append_json_field(out, f.key, f.value);
    if (current_trace) append_json_field(out, "trace_id", *current_trace);
    out += '}';
  } else {
    out = fmt::format("{} {:<7} {}: {}", time, name, state_->program, event);
    for (const LogField& f : fields) append_text_field(out, f.key, f.value);
    if (current_trace) append_text_field(out, "trace_id", *current_trace);
  }
  state_->logger.log(spdlog::level::info, "{}", out);
}

}  // namespace storesweep
