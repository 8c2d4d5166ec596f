// Drives one installed app through the phases of a run (rules/profiles.yaml) on one clean device, and has
// everything that happens recorded. Installing and uninstalling, hygiene, and the journal's header and seal
// are the caller's. Blocks its thread (a log stream has two more for as long); ends soon after the deadline
// or its cancel.
#pragma once

#include <string>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/clock.h"
#include "common/model/figures.h"
#include "common/model/job.h"
#include "common/rules/pack.h"
#include "common/rules/profile.h"
#include "worker/device/device.h"
#include "worker/exercise/login.h"
#include "worker/exercise/versions.h"
#include "worker/observe/picture_reader.h"
#include "worker/observe/recorder.h"

namespace storesweep::exercise {

struct ExerciseOrder {
  std::string package;
  Versions versions;
  int target_sdk = 0;
  std::vector<std::string> permissions;  // of the manifest
  Depth depth = Depth::kTriage;
  std::vector<std::string> only_rules;  // runs the phases of these alone, and what they stand on; empty: all
  LoginSteps login;                     // none: a log-in page is a wall
};

struct ExerciseEnd {
  bool complete = false;  // every phase of the plan came to its end
  std::string reason;     // why not: for the seal
  // An answer or a piece of the log was lost on the way: what rests on it will be not tested, and the same
  // run made again may well go through.
  bool disturbed = false;
  // What ended it early: ok (also for an app that has nothing to launch), or the error by whose kind
  // adb::blame_of (worker/adb/client.h) names the guilty one; kTimeout with the deadline passed is ours,
  // kCancelled nobody's, kExhausted the journal's disk.
  Status cause;
  RunFigures figures;  // but for fetch_ms and device_ms
};

// kInvalid for an order that cannot be carried out; whatever happens later is an ExerciseEnd. `pictures`
// reads the screens that have no text otherwise; null: they stay unread.
Result<ExerciseEnd> exercise(device::Device& device, observe::Recorder& recorder, const ExerciseOrder& order,
                             const RulePack& pack, const Profile& profile, const Clock& clock,
                             const Deadline& deadline, observe::PictureReader* pictures = nullptr);

// The phases that a run of these rules goes through: those that the pack names for them and those that must
// come before (an app is agreed with before it is watched in the background). Pure.
std::set<Phase> phases_of(const std::vector<std::string>& only_rules, const RulePack& pack,
                          const Profile& profile);

}  // namespace storesweep::exercise
