// Devices prove themselves: probe apps are run on them as `check` runs any app and held to what they were
// made to show. Devices of one build share the probes, two by two, so that violations are confirmed. Threads
// of its own, ended when it returns.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/log.h"
#include "common/model/calibration.h"
#include "worker/local.h"

namespace storesweep::cli {

struct CalibrationOrder {
  std::vector<std::string> devices;  // serials
  std::string probes;                // folder of the APKs
  std::vector<Probe> apps;
  Depth depth = Depth::kTriage;
  std::string rules;  // folder of the rule pack
  std::string out;    // a folder for what each run left
  job::DecoyOptions decoys;
  adb::ServerAddress adb;
};

struct CalibrationStep {
  std::size_t done = 0, total = 0;
  std::string device, probe;
  Status status;  // why it could not be run
  std::vector<ProbeResult> results;
};

// One calibration for each class of devices, its rules' states made from its own results. kNotFound: a device
// or an APK is not there. A probe that could not be run (twice) is named in `not_run`. on_step is called by
// one thread at a time.
Result<std::vector<Calibration>> calibrate(const CalibrationOrder& order,
                                           const std::function<void(const CalibrationStep&)>& on_step,
                                           Log& log, const Cancel& cancel);

}  // namespace storesweep::cli
