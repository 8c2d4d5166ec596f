// What the app's own policy says, for evaluators: whether it was read, whether it is the app's, and where it
// says what. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "common/judge/items.h"
#include "common/policy/policy.h"

namespace storesweep {

// There was one, and it did not come through: what it says might excuse.
bool policy_lost(const Timeline& t);
// What a finding lacks that would need the policy: that it was read, or, where it was, that it is this app's.
std::vector<Missing> policy_missing(const RunInput& in);
// It names the app, its developer or its package.
bool policy_is_the_apps(const RunInput& in);
// A sentence of it, as evidence.
EvidenceRef policy_evidence(const RunInput& in, policy::Span where);

}  // namespace storesweep
