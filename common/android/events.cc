#include "common/android/events.h"

#include <cctype>

#include "common/android/logline.h"
#include "common/base/text.h"

namespace storesweep::android {
namespace {

using Fields = std::vector<std::string_view>;

// "[0,5064,com.example,0,reason: from pid 8845, stop it]" cut at the first `count - 1` commas: the last field
// keeps its own. A message of one value stands without brackets.
Fields fields_of(std::string_view message, std::size_t count) {
  message = trim(message);
  if (take(message, "[") && ends_with(message, "]")) message.remove_suffix(1);
  Fields out;
  // -v descriptive: "[User=0,PID=19,...]".
  const std::size_t name = message.find_first_of("=,");
  const bool named = name != std::string_view::npos && name > 0 && message[name] == '=' &&
                     std::isupper(static_cast<unsigned char>(message[0]));
  auto value = [&](std::string_view field) {
    const std::size_t equals = field.find('=');
    return named && equals != std::string_view::npos ? field.substr(equals + 1) : field;
  };
  while (out.size() + 1 < count) {
    const std::size_t comma = message.find(',');
    if (comma == std::string_view::npos) break;
    out.push_back(value(message.substr(0, comma)));
    message.remove_prefix(comma + 1);
  }
  out.push_back(value(message));
  return out;
}

std::string component_text(std::string_view text) {
  if (take(text, "{") && ends_with(text, "}")) text.remove_suffix(1);
  return std::string(text);
}

bool number(std::string_view text, int& out) {
  const auto value = parse_int<int>(text);
  if (value) out = *value;
  return value.has_value();
}

// (User),(PID),(UID),(Process),(Type),(Component)
bool proc_start(std::string_view message, EventRecord& r) {
  const Fields f = fields_of(message, 6);
  if (f.size() < 5 || !number(f[0], r.user) || !number(f[1], r.pid) || !number(f[2], r.uid)) return false;
  r.process = std::string(f[3]);
  r.type = std::string(f[4]);
  if (f.size() > 5) {  // vendors add fields behind the component, which itself holds no comma
    const std::size_t comma = f[5].find(',');
    r.component = component_text(contains(f[5].substr(0, comma), "/") ? f[5].substr(0, comma) : f[5]);
  }
  return !r.process.empty();
}

// (User),(PID),(Process)[,(OomAdj),(ProcState)]
bool proc_end(std::string_view message, EventRecord& r) {
  const Fields f = fields_of(message, 5);
  if (f.size() < 3 || !number(f[0], r.user) || !number(f[1], r.pid)) return false;
  r.process = std::string(f[2]);
  return true;
}

// (User),(PID),(Process),(OomAdj),(Reason)[,(Rss) since 12]. A reason may hold commas.
bool kill(std::string_view message, EventRecord& r) {
  const Fields f = fields_of(message, 5);
  if (f.size() < 5 || !number(f[0], r.user) || !number(f[1], r.pid)) return false;
  r.process = std::string(f[2]);
  std::string_view reason = f[4];
  const std::size_t comma = reason.rfind(',');
  if (comma != std::string_view::npos && parse_int<std::int64_t>(reason.substr(comma + 1)))
    reason = reason.substr(0, comma);
  r.reason = std::string(reason);
  return true;
}

// What stands before ",(File),(Line)[,(Recoverable)]"; a message may hold commas, and a cut line has no end.
std::string_view crash_message(std::string_view rest) {
  auto last = [](std::string_view text) { return text.substr(text.rfind(',') + 1); };
  auto is_number = [](std::string_view text) { return parse_int<std::int64_t>(text).has_value(); };
  std::string_view head = rest;
  int numbers = 0;
  while (numbers < 2 && contains(head, ",") && is_number(last(head))) {
    head = head.substr(0, head.rfind(','));
    ++numbers;
  }
  const std::size_t file = head.rfind(',');
  return numbers > 0 && file != std::string_view::npos ? head.substr(0, file) : rest;
}

// (PID),(User),(Process),(Flags),(Exception),(Message),(File),(Line)[,(Recoverable)]
bool crash(std::string_view message, EventRecord& r) {
  const Fields f = fields_of(message, 6);
  if (f.size() < 5 || !number(f[0], r.pid) || !number(f[1], r.user)) return false;
  r.process = std::string(f[2]);
  r.reason = std::string(f[4]);
  if (f.size() > 5) r.detail = std::string(crash_message(f[5]));
  return true;
}

// (User),(pid),(Package),(Flags),(reason)
bool anr(std::string_view message, EventRecord& r) {
  const Fields f = fields_of(message, 5);
  if (f.size() < 4 || !number(f[0], r.user) || !number(f[1], r.pid)) return false;
  r.process = std::string(f[2]);
  if (f.size() > 4) r.reason = std::string(f[4]);
  return true;
}

bool is_callback(std::string_view step) { return starts_with(step, "on_") && ends_with(step, "_called"); }

// Where an activity event keeps its component; 0 = not one of them.
std::size_t component_field(std::string_view step) {
  for (std::string_view s :
       {"create_activity", "restart_activity", "resume_activity", "finish_activity", "destroy_activity",
        "new_intent", "relaunch_resume_activity", "relaunch_activity", "add_to_stopping"}) {
    if (step == s) return s == "add_to_stopping" ? 2 : 3;
  }
  for (std::string_view s : {"pause_activity", "stop_activity", "activity_launch_time", "failed_to_pause"}) {
    if (step == s) return 2;
  }
  if (step == "set_resumed_activity" || step == "focused_activity") return 1;
  return is_callback(step) ? 1 : 0;
}

// The callbacks have the user or, since 11, the token in front of the class; makers print both, and
// wm_on_idle_called neither.
std::size_t numbers_in_front(std::string_view message) {
  const Fields f = fields_of(message, 3);
  int ignored = 0;
  std::size_t n = 0;
  while (n < f.size() && n < 2 && number(f[n], ignored)) ++n;
  return n;
}

constexpr int kMaxUser = 999;  // of the makers' second spaces; others count up from 10

bool activity(std::string_view step, std::string_view message, EventRecord& r) {
  const std::size_t at = is_callback(step) ? numbers_in_front(message) : component_field(step);
  const Fields f = fields_of(message, at + 3);
  if (f.size() <= at || f[at].empty()) return false;
  r.kind = EventKind::kActivity;
  // Since 11 the first field of some is a token instead of the user, of MIUI's am_pause_activity the pid.
  if (number(f[0], r.user) && (r.user < 0 || r.user > kMaxUser)) r.user = -1;
  r.type = std::string(step);
  r.component = component_text(f[at]);
  if (f.size() > at + 1) r.reason = std::string(f[at + 1]);
  if (f.size() > at + 2) r.detail = std::string(f[at + 2]);
  return true;
}

bool uid_event(std::string_view message, EventRecord& r) { return number(trim(message), r.uid); }

struct Rule {
  std::string_view tag;
  EventKind kind;
  bool (*parse)(std::string_view, EventRecord&);
};
constexpr Rule kRules[] = {
    {"am_proc_start", EventKind::kProcStart, proc_start},
    {"am_proc_bound", EventKind::kProcBound, proc_end},
    {"am_proc_died", EventKind::kProcDied, proc_end},
    {"am_kill", EventKind::kKill, kill},
    {"am_crash", EventKind::kCrash, crash},
    {"am_anr", EventKind::kAnr, anr},
    {"am_uid_running", EventKind::kUid, uid_event},
    {"am_uid_stopped", EventKind::kUid, uid_event},
    {"am_uid_active", EventKind::kUid, uid_event},
    {"am_uid_idle", EventKind::kUid, uid_event},
};

enum class Outcome { kRecord, kOther, kBroken };

Outcome interpret(const LogLine& log, EventRecord& r) {
  std::string_view step = log.tag;
  const bool am = take(step, "am_"), wm = !am && take(step, "wm_");
  if (!am && !wm) {
    if (starts_with(log.tag, "notification_"))
      r.kind = EventKind::kNotification;
    else if (log.tag == "sysui_multi_action")
      r.kind = EventKind::kMetrics;
    else
      return Outcome::kOther;
    r.detail = std::string(log.message);
    return Outcome::kRecord;
  }
  if (am) {
    for (const Rule& rule : kRules) {
      if (rule.tag != log.tag) continue;
      r.kind = rule.kind;
      return rule.parse(log.message, r) ? Outcome::kRecord : Outcome::kBroken;
    }
  }
  if (component_field(step) == 0) return Outcome::kOther;
  return activity(step, log.message, r) ? Outcome::kRecord : Outcome::kBroken;
}

}  // namespace

std::string_view event_kind_name(EventKind kind) {
  switch (kind) {
    case EventKind::kProcStart:
      return "proc_start";
    case EventKind::kProcBound:
      return "proc_bound";
    case EventKind::kProcDied:
      return "proc_died";
    case EventKind::kKill:
      return "kill";
    case EventKind::kCrash:
      return "crash";
    case EventKind::kAnr:
      return "anr";
    case EventKind::kActivity:
      return "activity";
    case EventKind::kNotification:
      return "notification";
    case EventKind::kUid:
      return "uid";
    case EventKind::kMetrics:
      return "metrics";
  }
  return "?";
}

bool is_permission_screen(std::string_view component) {
  return contains(component, "GrantPermissionsActivity") || contains(component, "ReviewPermissionsActivity");
}

Parsed<EventRecord> parse_events(std::string_view text) {
  Parsed<EventRecord> out;
  LogReader reader(text, out);
  LogLine log;
  while (reader.next(log)) {
    if (log.level == 0 || log.tag.empty()) {  // -v thread and -v raw name no tag: nothing can be told
      const bool named = contains(log.message, "am_") || contains(log.message, "wm_");
      const bool event =
          (named && contains(log.message, "[")) || (log.tag.empty() && starts_with(trim(log.message), "["));
      out.unknown(log.line, event);
      continue;
    }
    EventRecord record;
    const Outcome outcome = interpret(log, record);
    if (outcome == Outcome::kBroken) out.unknown(log.line, true);
    if (outcome != Outcome::kRecord) continue;
    record.time = std::string(log.time);
    record.tag = std::string(log.tag);
    record.log_pid = log.pid;
    record.log_uid = log.uid;
    out.add(std::move(record));
  }
  return out;
}

}  // namespace storesweep::android
