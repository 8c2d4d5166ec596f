// What `probes/build.py` says of the probe apps it built: expected.yaml beside the APKs. Loaded and checked
// once; every error with its line.
#pragma once

#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/model/calibration.h"

namespace storesweep {

inline constexpr std::size_t kMaxProbes = 10'000;

// kNotFound when the folder holds none.
Result<std::vector<Probe>> load_probes(const std::string& folder);

}  // namespace storesweep
