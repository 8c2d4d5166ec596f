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

Db::~Db() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Status Db::open(const std::string& path, Mode mode) {
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

Status Db::run_script(std::string_view sql) {
  int code = sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? ok_status() : status_of(db_, code, path_);
}

Status Db::begin() {
  error_ = ok_status();
  Query(*this, mode_ == Mode::kWriter ? "BEGIN IMMEDIATE" : "BEGIN").run();
  return error_;
}

Status Db::end() {
  Query(*this, "COMMIT").run();  // nothing, after an error
  if (!error_.ok()) rollback();
  return error_;
}

void Db::rollback() {
  if (sqlite3_get_autocommit(db_) == 0) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

std::int64_t Db::last_id() const { return sqlite3_last_insert_rowid(db_); }
std::int64_t Db::changed() const { return sqlite3_changes64(db_); }

void Db::fail(int code) {
  if (error_.ok()) error_ = status_of(db_, code, path_);
}

sqlite3_stmt* Db::prepared(const char* sql) {
  auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    fail(code);
    return nullptr;
  }
  statements_.emplace(sql, statement);
  return statement;
}

Query::Query(Db& db, const char* sql) : db_(db), statement_(db.error_.ok() ? db.prepared(sql) : nullptr) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::operator<<(std::int64_t v) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, ++bound_, v);
  return *this;
}

Query& Query::operator<<(std::string_view text) {
  if (statement_ != nullptr) {
    sqlite3_bind_text64(statement_, ++bound_, text.data() == nullptr ? "" : text.data(), text.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  return *this;
}

Query& Query::still(std::string_view text) {
  if (statement_ != nullptr) {
    sqlite3_bind_text64(statement_, ++bound_, text.data() == nullptr ? "" : text.data(), text.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
  }
  return *this;
}

Query& Query::blob(std::string_view bytes) {
  if (statement_ != nullptr) {
    sqlite3_bind_blob64(statement_, ++bound_, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(),
                        SQLITE_TRANSIENT);
  }
  return *this;
}

Query& Query::null() {
  if (statement_ != nullptr) sqlite3_bind_null(statement_, ++bound_);
  return *this;
}

bool Query::next() {
  if (statement_ == nullptr || !db_.error_.ok()) return false;
  int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) db_.fail(code);
  return false;
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }
std::string Query::text(int column) const { return std::string(view(column)); }
std::string Query::bytes(int column) const { return std::string(view(column)); }

std::string_view Query::view(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string_view()
                         : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

}  // namespace storesweep
