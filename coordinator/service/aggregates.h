// What a verdict counts for, and what a second look makes of it. Pure.
#pragma once

#include <vector>

#include "common/model/verdict.h"
#include "coordinator/store/records.h"

namespace storesweep {

struct SdkCatalogue;

// One tally for each row and each item.
std::vector<Tally> tallies(const Verdict& verdict);
Groups groups(const Listing& listing);
// What a worker says of a package's SDKs, as far as it counts: ids of the catalogue (null: none), each once,
// with versions that look like one; the rest is counted as left out. A list without a catalogue's version is
// none.
SdkList admitted(const SdkList& said, const SdkCatalogue* known);
// Something was not tested for a reason that may have passed tomorrow.
bool transient(const Verdict& verdict);
// Ten rows of `not tested` without a reason of the list: a job that was buried.
Verdict buried_verdict();
// The verdict with SINGLE_DEVICE where a confirmation of these rules (empty: any) was missing: there is no
// second device of this kind.
Verdict single_device(Verdict verdict, const std::vector<std::string>& rules);
// The whole verdict with what a run of these rules' phases alone has found of them: it says nothing of the
// others.
Verdict with_rules_of(Verdict whole, const Verdict& part, const std::vector<std::string>& rules);

}  // namespace storesweep
