// How to see a finding again by hand: the driver's actions of its journal as adb commands, from the last
// moment at which the app was as new. Pure; whatever an app wrote stands in comments, on one line.
#pragma once

#include <string>
#include <vector>

#include "common/evidence/journal.h"
#include "common/model/verdict.h"
#include "common/rules/pack.h"

namespace storesweep {

inline constexpr std::size_t kMaxSteps = 80;  // of a longer way the middle is left out, and said to be

struct AdbStep {
  std::string command;  // "adb shell input tap 540 1200"; empty: something that a hand must do, see `what`
  std::string action;   // key of the catalogue's actions; empty: none (sleep, what to look at)
  std::string target;   // the text tapped, the permission group
  std::int64_t device_ms = 0;
  std::size_t left_out = 0;  // so many steps that stood here were left out
};

// Up to the moment of the finding in this journal.
std::vector<AdbStep> steps_to(const Journal& journal, std::int64_t device_ms);
// Where to look then: what the rule's observers read.
std::vector<std::string> commands_to_look(const std::vector<std::string>& observers,
                                          const std::string& package);

}  // namespace storesweep
