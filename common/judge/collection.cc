// R1.1, R1.3 and R2.7: what app-ops can show of collection. Which value was returned, who called and what the
// policy says are not seen by them, so that they are suspected at most; and since most kinds leave no op at
// all, never not found. For R1.3 the hooks and what left the device say more (hook_items.h, traffic_items.h).
#include <algorithm>

#include "common/evidence/names.h"
#include "common/judge/hook_items.h"
#include "common/judge/policy_items.h"
#include "common/judge/traffic_items.h"

namespace storesweep {
namespace {

RunResult unseen_kinds() {
  RunResult r;
  r.reasons = {Reason::kHookAbsent};
  return r;
}

// One finding an op, at its first use.
bool known(const RunResult& r, const std::string& op) {
  return std::any_of(r.findings.begin(), r.findings.end(),
                     [&](const Finding& f) { return !f.values.empty() && f.values.front().second == op; });
}

}  // namespace

std::int64_t consent_ms(const Timeline& t) {
  for (const ActionDone& a : t.actions) {
    if (a.name == record_name::kAgree) return a.device_ms;
  }
  return t.span(Phase::kP3).began   ? t.span(Phase::kP3).end_ms
         : t.span(Phase::kP2).began ? t.span(Phase::kP2).end_ms
                                    : t.span(Phase::kP1).end_ms;
}

bool dialog_seen(const Timeline& t) {
  return std::any_of(t.screens.begin(), t.screens.end(), [](const ScreenSeen& s) {
    return s.screen.kind == android::ScreenKind::kConsent ||
           s.screen.kind == android::ScreenKind::kConsentAgain;
  });
}

namespace {

// The driver's HOME of P7, if it was certainly done: until then the app stood on the screen.
const ActionDone* left_for_home(const Timeline& t) {
  for (const ActionDone& a : t.actions) {
    if (a.name == record_name::kHome && t.within(Phase::kP7, a.device_ms)) return a.unsure ? nullptr : &a;
  }
  return nullptr;
}

bool attempt_counts(const RulePack& pack, const std::string& op) {
  return std::any_of(pack.unguarded_ops.begin(), pack.unguarded_ops.end(),
                     [&](const GuardlessOp& g) { return g.rejected && g.op == op; });
}

}  // namespace

RunResult consent_collection(const RunInput& in) {
  RunResult r;
  r.reasons = hook_gaps(in.t);
  collected_by_traffic(in, r);
  collected_by_hooks(in, r);
  if (auto missing = channel_gaps(in.t, record_name::kAppOps); !missing.empty()) {
    r.reasons.merge(missing);
    return r;
  }
  const std::int64_t until = consent_ms(in.t);
  for (const OpSeen& seen : in.t.ops) {
    if (seen.until_ms > until || seen.snapshot_phase > Phase::kP3) continue;
    for (const GuardlessOp& op : in.pack.unguarded_ops) {
      if (op.op != seen.op || op.rejected != seen.use.rejected || known(r, seen.op)) continue;
      std::vector<Missing> missing = {Missing::kValueUnseen, Missing::kCallerUnknown};
      if (!dialog_seen(in.t)) missing.push_back(Missing::kConsentUnproven);
      r.findings.push_back(finding(in, seen, Level::kSuspected,
                                   op.rejected ? "collect.attempt_before_consent" : "collect.before_consent",
                                   {{"op", seen.op}, {"kind", op.kind}}, missing));
    }
  }
  return r;
}

namespace {

// The first op that no runtime permission guards, used before anybody could have agreed.
const OpSeen* collected_early(const RunInput& in) {
  const std::int64_t until = consent_ms(in.t);
  for (const OpSeen& seen : in.t.ops) {
    if (seen.until_ms > until || seen.snapshot_phase > Phase::kP3) continue;
    for (const GuardlessOp& op : in.pack.unguarded_ops) {
      if (op.op == seen.op && op.rejected == seen.use.rejected) return &seen;
    }
  }
  return nullptr;
}

bool names_rules(const RunInput& in, const android::Screen& s) {
  if (s.kind == android::ScreenKind::kPolicy || s.has(android::Role::kPolicyLink)) return true;
  return word_in(in.pack.phrases.policy_names, s.text) != nullptr;
}

// Why it cannot be said that no rules are anywhere: what was not exercised, or drawn where nobody can read.
std::set<Reason> rules_unseen(const RunInput& in) {
  std::set<Reason> out = gaps(in);
  out.merge(exercised(in));
  for (const ScreenSeen& s : in.t.screens) {
    if (s.screen.package != in.t.package) continue;
    if (s.screen.kind == android::ScreenKind::kBlind) out.insert(Reason::kNotCalibrated);
    if (names_rules(in, s.screen)) out.insert(Reason::kDocumentReview);  // not prompted: for a person
  }
  return out;
}

}  // namespace

// Nothing tells the user of any rules, and something is collected all the same. That the rules which are
// shown state purpose, manner and scope, nobody but a person can say.
RunResult rules_shown(const RunInput& in) {
  RunResult r;
  const auto prompts = [&](const ScreenSeen& s) {
    return in.t.within(Phase::kP1, s.device_ms) && (s.screen.kind == android::ScreenKind::kConsent ||
                                                    s.screen.kind == android::ScreenKind::kConsentAgain);
  };
  // A dialog that only a picture shows was shown all the same.
  if (std::ranges::any_of(in.t.screens, prompts) || std::ranges::any_of(in.t.pictures, prompts)) {
    if (!in.t.span(Phase::kP1).ended || in.t.span(Phase::kP1).broken) r.reasons.insert(Reason::kTimeout);
    if (r.reasons.empty()) r.otherwise = Level::kNotFound;
    return r;
  }
  r.reasons = rules_unseen(in);
  const OpSeen* seen = collected_early(in);
  if (!seen) r.reasons.insert(Reason::kHookAbsent);  // most kinds leave no op
  if (!r.reasons.empty()) return r;
  r.findings.push_back(finding(in, *seen, Level::kSuspected, "rules.none", {{"op", seen->op}},
                               {Missing::kValueUnseen, Missing::kCallerUnknown}));
  return r;
}

namespace {

// What the policy tells of the kind in the background does not make it necessary: it stays suspected, and
// says that it was told.
Finding background_finding(const RunInput& in, const OpSeen& seen, const std::string& kind) {
  const bool told = in.policy && in.policy->tells_background(kind);
  std::vector<Missing> missing = policy_missing(in);
  missing.insert(missing.begin(), Missing::kValueUnseen);
  if (in.policy && !told) missing.push_back(Missing::kPolicyWords);
  missing.push_back(Missing::kNecessity);
  Finding f = finding(in, seen, Level::kSuspected,
                      seen.use.rejected ? "collect.background_attempt"
                      : told            ? "collect.background_told"
                                        : "collect.background",
                      {{"op", seen.op}, {"kind", kind}}, std::move(missing));
  if (told) f.evidence.push_back(policy_evidence(in, *in.policy->background_place(kind)));
  return f;
}

}  // namespace

RunResult background_collection(const RunInput& in) {
  RunResult r = unseen_kinds();
  if (auto missing = channel_gaps(in.t, record_name::kOpStates); !missing.empty()) {
    r.reasons.merge(missing);
    return r;
  }
  const PhaseSpan& background = in.t.span(Phase::kP7);
  if (!background.began) {
    r.reasons.insert(Reason::kProfile);
    return r;
  }
  const ActionDone* home = left_for_home(in.t);
  if (!home) {
    r.reasons.insert(Reason::kTimeout);  // whether it was in the background at all is not known
    return r;
  }
  const std::int64_t from_ms = home->until_ms + in.pack.threshold("background_settle_ms");
  const ActionDone* touched = in.t.next_action(home->device_ms);
  for (const OpSeen& seen : in.t.ops) {
    auto kind = in.pack.background_ops.find(seen.op);
    // The states in which nothing of the app is visible; a foreground service (fgsvc) shows its notification.
    // Where no state is told (`appops get`, Android before 9), such a service may have been there.
    bool hidden = seen.use.state == "bg" || seen.use.state == "cch";
    // What a dump tells happened before the dump had ended, and one thing is done after another.
    bool before = !touched || seen.until_ms <= touched->device_ms || seen.record < touched->record;
    bool inside = seen.device_ms >= from_ms && before;
    // A refusal counts only for ops that no runtime permission guards: there it shows that the app tried.
    bool counts = !seen.use.rejected || attempt_counts(in.pack, seen.op);
    if (kind == in.pack.background_ops.end() || !counts || !hidden || !inside || known(r, seen.op)) continue;
    r.findings.push_back(background_finding(in, seen, kind->second));
  }
  return r;
}

}  // namespace storesweep
