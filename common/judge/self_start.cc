// R6.1 and R6.3: processes of the app that start by themselves, in the background, after a swipe and after a
// reboot; and other apps that it starts. Suspected at most: what the policy says and whether the scene is
// reasonable are not seen here. Never not found without decoys, for then there was nothing to start.
#include <algorithm>
#include <map>
#include <optional>

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "common/judge/associated.h"
#include "common/judge/policy_items.h"

namespace storesweep {
namespace {

// AOSP HostingRecord types that nobody but the platform brings about: a backup transport, dexopt,
// instrumentation, and the process of a screen that the user had open and comes back to.
bool of_the_platform(std::string_view type) {
  return type == "backup" || type == "added application" || type == "link fail" || type == "system" ||
         type == "on-hold" || type == "top-activity" || type == "next-activity" ||
         type == "next-top-activity" || type.empty();
}

bool by_our_hand(const RunInput& in, std::int64_t device_ms) {
  const std::int64_t own_ms = in.pack.threshold("own_start_ms");
  for (const ActionDone& a : in.t.actions) {
    bool ours = a.name == record_name::kLaunch || a.name == record_name::kOwnStart ||
                a.name == record_name::kTap || a.name == record_name::kInstall ||
                a.name == record_name::kAgree || a.name == record_name::kBack || a.name == record_name::kType;
    // What was done and not answered may have been done late, and anything.
    if ((ours || a.unsure) && a.device_ms <= device_ms && device_ms <= a.until_ms + own_ms) return true;
  }
  return false;
}

bool push_delivery(const RunInput& in, const std::string& component) {
  const auto& all = in.pack.push_receivers;
  return std::any_of(all.begin(), all.end(), [&](const std::string& r) { return ends_with(component, r); });
}

bool consented(const Timeline& t, std::int64_t before_ms) {
  return std::any_of(t.actions.begin(), t.actions.end(), [&](const ActionDone& a) {
    return a.name == record_name::kAgree && a.device_ms < before_ms;
  });
}

struct Starts {
  const EventSeen* first = nullptr;
  std::int64_t count = 0;
};

// The starts by themselves, by (type, component): when no process of the app was alive, in P7 to P9.
std::map<std::pair<std::string, std::string>, Starts> starts_by_themselves(const RunInput& in) {
  std::map<std::pair<std::string, std::string>, Starts> out;
  std::set<int> alive;
  std::int64_t rebooted_ms = INT64_MIN;
  for (const ActionDone& a : in.t.actions) {
    if (a.name == record_name::kReboot) rebooted_ms = a.device_ms;
  }
  for (const EventSeen& e : in.t.events) {
    if (!in.t.is_app(e.event)) continue;
    if (e.device_ms >= rebooted_ms && rebooted_ms != INT64_MIN) {
      alive.clear();
      rebooted_ms = INT64_MIN;
    }
    if (e.event.kind == android::EventKind::kProcDied || e.event.kind == android::EventKind::kKill) {
      alive.erase(e.event.pid);
    }
    if (e.event.kind != android::EventKind::kProcStart) continue;
    auto phase = in.t.phase_at(e.device_ms);
    bool watched = phase && *phase >= Phase::kP7 && *phase <= Phase::kP9;
    if (watched && alive.empty() && !of_the_platform(e.event.type) && !by_our_hand(in, e.device_ms) &&
        !push_delivery(in, e.event.component)) {
      Starts& s = out[{e.event.type, e.event.component}];
      if (!s.first) s.first = &e;
      ++s.count;
    }
    alive.insert(e.event.pid);
  }
  return out;
}

}  // namespace

namespace {

// Before any consent it is R6.1, after it R6.3: an item tells only its own.
bool is_of(const RunInput& in, const Moment& start) {
  return consented(in.t, start.device_ms) == (in.item.id == "R6.3");
}

// The policy tells of it, or one that was lost might have: then it is no start that was not told.
bool may_be_told(const RunInput& in) {
  return (in.policy && in.policy->self_start.told) || (!in.policy && policy_lost(in.t));
}

// What is missing of a start that is this item's; nothing when it is another's.
std::optional<std::vector<Missing>> missing_of(const RunInput& in, const Moment& start) {
  if (!is_of(in, start) || (in.item.id != "R6.3" && may_be_told(in))) return std::nullopt;  // R6.2
  std::vector<Missing> missing = policy_missing(in);
  missing.push_back(Missing::kNecessity);
  return missing;
}

void start_others(const RunInput& in, const OtherStarts& others, RunResult& r) {
  for (const OtherStart& s : others.untold) {
    auto missing = missing_of(in, s);
    if (!missing) continue;
    if (!s.type.empty()) missing->push_back(Missing::kCallerUnknown);
    r.findings.push_back(
        finding(in, s, Level::kSuspected, "start.another", {{"package", s.package}}, std::move(*missing)));
  }
}

}  // namespace

RunResult self_start(const RunInput& in) {
  RunResult r;
  r.reasons = gaps(in);
  if (!in.t.decoys.all) r.reasons.insert(Reason::kProfile);
  if (!channel_gaps(in.t, record_name::kEvents).empty()) return r;
  const auto by_themselves = starts_by_themselves(in);
  for (const auto& [key, starts] : by_themselves) {
    auto missing = missing_of(in, *starts.first);
    if (!missing) continue;
    const bool after_consent = in.item.id == "R6.3";
    if (key.first == "content provider") missing->push_back(Missing::kCallerUnknown);
    r.findings.push_back(finding(
        in, *starts.first, Level::kSuspected, after_consent ? "start.by_itself" : "start.without_consent",
        {{"type", key.first}, {"component", key.second}, {"count", std::to_string(starts.count)}}, *missing));
  }
  // Who started another app is told by the log, and whose uid that is by the package's dump.
  const bool told =
      channel_gaps(in.t, record_name::kLog).empty() && channel_gaps(in.t, record_name::kPackage).empty();
  const OtherStarts others = told ? other_starts(in) : OtherStarts{};
  start_others(in, others, r);
  if (others.unclear) r.reasons.insert(Reason::kTimeout);
  // What one of the two items tells leaves the other open: its half of the run was not like that.
  const bool none = by_themselves.empty() && others.untold.empty();
  if (none && r.reasons.empty()) r.otherwise = Level::kNotFound;
  if (!none && r.findings.empty()) r.reasons.insert(Reason::kProfile);
  return r;
}

namespace {
bool consent_asked(const Timeline& t) {
  return std::ranges::any_of(t.screens, [](const ScreenSeen& s) {
    return s.screen.kind == android::ScreenKind::kConsent ||
           s.screen.kind == android::ScreenKind::kConsentAgain;
  });
}

// Twice or more, as the policy itself tells, after a dialog to which nobody agreed: every element is seen.
Finding told_finding(const RunInput& in, const EventSeen& first, std::int64_t count) {
  std::vector<Missing> missing = policy_missing(in);
  if (!consent_asked(in.t)) missing.push_back(Missing::kConsentUnproven);
  if (count < 2) missing.push_back(Missing::kNecessity);
  Finding f = finding(in, first, missing.empty() ? Level::kViolation : Level::kSuspected,
                      "start.told_without_consent", {}, missing);
  // How often differs from run to run: that is no part of what a second run has to repeat.
  f.evidence.front().excerpt += "; starts by itself in this run: " + std::to_string(count);
  f.evidence.push_back(policy_evidence(in, in.policy->self_start.where.front()));
  return f;
}
}  // namespace

RunResult told_start(const RunInput& in) {
  RunResult r;
  r.reasons = {Reason::kDocumentReview};
  if (!in.policy || !in.policy->self_start.told) return r;
  r.reasons = gaps(in);
  if (!channel_gaps(in.t, record_name::kEvents).empty()) return r;
  const EventSeen* first = nullptr;
  std::int64_t count = 0;
  for (const auto& [key, starts] : starts_by_themselves(in)) {
    if (consented(in.t, starts.first->device_ms)) continue;
    count += starts.count;
    if (!first || starts.first->device_ms < first->device_ms) first = starts.first;
  }
  if (first) r.findings.push_back(told_finding(in, *first, count));
  r.reasons.insert(Reason::kDocumentReview);
  return r;
}

}  // namespace storesweep
