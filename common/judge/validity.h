// Whether a run saw the app as it is: a verdict of its own beside what the rules say, and never an
// accusation. Pure.
#pragma once

#include "common/judge/timeline.h"
#include "common/model/verdict.h"
#include "common/rules/pack.h"

namespace storesweep {

Validity validity_of(const Timeline& t, const RulePack& pack);
// The reason that an item judged from the run carries instead of `not found` or `not applicable`; nothing
// when the run bears them. What is packed hides code, not screens, and takes nothing away here.
std::optional<Reason> unbelievable(const Validity& validity);

}  // namespace storesweep
