#include "common/model/calibration.h"

#include <algorithm>
#include <array>

namespace storesweep {
namespace {
bool found(Level level) { return level == Level::kViolation || level == Level::kSuspected; }

// Suspected for no other reason than that there was no second device.
bool only_unrepeated(const Verdict& verdict, const std::string& rule) {
  return std::all_of(verdict.findings.begin(), verdict.findings.end(), [&](const Finding& f) {
    return f.rule != rule || f.missing == std::vector<Missing>{Missing::kSingleDevice};
  });
}

bool lacks(const Verdict& verdict, const std::string& observer) {
  const auto& all = verdict.coverage.observers;
  return !observer.empty() && std::find(all.begin(), all.end(), observer) == all.end();
}

ProbeOutcome guilty(const Verdict& verdict, const ItemVerdict& item, Level expected) {
  if (item.level == expected) return ProbeOutcome::kSeen;
  if (item.level == Level::kSuspected && only_unrepeated(verdict, item.rule)) return ProbeOutcome::kSeen;
  // More than the probe bears is an accusation that nothing supports.
  return item.level < expected ? ProbeOutcome::kFlagged : ProbeOutcome::kMissed;
}

}  // namespace

std::string_view name(ProbeOutcome o) {
  static constexpr std::array<std::string_view, kProbeOutcomes> kNames = {"seen", "silent", "missed",
                                                                          "flagged"};
  return kNames.at(static_cast<std::size_t>(o));
}
std::string_view name(RuleState s) {
  static constexpr std::array<std::string_view, kRuleStates> kNames = {"unproven", "passed", "failed"};
  return kNames.at(static_cast<std::size_t>(s));
}

std::vector<ProbeResult> hold_to_probe(const Probe& probe, const Verdict& verdict) {
  std::vector<ProbeResult> out;
  for (const ItemVerdict& item : verdict.items) {
    const auto e = std::find_if(probe.expected.begin(), probe.expected.end(),
                                [&](const Expectation& x) { return x.rule == item.rule; });
    ProbeResult r{probe.package, item.rule, {}, item.level, item.reasons, ProbeOutcome::kSilent};
    if (e != probe.expected.end()) {
      const int api = verdict.device_kind.api;
      if (!e->level || api < e->min_api || api > e->max_api || lacks(verdict, e->needs)) continue;
      r.expected = e->level;
    }
    // What it was not given an older version for it had nothing to show of.
    const bool not_given =
        item.level == Level::kNotTested && item.reasons == std::vector{Reason::kNoOldVersion};
    if (not_given) continue;
    if (r.expected && found(*r.expected)) {
      r.outcome = guilty(verdict, item, *r.expected);
    } else if (found(item.level)) {
      r.outcome = ProbeOutcome::kFlagged;
    } else if (item.level == Level::kNotTested) {
      continue;
    }
    out.push_back(std::move(r));
  }
  return out;
}

std::map<std::string, RuleState> rule_states(const std::vector<ProbeResult>& results) {
  std::map<std::string, RuleState> out;
  for (const ProbeResult& r : results) {
    RuleState& state = out.try_emplace(r.rule, RuleState::kUnproven).first->second;
    if (is_bad(r.outcome)) {
      state = RuleState::kFailed;
    } else if (r.outcome == ProbeOutcome::kSeen && state == RuleState::kUnproven) {
      state = RuleState::kPassed;
    }
  }
  return out;
}

Calibration renewed(const Calibration& before, Calibration fresh) {
  for (const ProbeResult& old : before.results) {
    const bool again = std::any_of(fresh.results.begin(), fresh.results.end(), [&](const ProbeResult& r) {
      return r.probe == old.probe && r.rule == old.rule;
    });
    if (!again && is_bad(old.outcome)) fresh.results.push_back(old);
  }
  fresh.rules = rule_states(fresh.results);
  for (const auto& [rule, state] : before.rules) {
    RuleState& now = fresh.rules.try_emplace(rule, state).first->second;
    if (now == RuleState::kUnproven) now = state;
  }
  return fresh;
}

std::vector<DarkRule> dark_rules(const Calibration& calibration) {
  std::vector<DarkRule> out;
  for (const auto& [rule, state] : calibration.rules) {
    if (state == RuleState::kFailed) out.push_back({calibration.where, rule});
  }
  return out;
}

}  // namespace storesweep
