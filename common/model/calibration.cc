#include "common/model/calibration.h"

#include <algorithm>
#include <array>

namespace storesweep {
namespace {
constexpr std::array<std::string_view, 5> kOutcomes = {"seen", "silent", "unsaid", "missed", "flagged"};
constexpr std::array<std::string_view, 3> kStates = {"unproven", "passed", "failed"};

template <class E, std::size_t N>
std::optional<E> named(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  return at == names.end() ? std::nullopt : std::optional<E>(static_cast<E>(at - names.begin()));
}

bool found(Level level) { return level == Level::kViolation || level == Level::kSuspected; }

// Suspected for no other reason than that there was no second device.
bool only_unrepeated(const Verdict& verdict, const std::string& rule) {
  return std::all_of(verdict.findings.begin(), verdict.findings.end(), [&](const Finding& f) {
    return f.rule != rule || f.missing == std::vector<Missing>{Missing::kSingleDevice};
  });
}

ProbeOutcome guilty(const Verdict& verdict, const ItemVerdict& item, Level expected) {
  if (item.level == expected) return ProbeOutcome::kSeen;
  if (item.level == Level::kSuspected && only_unrepeated(verdict, item.rule)) return ProbeOutcome::kSeen;
  // More than the probe bears is an accusation that nothing supports.
  return item.level < expected ? ProbeOutcome::kFlagged : ProbeOutcome::kMissed;
}

ProbeOutcome innocent(const ItemVerdict& item) {
  if (found(item.level)) return ProbeOutcome::kFlagged;
  return item.level == Level::kNotTested ? ProbeOutcome::kUnsaid : ProbeOutcome::kSilent;
}
}  // namespace

std::string_view name(ProbeOutcome o) { return kOutcomes.at(static_cast<std::size_t>(o)); }
std::string_view name(RuleState s) { return kStates.at(static_cast<std::size_t>(s)); }
std::optional<ProbeOutcome> probe_outcome_named(std::string_view n) {
  return named<ProbeOutcome>(kOutcomes, n);
}
std::optional<RuleState> rule_state_named(std::string_view n) { return named<RuleState>(kStates, n); }

std::vector<ProbeResult> hold_to_probe(const Probe& probe, const Verdict& verdict) {
  std::vector<ProbeResult> out;
  for (const ItemVerdict& item : verdict.items) {
    const auto e = std::find_if(probe.expected.begin(), probe.expected.end(),
                                [&](const Expectation& x) { return x.rule == item.rule; });
    ProbeResult r{probe.package, item.rule, {}, item.level, item.reasons, ProbeOutcome::kUnsaid};
    if (e != probe.expected.end()) {
      const int api = verdict.device_kind.api;
      if (!e->level || api < e->min_api || api > e->max_api) continue;
      r.expected = e->level;
    }
    const bool is_guilty = r.expected && found(*r.expected);
    r.outcome = is_guilty ? guilty(verdict, item, *r.expected) : innocent(item);
    // A probe need not say anything of a rule that nothing judges.
    if (r.outcome != ProbeOutcome::kUnsaid) out.push_back(std::move(r));
  }
  return out;
}

std::map<std::string, RuleState> rule_states(const std::vector<ProbeResult>& results) {
  std::map<std::string, RuleState> out;
  for (const ProbeResult& r : results) {
    RuleState& state = out.try_emplace(r.rule, RuleState::kUnproven).first->second;
    if (r.outcome == ProbeOutcome::kMissed || r.outcome == ProbeOutcome::kFlagged) {
      state = RuleState::kFailed;
    } else if (r.outcome == ProbeOutcome::kSeen && state == RuleState::kUnproven) {
      state = RuleState::kPassed;
    }
  }
  return out;
}

std::map<std::string, RuleState> renewed(const std::map<std::string, RuleState>& before,
                                         const std::map<std::string, RuleState>& fresh) {
  std::map<std::string, RuleState> out = before;
  for (const auto& [rule, state] : fresh) {
    if (state != RuleState::kUnproven || out.find(rule) == out.end()) out[rule] = state;
  }
  return out;
}

std::vector<DarkRule> dark_rules(const Calibration& calibration) {
  std::vector<DarkRule> out;
  for (const auto& [rule, state] : calibration.rules) {
    if (state == RuleState::kFailed) out.push_back({calibration.where, rule});
  }
  return out;
}

}  // namespace storesweep
