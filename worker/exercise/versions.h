// The versions of one app that a run puts on its device. Plain values; the bytes of the files outlive the
// run.
#pragma once

#include <string>
#include <vector>

#include "worker/device/device.h"

namespace storesweep::exercise {

struct AppVersion {
  std::vector<device::ApkFile> files;  // none: it is not there to be installed
  std::string launch_activity;         // class or component; empty: it has none, and nothing can be launched
};
struct Versions {
  AppVersion current;
  AppVersion older;  // of the same package and signer, for P11; no files: there is none
};

}  // namespace storesweep::exercise
