// What one version of an app has that another had not: permissions, SDKs, components, call sites, signers,
// and a few single facts. Both as facts_to_json writes them, of this or an earlier facts version: what one of
// them does not have is not compared. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/base/status.h"

namespace storesweep {

inline constexpr std::size_t kMaxDiffItems = 20'000;  // of one kind, on one side

// {"package": .., "changed": [{"what", "old", "new"}], "permissions": {"added": [..], "gone": [..]}, ..}.
// kInvalid when one of them is no facts.
Result<nlohmann::ordered_json> diff_facts(const nlohmann::ordered_json& before,
                                          const nlohmann::ordered_json& after);

}  // namespace storesweep
