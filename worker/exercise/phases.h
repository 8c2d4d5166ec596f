// The phases P1 to P12 (rules.md 0.2), one pure machine each, and what they go by.
#pragma once

#include <memory>
#include <string>

#include "common/rules/pack.h"
#include "common/rules/profile.h"
#include "worker/exercise/login.h"
#include "worker/exercise/step.h"

namespace storesweep::exercise {

struct PhaseOrder {
  std::string package;
  const Profile* profile = nullptr;   // outlives the machines
  std::int64_t consent_watch_ms = 0;  // p1_watch_ms of the rule pack
  std::int64_t refusal_watch_ms = 0;  // within which an exit follows from a refusal
  std::int64_t least_explore_ms = 0;  // P6 shorter than this has exercised nothing
  const LoginSteps* login = nullptr;  // null or empty: a log-in page is a wall; outlives the machines
  std::int64_t switch_watch_ms = 0;  // a switch that stands open so long after a relaunch did not stay closed
  const android::PhraseBook* phrases = nullptr;  // of P12; outlives the machines
  bool older_version = false;                    // there is one to update from
  bool may_ask = true;  // the platform and the manifest leave room for a permission request
};

// Null for a phase that has no machine (P0), or nothing to work with (P11 without an older version).
std::unique_ptr<PhaseMachine> make_phase(Phase phase, const PhaseOrder& order);

// phases_consent.cc
std::unique_ptr<PhaseMachine> make_first_launch(const PhaseOrder& order);  // P1
std::unique_ptr<PhaseMachine> make_refusal(const PhaseOrder& order);       // P2
std::unique_ptr<PhaseMachine> make_relaunch(const PhaseOrder& order);      // P3
std::unique_ptr<PhaseMachine> make_agreement(const PhaseOrder& order);     // P4
// phases_quiet.cc
std::unique_ptr<PhaseMachine> make_silence(const PhaseOrder& order);     // P5
std::unique_ptr<PhaseMachine> make_background(const PhaseOrder& order);  // P7
std::unique_ptr<PhaseMachine> make_swiped(const PhaseOrder& order);      // P8
std::unique_ptr<PhaseMachine> make_booted(const PhaseOrder& order);      // P9
// phase_explore.cc, phase_denials.cc
std::unique_ptr<PhaseMachine> make_exploration(const PhaseOrder& order);  // P6
std::unique_ptr<PhaseMachine> make_denials(const PhaseOrder& order);      // P10
// phase_settings.cc
std::unique_ptr<PhaseMachine> make_settings(const PhaseOrder& order);  // P12
// The part of it that P11 plays on an older version: launched as it stands there, denied what it asks for.
std::unique_ptr<PhaseMachine> make_update_denials(const PhaseOrder& order);
// phase_update.cc
std::unique_ptr<PhaseMachine> make_update(const PhaseOrder& order);  // P11

}  // namespace storesweep::exercise
