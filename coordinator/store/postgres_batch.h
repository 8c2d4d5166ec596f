// Rows that wait for a statement which takes them all at once, column by column, as arrays. One thread.
#pragma once

#include <string_view>
#include <vector>

#include "coordinator/store/postgres_values.h"

namespace storesweep {

class PostgresDb;

class PostgresBatch {
 public:
  // sql: a literal; column i is its value $i. columns: a letter each, i(nteger), t(ext) or b(ytes).
  PostgresBatch(const char* sql, std::string_view columns);

  // The values of a row, one after the other.
  PostgresBatch& operator<<(std::int64_t v) { return add(postgres::integer(v)); }
  PostgresBatch& operator<<(std::string_view text) { return add(postgres::text(text)); }
  PostgresBatch& blob(std::string_view bytes) { return add(postgres::bytes(bytes)); }
  PostgresBatch& null() { return add({}); }
  PostgresBatch& add(const PostgresValue& v);

  std::size_t rows() const { return columns_.back().size(); }
  void send(PostgresDb& db);  // where there are rows; then there are none

 private:
  const char* sql_;
  std::vector<postgres::Column> columns_;
  std::size_t next_ = 0;
};

}  // namespace storesweep
