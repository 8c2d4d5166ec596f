// Findings with what people said of them, put together from what the store has. Pure but for reading the
// store.
#pragma once

#include <string>
#include <vector>

#include "common/report/people.h"
#include "coordinator/service/api.h"
#include "coordinator/store/store.h"

namespace storesweep {

// All findings of a result, without what they repeat.
std::vector<FindingRow> findings_of(const StoredResult& result, const std::vector<FindingAct>& acts);
// The newest finding of the same rule in an earlier result of another version of this app, of this store.
// What was withdrawn repeats nothing.
Result<std::optional<FindingRow::Earlier>> earlier_finding(Store& store, const FindingRow& row);
// The acts of a sweep, by job.
Result<std::map<JobId, Standings>> standings_of_sweep(Store& store, SweepId sweep);

// The counts of a summary as they stand with what people said.
Status correct_summary(Store& store, const SummaryQuery& query, std::vector<SummaryRow>& rows);

}  // namespace storesweep
