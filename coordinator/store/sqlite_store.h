// The store of one machine: SQLite in WAL mode with synchronous=FULL, so that what commit() returned is on
// the disk. Several processes may open the same file (a standby): the epoch decides who writes. Safe for
// concurrent use.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/random.h"
#include "coordinator/store/sql_store.h"

namespace storesweep {

class SqliteDb;

class SqliteStore final : public SqlStore {
 public:
  // Makes or migrates the file. random makes the secret of a new store. kCorrupt: not a store, or broken;
  // kUnsupported: written by a newer version.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, Random& random);

  // Reads the whole file and checks its structure (minutes on a large one): kCorrupt tells what is wrong.
  Status check();
  // Every blob that a run names, once; ends with the first that is not ok.
  Status each_named_blob(const std::function<Status(const Digest&)>& on_blob);
  // For a store that was brought back from a backup: above what was led under since.
  Status raise_epoch(std::uint64_t by);

 private:
  SqliteStore(std::string path, std::unique_ptr<SqliteDb> writer);
  Result<std::unique_ptr<Db>> open_reader() override;

  const std::string path_;
};

// The store as it stands at one moment, as a file of its own that is not there yet; a coordinator may go on
// writing. The copy is checked by nobody and not synced.
Status copy_sqlite(const std::string& from, const std::string& to);

}  // namespace storesweep
