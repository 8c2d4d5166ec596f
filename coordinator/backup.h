// A store of SQLite with its evidence, taken into a folder while the coordinator runs, and brought back from
// there. The folder holds store.db, as it stood at one moment, and blobs/ with at least what that names;
// taking it again brings it up to date. Keys are in no backup. Blocking; one thread.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/cancel.h"
#include "common/base/random.h"
#include "common/base/status.h"
#include "coordinator/config.h"

namespace storesweep {

struct BackupReport {
  std::int64_t named = 0;                     // blobs that the store names
  std::int64_t copied = 0, copied_bytes = 0;  // of them now; the others were there
};

// store.db in `to` is replaced at the very end: what was there before stays whole until then. kNotFound: a
// blob was removed meanwhile (gc): take it again. kUnsupported: a store on PostgreSQL, whose server has means
// of its own.
Result<BackupReport> back_up(const CoordinatorConfig& config, const std::string& to, Random& random,
                             const Deadline& deadline);

// Every blob is checked against its name; store and epoch go on above all that was ever said in their name.
// kExists: there is a store already, or a coordinator runs. kCorrupt, kNotFound: the backup is not whole;
// with `without_missing` what is left of it is taken, and `missing` counts the rest.
struct RestoreReport {
  std::int64_t blobs = 0, missing = 0;
};
Result<RestoreReport> restore(const CoordinatorConfig& config, const std::string& from, bool without_missing,
                              Random& random, const Deadline& deadline);

}  // namespace storesweep
