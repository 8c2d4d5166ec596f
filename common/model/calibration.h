// What probe apps with known faults showed on one class of device, and which rules that class is therefore
// not believed on. A guilty probe that is missed, or an innocent one that is flagged, darkens its rule there
// until the probes pass again. Plain values and pure functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "common/model/verdict.h"

namespace storesweep {

// Devices that are alike in what a verdict can rest on: one build, one kind, one set of our tools.
struct DeviceClass {
  std::string fingerprint;  // ro.build.fingerprint
  DeviceKind kind;
  std::string tools;  // version of the worker that ran it
  auto operator<=>(const DeviceClass& other) const {
    return std::tie(fingerprint, kind.device_class, kind.api, tools) <=>
           std::tie(other.fingerprint, other.kind.device_class, other.kind.api, other.tools);
  }
  bool operator==(const DeviceClass&) const = default;
};

// A rule that the judge must not decide from runs of this class.
struct DarkRule {
  DeviceClass where;
  std::string rule;
  bool operator==(const DarkRule&) const = default;
};

// What must be found in a probe app. A rule that none names must be neither a violation nor suspected.
struct Expectation {
  std::string rule;
  std::optional<Level> level;  // nothing: either answer can be defended
  int min_api = 0;
  int max_api = 1'000;
  std::string needs;  // an observer without which nothing can be expected; empty: none
};
struct Probe {
  std::string apk;  // file name, beside expected.yaml
  std::string package;
  std::string label, version_name, category;  // as its store would list it
  std::vector<Expectation> expected;
  std::string old_apk;  // of an earlier version to update from; may be empty
};

enum class ProbeOutcome : std::uint8_t {
  kSeen,     // guilty, and found at its level
  kSilent,   // innocent, and tested
  kMissed,   // guilty, and not found, or weaker than it is
  kFlagged,  // innocent, and found; or found stronger than it is
};
inline constexpr int kProbeOutcomes = 4;
// Whether it speaks against the rule on that device.
constexpr bool is_bad(ProbeOutcome o) { return o == ProbeOutcome::kMissed || o == ProbeOutcome::kFlagged; }
struct ProbeResult {
  std::string probe;  // package
  std::string rule;
  std::optional<Level> expected;  // nothing: innocent
  Level found = Level::kNotTested;
  std::vector<Reason> reasons;  // when not tested
  ProbeOutcome outcome = ProbeOutcome::kSilent;
};

enum class RuleState : std::uint8_t {
  kUnproven,  // no guilty probe has shown it here; nothing speaks against it
  kPassed,
  kFailed,
};
inline constexpr int kRuleStates = 3;

struct Calibration {
  DeviceClass where;
  std::int64_t wall_ms = 0;  // when it was ended
  std::string pack_version;
  std::vector<std::string> devices;        // identities
  std::vector<ProbeResult> results;        // in the order of the probes
  std::vector<std::string> not_run;        // probes (packages) that could not be run
  std::map<std::string, RuleState> rules;  // those of which anything is known
  bool simulated() const { return where.kind.simulated(); }
};

std::string_view name(ProbeOutcome outcome);  // seen, silent, missed, flagged
std::string_view name(RuleState state);       // unproven, passed, failed

// One verdict held to what the probe was made to show. A violation that is suspected for no other reason than
// that there was no second device (SINGLE_DEVICE) is seen. What was not tested of an innocent one says
// nothing and is left out.
std::vector<ProbeResult> hold_to_probe(const Probe& probe, const Verdict& verdict);

// Each rule's state from all results: failed when one missed or flagged, passed when a guilty one was seen.
std::map<std::string, RuleState> rule_states(const std::vector<ProbeResult>& results);

// What holds of a class after `fresh`, where `before` held. A rule that failed stays dark until it passes,
// and it passes only where every probe that spoke against it was looked at again: what was not stands on,
// with its results. What was not looked at stays as it was.
Calibration renewed(const Calibration& before, Calibration fresh);

std::vector<DarkRule> dark_rules(const Calibration& calibration);

}  // namespace storesweep
