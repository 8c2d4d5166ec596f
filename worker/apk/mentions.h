// Which of some names stand as constants in an app's code. Pure; hostile input, bounded in what it reads.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/base/bytes.h"

namespace storesweep {

// Whole strings of the dex files of an APK or its base and splits; ASCII names. What cannot be read mentions
// nothing.
std::set<std::string> mentioned(std::span<const ByteView> apks, const std::vector<std::string>& names);

}  // namespace storesweep
