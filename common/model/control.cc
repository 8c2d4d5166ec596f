#include "common/model/control.h"

#include <algorithm>
#include <array>

namespace storesweep {
namespace {
// What was missed must have been seen before; what was flagged must have been left alone.
bool proves(const RuleOutcome& earlier, const RuleOutcome& bad) {
  if (earlier.rule != bad.rule) return false;
  return earlier.outcome == ProbeOutcome::kSeen ||
         (earlier.outcome == ProbeOutcome::kSilent && bad.outcome == ProbeOutcome::kFlagged);
}

RunId last_proof(const DeviceTrail& trail, const RuleOutcome& bad) {
  RunId last;
  for (const DeviceAct& act : trail.acts) {
    if (act.kind == DeviceActKind::kFreed) last = std::max(last, act.run);
  }
  for (const ControlRecord& c : trail.controls) {
    const bool proven =
        std::any_of(c.rules.begin(), c.rules.end(), [&](const RuleOutcome& r) { return proves(r, bad); });
    if (proven) last = std::max(last, c.run);
  }
  return last;
}
}  // namespace

std::string_view name(ControlEnd e) {
  static constexpr std::array<std::string_view, 5> kNames = {"open", "good", "bad", "untested", "not_run"};
  return kNames.at(static_cast<std::size_t>(e));
}
std::string_view name(DeviceActKind k) { return k == DeviceActKind::kQuarantined ? "quarantined" : "freed"; }

Listing disguised(const Probe& probe, const Listing& as, const std::string& folder_address) {
  Listing l;
  l.id = as.id;
  l.tenant = as.tenant;
  l.place = as.place;
  l.store = as.store;
  l.developer = as.developer;
  l.region = as.region;
  l.package = probe.package;
  l.label = probe.label;
  l.version_name = probe.version_name;
  l.category = probe.category;
  l.apk_url = folder_address + "/" + probe.apk;
  return l;
}

ControlEnd control_end(const std::vector<ProbeResult>& results) {
  const auto bad = [](const ProbeResult& r) { return is_bad(r.outcome); };
  if (results.empty()) return ControlEnd::kUntested;
  return std::any_of(results.begin(), results.end(), bad) ? ControlEnd::kBad : ControlEnd::kGood;
}

std::vector<RuleOutcome> control_outcomes(const std::vector<ProbeResult>& results, const DeviceTrail& trail) {
  std::vector<RuleOutcome> out;
  for (const ProbeResult& r : results) {
    RuleOutcome one{r.rule, r.outcome, {}};
    if (one.bad()) one.since = last_proof(trail, one);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace storesweep
