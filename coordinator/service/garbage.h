// Old evidence goes, verdicts stay. Blocking; safe beside a service that runs, and for a coordinator that
// does not run.
#pragma once

#include "common/artifact/blob_store.h"
#include "coordinator/store/store.h"

namespace storesweep {

// Runs of finished sweeps that are older than that lose their evidence; then every blob that no run names
// goes, also what reports that were never accepted left. Blobs of the last hour stay: they may be on their
// way into a report. value: blobs deleted.
Result<std::int64_t> collect_garbage(Store& store, BlobStore& blobs, std::uint64_t epoch, std::int64_t now_ms,
                                     std::int64_t older_than_ms, const Deadline& deadline);

// Observation records whose journals no run names any more. value: how many.
Result<std::int64_t> collect_observations(Store& store, const std::string& folder);

}  // namespace storesweep
