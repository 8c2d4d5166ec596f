// A verdict as it stands with what people said of its findings: for announcements, summaries and whatever
// else speaks in public. The machine's own verdict is never touched. And what a retest answers. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/model/finding_act.h"
#include "common/model/verdict.h"

namespace storesweep {

using Standings = std::map<std::string, FindingStanding>;  // by the finding's key

// Of the acts of one job, in their order.
Standings standings_of(const std::vector<FindingAct>& acts);

// Withdrawn findings are gone, overruled ones stand at the officer's level; items and rows follow. Where a
// withdrawn finding was all there was of an item it is not tested; only an overruling calls it `not found`.
Verdict with_people(Verdict machine, const Standings& standings);

// What the retest of a finding says of it. `other_version`: of another file set than the finding's own.
RetestOutcome retest_outcome(const Finding& finding, const Verdict& retest, bool other_version);

}  // namespace storesweep
