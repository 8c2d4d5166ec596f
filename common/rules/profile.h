// How long and how deep a run goes (rules/profiles.yaml): the lengths of the phases for a sweep (triage) and
// by the reference (lab), how much the explorer tries, what it never taps. All lengths are the device's time.
// Loaded once, then a plain value that any thread may read.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/model/job.h"
#include "common/model/verdict.h"

namespace storesweep {

struct Profile {
  std::set<Phase> phases;              // that a run of everything goes through
  std::int64_t consent_wait_ms = 0;    // P1: how long a consent dialog is awaited
  std::int64_t look_every_ms = 0;      // between two looks at the screen while something is awaited
  std::int64_t refused_watch_ms = 0;   // P2: after the refusal
  std::int64_t relaunch_watch_ms = 0;  // P3, P10: after a relaunch
  std::int64_t agreed_watch_ms = 0;    // P4: after the agreement
  std::int64_t silence_ms = 0;         // P5
  std::int64_t explore_ms = 0;         // P6
  int explore_steps = 0;               // P6
  std::int64_t background_ms = 0;      // P7
  std::int64_t swiped_ms = 0;          // P8, the toggles within
  std::int64_t booted_ms = 0;          // P9, after the unlock
  std::int64_t denied_watch_ms = 0;    // P10: silence after the first refusal of each permission
  std::int64_t denial_ms = 0;          // P10: in all
  int denial_steps = 0;                // P10: taps that look for requests
  int relaunches = 0;                  // P10
  std::vector<int> shift_hours;        // P10: how far the clock is set ahead for further relaunches
  std::int64_t update_ms = 0;          // P11: how long requests of the older version are looked for
  int update_steps = 0;                // P11: taps that look for them
  std::int64_t settings_ms = 0;        // P12, but for a switch that is being tried
  int settings_steps = 0;              // P12: looks at pages, the same
  int alike = 0;                       // of elements that look alike (rows of a list) so many are tried
  int screenshots = 0;                 // of a run at most
  std::vector<std::string> never_tap;  // words: an element whose label holds one is left alone
};

struct Profiles {
  Profile triage, lab;
  const Profile& of(Depth depth) const { return depth == Depth::kLab ? lab : triage; }
};

// Reads folder/profiles.yaml. kInvalid with every error, each with file:line:column.
Result<Profiles> load_profiles(const std::string& folder);

}  // namespace storesweep
