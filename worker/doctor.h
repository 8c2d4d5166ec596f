// What is wrong with a worker's set-up, and what to do: keys, folders, coordinators, the adb server and its
// devices, the rule pack and the programs beside. Changes nothing and takes no lease. Blocking; one thread.
#pragma once

#include "common/base/checkup.h"
#include "worker/config.h"

namespace storesweep::worker {

Checkup look_at(const Config& config, const Deadline& deadline);

}  // namespace storesweep::worker
