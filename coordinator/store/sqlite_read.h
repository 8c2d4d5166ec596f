// SqliteStore::read, for the files that share it: takes a read connection that is idle or opens one, and
// gives it back when all went well (a connection that failed is closed).
#pragma once

#include <optional>

#include "common/base/text.h"
#include "coordinator/store/sqlite_db.h"
#include "coordinator/store/sqlite_store.h"

namespace storesweep {

template <class T, class Body>
Result<T> SqliteStore::read(Body body) {
  std::unique_ptr<Db> db;
  {
    std::lock_guard lock(idle_mutex_);
    if (!idle_.empty()) {
      db = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!db) {
    db = std::make_unique<Db>();
    TRY(db->open(path_, Db::Mode::kReader));
  }
  TRY(db->begin());
  Result<T> result = body(*db);
  TRY(db->end());
  std::lock_guard lock(idle_mutex_);
  idle_.push_back(std::move(db));
  return result;
}

// The number that a cursor stands for: 0 for none; nothing when it is not one of ours.
inline std::optional<std::int64_t> parse_cursor(const std::string& cursor) {
  if (cursor.empty()) return 0;
  return parse_int<std::int64_t>(cursor);
}

}  // namespace storesweep
