// The store that a configuration names: opened, brought to the newest form, or copied from a file of SQLite
// into a database of PostgreSQL. Blocking; one thread.
#pragma once

#include <memory>
#include <string>

#include "common/artifact/blob_store.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "coordinator/config.h"
#include "coordinator/store/store.h"

namespace storesweep {

// To lead on. Made or migrated where need be. kExists: another coordinator leads on it.
Result<std::unique_ptr<Store>> open_store(const CoordinatorConfig& config, Random& random);
// Where the evidence lies. clock and random outlive it. kExists: another process has the folder, or the
// spool of the bucket.
Result<std::unique_ptr<BlobStore>> open_blobs(const CoordinatorConfig& config, const Clock& clock,
                                              Random& random);
// Beside whoever else has it: what would change something is refused.
Result<std::unique_ptr<BlobStore>> open_blobs_to_read(const CoordinatorConfig& config, const Clock& clock,
                                                      Random& random);
// For the log; no secret stands in it.
std::string store_name(const CoordinatorConfig& config);
std::string blobs_name(const CoordinatorConfig& config);

// What `migrate` and `copy --from sqlite:FILE --to postgres:CONNECTION` print.
Result<std::string> migrate_store(const CoordinatorConfig& config, Random& random);
Result<std::string> copy_store(const std::string& from, const std::string& to, Random& random);

}  // namespace storesweep
