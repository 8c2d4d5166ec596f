// The files of a rule pack, whole: what was judged with is kept and handed on as they were, and loaded again
// from a folder. Blocks on the disk; no thread rule.
#pragma once

#include <map>
#include <string>

#include "common/base/status.h"
#include "common/rules/pack.h"

namespace storesweep {

inline constexpr std::size_t kMaxPackFileBytes = 8u << 20;
inline constexpr std::size_t kMaxPackFiles = 500;

using PackFiles = std::map<std::string, std::string, std::less<>>;  // "sdks/catalogue.yaml" -> its bytes

// Every .yaml and .tsv of the folder and what is below it. kExhausted beyond the bounds.
Result<PackFiles> read_pack_files(const std::string& folder);
// Into a folder that load_rule_pack reads; names must be plain relative paths.
Status write_pack_files(const PackFiles& files, const std::string& folder);

// The pack that these files are, by way of a folder of its own that is gone again afterwards.
Result<RulePack> load_pack_files(const PackFiles& files);

}  // namespace storesweep
