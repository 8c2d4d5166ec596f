// `dumpsys package P`: uid, target, permissions asked for, granted and their flags.
#pragma once

#include "worker/observe/observer.h"

namespace storesweep::observe {

Status observe_package_state(const Scene& scene, const Deadline& deadline);
// The same, and the text for who wants to read it.
Result<std::string> package_state(const Scene& scene, const Deadline& deadline);

}  // namespace storesweep::observe
