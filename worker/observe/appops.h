// App-ops: when the app last did what an op guards, and when it was refused. `appops get P` (its modes and
// times), on devices before Android 5 the whole `dumpsys appops`.
#pragma once

#include "worker/observe/observer.h"

namespace storesweep::observe {

Status observe_appops(const Scene& scene, const Deadline& deadline);

}  // namespace storesweep::observe
