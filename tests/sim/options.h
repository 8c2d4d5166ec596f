// What a simulated run is made of: one seed decides everything else. Deliberate bugs are switched on by name.
// Values; no thread rule.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "coordinator/service/core.h"

namespace storesweep::sim {

// Bugs of the worker, the store and the wiring; those of the coordinator's core are in Bugs.
struct OtherBugs {
  bool unfenced_store = false;     // a commit does not check the epoch
  bool same_epoch = false;         // two starts get one epoch
  bool spool_dropped = false;      // the worker drops a spool entry after its first sending
  bool lease_from_answer = false;  // the worker takes its lease for longer than it was given
};

struct Options {
  std::uint64_t seed = 1;
  Bugs core;
  OtherBugs other;
  bool trace = false;
};

struct RunResult {
  std::string violation;  // empty: all is well
  std::int64_t steps = 0, verdicts = 0, buried = 0, confirmations = 0, crashes = 0, reused = 0;
  std::int64_t controls = 0, quarantined = 0, voided = 0;
};
RunResult simulate(const Options& options);

struct NamedBug {
  std::string name;
  std::function<void(Options&)> set;
};
const std::vector<NamedBug>& bugs();

}  // namespace storesweep::sim
