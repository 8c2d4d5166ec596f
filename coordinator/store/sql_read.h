// SqlStore::read, for the files that share it: takes a read connection that is idle or opens one, and gives
// it back when all went well (a connection that failed is closed).
#pragma once

#include <optional>

#include "common/base/text.h"
#include "coordinator/store/db.h"
#include "coordinator/store/sql_store.h"

namespace storesweep {

template <class T, class Body>
Result<T> SqlStore::read(Body body) {
  for (bool again = false;; again = true) {
    TRY_ASSIGN(std::unique_ptr<Db> db, reader());
    if (Status s = db->begin(); !s.ok()) return s;
    Result<T> result = body(*db);
    const Status end = db->end();
    if (end.ok()) {
      give_back(std::move(db));
      return result;
    }
    if (again || !db->lost()) return end;
    drop_readers();  // whatever they were connected to has gone
  }
}

// The number that a cursor stands for: 0 for none; nothing when it is not one of ours.
inline std::optional<std::int64_t> parse_cursor(const std::string& cursor) {
  if (cursor.empty()) return 0;
  return parse_int<std::int64_t>(cursor);
}

}  // namespace storesweep
