// Which window has the focus, for when its content cannot be read: the focus lines of `dumpsys window`.
#pragma once

#include "worker/observe/observer.h"

namespace storesweep::observe {

Status observe_focus(const Scene& scene, const Deadline& deadline);

}  // namespace storesweep::observe
