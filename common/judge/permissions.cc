// R5.3, R5.4, R5.6, R5.7: what the app does around permission requests and their refusal. Each accuses only
// where the log itself orders what happened, and nothing that we did, or may have done, explains it; what is
// left in doubt is not tested, and never `not found`.
#include <algorithm>

#include "common/evidence/names.h"
#include "common/judge/asks.h"
#include "common/judge/endings.h"
#include "common/judge/items.h"

namespace storesweep {
namespace {

constexpr int kFirstApiThatAsks = 23;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kShiftedMs = kHourMs;  // further ahead than a clock that was put back

// What a missing line would excuse must be there: without these channels nothing is said at all. Nor is
// anything of a device on which no app can ask.
std::set<Reason> excuses_unseen(const Timeline& t, std::initializer_list<std::string_view> channels) {
  if (t.journal->header.device_kind.api < kFirstApiThatAsks) return {Reason::kNoDeviceKind};
  std::set<Reason> out;
  for (std::string_view c : channels) out.merge(channel_gaps(t, c));
  return out;
}

RunResult not_tested(std::set<Reason> reasons) {
  RunResult r;
  r.reasons = std::move(reasons);
  return r;
}

// No finding: not found when everything was watched and nothing is in doubt.
void settle(const RunInput& in, RunResult& r, std::set<Reason> doubts) {
  if (!r.findings.empty()) return;
  r.reasons = gaps(in);
  r.reasons.merge(doubts);
  if (r.reasons.empty()) r.otherwise = Level::kNotFound;
}

void with_screen(const Ask& ask, Finding& f) {
  if (ask.screen_record && ask.screen_record != ask.record) {
    f.evidence.push_back({f.evidence.front().journal, ask.screen_record, "permission dialog"});
  }
}

// How long it was watched after something, nothing being touched.
std::int64_t watched_ms(const Timeline& t, const Moment& after) {
  const std::int64_t next_ms = t.next_action_ms(after.until_ms);
  std::int64_t end_ms = 0;
  for (const PhaseSpan& s : t.phases) end_ms = std::max(end_ms, s.end_ms);
  return std::min(next_ms, end_ms) - after.until_ms;
}

// Something was refused, and watched afterwards for as long as the rule looks.
std::set<Reason> refusals_watched(const RunInput& in, const std::vector<Refusal>& refused) {
  if (refused.empty()) return {Reason::kProfile};
  const std::int64_t wanted_ms = in.pack.threshold("refusal_watch_ms");
  bool watched = std::any_of(refused.begin(), refused.end(),
                             [&](const Refusal& r) { return watched_ms(in.t, r) >= wanted_ms; });
  return watched ? std::set<Reason>{} : std::set{Reason::kTimeout};
}

// The app was launched anew after a refusal and left alone for a while.
std::set<Reason> relaunch_watched(const RunInput& in, const std::vector<Refusal>& refused) {
  const std::int64_t wanted_ms = in.pack.threshold("tap_trigger_ms");
  bool watched = std::any_of(in.t.actions.begin(), in.t.actions.end(), [&](const ActionDone& a) {
    if (a.name != record_name::kLaunch || a.unsure || watched_ms(in.t, a) < wanted_ms) return false;
    return std::any_of(refused.begin(), refused.end(), [&](const Refusal& r) {
      return r.until_ms <= a.device_ms && !forgotten_between(in.t, r.until_ms, a.device_ms);
    });
  });
  return watched ? std::set<Reason>{} : std::set{Reason::kProfile};
}

// Where the listing names a category, whether its basic function needs the permission follows from it; else,
// or where the dialog's words say no permission that we know, it is for a person.
bool necessity_known(const RunInput& in, std::string_view group) {
  return !in.listing.category.empty() && !group.empty() && group != "unknown";
}

// The refusal that a request comes back upon, or what keeps us from saying so.
struct Before {
  const Refusal* refusal = nullptr;
  std::optional<Reason> doubt;
};
Before refused_before(const Timeline& t, const std::vector<Refusal>& refused, const Ask& ask) {
  Before out;
  for (const Refusal& x : refused) {
    if (x.device_ms > ask.device_ms) break;
    const Same same = same_permission(ask, x);
    if (same == Same::kNo || forgotten_between(t, x.device_ms, ask.device_ms)) continue;
    if (x.until_ms > ask.device_ms) {
      out.doubt = Reason::kTimeout;  // asked while it was being refused: before or after, nobody can tell
    } else if (same == Same::kUnclear) {
      out.doubt = Reason::kGrammar;
    } else {
      return {&x, {}};
    }
  }
  return out;
}

}  // namespace

RunResult exit_after_refusal(const RunInput& in) {
  if (auto missing = excuses_unseen(in.t, {record_name::kEvents, record_name::kLog}); !missing.empty()) {
    return not_tested(std::move(missing));
  }
  RunResult r;
  auto refused = refusals(in.t);
  std::set<Reason> doubts = refusals_watched(in, refused);
  for (const Refusal& refusal : refused) {
    const Moment watch = watch_after(in.t, refusal, in.pack.threshold("refusal_watch_ms"));
    const Ending ending = ending_within(in.t, watch);
    if (ending.kind == Ending::Kind::kNone || category_needs(in, refusal.dialog.group)) continue;
    if (ending.kind == Ending::Kind::kUnexplained) {
      doubts.insert(Reason::kHookAbsent);  // nothing tells who ended it
      continue;
    }
    // A screen of the app's after it would acquit: where looks were lost, nobody can say that there was none.
    if (channel_gaps(in.t, record_name::kHierarchy).contains(Reason::kHookDead)) {
      doubts.insert(Reason::kHookDead);
      continue;
    }
    const bool known = necessity_known(in, refusal.dialog.group);
    const bool exits = ending.kind == Ending::Kind::kExit;
    Finding f = finding(in, *ending.event, known ? Level::kViolation : Level::kSuspected,
                        exits ? "permission.exit" : "permission.close",
                        {{"permission", refusal.dialog.group.empty() ? "unknown" : refusal.dialog.group}},
                        known ? std::vector<Missing>{} : std::vector{Missing::kNecessity});
    f.evidence.push_back({in.t.journal->sha256, refusal.record, refusal.excerpt});
    r.findings.push_back(std::move(f));
    break;
  }
  settle(in, r, std::move(doubts));
  return r;
}

namespace {

// From a refusal until the driver did something in the app but refuse, dismiss or go back.
std::int64_t passive_until(const Timeline& t, const Refusal& refusal) {
  for (const ActionDone& a : t.actions) {
    const bool passive = a.name == record_name::kPermissionDeny || a.name == record_name::kBack ||
                         a.name == record_name::kRefuse || a.name == record_name::kForced;
    if (a.until_ms > refusal.until_ms && a.device_ms >= refusal.device_ms && (!passive || a.unsure))
      return a.device_ms;
  }
  return INT64_MAX;
}

struct Loop {
  std::int64_t count = 0, unclear = 0;
  const Moment* last = nullptr;
};

void count_asks(const Timeline& t, const std::vector<Ask>& asks, const Refusal& refusal,
                std::int64_t until_ms, Loop& loop) {
  for (const Ask& ask : asks) {
    if (!ask.shown || ask.by == Ask::By::kSystem || ask.device_ms >= until_ms) continue;
    const Same same = same_permission(ask, refusal);
    if (same == Same::kNo || ask.device_ms < refusal.device_ms) continue;
    const bool sure = same == Same::kYes && ask.by == Ask::By::kApp && !ask.unclear &&
                      ask.device_ms >= refusal.until_ms &&
                      !forgotten_between(t, refusal.device_ms, ask.device_ms);
    ++(sure ? loop.count : loop.unclear);
    if (sure) loop.last = &ask;
  }
}

// The app's own dialogs: one that still stands, or that is read otherwise for a moment, is no second one.
// Only what was dismissed can come again.
void count_pressing(const Timeline& t, const Refusal& refusal, std::int64_t until_ms, Loop& loop) {
  std::int64_t counted_ms = INT64_MIN;
  for (const ScreenSeen& s : t.screens) {
    if (s.device_ms < refusal.until_ms || s.until_ms >= until_ms || !is_pressing(s, t)) continue;
    const bool dismissed =
        counted_ms == INT64_MIN || std::any_of(t.actions.begin(), t.actions.end(), [&](const ActionDone& a) {
          return a.device_ms >= counted_ms && a.until_ms <= s.device_ms && !a.unsure;
        });
    if (!dismissed) continue;
    counted_ms = s.until_ms;
    ++loop.count;
    loop.last = &s;
  }
}

}  // namespace

RunResult refusal_loop(const RunInput& in) {
  // Who asked is told by the log, and whose uid that is by the package's dump.
  if (auto missing = excuses_unseen(in.t, {record_name::kLog, record_name::kPackage}); !missing.empty()) {
    return not_tested(std::move(missing));
  }
  RunResult r;
  auto refused = refusals(in.t);
  auto asks = permission_asks(in.t);
  std::set<Reason> doubts = refusals_watched(in, refused);
  const std::int64_t wanted = in.pack.threshold("loop_count");
  for (const Refusal& refusal : refused) {
    const std::int64_t until_ms = passive_until(in.t, refusal);
    Loop loop;
    count_asks(in.t, asks, refusal, until_ms, loop);
    count_pressing(in.t, refusal, until_ms, loop);
    if (loop.count < wanted) {
      if (loop.count + loop.unclear >= wanted) doubts.insert(Reason::kTimeout);
      continue;
    }
    r.findings.push_back(finding(in, *loop.last, Level::kViolation, "permission.loop",
                                 {{"permission", refusal.dialog.group}}, {}));
    break;
  }
  settle(in, r, std::move(doubts));
  return r;
}

RunResult early_request(const RunInput& in) {
  if (auto missing = excuses_unseen(in.t, {record_name::kLog}); !missing.empty())
    return not_tested(std::move(missing));
  RunResult r;
  std::set<Reason> doubts = exercised(in);
  const std::int64_t tap_ms = in.pack.threshold("tap_trigger_ms");
  for (const Ask& ask : permission_asks(in.t)) {
    if (!ask.shown || ask.by == Ask::By::kSystem) continue;
    const bool p1 = in.t.within(Phase::kP1, ask.device_ms), p4 = in.t.within(Phase::kP4, ask.device_ms);
    if (!p1 && !p4) continue;
    const Trigger trigger = trigger_of(in.t, ask.device_ms, ask.device_ms, tap_ms);
    const bool after_agree = p4 && trigger == Trigger::kAgree;
    const bool untouched = p1 && trigger != Trigger::kTap;
    if (!untouched && !after_agree && trigger != Trigger::kUnclear) continue;
    if (ask.by == Ask::By::kUnknown || ask.unclear || trigger == Trigger::kUnclear) {
      doubts.insert(ask.by == Ask::By::kUnknown ? Reason::kGrammar : Reason::kTimeout);
      continue;
    }
    const std::string group = ask.first_group();
    std::vector<Missing> missing;
    if (after_agree || group == "unknown" || category_needs(in, group))
      missing.push_back(Missing::kNecessity);
    Finding f = finding(in, ask, missing.empty() ? Level::kViolation : Level::kSuspected,
                        after_agree ? "permission.early_after_consent" : "permission.early",
                        {{"permission", group}}, missing);
    with_screen(ask, f);
    r.findings.push_back(std::move(f));
  }
  settle(in, r, std::move(doubts));
  return r;
}

namespace {

// By the device's clock: for the app so much time has passed.
std::int64_t since_ms(const Timeline& t, const Moment& refusal, std::int64_t device_ms) {
  return device_ms + t.ahead_ms(device_ms) - refusal.device_ms - t.ahead_ms(refusal.device_ms);
}
bool is_shifted(const Timeline& t, std::int64_t device_ms) {
  return std::abs(t.ahead_ms(device_ms)) > kShiftedMs;
}

// It came back once the clock was set ahead. Within the official window (48 hours, [77.5] 8.2.1 c) that is
// told of its own, or borne out by what was told before; beyond it, only the latter.
void again_later(const RunInput& in, const Ask& ask, const Refusal& refusal, RunResult& r) {
  const std::string group = ask.first_group();
  const std::int64_t since = since_ms(in.t, refusal, ask.device_ms);
  const auto told = std::find_if(r.findings.begin(), r.findings.end(), [&](const Finding& f) {
    return f.values.front().second == group && f.what != "permission.begging";
  });
  if (told != r.findings.end()) {
    told->evidence.push_back({in.t.journal->sha256, ask.record, ask.excerpt});
    return;
  }
  if (since >= in.pack.threshold("ask_again_window_ms")) return;
  std::vector<Missing> missing;
  if (category_needs(in, group)) missing.push_back(Missing::kNecessity);
  Finding f = finding(in, ask, missing.empty() ? Level::kViolation : Level::kSuspected,
                      "permission.again_within_window",
                      {{"permission", group}, {"hours", std::to_string(since / kHourMs)}}, missing);
  with_screen(ask, f);
  f.evidence.push_back({in.t.journal->sha256, refusal.record, refusal.excerpt});
  r.findings.push_back(std::move(f));
}

// The requests that come back after a refusal, by themselves or at a launch.
void again(const RunInput& in, const std::vector<Refusal>& refused, RunResult& r, std::set<Reason>& doubts) {
  const std::int64_t tap_ms = in.pack.threshold("tap_trigger_ms");
  std::set<std::string> told;
  for (const Ask& ask : permission_asks(in.t)) {
    if (!ask.shown || ask.by == Ask::By::kSystem) continue;
    const Before before = refused_before(in.t, refused, ask);
    if (!before.refusal && !before.doubt) continue;
    const Trigger trigger = trigger_of(in.t, ask.device_ms, ask.device_ms, tap_ms);
    // To agree with the rules is a step of the user's, and what was refused before may be asked for after it.
    if (trigger == Trigger::kTap || trigger == Trigger::kAgree) continue;
    if (ask.by == Ask::By::kUnknown) doubts.insert(Reason::kGrammar);
    if (ask.unclear || trigger == Trigger::kUnclear) doubts.insert(Reason::kTimeout);
    if (!before.refusal) doubts.insert(*before.doubt);
    if (!before.refusal || ask.by == Ask::By::kUnknown || ask.unclear || trigger == Trigger::kUnclear)
      continue;
    if (is_shifted(in.t, ask.device_ms)) {
      again_later(in, ask, *before.refusal, r);
      continue;
    }
    const std::string group = ask.first_group();
    const char* what =
        trigger == Trigger::kLaunch ? "permission.again_after_relaunch" : "permission.again_same_run";
    if (!told.insert(what + group).second) continue;
    // Launching an app whose function is the permission itself is entering that function.
    std::vector<Missing> missing;
    if (trigger == Trigger::kLaunch && category_needs(in, group)) missing.push_back(Missing::kNecessity);
    Finding f = finding(in, ask, missing.empty() ? Level::kViolation : Level::kSuspected, what,
                        {{"permission", group}}, missing);
    with_screen(ask, f);
    f.evidence.push_back({in.t.journal->sha256, before.refusal->record, before.refusal->excerpt});
    r.findings.push_back(std::move(f));
  }
}

// The app's own words that press for what was refused: once is told.
void begging(const RunInput& in, const std::vector<Refusal>& refused, RunResult& r,
             std::set<Reason>& doubts) {
  for (const Pressing& p : pressing_screens(in.t, in.pack.threshold("tap_trigger_ms"))) {
    auto of = std::find_if(refused.begin(), refused.end(), [&](const Refusal& x) {
      return x.until_ms <= p.device_ms && !forgotten_between(in.t, x.device_ms, p.device_ms);
    });
    // Where the clock was set ahead it may be asked anew by now.
    if (is_shifted(in.t, p.device_ms)) continue;
    if (of == refused.end() || p.trigger == Trigger::kTap || p.trigger == Trigger::kAgree) continue;
    if (p.trigger == Trigger::kUnclear || p.stood_before) {
      doubts.insert(p.stood_before ? Reason::kNotCalibrated : Reason::kTimeout);
      continue;
    }
    r.findings.push_back(finding(in, p, Level::kSuspected, "permission.begging",
                                 {{"permission", of->dialog.group.empty() ? "unknown" : of->dialog.group}},
                                 {Missing::kTriggerUnclear}));
    return;
  }
}

}  // namespace

RunResult asks_again(const RunInput& in) {
  if (auto missing = excuses_unseen(in.t, {record_name::kLog}); !missing.empty())
    return not_tested(std::move(missing));
  RunResult r;
  auto refused = refusals(in.t);
  std::set<Reason> doubts = refusals_watched(in, refused);
  if (!refused.empty()) doubts.merge(relaunch_watched(in, refused));
  again(in, refused, r, doubts);
  begging(in, refused, r, doubts);
  settle(in, r, std::move(doubts));
  return r;
}

}  // namespace storesweep
