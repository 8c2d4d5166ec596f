// R4.3: whether anything that was seen is marked as directed at a person. R4.4: the switch by which
// personalised push is ended: whether it stays where it was put, and how far it lies from the main screen. An
// app without one is suspected where its own policy tells of directed push: a violation takes all of its
// settings, those behind the log-in too. Hiding a label, or 不感兴趣 on one entry, is no switch.
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

bool tells_of_push(const RunInput& in) {
  return in.policy && in.policy->push.told && !in.policy->push.denied && policy_is_the_apps(in);
}

// The policy tells of it, and something that belongs to it was nowhere seen in this phase.
Finding unseen(const RunInput& in, Phase phase, std::string_view what) {
  const EvidenceRef sentence = policy_evidence(in, in.policy->push.where.front());
  Moment at;
  at.device_ms = in.t.span(phase).begin_ms;
  at.record = sentence.record;
  at.excerpt = sentence.excerpt;
  Finding f = finding(in, at, Level::kSuspected, what, {}, {Missing::kElsewhere, Missing::kPolicyWords});
  f.phase = phase;
  f.last_action.clear();
  return f;
}

// Pages of the app's own in the whole run that showed nothing to read.
bool saw_blind(const Timeline& t) {
  return !t.blind.empty() || std::ranges::any_of(t.screens, [&](const ScreenSeen& s) {
    return s.screen.package == t.package && s.screen.kind == android::ScreenKind::kBlind;
  });
}
bool saw_mark(const RunInput& in) {
  return std::ranges::any_of(in.t.screens, [&](const ScreenSeen& s) {
    return s.screen.package == in.t.package && word_in(in.pack.push_marks, s.screen.text) != nullptr;
  });
}

}  // namespace

RunResult push_switch(const RunInput& in) {
  RunResult r;
  r.reasons = gaps(in);
  const SettingsSeen seen = read_settings_walk(in.t, in.pack.threshold("switch_watch_ms"));
  if (seen.login_wall) r.reasons.insert(Reason::kLoginWall);
  if (seen.switches.empty()) {
    // Only where the walk went into something: an app without settings shows what its main screen has.
    const bool walked = r.reasons.empty() && seen.walked && seen.deepest > 0;
    if (walked && tells_of_push(in)) r.findings.push_back(unseen(in, Phase::kP12, "push.switch_missing"));
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

// A word that may be meant as the mark excuses, wherever it stands; that one marks what is directed is for
// people to see.
RunResult push_marked(const RunInput& in) {
  RunResult r;
  r.reasons = {Reason::kDocumentReview};
  if (!tells_of_push(in) || saw_mark(in)) return r;
  std::set<Reason> open = gaps(in);
  open.merge(exercised(in));
  if (saw_blind(in.t)) open.insert(Reason::kNotIdle);
  if (open.empty()) r.findings.push_back(unseen(in, Phase::kP6, "push.unmarked"));
  r.reasons.merge(open);
  return r;
}

}  // namespace storesweep
