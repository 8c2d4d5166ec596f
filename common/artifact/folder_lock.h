// Who owns a folder of blobs: a lock of the file .lock in it, for NFS knows no lock of a folder. It ends with
// the descriptor, or with the process.
#pragma once

#include <string>

#include "common/base/file.h"

namespace storesweep {

// how: LOCK_EX or LOCK_SH (flock(2)). Nothing: somebody else has it. Never waits.
Result<Fd> lock_of(const std::string& folder, int how);

}  // namespace storesweep
