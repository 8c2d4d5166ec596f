// The daily head of the chain of closed journals: a small file that, once somebody outside keeps it, nobody
// can rewrite the evidence before it any more. Blocks on the disk; no thread rule.
#pragma once

#include <string>

#include "common/base/status.h"
#include "common/model/closing.h"

namespace storesweep {

// Writes FOLDER/head-YYYY-MM-DD.json (UTC). The first one of a day stands: a file that is there is left
// alone. Nothing is written while nothing was closed.
Status write_daily_head(const Closing& head, const std::string& folder, std::int64_t wall_ms);

}  // namespace storesweep
