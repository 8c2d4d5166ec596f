// Errors of files of our own, where nothing else may be missing or forbidden. Values.
#pragma once

#include "common/base/status.h"

namespace storesweep {

// kExhausted where the disk or the quota is full, else kUnavailable: that a folder of ours is gone or closed
// to us says nothing of whatever was to be written there, and is nobody else's fault.
inline Status own_disk(const Status& error) {
  return error.ok() || error.kind() == ErrorKind::kExhausted ? error : unavailable(error.message());
}

}  // namespace storesweep
