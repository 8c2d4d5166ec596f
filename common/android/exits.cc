#include "common/android/exits.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/text.h"

namespace storesweep::android {
namespace {

constexpr std::size_t kMaxRecordBytes = 16u << 10;  // kept of one record; descriptions are a line or two

constexpr std::array<std::string_view, 15> kKeys = {
    "timestamp=", "pid=",    "realUid=",    "packageUid=", "definingUid=", "user=",  "process=", "reason=",
    "subreason=", "status=", "importance=", "pss=",        "rss=",         "state=", "trace="};
// Free text: what stands before it is read by key, and behind it, up to 16, only "state=" and "trace=".
constexpr std::string_view kDescription = " description=", kState = " state=", kTrace = " trace=";

bool is_field(std::string_view body) {
  return starts_with(body, kDescription.substr(1)) ||
         std::any_of(kKeys.begin(), kKeys.end(),
                     [&](std::string_view key) { return starts_with(body, key); });
}

// From the key up to the next key that is there.
std::string_view field(std::string_view head, std::string_view key) {
  const std::size_t at = head.find(" " + std::string(key));
  if (at == std::string_view::npos) return {};
  const std::string_view rest = head.substr(at + 1 + key.size());
  std::size_t end = rest.size();
  for (std::string_view other : kKeys) end = std::min(end, rest.find(" " + std::string(other)));
  return trim(rest.substr(0, end));
}
std::string_view word(std::string_view head, std::string_view key) {
  std::string_view value = field(head, key);
  return take_word(value);
}
int number(std::string_view head, std::string_view key) {
  return parse_int<int>(word(head, key)).value_or(-1);
}
// "4 (APP CRASH(EXCEPTION))": the words may have brackets of their own.
std::string name(std::string_view head, std::string_view key) {
  const std::string_view value = field(head, key);
  const std::size_t open = value.find('('), close = value.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  return std::string(value.substr(open + 1, close - open - 1));
}

std::string known(std::string_view value) {
  value = trim(value);
  return value == "null" || value == "empty" ? std::string() : std::string(value);
}

// "why it ended state=empty trace=null"
void read_tail(std::string_view tail, ProcessExit& e) {
  if (const std::size_t at = tail.rfind(kTrace); at != std::string_view::npos) {
    e.trace = known(tail.substr(at + kTrace.size()));
    tail = tail.substr(0, at);
  }
  if (const std::size_t at = tail.rfind(kState); at != std::string_view::npos) {
    e.state = known(tail.substr(at + kState.size()));
    tail = tail.substr(0, at);
  }
  e.description = known(tail);
}

bool read(std::string_view record, ProcessExit& e) {
  const std::size_t described = record.find(kDescription);
  const std::string_view head = record.substr(0, described);
  e.time = std::string(field(head, "timestamp="));
  e.pid = number(head, "pid=");
  e.real_uid = number(head, "realUid=");
  e.package_uid = number(head, "packageUid=");
  e.defining_uid = number(head, "definingUid=");
  e.user = number(head, "user=");
  e.process = std::string(word(head, "process="));
  e.reason = number(head, "reason=");
  e.reason_name = name(head, "reason=");
  e.subreason = number(head, "subreason=");
  e.subreason_name = name(head, "subreason=");
  e.status = number(head, "status=");
  e.importance = number(head, "importance=");
  e.pss = std::string(word(head, "pss="));
  e.rss = std::string(word(head, "rss="));
  e.state = known(field(head, "state="));
  e.trace = known(field(head, "trace="));
  if (described != std::string_view::npos) read_tail(record.substr(described + kDescription.size()), e);
  return !e.time.empty() && e.pid >= 0 && !e.process.empty() && e.reason >= 0;
}

class Exits {
 public:
  Parsed<ProcessExit> read_all(std::string_view text) {
    LineReader lines(text, out_);
    for (Line line; lines.next(line);) take_line(line);
    close();
    return std::move(out_);
  }

 private:
  // 17 ends a record with " anrInfo=null" and no line end, so that the next heading follows in the same line.
  void take_line(Line line) {
    if (starts_with(line.body, "anrInfo=")) {
      for (std::string_view heading : {" ApplicationExitInfo #", " package: ", " Historical Process Exit "}) {
        const std::size_t at = line.body.find(heading);
        if (at == std::string_view::npos) continue;
        line.body.remove_prefix(at + 1);
        return take_known(line);
      }
      return;
    }
    take_known(line);
  }

  void take_known(const Line& line) {
    std::string_view body = line.body;
    if (starts_with(body, "ApplicationExitInfo ")) {
      close();
      head_ = line;
      open_ = true;
    } else if (is_field(body) || (open_ && describing())) {
      if (!open_) return out_.unknown(line, true);  // its record's heading was lost
      if (record_.size() + body.size() < kMaxRecordBytes) record_.append(" ").append(body);
    } else if (take(body, "package: ")) {
      close();
      package_ = std::string(body);
      uid_ = -1;
    } else if (take(body, "Historical Process Exit for uid=")) {
      close();
      uid_ = parse_int<int>(body).value_or(-1);
      if (uid_ < 0) out_.unknown(line, true);
    } else if (!starts_with(body, "ACTIVITY MANAGER PROCESS EXIT INFO") &&
               !starts_with(body, "Last Timestamp of Persistence ")) {
      out_.unknown(line, is_device_error(body));
    }
  }

  // A description of several lines goes on until the fields behind it come.
  bool describing() const { return contains(record_, kDescription) && !contains(record_, kTrace); }

  void close() {
    if (!std::exchange(open_, false)) return;
    ProcessExit e;
    e.package = package_;
    e.uid = uid_;
    if (read(record_, e))
      out_.add(std::move(e));
    else
      out_.unknown(head_, true);
    record_.clear();
  }

  Parsed<ProcessExit> out_;
  std::string package_;
  int uid_ = -1;
  bool open_ = false;
  Line head_;
  std::string record_;  // the fields of the open one, in one line
};

}  // namespace

Parsed<ProcessExit> parse_exits(std::string_view text) { return Exits().read_all(text); }

}  // namespace storesweep::android
