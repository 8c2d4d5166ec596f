// A store of SQLite, taken to PostgreSQL: every row, in one transaction, read back and compared before it
// commits. Blocking; one thread.
#pragma once

#include <string>
#include <vector>

#include "common/base/random.h"
#include "coordinator/store/postgres_connection.h"

namespace storesweep {

struct CopiedTable {
  std::string name;
  std::int64_t rows = 0;
  std::int64_t cleaned = 0;  // texts in which bytes stood that PostgreSQL does not take
};

// The file is led by this from now on, so that a coordinator that still runs on it can write no more.
// kExists: the database has rows already.
Result<std::vector<CopiedTable>> copy_to_postgres(const std::string& sqlite_file,
                                                  const PostgresOptions& options, Random& random);

}  // namespace storesweep
