// One app on one device without a cluster (`storesweep check`): fetched, run and judged in this process; with
// a second device of the same kind a violation is confirmed there. What was recorded stays in a folder.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/model/figures.h"
#include "common/model/listing.h"
#include "common/model/messages.h"
#include "common/model/verdict.h"
#include "worker/adb/connection.h"
#include "worker/job/decoys.h"
#include "worker/job/runner.h"
#include "worker/observe/hook_kit.h"

namespace storesweep::worker {

struct LocalOrder {
  std::vector<std::string> apks;      // paths: one APK, or a base with its splits
  std::vector<std::string> old_apks;  // the same of an earlier version to update from; none: there is none
  std::vector<std::string>
      devices;  // serials: the first runs, the second confirms; none: the only one there is
  Depth depth = Depth::kTriage;
  Listing listing;    // what the store says of it; may say nothing
  std::string out;    // a folder for journals and screenshots
  std::string rules;  // folder of the rule pack and the profiles
  job::DecoyOptions decoys;
  std::string mitmdump;        // the proxy that runs are sent through; empty: none
  observe::HookOptions hooks;  // without a frida-inject: none
  std::string tesseract;       // reads screens that have no text otherwise; empty: nothing does
  adb::ServerAddress adb;
  job::RunExtras extras;
};
// What happens, for whoever waits.
struct LocalStep {
  enum class Kind { kRunning, kConfirming, kNoSecond, kNotClean };
  Kind kind = Kind::kRunning;
  std::string device;  // serial
  std::string text;    // of kNoSecond and kNotClean: why
};
struct LocalRun {
  std::string folder;  // of its journal and screenshots
  std::string device;  // identity
  std::vector<BlobRef> blobs;
  RunFigures figures;
};
struct LocalResult {
  Listing listing;          // completed by what the APK says
  std::string file_sha256;  // hex, of the APK that was named first
  Verdict verdict;
  std::vector<LocalRun> runs;
};

// Errors: kNotFound (no such file, no such device), kUnavailable (no adb server, a device that died),
// kInvalid (the app, or the order), kExists (`out` holds a run, or the app is on the device already),
// kUnsupported (the device lacks what the app needs). Messages say what to do next.
Result<LocalResult> check_locally(const LocalOrder& order,
                                  const std::function<void(const LocalStep&)>& on_step, const Clock& clock,
                                  Random& random, Log& log, const Cancel& cancel);

}  // namespace storesweep::worker
