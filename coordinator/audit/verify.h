// `storesweep-coordinator audit verify FILE...`: reads audit logs from the oldest to the newest and says
// where the chain of their lines breaks. One thread; it changes nothing.
#pragma once

#include <string>
#include <vector>

#include "common/base/status.h"

namespace storesweep {

// What was read, and the newest line's hash. kCorrupt names the file and the line where the chain breaks.
Result<std::string> verify_audit(const std::vector<std::string>& files);

}  // namespace storesweep
