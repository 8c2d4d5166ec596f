// Screenshots (`screencap -p`): a PNG beside the journal and a record of it.
#pragma once

#include "worker/observe/observer.h"

namespace storesweep::observe {

Status observe_screenshot(const Scene& scene, const Deadline& deadline);

}  // namespace storesweep::observe
