#include "common/android/sections.h"

#include <algorithm>
#include <array>

#include "common/android/dump.h"
#include "common/android/logline.h"
#include "common/base/text.h"

namespace storesweep::android {
namespace {

struct Titled {
  std::string_view name, kind;
};
// Of "DUMP OF SERVICE x:"; `dumpsys activity` has titles of its own inside.
constexpr Titled kServices[] = {{"appops", "appops"},
                                {"package", "package"},
                                {"alarm", "alarm"},
                                {"jobscheduler", "jobscheduler"},
                                {"location", "location"},
                                {"netstats", "netstats"},
                                {"notification", "notification"},
                                {"usagestats", "usagestats"},
                                {"power", "power"},
                                {"sensorservice", "sensors"},
                                {"battery", "battery"},
                                {"window", "activities"}};
// Of "(dumpsys activity x)".
constexpr Titled kActivityParts[] = {{"broadcasts", "broadcasts"}, {"processes", "processes"},
                                     {"services", "services"},     {"recents", "recents"},
                                     {"activities", "activities"}, {"activity", "activities"},
                                     {"exit-info", "exits"}};
// Of "------ X (command) ------".
constexpr Titled kDumpstate[] = {{"EVENT LOG", "events"}, {"SYSTEM LOG", "log"},
                                 {"MAIN LOG", "log"},     {"SYSTEM PROPERTIES", "getprop"},
                                 {"PROCESSES", "ps"},     {"PROCESSES AND THREADS", "ps"},
                                 {"ANDROID LOG", "log"}};

template <std::size_t N>
std::string_view kind_named(const Titled (&table)[N], std::string_view name) {
  for (const Titled& entry : table) {
    if (entry.name == name) return entry.kind;
  }
  return {};
}

// Whether the line is a title; `kind` is empty for one of something that no parser reads.
bool is_title(std::string_view body, std::string_view& kind) {
  kind = {};
  if (std::string_view rest = body; take(rest, "DUMP OF SERVICE ")) {
    for (std::string_view word : {"CRITICAL ", "HIGH ", "NORMAL "}) take(rest, word);
    kind = kind_named(kServices, rest.substr(0, rest.find(':')));
    return true;
  }
  if (starts_with(body, "ACTIVITY MANAGER ")) {
    const std::string_view part = between(body, "(dumpsys activity ", ")");
    kind = kind_named(kActivityParts, part.substr(0, part.find(' ')));
    return !part.empty();
  }
  if (std::string_view rest = body; take(rest, "------ ")) {
    if (contains(rest, "was the duration of")) return false;
    kind = kind_named(kDumpstate, trim(rest.substr(0, rest.find(" ("))));
    return ends_with(rest, "------");
  }
  return false;
}

// Calls visit(whole line with its end, its body) for each line.
template <class Visit>
void each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t found = text.find('\n');
    const std::string_view line = text.substr(0, found == std::string_view::npos ? text.size() : found + 1);
    visit(line, trim(line));
    text.remove_prefix(line.size());
  }
}

struct Signature {
  std::string_view kind;
  std::string_view start;     // of the line without blanks; empty: anywhere
  std::string_view inside{};  // must occur too
  int weight = 4;
};
// One line of these is enough to think of a kind; the headings weigh more than what may occur elsewhere.
constexpr Signature kSignatures[] = {{"appops", "Current AppOps Service state:", {}, 40},
                                     {"appops", "Access: ", " (-"},
                                     {"appops", "Reject: ", " (-"},
                                     {"appops", "Uid mode: ", ": "},
                                     {"package", "Packages:", {}, 8},
                                     {"package", "Package [", "] ("},
                                     {"package", "", ": granted=true"},
                                     {"package", "", ": granted=false"},
                                     {"package", "requested permissions:"},
                                     {"features", "feature:"},
                                     {"processes", "*APP* UID ", "ProcessRecord{"},
                                     {"processes", "*PERS* UID ", "ProcessRecord{"},
                                     {"processes", "Proc #", ": "},
                                     {"activities", "mResumedActivity: "},
                                     {"activities", "mFocusedActivity: "},
                                     {"activities", "ResumedActivity:"},
                                     {"activities", "topResumedActivity="},
                                     {"activities", "mCurrentFocus="},
                                     {"activities", "mFocusedApp="},
                                     {"recents", "* Recent #"},
                                     {"services", "* ServiceRecord{"},
                                     {"broadcasts", "BroadcastRecord{"},
                                     {"broadcasts", "Registered Receivers:"},
                                     {"broadcasts", "Historical broadcasts"},
                                     {"broadcasts", "Historical Broadcast "},
                                     {"netstats", "ident=["},
                                     {"netstats", "st=", " rb="},
                                     {"netstats", "Active interfaces:"},
                                     {"netstats", "Xt stats:"},
                                     {"usagestats", "time=\"", "type="},
                                     {"usagestats", "", "totalTime=\""},
                                     {"usagestats", "In-memory daily stats"},
                                     {"usagestats", "Date: ", {}, 2},
                                     {"location", "Current Location Manager state:", {}, 40},
                                     {"location", "Location Manager State:", {}, 40},
                                     {"location", "UpdateRecord["},
                                     {"location", "", "/Request[@"},
                                     {"location", "", " Request[@"},
                                     {"notification", "NotificationRecord("},
                                     {"notification", "Current Notification Manager state:", {}, 40},
                                     {"alarm", "", ": Alarm{"},
                                     {"alarm", "Current Alarm Manager state:", {}, 40},
                                     {"jobscheduler", "JOB #", "/"},
                                     {"jobscheduler", "JOB ", "/"},
                                     {"jobscheduler", "Registered ", " jobs:"},
                                     {"battery", "Current Battery Service state:", {}, 40},
                                     {"power", "POWER MANAGER (dumpsys power)", {}, 40},
                                     {"power", "mWakefulness="},
                                     {"exits", "ACTIVITY MANAGER PROCESS EXIT INFO", {}, 40},
                                     {"exits", "ApplicationExitInfo #", {}, 12},
                                     {"sensors", "Sensor Device:", {}, 12},
                                     {"sensors", "Previous Registrations:", {}, 12},
                                     {"sensors", "Connection Number: ", {}, 12},
                                     {"install", "Success", {}, 2},
                                     {"install", "Failure ["},
                                     {"install", "Failure - "},
                                     {"install", "", "INSTALL_FAILED_"},
                                     {"install", "", "INSTALL_PARSE_FAILED_"},
                                     {"install", "Performing ", " Install"},
                                     {"install", "pkg: /"},
                                     {"start", "Starting: Intent {", {}, 12},
                                     {"monkey", ":Monkey: seed="},
                                     {"monkey", ":Sending "},
                                     {"log", "FATAL EXCEPTION", {}, 8},
                                     {"log", "Process: ", ", PID: "},
                                     {"log", "at ", ".java:", 1},
                                     {"log", "Caused by: ", {}, 1}};

class Guess {
 public:
  void line(std::string_view text, std::string_view body) {
    if (body.empty()) return;
    ++lines_;
    if (is_setting(text)) ++settings_;
    for (const Signature& s : kSignatures) {
      if (starts_with(body, s.start) && (s.inside.empty() || contains(body, s.inside)))
        vote(s.kind, s.weight);
    }
    listed(body);
    if (const auto names = words(body); names.size() >= 3 && names.size() < 24) columns(names);
    if (starts_with(body, "[ ") && ends_with(body, "]") && contains(body, "/"))  // -v long
      vote(contains(body, "/am_") || contains(body, "/wm_") ? "events" : "log", 4);
    LogLine log;
    if (parse_log_line(body, log)) logged(log, body);
  }

  std::vector<std::string_view> best() const {
    auto order = votes_;
    std::stable_sort(order.begin(), order.end(),
                     [](const Vote& a, const Vote& b) { return a.count > b.count; });
    std::vector<std::string_view> out;
    for (const Vote& v : order) out.push_back(v.kind);
    // "name=value" occurs everywhere: it says something only where nothing else does and most lines are so.
    if (out.empty() && settings_ * 10 >= lines_ * 6 && settings_ > 0) out.push_back("settings");
    return out;
  }

 private:
  static bool is_setting(std::string_view text) {
    const std::size_t split = text.find('=');
    return split != std::string_view::npos && split > 1 &&
           text.substr(0, split).find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
               "0123456789_.-") == std::string_view::npos;
  }

  struct Vote {
    std::string_view kind;
    std::int64_t count = 0;
  };

  void vote(std::string_view kind, std::int64_t weight) {
    for (Vote& v : votes_) {
      if (v.kind == kind) return void(v.count += weight);
    }
    votes_.push_back({kind, weight});
  }

  // The lists of `pm`, getprop and settings, and the one-line ops of `appops get`.
  void listed(std::string_view body) {
    if (std::string_view rest = body; take(rest, "package:")) {
      const bool file = starts_with(rest, "/") && !contains(rest, ".apk=") && !contains(rest, "=com.");
      vote(file ? "path" : "packages", 4);
    } else if (starts_with(body, "[") && contains(body, "]: [")) {
      vote("getprop", 4);
    } else if (const std::size_t end = body.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
               end != std::string_view::npos && end >= 6) {
      for (std::string_view mode : {": allow", ": ignore", ": deny", ": default", ": foreground", ": mode=",
                                    " (allow", " (ignore", " (default", " (deny", " (foreground"}) {
        if (starts_with(body.substr(end), mode)) vote("appops", 4);
      }
    }
  }

  void columns(const std::vector<std::string_view>& names) {
    const auto has = [&](std::string_view name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (has("PID") && (has("NAME") || has("CMD")) && (has("PPID") || has("USER") || has("UID")))
      vote("ps", 40);
  }

  void logged(const LogLine& log, std::string_view body) {
    if (log.time.empty() && log.pid < 0 && body.size() > 1 && body[1] != '/') return;  // "I am a sentence: x"
    const bool event = starts_with(log.tag, "am_") || starts_with(log.tag, "wm_") ||
                       starts_with(log.tag, "sysui_") || starts_with(log.tag, "notification_") ||
                       starts_with(log.tag, "boot_progress_");
    vote(event ? "events" : "log", event ? 4 : 2);
  }

  std::vector<Vote> votes_;
  std::int64_t lines_ = 0, settings_ = 0;
};

}  // namespace

bool has_titles(std::string_view text) {
  int titles = 0;
  each_line(text, [&](std::string_view, std::string_view body) {
    std::string_view kind;
    if (is_title(body, kind)) ++titles;
  });
  return titles > 1;
}

std::string part_of_kind(std::string_view text, std::string_view kind) {
  bool any = false, own = false;
  each_line(text, [&](std::string_view, std::string_view body) {
    std::string_view found;
    if (!is_title(body, found)) return;
    any = true;
    own = own || found == kind;
  });
  if (!any) return std::string(text);
  std::string out;
  bool keep = !own;  // before the first title
  each_line(text, [&](std::string_view line, std::string_view body) {
    std::string_view found;
    if (is_title(body, found)) keep = own && found == kind;
    if (keep)
      out += line;
    else if (ends_with(line, "\n"))
      out += '\n';
  });
  return out;
}

std::vector<std::string_view> kinds_in(std::string_view text) {
  std::vector<std::string_view> titled;
  Guess guess;
  std::size_t seen = 0;
  each_line(text, [&](std::string_view line, std::string_view body) {
    std::string_view kind;
    if (is_title(body, kind) && !kind.empty() &&
        std::find(titled.begin(), titled.end(), kind) == titled.end())
      titled.push_back(kind);
    if ((seen += line.size()) <= kMaxGuessBytes) guess.line(line, body);
  });
  for (std::string_view kind : guess.best()) {
    if (std::find(titled.begin(), titled.end(), kind) == titled.end()) titled.push_back(kind);
  }
  return titled;
}

}  // namespace storesweep::android
