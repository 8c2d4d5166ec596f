#include "simdroid/android/log.h"

#include <fmt/format.h>

#include "simdroid/print/text.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::size_t kLineOverheadBytes = 40;
constexpr std::size_t kMaxFresh = 20'000;

std::size_t size_of(const LogLine& line) {
  return line.tag.size() + line.message.size() + kLineOverheadBytes;
}

Holes process_holes(const Process& process) {
  return {{"user", "0"},
          {"pid", std::to_string(process.pid)},
          {"uid", std::to_string(process.uid)},
          {"uid_name", uid_text(process.uid)},
          {"process", process.name}};
}
}  // namespace

void keep_line(State& s, LogLine line) {
  if (line.tag.empty() && line.message.empty()) return;
  LogBuffers::Buffer& buffer = s.log.buffers[line.buffer];
  buffer.bytes += size_of(line);
  if (s.log.followed && s.log.fresh.size() < kMaxFresh) s.log.fresh.push_back(line);
  buffer.lines.push_back(std::move(line));
  while (buffer.bytes > buffer.capacity && buffer.lines.size() > 1) {
    buffer.bytes -= size_of(buffer.lines.front());
    buffer.lines.pop_front();
    ++buffer.pruned;
  }
}

void log_app(State& s, const Process& process, char priority, const std::string& tag,
             const std::string& message) {
  LogLine line;
  line.wall_ms = wall_ms(s);
  line.uid = process.uid;
  line.pid = line.tid = process.pid;
  line.priority = priority;
  line.tag = tag;
  line.message = message;
  keep_line(s, std::move(line));
}

void log_block(State& s, std::string_view block, const Holes& values, int pid, int uid) {
  if (!has_log_message(*s.templates, block)) return;
  LogLine line = log_message(*s.templates, block, values);
  line.wall_ms = wall_ms(s);
  line.uid = uid;
  line.pid = pid != 0 ? pid : s.server_pid;
  line.tid = pid != 0 ? pid : s.server_pid + 16;
  keep_line(s, std::move(line));
}

void log_start_intent(State& s, const Intent& intent, int uid, int pid) {
  log_block(s, "log.start_activity",
            {{"user", "0"},
             {"intent", intent_text(text_of(intent), s.api)},
             {"uid", std::to_string(uid)},
             {"caller_pid", std::to_string(pid != 0 ? pid : s.server_pid)}});
}

void log_proc_start(State& s, const Process& process, std::string_view type, const std::string& component) {
  Holes holes = process_holes(process);
  holes["type"] = std::string(type);
  holes["component"] = component;
  log_block(s, "event.proc_start", holes);
  log_block(s, "log.proc_start", holes);
}

void log_proc_bound(State& s, const Process& process) {
  log_block(s, "event.proc_bound", process_holes(process));
}

void log_proc_died(State& s, const Process& process, int adj, int state) {
  Holes holes = process_holes(process);
  holes["adj"] = std::to_string(adj);
  holes["state"] = std::to_string(state);
  log_block(s, "event.proc_died", holes);
  log_block(s, "log.proc_died", holes);
}

void log_kill(State& s, const Process& process, int adj, const std::string& reason) {
  Holes holes = process_holes(process);
  holes["adj"] = std::to_string(adj);
  holes["reason"] = reason;
  log_block(s, "event.kill", holes);
  log_block(s, "log.kill", holes);
}

void log_activity(State& s, std::string_view block, const Activity& activity, int task,
                  const std::string& reason) {
  const auto or_null = [](const std::string& text) { return text.empty() ? std::string("NULL") : text; };
  log_block(s, block,
            {{"user", "0"},
             {"id", std::to_string(50'000'000 + activity.id * 7919)},
             {"task", std::to_string(task)},
             {"component", component_of(activity)},
             {"class", activity.class_name},
             {"action", or_null(activity.intent.action)},
             {"type", "NULL"},
             {"data", or_null(activity.intent.data)},
             {"flags", std::to_string(activity.intent.flags)},
             {"reason", reason}});
}

void log_called(State& s, std::string_view block, const Activity& activity, const std::string& reason) {
  log_block(s, block,
            {{"user", "0"},
             {"id", std::to_string(50'000'000 + activity.id * 7919)},
             {"class", activity.class_name},
             {"component", component_of(activity)},
             {"reason", reason}},
            activity.pid, activity.uid);
}

void log_crash(State& s, const Process& process, const std::string& message, const std::string& class_name) {
  Holes holes = process_holes(process);
  holes["message"] = message;
  holes["class"] = class_name;
  holes["exception"] = "java.lang.RuntimeException";
  holes["package"] = process.package;
  holes["flags"] = "952680006";
  log_block(s, "event.crash", holes);
  log_block(s, "log.crash", holes, process.pid, process.uid);
}

}  // namespace storesweep::simdroid::android
