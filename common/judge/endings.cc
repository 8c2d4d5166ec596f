#include "common/judge/endings.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace storesweep {
namespace {

using android::EventKind;
using android::SystemKind;

constexpr std::int64_t kSameMs = 3'000;  // lines of one process's end lie so close together

bool near(const Moment& a, const Moment& b) { return std::abs(a.device_ms - b.device_ms) <= kSameMs; }

// Crashed, not responding or killed: by process id at any time before (the process of a crashed app ends when
// somebody closes the system's dialog), by name only close by.
bool ended_by_others(const Timeline& t, const EventSeen& end) {
  const auto excuses = [&](const Moment& m, int pid, const std::string& process) {
    const bool before = m.device_ms <= end.device_ms + kSameMs;
    return before && ((end.event.pid >= 0 && pid == end.event.pid) || (process == t.package && near(m, end)));
  };
  const bool told = std::any_of(t.events.begin(), t.events.end(), [&](const EventSeen& e) {
    const bool kind = e.event.kind == EventKind::kCrash || e.event.kind == EventKind::kAnr ||
                      e.event.kind == EventKind::kKill;
    return kind && excuses(e, e.event.pid, e.event.process);
  });
  return told || std::any_of(t.system.begin(), t.system.end(), [&](const SystemSeen& s) {
           const bool kind = s.line.kind == SystemKind::kCrash || s.line.kind == SystemKind::kNativeCrash ||
                             s.line.kind == SystemKind::kAnr || s.line.kind == SystemKind::kKilled;
           return kind && excuses(s, s.line.pid, s.line.process);
         });
}

// The runtime says so: System.exit, or a signal that the process, or another of the app's, sent to it.
bool ended_itself(const Timeline& t, const EventSeen& end, std::int64_t from_ms) {
  return std::any_of(t.system.begin(), t.system.end(), [&](const SystemSeen& s) {
    const bool own = s.line.caller_pid == end.event.pid ||
                     (t.uid >= 0 && s.line.log_uid >= 0 && s.line.log_uid % 100'000 == t.uid % 100'000);
    return s.line.kind == SystemKind::kExit && s.line.pid == end.event.pid && own && near(s, end) &&
           s.device_ms >= from_ms;
  });
}

// Where the log names no reason, the system's history of exits may: short of memory, crashed, ... It only
// ever clears. What an app can bring about itself is not among it: its own task removed (USER REQUESTED), its
// own component switched (STATE CHANGE), a signal; nor is EXIT_SELF, which the log must say before it
// accuses.
bool history_excuses(const Timeline& t, const EventSeen& end) {
  constexpr android::ExitReason kOthers[] = {
      android::ExitReason::kLowMemory,      android::ExitReason::kCrash,
      android::ExitReason::kCrashNative,    android::ExitReason::kAnr,
      android::ExitReason::kUserStopped,    android::ExitReason::kDependencyDied,
      android::ExitReason::kPackageUpdated, android::ExitReason::kFreezer};
  return std::any_of(t.exits.begin(), t.exits.end(), [&](const ExitSeen& x) {
    const bool others = std::any_of(std::begin(kOthers), std::end(kOthers),
                                    [&](android::ExitReason r) { return x.reason == static_cast<int>(r); });
    return others && x.pid == end.event.pid && near(x, end);
  });
}

template <class Which>
bool seen_after(const Timeline& t, std::int64_t from_ms, std::int64_t until_ms, Which which) {
  return std::any_of(t.screens.begin(), t.screens.end(), [&](const ScreenSeen& s) {
    return s.device_ms >= from_ms && s.until_ms <= until_ms && which(s.screen);
  });
}

bool goes_on(const Timeline& t, std::int64_t from_ms, std::int64_t until_ms) {
  return seen_after(t, from_ms, until_ms, [&](const android::Screen& s) { return s.package == t.package; });
}

bool inside(const Moment& m, const Moment& window) {
  return m.device_ms >= window.device_ms && m.device_ms <= window.until_ms;
}

Ending process_end(const Timeline& t, const Moment& window) {
  Ending out;
  for (const EventSeen& e : t.events) {
    if (e.event.kind != EventKind::kProcDied || e.event.process != t.package || !inside(e, window)) continue;
    if (ended_by_others(t, e) || goes_on(t, e.device_ms, window.until_ms)) continue;
    if (ended_itself(t, e, window.device_ms)) return {Ending::Kind::kExit, &e};
    if (!history_excuses(t, e)) out = {Ending::Kind::kUnexplained, &e};
  }
  return out;
}

Ending screens_end(const Timeline& t, const Moment& window) {
  for (const EventSeen& e : t.events) {
    const bool finished = e.event.kind == EventKind::kActivity && e.event.type == "finish_activity" &&
                          e.event.reason == "app-request" &&
                          android::package_of(e.event.component) == t.package;
    if (!finished || !inside(e, window) || ended_by_others(t, e)) continue;
    const bool home = seen_after(t, e.device_ms, window.until_ms, [](const android::Screen& s) {
      return s.kind == android::ScreenKind::kLauncher;
    });
    if (home && !goes_on(t, e.device_ms, window.until_ms)) return {Ending::Kind::kClose, &e};
  }
  return {};
}

}  // namespace

Moment watch_after(const Timeline& t, const Moment& from, std::int64_t watch_ms) {
  Moment out = from;
  out.until_ms = std::min(from.until_ms + watch_ms, t.next_action_ms(from.until_ms));
  return out;
}

Ending ending_within(const Timeline& t, const Moment& window) {
  const Ending process = process_end(t, window);
  if (process.kind == Ending::Kind::kExit) return process;
  const Ending screens = screens_end(t, window);
  return screens.kind == Ending::Kind::kNone ? process : screens;
}

}  // namespace storesweep
