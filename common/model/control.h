// Controls: runs of probe apps that go out disguised as jobs of a sweep, and what they say of the device that
// made them. A control takes the place of one lease of a job; the job itself runs afterwards. Plain values
// and pure functions.
#pragma once

#include <string>
#include <vector>

#include "common/model/calibration.h"
#include "common/model/lease.h"

namespace storesweep {

enum class ControlEnd : std::uint8_t {
  kOpen,      // handed out
  kGood,      // everything as the probe bears it, and something of it was tested
  kBad,       // something missed or flagged
  kUntested,  // nothing of the probe was tested: it says nothing of the device
  kNotRun,    // it came to no run
};
std::string_view name(ControlEnd end);  // open, good, bad, untested, not_run

struct RuleOutcome {
  std::string rule;
  ProbeOutcome outcome = ProbeOutcome::kSilent;
  // Missed or flagged: what the device's runs after this one said of the rule is void. Zero: after any.
  RunId since;
  bool bad() const { return is_bad(outcome); }
  bool operator==(const RuleOutcome&) const = default;
};

struct ControlRecord {
  TokenKey token;     // that it went out under
  JobId job;          // whose place it took
  SweepId sweep;      // of that job
  std::string probe;  // package
  std::int64_t granted_ms = 0, ended_ms = 0;
  ControlEnd end = ControlEnd::kOpen;
  std::string why;  // it was not run
  std::string device, worker;
  RunId run;  // zero: it was not run
  std::vector<RuleOutcome> rules;
  bool voided = false;  // bad: all that it makes void has been
  bool operator==(const ControlRecord&) const = default;
};

// What was done to a device because of what it showed; the last act counts.
enum class DeviceActKind : std::uint8_t { kQuarantined, kFreed };
std::string_view name(DeviceActKind kind);  // quarantined, freed
struct DeviceAct {
  std::string device;  // identity
  DeviceActKind kind = DeviceActKind::kQuarantined;
  RunId run;        // quarantined: the control; freed: the last run that any device had made by then
  std::string why;  // freed: what whoever attests the reset says of it
  std::int64_t at_ms = 0;
  bool operator==(const DeviceAct&) const = default;
};
struct DeviceTrail {
  std::vector<ControlRecord> controls;  // that were run, the newest first
  std::vector<DeviceAct> acts;          // the oldest first
};

// What a store says of the probe: its place is that of the listing whose lease it takes.
Listing disguised(const Probe& probe, const Listing& as, const std::string& folder_address);

ControlEnd control_end(const std::vector<ProbeResult>& results);
// The outcome of each rule; of what is bad, since when it must be doubted: the last control of this device
// that showed the same rule to be well, or the last attested reset.
std::vector<RuleOutcome> control_outcomes(const std::vector<ProbeResult>& results, const DeviceTrail& trail);

}  // namespace storesweep
