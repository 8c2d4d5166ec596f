// One SQLite connection. A writer's transaction keeps others from writing from its first moment on.
#pragma once

#include <memory>
#include <unordered_map>

#include "coordinator/store/db.h"

struct sqlite3;

namespace storesweep {

class SqliteStatement;

class SqliteDb final : public Db {
 public:
  enum class Mode { kWriter, kReader };
  SqliteDb();
  ~SqliteDb() override;
  // A writer makes the file where it is missing and sets WAL with synchronous=FULL.
  Status open(const std::string& path, Mode mode);

  Status begin() override;
  Status end() override;
  void rollback() override;
  std::int64_t changed() override;
  Statement* prepared(const char* sql) override;
  // Several statements without values, outside of the error that sticks.
  Status run_script(std::string_view sql);

 private:
  friend class SqliteStatement;
  void fail_with(int code);

  sqlite3* db_ = nullptr;
  Mode mode_ = Mode::kReader;
  std::string path_;
  // By the address of their text, a literal.
  std::unordered_map<const char*, std::unique_ptr<SqliteStatement>> statements_;
};

}  // namespace storesweep
