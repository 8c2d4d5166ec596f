// Values in PostgreSQL's binary format, one by one and as arrays. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "coordinator/store/postgres_connection.h"

namespace storesweep::postgres {

PostgresValue integer(std::int64_t v);
PostgresValue text(std::string_view v);  // cleaned: PostgreSQL takes no byte 0 and nothing that is not UTF-8
PostgresValue bytes(std::string_view v);

std::int64_t integer_in(std::string_view value);  // of 8, 4, 2 or 1 bytes

// A column of values: an array of one dimension.
class Column {
 public:
  enum class Of { kInteger, kText, kBytes };
  explicit Column(Of of) : of_(of) {}
  void add(const PostgresValue& v);
  std::size_t size() const { return count_; }
  PostgresValue array() const;
  void clear();

 private:
  Of of_;
  std::uint32_t count_ = 0;
  bool nulls_ = false;
  std::string elements_;
};

}  // namespace storesweep::postgres
