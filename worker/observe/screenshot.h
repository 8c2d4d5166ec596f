// Screenshots (`screencap -p`): a PNG beside the journal and a record of it.
#pragma once

#include <optional>
#include <string>

#include "worker/observe/observer.h"

namespace storesweep::observe {

// A picture that nobody has recorded yet, and when the device showed it.
struct Screenshot {
  std::string png;
  Stamp at;
};
// Nothing, and a failed record, where the device gave none. An error only when the device is gone.
Result<std::optional<Screenshot>> take_screenshot(const Scene& scene, const Deadline& deadline);

Status observe_screenshot(const Scene& scene, const Deadline& deadline);

}  // namespace storesweep::observe
