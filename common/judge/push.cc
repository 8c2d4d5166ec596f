// R4.4: the switch by which personalised push is ended: whether it stays where it was put, and how far it
// lies from the main screen. An app without one is suspected where its own policy tells of directed push: a
// violation takes all of its settings, those behind the log-in too. Hiding a label, or 不感兴趣 on one entry,
// is no switch.
#include <algorithm>

#include "common/evidence/names.h"
#include "common/judge/items.h"
#include "common/judge/policy_items.h"
#include "common/judge/settings_walk.h"

namespace storesweep {
namespace {

using Came = SwitchSeen::Came;

Finding reset(const RunInput& in, const SwitchSeen& s) {
  Finding f = finding(in, s.reopened, Level::kViolation, "push.switch_reset", {{"label", s.label}}, {});
  f.evidence.push_back({in.t.journal->sha256, s.closed.record, s.closed.excerpt});
  return f;
}

// Why nothing is said of a switch that was found.
std::optional<Reason> doubt(Came came) {
  switch (came) {
    case Came::kUntried:
      return Reason::kTimeout;
    case Came::kDisabled:
    case Came::kPending:
    case Came::kUnclear:
      return Reason::kDocumentReview;  // its pictures are for a person
    case Came::kPersists:
    case Came::kReset:
      return std::nullopt;
  }
  return std::nullopt;
}

// Only where the walk went into something: an app without any settings shows what its main screen has.
std::optional<Finding> none_found(const RunInput& in, const SettingsSeen& seen) {
  const bool told = in.policy && in.policy->push.told && !in.policy->push.denied;
  if (!told || !policy_is_the_apps(in) || !seen.walked || seen.deepest == 0) return std::nullopt;
  Moment at;
  at.device_ms = in.t.span(Phase::kP12).begin_ms;
  const EvidenceRef sentence = policy_evidence(in, in.policy->push.where.front());
  at.record = sentence.record;
  at.excerpt = sentence.excerpt;
  Finding f = finding(in, at, Level::kSuspected, "push.switch_missing", {},
                      {Missing::kElsewhere, Missing::kPolicyWords});
  f.phase = Phase::kP12;
  f.last_action.clear();
  return f;
}

}  // namespace

RunResult push_switch(const RunInput& in) {
  RunResult r;
  r.reasons = gaps(in);
  const SettingsSeen seen = read_settings_walk(in.t, in.pack.threshold("switch_watch_ms"));
  if (seen.login_wall) r.reasons.insert(Reason::kLoginWall);
  if (seen.switches.empty()) {
    auto none = r.reasons.empty() ? none_found(in, seen) : std::nullopt;
    if (none) r.findings.push_back(std::move(*none));
    r.reasons.insert(Reason::kDocumentReview);
    return r;
  }
  const SwitchSeen* nearest = &seen.switches.front();
  for (const SwitchSeen& s : seen.switches) {
    if (s.came == Came::kReset) r.findings.push_back(reset(in, s));
    if (const auto why = doubt(s.came)) r.reasons.insert(*why);
    if (s.straight > nearest->straight || (s.straight == nearest->straight && s.taps < nearest->taps))
      nearest = &s;
  }
  if (!nearest->straight) {
    r.reasons.insert(Reason::kDocumentReview);  // how far it lies was not seen
  } else if (nearest->taps > in.pack.threshold("switch_taps")) {
    r.findings.push_back(finding(in, *nearest, Level::kSuspected, "push.switch_deep",
                                 {{"label", nearest->label}, {"taps", std::to_string(nearest->taps)}},
                                 {Missing::kOtherWays}));
  }
  if (r.reasons.empty()) r.otherwise = Level::kNotFound;
  return r;
}

}  // namespace storesweep
