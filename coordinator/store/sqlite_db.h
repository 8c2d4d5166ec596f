// A thin wrapper of one SQLite connection. Errors stick: the first one of a transaction is kept, later
// queries then do nothing and give no rows, and the end of the transaction returns it, so code in between
// need not look after each step. Whoever uses a row to decide about a write is safe, since the whole
// transaction is rolled back. One thread at a time; a Query may not outlive its Db, and two of the same text
// may not run at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace storesweep {

class Db {
 public:
  enum class Mode { kWriter, kReader };
  // A writer makes the file where it is missing and sets WAL with synchronous=FULL.
  Db() = default;
  ~Db();
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;
  Status open(const std::string& path, Mode mode);

  // BEGIN IMMEDIATE (writer) or BEGIN (reader: one moment for all that follows). Clears the error.
  Status begin();
  // COMMIT, or ROLLBACK and the error.
  Status end();
  void rollback();
  // Several statements without values, outside of the error that sticks.
  Status run_script(std::string_view sql);

  const Status& error() const { return error_; }
  std::int64_t last_id() const;
  std::int64_t changed() const;

 private:
  friend class Query;
  sqlite3_stmt* prepared(const char* sql);
  void fail(int code);

  sqlite3* db_ = nullptr;
  Mode mode_ = Mode::kReader;
  std::string path_;
  Status error_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;  // by the address of their text, a literal
};

// One statement: values go in with <<, rows come out with next() and the columns.
class Query {
 public:
  // sql: a literal, prepared once for each Db.
  Query(Db& db, const char* sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& operator<<(std::int64_t v);
  Query& operator<<(std::string_view text);
  Query& blob(std::string_view bytes);
  // A text that stays where it is until the query has run.
  Query& still(std::string_view text);
  Query& null();

  bool next();  // false at the end and after an error
  void run() { next(); }

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::string bytes(int column) const;
  // Valid until next() or the end of the query.
  std::string_view view(int column) const;
  bool is_null(int column) const;

 private:
  Db& db_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

}  // namespace storesweep
