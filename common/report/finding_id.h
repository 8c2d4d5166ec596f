// What makes a finding the same one in another run, another judgement or another version of the app: its
// rule, its sentence and the values in it, but not when or how often it was seen. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/ids.h"
#include "common/model/verdict.h"

namespace storesweep {

inline constexpr std::size_t kFindingKeyDigits = 10;

// Ten hex digits of a hash over rule, sentence and values.
std::string finding_key(const Finding& finding);
// The keys of all findings in their order, each but once: one that stands again gets "-2", "-3", ...
std::vector<std::string> finding_keys(const std::vector<Finding>& findings);

// "17.3f2a9c1e07": the finding of that key in the result of that job.
struct FindingId {
  JobId job;
  std::string key;
  bool operator==(const FindingId&) const = default;
};
std::string text(const FindingId& id);
std::optional<FindingId> finding_id_of(std::string_view text);

// The finding of that key; null when the verdict has it no more.
const Finding* find_finding(const Verdict& verdict, std::string_view key);

}  // namespace storesweep
