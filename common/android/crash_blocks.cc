#include "common/android/crash_blocks.h"

#include <cctype>

#include "common/base/text.h"

namespace storesweep::android {
namespace {

constexpr std::size_t kMaxMessage = 2048;  // bytes of an exception's message of several lines
constexpr std::size_t kMaxLine = 512;      // bytes kept of one line of a block

bool is_fatal(std::string_view m) {
  return starts_with(m, "FATAL EXCEPTION") || starts_with(m, "*** FATAL EXCEPTION IN SYSTEM PROCESS");
}
bool is_frame(std::string_view m) { return starts_with(m, "at ") && contains(m, "("); }

// "Process: com.x, PID: 12"
bool is_process_line(std::string_view m, SystemRecord& r) {
  if (!take(m, "Process: ")) return false;
  const std::size_t comma = m.find(", PID: ");
  if (comma == std::string_view::npos) return false;
  const auto pid = parse_int<int>(trim(m.substr(comma + 7)));
  if (!pid) return false;
  r.process = std::string(m.substr(0, comma));
  r.pid = *pid;
  return true;
}

// "java.lang.RuntimeException: words": a class with its package, then nothing or its message.
bool is_throwable(std::string_view m) {
  const std::string_view name = m.substr(0, m.find(": "));
  int dots = 0;
  for (char c : name) {
    if (c == '.')
      ++dots;
    else if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '$')
      return false;
  }
  const std::size_t last = name.rfind('.');
  return dots > 0 && last + 1 < name.size() && std::isupper(static_cast<unsigned char>(name[last + 1])) &&
         std::islower(static_cast<unsigned char>(name[0]));
}

}  // namespace

SystemRecord* CrashBlocks::begin(const LogLine& log, SystemKind kind) {
  SystemRecord r;
  r.kind = kind;
  r.time = std::string(log.time);
  r.log_pid = r.pid = log.pid;
  r.log_uid = log.uid;
  const std::size_t before = out_.records.size();
  out_.add(std::move(r));
  if (out_.records.size() == before) return nullptr;
  open_[log.pid] = {before, std::string(log.tag)};
  heads_.erase(log.pid);
  return &out_.records.back();
}

bool CrashBlocks::fatal(const LogLine& log, std::string_view m) {
  if (!is_fatal(m)) return false;
  if (SystemRecord* r = begin(log, SystemKind::kCrash)) {
    r->system_process = starts_with(m, "***");
    const std::size_t colon = m.find(": ");
    if (colon != std::string_view::npos) r->thread = std::string(m.substr(colon + 2));
  }
  return true;
}

// "Process: com.x, PID: 12" where no block waits for it: the line before it is lost.
bool CrashBlocks::headless(const LogLine& log, std::string_view m) {
  SystemRecord named;
  if (!is_process_line(m, named)) return false;
  const auto found = open_.find(log.level == 0 && going_on_ ? current_ : log.pid);
  if (found != open_.end()) {
    const SystemRecord& r = out_.records[found->second.record];
    if (r.kind == SystemKind::kCrash && r.reason.empty() && r.process.empty()) return false;
  }
  if (SystemRecord* r = begin(log, SystemKind::kCrash)) {
    r->process = named.process;
    r->pid = named.pid;
  }
  return true;
}

// A frame right below a line that names an exception.
bool CrashBlocks::trace(const LogLine& log, std::string_view m) {
  if (is_throwable(m) && heads_.size() < kMaxRecords) {
    const auto found = open_.find(log.pid);
    const bool awaited = found != open_.end() && found->second.tag == log.tag &&
                         out_.records[found->second.record].reason.empty();
    if (!awaited) {
      heads_[log.pid] = {std::string(log.tag), std::string(log.time), std::string(m)};
      return false;
    }
  }
  const auto head = heads_.find(log.pid);
  if (head == heads_.end()) return false;
  const Head first = head->second;
  if (!is_frame(m) || (log.level != 0 && first.tag != log.tag)) {
    heads_.erase(head);
    return false;
  }
  if (SystemRecord* r = begin(log, SystemKind::kTrace)) {
    r->time = first.time;
    exception(*r, first.message);
    append(*r, m, true);
    open_[log.pid].tag = first.tag;
  }
  return true;
}

bool CrashBlocks::accept(const LogLine& log) {
  const std::string_view m = trim(log.message);
  if (log.tag == "AndroidRuntime" || log.level == 0) {
    if (fatal(log, m) || headless(log, m)) {
      current_ = log.pid;
      return going_on_ = true;
    }
  }
  // Android Studio prints the lines of a block without their headers.
  const int owner = log.level == 0 && going_on_ ? current_ : log.pid;
  const auto found = open_.find(owner);
  const bool same =
      found != open_.end() && (log.level == 0 || found->second.tag == log.tag || found->second.tag.empty());
  const bool other_head = log.level != 0 && same && is_throwable(m) &&
                          out_.records[found->second.record].kind == SystemKind::kTrace;
  if (same && !other_head && append(out_.records[found->second.record], m, log.level != 0)) {
    current_ = owner;
    return going_on_ = true;
  }
  if (log.level != 0) going_on_ = false;
  if (traces_ == Traces::kSkip) return false;
  LogLine owned = log;
  if (log.level == 0 && going_on_) owned.pid = current_;
  const bool traced = trace(owned, m);
  if (traced || (log.level != 0 && heads_.contains(log.pid))) {
    current_ = owned.pid;
    going_on_ = true;
  }
  return traced || (log.level == 0 && heads_.contains(owned.pid));
}

void CrashBlocks::exception(SystemRecord& r, std::string_view m) {
  const std::size_t colon = m.find(": ");
  r.reason = std::string(m.substr(0, colon));
  if (colon != std::string_view::npos) r.message = std::string(m.substr(colon + 2));
}

bool CrashBlocks::append(SystemRecord& r, std::string_view m, bool headed) {
  if (m.empty()) return false;
  if (r.reason.empty()) {
    if (is_process_line(m, r)) return true;
    if (std::string_view rest = m; take(rest, "PID: ")) {
      r.pid = parse_int<int>(trim(rest)).value_or(r.pid);
      return true;
    }
    if (!headed && !is_throwable(m)) return false;
    exception(r, m);
    return true;
  }
  if (starts_with(m, "at ") || starts_with(m, "Caused by: ") || starts_with(m, "... ")) {
    if (r.frames.size() < kMaxFrames) r.frames.push_back(std::string(m.substr(0, kMaxLine)));
    return true;
  }
  if (r.frames.empty() && r.message.size() < kMaxMessage) {  // a message of several lines
    r.message.append("\n").append(m.substr(0, kMaxLine));
    return true;
  }
  return starts_with(m, "Suppressed: ");
}

}  // namespace storesweep::android
