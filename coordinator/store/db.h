// One connection to a database that speaks SQL: SQLite (sqlite_db.h) or PostgreSQL (postgres_db.h). The SQL
// of the store is written once, in what both understand; the few words in which they differ are the
// connection's affair. Errors stick: the first one of a transaction is kept, later queries then do nothing
// and give no rows, and the end of the transaction returns it, so code in between need not look after each
// step. Whoever uses a row to decide about a write is safe, since the whole transaction is rolled back. One
// thread at a time; a Query may not outlive its Db, and two of the same text may not run at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace storesweep {

// A statement as its connection has prepared it. Columns are counted from 0, values from 1; what view() gives
// is valid until step() or reset().
class Statement {
 public:
  virtual ~Statement() = default;
  virtual void bind(int at, std::int64_t v) = 0;
  // still: the text stays where it is until the statement has run.
  virtual void bind_text(int at, std::string_view text, bool still) = 0;
  virtual void bind_blob(int at, std::string_view bytes) = 0;
  virtual void bind_null(int at) = 0;
  virtual bool step() = 0;  // to the next row; false at the end and after an error
  virtual void run() = 0;   // whatever rows it has; may go out later, together with others
  virtual void reset() = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string_view view(int column) const = 0;
  virtual bool is_null(int column) const = 0;
};

class Db {
 public:
  Db() = default;
  virtual ~Db() = default;
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  // A transaction of a writer, or of a reader that sees one moment. Clears the error.
  virtual Status begin() = 0;
  // Commits, or rolls back and returns the error.
  virtual Status end() = 0;
  // The last transaction failed for the connection went, and nothing of it was written: it may be made again.
  virtual bool lost() const { return false; }
  virtual void rollback() = 0;
  // The epoch as it stands. Until the end of this transaction nobody else writes.
  virtual std::uint64_t lock_epoch();

  const Status& error() const { return error_; }
  virtual std::int64_t changed() = 0;  // rows, by the last statement
  // Null after an error. sql: a literal, prepared once for each Db.
  virtual Statement* prepared(const char* sql) = 0;

 protected:
  void fail(Status status) {
    if (error_.ok()) error_ = std::move(status);
  }
  Status error_;
};

// One statement at work: values go in with <<, rows come out with next() and the columns.
class Query {
 public:
  explicit Query(Statement* prepared) : statement_(prepared) {}
  Query(Db& db, const char* sql) : statement_(db.error().ok() ? db.prepared(sql) : nullptr) {}
  ~Query() {
    if (statement_ != nullptr) statement_->reset();
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& operator<<(std::int64_t v) {
    if (statement_ != nullptr) statement_->bind(++bound_, v);
    return *this;
  }
  Query& operator<<(std::string_view text) {
    if (statement_ != nullptr) statement_->bind_text(++bound_, text, false);
    return *this;
  }
  Query& blob(std::string_view bytes) {
    if (statement_ != nullptr) statement_->bind_blob(++bound_, bytes);
    return *this;
  }
  // A text that stays where it is until the query has run.
  Query& still(std::string_view text) {
    if (statement_ != nullptr) statement_->bind_text(++bound_, text, true);
    return *this;
  }
  Query& null() {
    if (statement_ != nullptr) statement_->bind_null(++bound_);
    return *this;
  }

  bool next() { return statement_ != nullptr && statement_->step(); }
  void run() {
    if (statement_ != nullptr) statement_->run();
  }
  // The number in the first row: what an INSERT ... RETURNING made; 0 after an error.
  std::int64_t made() { return next() ? integer(0) : 0; }

  std::int64_t integer(int column) const { return statement_->integer(column); }
  std::string text(int column) const { return std::string(view(column)); }
  std::string bytes(int column) const { return std::string(view(column)); }
  // Valid until next() or the end of the query; empty for NULL.
  std::string_view view(int column) const { return statement_->view(column); }
  bool is_null(int column) const { return statement_->is_null(column); }

 private:
  Statement* statement_;
  int bound_ = 0;
};

}  // namespace storesweep
