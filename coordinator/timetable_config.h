// The `timetable` of the coordinator's configuration (docs/coordinator.yaml).
#pragma once

#include "common/config/config.h"
#include "coordinator/schedule/timetable.h"

namespace storesweep {

// What is wrong is noted at its place in the document.
Timetable read_timetable(ConfigMap in);

}  // namespace storesweep
