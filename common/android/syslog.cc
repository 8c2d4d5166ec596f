#include "common/android/syslog.h"

#include "common/android/crash_blocks.h"
#include "common/android/logline.h"
#include "common/base/text.h"

namespace storesweep::android {
namespace {

// What stands in an intent's short form: "act=... cat=[...] dat=... flg=... cmp=... (has extras)".
void read_intent(std::string_view intent, SystemRecord& r) {
  r.action = std::string(value_of(intent, "act="));
  std::string_view component = value_of(intent, "cmp=");
  r.component = std::string(component);
  r.data = std::string(value_of(intent, "dat="));
}

// Since 14 the line stands behind the attempt and says how it ended; 0 to 99 are starts
// (ActivityManager.isStartResultSuccessful), 102 is START_ABORTED, -92 a class that is not there.
void read_result(std::string_view rest, SystemRecord& r) {
  const std::size_t at = rest.rfind("result code=");
  if (at == std::string_view::npos) return;
  const auto code = parse_int<int>(rest.substr(at + 12));
  if (!code || (*code >= 0 && *code < 100)) return;
  r.kind = SystemKind::kActivityBlocked;
  r.reason = std::string(rest.substr(at));
}

// "START u0 {...} from uid 10147", "... from pid 3879"; newer: "START u0 {...} with LAUNCH_MULTIPLE from uid
// 1000 (BAL_ALLOW_ALLOWLISTED_UID) result code=0"
bool activity_start(std::string_view m, SystemRecord& r) {
  if (!take(m, "START u")) return false;
  r.kind = SystemKind::kActivityStart;
  const std::size_t brace = m.find('{');
  if (brace == std::string_view::npos) return false;
  r.user = parse_int<int>(trim(m.substr(0, brace))).value_or(-1);
  const std::size_t end = m.rfind('}');
  if (end == std::string_view::npos || end < brace) return false;
  read_intent(m.substr(brace + 1, end - brace - 1), r);
  if (m.find(" from ", end) == std::string_view::npos) return true;
  // "uid 10147", "pid 3879", vendors "uid 10147, pid 3879"; since 14 "uid 10147 (com.caller) (BAL_...)".
  std::string_view rest = m.substr(m.find(" from ", end) + 6);
  auto number_after = [&](std::string_view word) {
    const std::size_t at = rest.find(word);
    if (at == std::string_view::npos) return std::optional<int>();
    const std::string_view digits = rest.substr(at + word.size());
    return parse_int<int>(digits.substr(0, digits.find_first_not_of("0123456789")));
  };
  const auto uid = number_after("uid "), pid = number_after("pid ");
  r.caller_uid = uid.value_or(-1);
  r.caller_pid = pid.value_or(-1);
  const std::string_view caller = between(rest, "(", ")");
  if (contains(caller, ".") && !contains(caller, " ")) r.caller_package = std::string(caller);
  read_result(trim(rest), r);
  return uid || pid;
}

// "Start proc 1987:com.x/u0a57 for service com.x/.S", "Start proc 2020:WebViewLoader-x86/1037 [...] for ",
// and up to 4.4 "Start proc com.x for service com.x/.S: pid=4600 uid=10000 gids={...}"
bool proc_start(std::string_view m, SystemRecord& r) {
  if (!take(m, "Start proc ")) return false;
  r.kind = SystemKind::kProcStart;
  const std::size_t at = m.find(" for ");
  const std::string_view head = m.substr(0, at);
  std::string_view tail = at == std::string_view::npos ? std::string_view() : m.substr(at + 5);
  std::string_view first = head.substr(0, head.find(' '));
  if (const auto name = parse_process_name(first)) {
    r.pid = name->pid;
    r.uid = name->uid;
    r.process = name->process;
  } else {
    r.process = std::string(first);
    r.pid = parse_int<int>(value_of(m, "pid=")).value_or(-1);
    r.uid = parse_uid(value_of(m, "uid=")).value_or(-1);
    tail = tail.substr(0, tail.find(": pid="));
    if (r.pid < 0) return false;
  }
  for (std::string_view type : {"content provider", "added application", "link fail"}) {
    if (take(tail, type)) r.type = std::string(type);
  }
  if (r.type.empty()) r.type = std::string(take_word(tail));
  std::string_view component = trim(tail);
  r.caller_package = std::string(value_of(component, "caller="));  // MIUI adds who asked
  component = component.substr(0, component.find(' '));
  if (take(component, "{") && ends_with(component, "}")) component.remove_suffix(1);
  r.component = std::string(component);
  return true;
}

bool proc_end(std::string_view m, SystemRecord& r) {
  if (take(m, "Process ")) {  // "Process x (pid 12) has died"
    const std::size_t at = m.find(" (pid ");
    if (at == std::string_view::npos || !contains(m, "has died")) return false;
    r.kind = SystemKind::kProcDied;
    r.process = std::string(m.substr(0, at));
    r.pid = parse_int<int>(between(m, " (pid ", ")")).value_or(-1);
    return r.pid >= 0;
  }
  if (!take(m, "Killing ")) return false;  // "Killing 12:x/u0a1 (adj 900): reason"
  const std::size_t blank = m.find(' ');
  const auto name = parse_process_name(m.substr(0, blank));
  if (!name) return false;
  r.kind = SystemKind::kKilled;
  r.process = name->process;
  r.pid = name->pid;
  r.uid = name->uid;
  const std::size_t colon = m.find("): ");
  if (colon != std::string_view::npos) r.reason = std::string(m.substr(colon + 3));
  return true;
}

// "Background activity start [callingPackage: x; callingUid: 10105; ...; intent: Intent { ... }; ...]", since
// 14 "Background activity launch blocked! ...", up to 9 vendors' own.
bool activity_blocked(std::string_view m, SystemRecord& r) {
  take(m, "activity start fail: ");  // EMUI
  if (!starts_with(m, "Background activity start [") &&
      !starts_with(m, "Background activity launch blocked") &&
      !starts_with(m, "Abort background activity starts from "))
    return false;
  if (starts_with(m, "Background activity start [")) {
    for (std::string_view allowed : {"allowBackgroundActivityStart: true", "isBgStartWhitelisted: true"}) {
      if (contains(m, allowed)) return false;
    }
  }
  r.kind = SystemKind::kActivityBlocked;
  std::string_view package = between(m, "callingPackage: ", ";");
  r.caller_package = std::string(package.substr(0, package.find(' ')));
  r.caller_uid = parse_int<int>(between(m, "callingUid: ", ";")).value_or(-1);
  if (std::string_view rest = m; take(rest, "Abort background activity starts from ")) {
    r.caller_uid = parse_int<int>(trim(rest)).value_or(-1);
  }
  read_intent(between(m, "Intent { ", " }"), r);
  return true;
}

// "Background start not allowed: service Intent { cmp=... } to com.x/.S from pid=1 uid=2 pkg=com.x ..." and
// "Background execution not allowed: receiving Intent { act=... } to com.x/.R"
bool background_blocked(std::string_view m, SystemRecord& r) {
  if (take(m, "Background start not allowed: ")) {
    r.kind = SystemKind::kServiceBlocked;
  } else if (take(m, "Background execution not allowed: receiving ")) {
    r.kind = SystemKind::kBroadcastBlocked;
  } else {
    return false;
  }
  read_intent(between(m, "{ ", " }"), r);
  if (const std::size_t to = m.rfind("} to "); to != std::string_view::npos) {
    const std::string_view target = m.substr(to + 5);
    r.component = std::string(target.substr(0, target.find(' ')));
  }
  r.caller_pid = parse_int<int>(value_of(m, "pid=")).value_or(-1);
  r.caller_uid = parse_uid(value_of(m, "uid=")).value_or(-1);
  r.caller_package = std::string(value_of(m, "pkg="));
  return true;
}

// "ANR in com.x (com.x/.Main)", then "PID: 12", "Reason: ..." on lines of their own.
bool anr(std::string_view m, SystemRecord& r) {
  if (!take(m, "ANR in ")) return false;
  r.kind = SystemKind::kAnr;
  r.process = std::string(m.substr(0, m.find(' ')));
  r.component = std::string(between(m, "(", ")"));
  return true;
}

// libsigchain: "Fatal signal 11 (SIGSEGV), code 1 ... in tid 12 (name), pid 12 (com.x)"
bool native_crash(std::string_view m, SystemRecord& r) {
  if (!starts_with(m, "Fatal signal ")) return false;
  r.kind = SystemKind::kNativeCrash;
  r.reason = std::string(between(m, "(", ")"));
  const std::size_t pid = m.rfind(", pid ");
  if (pid != std::string_view::npos) {
    std::string_view rest = m.substr(pid + 6);
    r.pid = parse_int<int>(rest.substr(0, rest.find(' '))).value_or(-1);
    r.process = std::string(between(rest, "(", ")"));
  } else if (const std::size_t thread = m.rfind(", thread ");
             thread != std::string_view::npos) {  // up to 4.4
    const std::string_view rest = m.substr(thread + 9);
    r.pid = parse_int<int>(rest.substr(0, rest.find(' '))).value_or(-1);
    r.process = std::string(between(rest, "(", ")"));
  } else {
    std::string_view rest = between(m, " in tid ", " ");
    r.pid = parse_int<int>(rest).value_or(-1);
  }
  return true;
}

// "System.exit called, status: 0", "VM exiting with result code 0, cleanup skipped.", and
// Process.killProcess: "Sending signal. PID: 12 SIG: 9" (by the process itself or by another)
bool own_exit(const LogLine& log, SystemRecord& r) {
  std::string_view m = log.message;
  if (take(m, "Sending signal. PID: ")) {
    r.pid = parse_int<int>(m.substr(0, m.find(' '))).value_or(-1);
    r.reason = std::string("signal ").append(trim(m.substr(std::min(m.size(), m.rfind(' ')))));
  } else if (starts_with(m, "System.exit called") || starts_with(m, "VM exiting with result code")) {
    r.pid = log.pid;
    r.reason = std::string(m);
  } else {
    return false;
  }
  r.kind = SystemKind::kExit;
  r.caller_pid = log.pid;
  return true;
}

// The tags of the system's activity manager: ActivityManager, ActivityTaskManager, ActivityStarter,
// BroadcastQueue. An app can write any tag; that is why records keep log_uid.
bool of_activity_manager(const LogLine& log) {
  return starts_with(log.tag, "Activity") || starts_with(log.tag, "Broadcast");
}

bool interpret(const LogLine& log, SystemRecord& r) {
  const std::string_view m = log.message;
  if (m.empty()) return false;
  switch (m[0]) {  // nearly every line of a log ends here
    case 'S':
      return (of_activity_manager(log) && (activity_start(m, r) || proc_start(m, r))) || own_exit(log, r);
    case 'V':
      return own_exit(log, r);
    case 'P':
    case 'K':
      return of_activity_manager(log) && proc_end(m, r);
    case 'B':
      return of_activity_manager(log) && (activity_blocked(m, r) || background_blocked(m, r));
    case 'A':
    case 'a':
      return of_activity_manager(log) && (anr(m, r) || activity_blocked(m, r));
    case 'F':
      return log.tag == "libc" && native_crash(m, r);
    default:
      return false;
  }
}

// A line that should have given a record: not to read it would hide a start.
bool of_interest(std::string_view message) {
  return starts_with(message, "START u") && contains(message, "{") && contains(message, "cmp=");
}

// 10 to 13 write START before they decide: "Abort background activity starts from 10105" takes it back.
void take_back_start(const SystemRecord& r, Parsed<SystemRecord>& out) {
  if (r.kind != SystemKind::kActivityBlocked || !r.component.empty()) return;
  const std::size_t size = out.records.size();
  for (std::size_t i = size; i > 0 && size - i < 4; --i) {
    SystemRecord& start = out.records[i - 1];
    if (start.kind != SystemKind::kActivityStart || start.caller_uid != r.caller_uid) continue;
    if (start.log_pid != r.log_pid) continue;
    start.kind = SystemKind::kActivityBlocked;
    start.reason = "aborted";
    return;
  }
}

// The lines that ActivityManager writes below "ANR in": they complete the record in front of them.
bool complete_anr(const LogLine& log, Parsed<SystemRecord>& out) {
  if (out.records.empty() || out.records.back().kind != SystemKind::kAnr) return false;
  SystemRecord& r = out.records.back();
  if (log.pid != r.log_pid) return false;
  std::string_view m = log.message;
  if (r.pid < 0 && take(m, "PID: "))
    r.pid = parse_int<int>(trim(m)).value_or(-1);
  else if (r.reason.empty() && take(m, "Reason: "))
    r.reason = std::string(m);
  else
    return false;
  return true;
}

}  // namespace

std::string_view system_kind_name(SystemKind kind) {
  switch (kind) {
    case SystemKind::kActivityStart:
      return "activity_start";
    case SystemKind::kActivityBlocked:
      return "activity_blocked";
    case SystemKind::kServiceBlocked:
      return "service_blocked";
    case SystemKind::kBroadcastBlocked:
      return "broadcast_blocked";
    case SystemKind::kProcStart:
      return "proc_start";
    case SystemKind::kProcDied:
      return "proc_died";
    case SystemKind::kKilled:
      return "killed";
    case SystemKind::kCrash:
      return "crash";
    case SystemKind::kTrace:
      return "trace";
    case SystemKind::kNativeCrash:
      return "native_crash";
    case SystemKind::kAnr:
      return "anr";
    case SystemKind::kExit:
      return "exit";
  }
  return "?";
}

std::string crash_owner(const SystemRecord& crash) {
  for (const std::string& frame : crash.frames) {
    std::string_view at = frame;
    if (!take(at, "at ")) continue;
    bool platform = false;
    for (std::string_view prefix : {"android.", "androidx.", "java.", "javax.", "kotlin.", "kotlinx.",
                                    "dalvik.", "libcore.", "com.android.internal.", "sun."}) {
      platform = platform || starts_with(at, prefix);
    }
    if (!platform) return std::string(at);
  }
  return {};
}

Parsed<SystemRecord> parse_system_log(std::string_view text, Traces traces) {
  Parsed<SystemRecord> out;
  LogReader reader(text, out);
  CrashBlocks crashes(out, traces);
  LogLine log;
  while (reader.next(log)) {
    if (crashes.accept(log)) continue;
    if (log.level == 0) {
      out.unknown(log.line, contains(log.message, " START u0 {"));
      continue;
    }
    if (complete_anr(log, out)) continue;
    SystemRecord record;
    if (interpret(log, record)) {
      record.time = std::string(log.time);
      record.log_pid = log.pid;
      record.log_uid = log.uid;
      take_back_start(record, out);
      out.add(std::move(record));
    } else if (of_activity_manager(log) && of_interest(log.message)) {
      out.unknown(log.line, true);
    }
  }
  return out;
}

}  // namespace storesweep::android
