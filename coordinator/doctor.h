// What is wrong with a coordinator's set-up, and what to do: keys, the list of workers, store, evidence,
// judge and rule pack. Changes nothing, leads nothing; may run beside a coordinator. Blocking; one thread.
#pragma once

#include "common/base/checkup.h"
#include "coordinator/config.h"

namespace storesweep {

// `judge`: its program.
Checkup look_at(const CoordinatorConfig& config, const std::string& judge, const Deadline& deadline);

}  // namespace storesweep
