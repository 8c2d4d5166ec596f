#include "coordinator/store/sqlite_db.h"

#include <sqlite3.h>

#include <cerrno>

namespace storesweep {
namespace {
constexpr int kBusyMs = 10'000;

Status status_of(sqlite3* db, int code, const std::string& path) {
  std::string message = path + ": " + (db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  int system = db != nullptr ? sqlite3_system_errno(db) : 0;
  switch (code & 0xff) {
    case SQLITE_FULL:
      return exhausted(message + " (the disk is full)");
    case SQLITE_IOERR:
      if (system == ENOSPC || system == EDQUOT || system == EFBIG)
        return exhausted(message + " (the disk is full)");
      return unavailable(message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return timed_out(message + " (another process holds the store)");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return corrupt(message + ": restore it from a backup");
    case SQLITE_CANTOPEN:
      return unavailable(message);
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return permission(message);
    case SQLITE_NOMEM:
      return exhausted(message);
    default:
      return internal(message);
  }
}
}  // namespace

class SqliteStatement final : public Statement {
 public:
  SqliteStatement(SqliteDb& db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  ~SqliteStatement() override { sqlite3_finalize(statement_); }
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  void bind(int at, std::int64_t v) override { sqlite3_bind_int64(statement_, at, v); }
  void bind_text(int at, std::string_view text, bool still) override {
    sqlite3_bind_text64(statement_, at, text.data() == nullptr ? "" : text.data(), text.size(),
                        still ? SQLITE_STATIC : SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  void bind_blob(int at, std::string_view bytes) override {
    sqlite3_bind_blob64(statement_, at, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(),
                        SQLITE_TRANSIENT);
  }
  void bind_null(int at) override { sqlite3_bind_null(statement_, at); }
  bool step() override {
    if (!db_.error().ok()) return false;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) db_.fail_with(code);
    return false;
  }
  void run() override { step(); }
  void reset() override {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  std::string_view view(int column) const override {
    const void* data = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? std::string_view()
                           : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  SqliteDb& db_;
  sqlite3_stmt* statement_;
};

SqliteDb::SqliteDb() = default;

SqliteDb::~SqliteDb() {
  statements_.clear();
  sqlite3_close(db_);
}

Status SqliteDb::open(const std::string& path, Mode mode) {
  // SQLite's own account of its memory takes a lock at each allocation; nobody reads it.
  static const int kConfigured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)kConfigured;
  mode_ = mode;
  path_ = path;
  int flags = mode == Mode::kWriter ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  int code = sqlite3_open_v2(path.c_str(), &db_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return status_of(db_, code, path);
  sqlite3_busy_timeout(db_, kBusyMs);
  sqlite3_extended_result_codes(db_, 1);
  TRY(run_script("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"));
  if (mode == Mode::kReader) return run_script("PRAGMA cache_size = -4000;");
  return run_script(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000; "
      "PRAGMA wal_autocheckpoint = 4000;");
}

Status SqliteDb::run_script(std::string_view sql) {
  int code = sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? ok_status() : status_of(db_, code, path_);
}

Status SqliteDb::begin() {
  error_ = ok_status();
  Query(*this, mode_ == Mode::kWriter ? "BEGIN IMMEDIATE" : "BEGIN").run();
  return error_;
}

Status SqliteDb::end() {
  Query(*this, "COMMIT").run();  // nothing, after an error
  if (!error_.ok()) rollback();
  return error_;
}

void SqliteDb::rollback() {
  if (sqlite3_get_autocommit(db_) == 0) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

std::int64_t SqliteDb::changed() { return sqlite3_changes64(db_); }

void SqliteDb::fail_with(int code) { fail(status_of(db_, code, path_)); }

Statement* SqliteDb::prepared(const char* sql) {
  auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second.get();
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    fail_with(code);
    return nullptr;
  }
  return statements_.emplace(sql, std::make_unique<SqliteStatement>(*this, statement)).first->second.get();
}

}  // namespace storesweep
