#include "coordinator/store/postgres_batch.h"

#include "coordinator/store/postgres_db.h"

namespace storesweep {

PostgresBatch::PostgresBatch(const char* sql, std::string_view columns) : sql_(sql) {
  using Of = postgres::Column::Of;
  for (char c : columns) columns_.emplace_back(c == 'i' ? Of::kInteger : c == 't' ? Of::kText : Of::kBytes);
}

PostgresBatch& PostgresBatch::add(const PostgresValue& v) {
  columns_[next_].add(v);
  next_ = (next_ + 1) % columns_.size();
  return *this;
}

void PostgresBatch::send(PostgresDb& db) {
  if (rows() == 0) return;
  PostgresStatement* s = db.statement(sql_);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    s->bind_array(static_cast<int>(i) + 1, columns_[i].array());
    columns_[i].clear();
  }
  s->run();
}

}  // namespace storesweep
