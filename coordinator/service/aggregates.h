// What a verdict counts for. Pure.
#pragma once

#include <vector>

#include "common/model/amend.h"
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

}  // namespace storesweep
