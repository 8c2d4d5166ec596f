// Which apps a device gets as decoys before a run looks for associated starts (rules/decoys.yaml). Loaded
// once, then a plain value that any thread may read.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/base/status.h"

namespace storesweep {

struct DecoyRules {
  std::vector<std::string> always, known;  // packages
  std::size_t most = 0;                    // in one run
};

// What an app calls for, and what of it finds no room.
struct DecoysWanted {
  std::vector<std::string> install, left_out;
};
// `named`: packages that the app names, by its <queries> or constants of its code; `known` ones and others.
// Neither the app itself nor what comes with the device (system_packages of the pack) is wanted. Pure.
DecoysWanted decoys_for(const DecoyRules& rules, const std::string& package,
                        const std::set<std::string>& named, const std::vector<std::string>& system_packages);

// Reads folder/decoys.yaml. kInvalid with every error, each with file:line:column.
Result<DecoyRules> load_decoys(const std::string& folder);

}  // namespace storesweep
