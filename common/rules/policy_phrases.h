// The words by which policies are read (rules/policy.yaml). Its kinds are those of rules/sources.yaml: each
// of them has words, and nothing else has. Loaded once, then a plain value.
#pragma once

#include <string>

#include "common/base/status.h"
#include "common/policy/phrases.h"

namespace storesweep {

// kInvalid with every error, each with file:line:column. A pack of before there were any (old evidence
// carries its own) has no such file: then there are no words, and no text is recognised as a policy.
Result<policy::Phrases> load_policy_phrases(const std::string& folder);

}  // namespace storesweep
