#include "simdroid/print/log.h"

#include <fmt/format.h>

#include <array>

#include "common/base/text.h"
#include "simdroid/print/activities.h"
#include "simdroid/print/states.h"
#include "simdroid/print/text.h"

namespace storesweep::simdroid {
namespace {
constexpr int kFirstLogdApi = 21;
constexpr std::size_t kTagWidth = 8;

std::string time_text(const LogLine& line, const LogStyle& style) {
  if (style.epoch) return fmt::format("{:>19}.{:03}", line.wall_ms / 1000, line.wall_ms % 1000);
  return date_text_ms(style.year ? "%Y-%m-%d %H:%M:%S" : "%m-%d %H:%M:%S", line.wall_ms);
}

// Before the message, by format (AOSP liblog logprint.cpp android_log_formatLogLine).
std::string prefix(const LogLine& line, const LogStyle& style, int api) {
  const std::string uid = style.uid ? fmt::format("{:>5}:", log_user_name(line.uid)) : "";
  std::string tag = line.tag;
  if (tag.size() < kTagWidth) tag.resize(kTagWidth, ' ');
  switch (style.format) {
    case LogFormat::kBrief:
      return fmt::format("{}/{}({}{:>5}): ", line.priority, tag, uid, line.pid);
    case LogFormat::kProcess:
      return fmt::format("{}({}{:>5}) ", line.priority, uid, line.pid);
    case LogFormat::kTag:
      return fmt::format("{}/{}: ", line.priority, tag);
    case LogFormat::kThread:
      return fmt::format("{}({}{:>5}:{:>5}) ", line.priority, uid, line.pid, line.tid);
    case LogFormat::kRaw:
      return "";
    case LogFormat::kTime:
      return fmt::format("{} {}/{}({}{:>5}): ", time_text(line, style), line.priority, tag, uid, line.pid);
    case LogFormat::kLong:
      return fmt::format("[ {} {}{:>5}:{:>5} {}/{} ]\n", time_text(line, style), uid, line.pid, line.tid,
                         line.priority, tag);
    case LogFormat::kThreadtime:
      break;
  }
  const std::string who = style.uid ? fmt::format("{:>5} ", log_user_name(line.uid)) : "";
  (void)api;
  return fmt::format("{} {}{:>5} {:>5} {} {}: ", time_text(line, style), who, line.pid, line.tid,
                     line.priority, tag);
}

LogBuffer buffer_by_name(std::string_view name) {
  for (LogBuffer b : {LogBuffer::kSystem, LogBuffer::kCrash, LogBuffer::kEvents, LogBuffer::kRadio}) {
    if (log_buffer_name(b) == name) return b;
  }
  return LogBuffer::kMain;
}

// "com.x/.Main" and "com.x/com.x.Main" of each other; "{com.x/com.x.Main}" as 10 and later write it.
std::string in_braces(const std::string& component) {
  const auto slash = component.find('/');
  if (slash == std::string::npos || component[0] == '{') return component;
  const std::string package = component.substr(0, slash);
  std::string name = component.substr(slash + 1);
  if (starts_with(name, ".")) name.insert(0, package);
  return "{" + package + "/" + name + "}";
}

// What follows from the values that were given, unless it was given too.
Holes completed(const Templates& t, Holes values) {
  auto derive = [&values](const char* name, std::string value) { values.emplace(name, std::move(value)); };
  auto number = [&values](const char* name) {
    auto it = values.find(name);
    return it == values.end() ? std::nullopt : parse_int<int>(it->second);
  };
  derive("user", "0");
  if (auto it = values.find("component"); it != values.end())
    derive("component_braces", in_braces(it->second));
  if (auto it = values.find("service"); it != values.end()) {
    const auto dot = it->second.rfind('.');
    derive("service_class", dot == std::string::npos ? it->second : it->second.substr(dot));
  }
  if (auto adj = number("adj")) derive("adj_text", adj_text(t, *adj));
  if (auto state = number("state")) derive("state_text", proc_state_text(t, *state));
  if (auto uid = number("uid")) {
    derive("uid_name", uid_text(*uid));
    constexpr int kFirstSharedGid = 40'000;
    derive("gids", std::to_string(kFirstSharedGid + *uid));
  }
  for (const auto& [name, value] : {std::pair<const char*, const char*>{"foreground", "false"},
                                    {"sender", "null"},
                                    {"sender_uid", "1000"},
                                    {"file", "Handler.java"},
                                    {"line", "873"},
                                    {"priority", "0"},
                                    {"flags", "10"},
                                    {"pid", "0"},
                                    {"caller_pid", "0"},
                                    {"status", "0"},
                                    {"action", "NULL"},
                                    {"data", "NULL"},
                                    {"permission", "null"}}) {
    derive(name, value);
  }
  if (!values.contains("intent") && values.contains("component"))
    derive("intent", "cmp=" + values["component"]);
  return values;
}
}  // namespace

std::string_view log_buffer_name(LogBuffer buffer) {
  switch (buffer) {
    case LogBuffer::kMain:
      return "main";
    case LogBuffer::kSystem:
      return "system";
    case LogBuffer::kCrash:
      return "crash";
    case LogBuffer::kEvents:
      return "events";
    case LogBuffer::kRadio:
      return "radio";
  }
  return "main";
}

bool apply_log_word(LogStyle& style, std::string_view word, int api) {
  static constexpr std::array<std::pair<std::string_view, LogFormat>, 8> kFormats = {
      {{"brief", LogFormat::kBrief},
       {"threadtime", LogFormat::kThreadtime},
       {"long", LogFormat::kLong},
       {"time", LogFormat::kTime},
       {"tag", LogFormat::kTag},
       {"raw", LogFormat::kRaw},
       {"process", LogFormat::kProcess},
       {"thread", LogFormat::kThread}}};
  for (const auto& [name, format] : kFormats) {
    if (word != name) continue;
    style.format = format;
    return true;
  }
  if (api < kFirstLogdApi) return false;
  const std::array<std::pair<std::string_view, bool*>, 4> modifiers = {{{"uid", &style.uid},
                                                                        {"year", &style.year},
                                                                        {"descriptive", &style.descriptive},
                                                                        {"epoch", &style.epoch}}};
  for (const auto& [name, flag] : modifiers) {
    if (word == name) return *flag = true;
  }
  return word == "printable" || word == "UTC" || word == "zone" || word == "usec" || word == "color" ||
         word == "colour";
}

std::string print_log_line(const LogLine& line, const LogStyle& style, int api) {
  const std::string before = prefix(line, style, api);
  if (style.format == LogFormat::kLong) return before + line.message + "\n\n";
  std::string out;
  for (std::string_view text : lines(line.message)) out += before + std::string(text) + "\n";
  return line.message.empty() ? before + "\n" : out;
}

std::string print_log_beginning(LogBuffer buffer, int api) {
  return fmt::format("--------- beginning of {}{}\n", api < kFirstLogdApi ? "/dev/log/" : "",
                     log_buffer_name(buffer));
}

LogLine log_message(const Templates& t, std::string_view block, const Holes& values) {
  LogLine out;
  if (!t.has(block)) return out;
  const std::string filled = t.line(block, completed(t, values));
  const auto end = filled.find('\n');
  const std::vector<std::string_view> head = words(std::string_view(filled).substr(0, end));
  if (head.size() < 3 || end == std::string::npos) return out;
  out.buffer = buffer_by_name(head[0]);
  out.priority = head[1][0];
  out.tag = head[2];
  out.message = filled.substr(end + 1);
  return out;
}

bool has_log_message(const Templates& t, std::string_view block) { return t.has(block); }

}  // namespace storesweep::simdroid
