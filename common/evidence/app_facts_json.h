// The facts of a package that rules need as JSON, in journals. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/model/app_facts.h"

namespace storesweep {

inline constexpr std::size_t kMaxAppFactsBytes = 4u << 20;

// Lists and texts beyond their bounds are cut.
std::string app_facts_to_json(const AppFacts& facts);
// kCorrupt for what is none, kExhausted beyond the bound.
Result<AppFacts> app_facts_from_json_untrusted(std::string_view json);

}  // namespace storesweep
