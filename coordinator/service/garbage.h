// Old evidence goes, verdicts stay. Blocking; safe beside a service that runs, and for a coordinator that
// does not run.
#pragma once

#include <cstdint>
#include <optional>

#include "common/artifact/blob_store.h"
#include "coordinator/store/store.h"

namespace storesweep {

// How old evidence of finished sweeps grows before it goes; 0: at once.
struct RetentionAges {
  std::int64_t others_ms = 0;
  std::int64_t accusing_ms = 0;  // of runs on which a verdict rests that accuses somebody; at least others_ms
};

// What a person or the configuration says of it; empty: nothing.
struct RetentionWish {
  std::optional<std::int64_t> others_ms, accusing_ms;
};
// What was asked, else what is configured. kInvalid: neither says how old, or what accuses would go first.
Result<RetentionAges> ages_of(const RetentionWish& asked, const RetentionWish& configured);

// Runs of finished sweeps that are older than that lose their evidence (what is held keeps it); then every
// blob that no run names goes, also what reports that were never accepted left. Blobs of the last hour stay:
// they may be on their way into a report. value: blobs deleted.
Result<std::int64_t> collect_garbage(Store& store, BlobStore& blobs, std::uint64_t epoch, std::int64_t now_ms,
                                     const RetentionAges& ages, const Deadline& deadline);

// Observation records whose journals no run names any more. value: how many.
Result<std::int64_t> collect_observations(Store& store, const std::string& folder);

}  // namespace storesweep
