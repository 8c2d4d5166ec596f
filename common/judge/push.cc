// R4.4: the switch by which personalised push is ended: whether it stays where it was put, and how far it
// lies from the main screen. An app without one is never accused here: whether it pushes at all is in its
// rules, which nobody read. Hiding a label, or 不感兴趣 on one entry, is no switch.
#include <algorithm>

#include "common/evidence/names.h"
#include "common/judge/items.h"
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

}  // namespace

RunResult push_switch(const RunInput& in) {
  RunResult r;
  r.reasons = gaps(in);
  const SettingsSeen seen = read_settings_walk(in.t, in.pack.threshold("switch_watch_ms"));
  if (seen.login_wall) r.reasons.insert(Reason::kLoginWall);
  if (seen.switches.empty()) {
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
