// Why no Android from API 19 on would install a package, as far as its bytes say so beyond doubt: what lies
// in it is no archive to any of them, or the set is not of one app. A device's time is not spent on what this
// names; where it names nothing the device's own installer decides. Pure; safe for concurrent use.
#pragma once

#include "worker/apk/open_package.h"

namespace storesweep::apk {

inline constexpr int kOldestTestedApi = 19;

// Of the base, or of a split of the set, by what the base's manifest demands.
Result<SignatureFacts> verify_member(const PackageMember& member, const PackageMember& base,
                                     const ApkFacts& facts, Budget& budget);

// Adds to facts.refusals; what only looks odd goes to facts.problems. Signatures are looked at in sets alone,
// and then the base's is in facts.signature: of a single file the installer knows best. kExhausted, kTimeout
// or kCancelled by the budget.
Status find_refusals(const OpenPackage& package, Budget& budget, ApkFacts& facts);

}  // namespace storesweep::apk
