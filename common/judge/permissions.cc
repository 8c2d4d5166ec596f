// R5.3, R5.4, R5.6, R5.7: what the app does around permission requests and their refusal.
#include <algorithm>

#include "common/evidence/names.h"
#include "common/judge/asks.h"
#include "common/judge/items.h"

namespace storesweep {
namespace {

using android::EventKind;
using android::ScreenKind;
using android::SystemKind;

// What a missing line would excuse must be there: without these channels nothing is said at all.
std::set<Reason> excuses_unseen(const Timeline& t, std::initializer_list<std::string_view> channels) {
  std::set<Reason> out;
  for (std::string_view c : channels) out.merge(channel_gaps(t, c));
  return out;
}

RunResult not_tested(std::set<Reason> reasons) {
  RunResult r;
  r.reasons = std::move(reasons);
  return r;
}

// No finding: not found when everything was watched, not tested when nothing was refused at all.
void settle(const RunInput& in, RunResult& r, bool provoked) {
  if (!r.findings.empty()) return;
  r.reasons = gaps(in);
  if (!provoked) r.reasons.insert(Reason::kProfile);
  if (r.reasons.empty()) r.otherwise = Level::kNotFound;
}

void with_screen(const Ask& ask, Finding& f) {
  if (ask.screen_record && ask.screen_record != ask.record) {
    f.evidence.push_back({f.evidence.front().journal, ask.screen_record, "permission dialog"});
  }
}

std::string first_group(const Ask& ask) { return ask.groups.empty() ? "unknown" : *ask.groups.begin(); }

// The end of the app's main process that the app itself brought about: no crash, no ANR, not killed by the
// system.
const EventSeen* deliberate_end(const Timeline& t, std::int64_t from_ms, std::int64_t to_ms) {
  for (const EventSeen& died : t.events) {
    if (died.event.kind != EventKind::kProcDied || died.event.process != t.package) continue;
    if (died.device_ms < from_ms || died.device_ms > to_ms) continue;
    constexpr std::int64_t kSameMs = 3000;
    auto near = [&](const Moment& m) { return std::abs(m.device_ms - died.device_ms) <= kSameMs; };
    bool excused = std::any_of(t.events.begin(), t.events.end(), [&](const EventSeen& e) {
      bool kind = e.event.kind == EventKind::kCrash || e.event.kind == EventKind::kAnr ||
                  e.event.kind == EventKind::kKill;
      return kind && near(e) && (e.event.pid == died.event.pid || e.event.process == t.package);
    });
    excused = excused || std::any_of(t.system.begin(), t.system.end(), [&](const SystemSeen& s) {
                bool kind = s.line.kind == SystemKind::kCrash || s.line.kind == SystemKind::kNativeCrash ||
                            s.line.kind == SystemKind::kAnr || s.line.kind == SystemKind::kKilled;
                return kind && near(s) && (s.line.pid == died.event.pid || s.line.process == t.package);
              });
    if (!excused) return &died;
  }
  return nullptr;
}

// The app finished its own screen and left the user at the home screen.
const EventSeen* closed_itself(const Timeline& t, std::int64_t from_ms, std::int64_t to_ms) {
  bool home = std::any_of(t.screens.begin(), t.screens.end(), [&](const ScreenSeen& s) {
    return s.screen.kind == ScreenKind::kLauncher && s.device_ms > from_ms && s.device_ms <= to_ms;
  });
  if (!home) return nullptr;
  for (const EventSeen& e : t.events) {
    if (e.event.kind == EventKind::kActivity && e.event.type == "finish" && e.event.reason == "app-request" &&
        android::package_of(e.event.component) == t.package && e.device_ms >= from_ms &&
        e.device_ms <= to_ms) {
      return &e;
    }
  }
  return nullptr;
}

// Until the driver did something else, or the watch ended.
std::int64_t watch_end(const Timeline& t, std::int64_t from_ms, std::int64_t watch_ms) {
  std::int64_t end = from_ms + watch_ms;
  for (const ActionDone& a : t.actions) {
    if (a.device_ms > from_ms) return std::min(end, a.device_ms);
  }
  return end;
}

bool is_begging(const ScreenSeen& s, const Timeline& t) {
  return (s.screen.kind == ScreenKind::kBegging || s.screen.kind == ScreenKind::kRationale) &&
         s.screen.package == t.package;
}

}  // namespace

RunResult exit_after_refusal(const RunInput& in) {
  if (auto missing = excuses_unseen(in.t, {record_name::kEvents, record_name::kLog}); !missing.empty()) {
    return not_tested(std::move(missing));
  }
  RunResult r;
  auto refused = refusals(in.t);
  for (const Refusal& refusal : refused) {
    std::int64_t end = watch_end(in.t, refusal.device_ms, in.pack.threshold("refusal_watch_ms"));
    const EventSeen* ended = deliberate_end(in.t, refusal.device_ms, end);
    const EventSeen* closed = ended ? nullptr : closed_itself(in.t, refusal.device_ms, end);
    if ((!ended && !closed) || category_needs(in, refusal.group)) continue;
    // Whether the basic function needs the permission follows from the category; without one it is for a
    // person.
    const bool known = !in.listing.category.empty();
    Finding f = finding(in, ended ? *ended : *closed, known ? Level::kViolation : Level::kSuspected,
                        ended ? "permission.exit" : "permission.close", {{"permission", refusal.group}},
                        known ? std::vector<Missing>{} : std::vector{Missing::kNecessity});
    f.evidence.push_back({in.t.journal->sha256, refusal.record, refusal.excerpt});
    r.findings.push_back(std::move(f));
    break;
  }
  settle(in, r, !refused.empty());
  return r;
}

RunResult refusal_loop(const RunInput& in) {
  // Who asked is told by the log, and whose uid that is by the package's dump.
  if (auto missing = excuses_unseen(in.t, {record_name::kLog, record_name::kPackage}); !missing.empty()) {
    return not_tested(std::move(missing));
  }
  RunResult r;
  auto refused = refusals(in.t);
  auto asks = permission_asks(in.t);
  const std::int64_t wanted = in.pack.threshold("loop_count");
  for (std::size_t i = 0; i < refused.size() && r.findings.empty(); ++i) {
    // Dialogs after this refusal while the driver did nothing in the app but refuse, dismiss or go back.
    std::int64_t until = INT64_MAX;
    for (const ActionDone& a : in.t.actions) {
      bool passive = a.name == record_name::kPermissionDeny || a.name == record_name::kBack ||
                     a.name == record_name::kRefuse || a.name == record_name::kForced;
      if (a.device_ms > refused[i].device_ms && !passive) {
        until = a.device_ms;
        break;
      }
    }
    std::int64_t count = 0;
    const Moment* last = nullptr;
    for (const Ask& ask : asks) {
      bool again = ask.shown && ask.by == Ask::By::kApp && ask.groups.contains(refused[i].group);
      if (again && ask.device_ms > refused[i].device_ms && ask.device_ms < until) {
        ++count;
        last = &ask;
      }
    }
    bool was_begging = false;
    for (const ScreenSeen& s : in.t.screens) {
      if (s.device_ms <= refused[i].device_ms || s.device_ms >= until) continue;
      bool begging = is_begging(s, in.t);
      if (begging && !was_begging) {
        ++count;
        last = &s;
      }
      was_begging = begging;
    }
    if (count < wanted || !last) continue;
    r.findings.push_back(
        finding(in, *last, Level::kViolation, "permission.loop", {{"permission", refused[i].group}}, {}));
  }
  settle(in, r, !refused.empty());
  return r;
}

RunResult early_request(const RunInput& in) {
  if (auto missing = excuses_unseen(in.t, {record_name::kLog}); !missing.empty())
    return not_tested(std::move(missing));
  RunResult r;
  const std::int64_t tap_ms = in.pack.threshold("tap_trigger_ms");
  for (const Ask& ask : permission_asks(in.t)) {
    if (!ask.shown || ask.by == Ask::By::kSystem) continue;
    Trigger trigger = trigger_of(in.t, ask.device_ms, tap_ms);
    bool first_launch = in.t.within(Phase::kP1, ask.device_ms) && trigger != Trigger::kTap;
    bool after_agree = in.t.within(Phase::kP4, ask.device_ms) && trigger == Trigger::kAgree;
    if (!first_launch && !after_agree) continue;
    std::vector<Missing> missing;
    if (ask.by == Ask::By::kUnknown) missing.push_back(Missing::kTriggerUnclear);
    if (after_agree || category_needs(in, first_group(ask))) missing.push_back(Missing::kNecessity);
    Finding f = finding(in, ask, missing.empty() ? Level::kViolation : Level::kSuspected,
                        after_agree ? "permission.early_after_consent" : "permission.early",
                        {{"permission", first_group(ask)}}, missing);
    with_screen(ask, f);
    r.findings.push_back(std::move(f));
  }
  settle(in, r, true);
  return r;
}

RunResult asks_again(const RunInput& in) {
  if (auto missing = excuses_unseen(in.t, {record_name::kLog}); !missing.empty())
    return not_tested(std::move(missing));
  RunResult r;
  auto refused = refusals(in.t);
  const std::int64_t tap_ms = in.pack.threshold("tap_trigger_ms");
  std::set<std::string> told;
  for (const Ask& ask : permission_asks(in.t)) {
    if (!ask.shown || ask.by == Ask::By::kSystem) continue;
    auto before = std::find_if(refused.begin(), refused.end(), [&](const Refusal& x) {
      return x.device_ms < ask.device_ms && ask.groups.contains(x.group) &&
             !forgotten_between(in.t, x.device_ms, ask.device_ms);
    });
    Trigger trigger = trigger_of(in.t, ask.device_ms, tap_ms);
    if (before == refused.end() || trigger == Trigger::kTap) continue;
    const char* what =
        trigger == Trigger::kLaunch ? "permission.again_after_relaunch" : "permission.again_same_run";
    if (!told.insert(what + before->group).second) continue;
    std::vector<Missing> missing;
    if (ask.by == Ask::By::kUnknown) missing.push_back(Missing::kTriggerUnclear);
    // Launching an app whose function is the permission itself is entering that function.
    if (trigger == Trigger::kLaunch && category_needs(in, before->group))
      missing.push_back(Missing::kNecessity);
    Finding f = finding(in, ask, missing.empty() ? Level::kViolation : Level::kSuspected, what,
                        {{"permission", before->group}}, missing);
    with_screen(ask, f);
    f.evidence.push_back({in.t.journal->sha256, before->record, before->excerpt});
    r.findings.push_back(std::move(f));
  }
  for (const ScreenSeen& s : in.t.screens) {
    bool after = std::any_of(refused.begin(), refused.end(), [&](const Refusal& x) {
      return x.device_ms < s.device_ms && !forgotten_between(in.t, x.device_ms, s.device_ms);
    });
    if (!after || !is_begging(s, in.t) || told.contains("begging")) continue;
    if (trigger_of(in.t, s.device_ms, tap_ms) == Trigger::kTap) continue;
    told.insert("begging");
    r.findings.push_back(finding(in, s, Level::kSuspected, "permission.begging",
                                 {{"permission", refused.front().group}}, {Missing::kTriggerUnclear}));
  }
  settle(in, r, !refused.empty());
  return r;
}

}  // namespace storesweep
