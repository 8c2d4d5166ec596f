// Opening and migrating a file.
#include "coordinator/store/sqlite_store.h"

#include "common/base/bytes.h"
#include "coordinator/store/codec.h"
#include "coordinator/store/migrations.h"
#include "coordinator/store/sql_read.h"
#include "coordinator/store/sqlite_db.h"

namespace storesweep {
namespace {
constexpr std::int64_t kApplicationId = 0x73746f72;  // "stor"

std::int64_t pragma(Db& db, const char* sql) {
  Query q(db, sql);
  return q.made();
}

// Each migration is one transaction, the secret of a new store another within the first.
Status migrate(SqliteDb& db, const std::string& path, Random& random) {
  const auto migrations = sqlite_migrations();
  const auto newest = static_cast<std::int64_t>(migrations.size());
  for (;;) {
    TRY(db.begin());
    std::int64_t version = pragma(db, "PRAGMA user_version");
    std::int64_t application = pragma(db, "PRAGMA application_id");
    std::int64_t tables = pragma(db, "SELECT count(*) FROM sqlite_schema");
    bool foreign = application != kApplicationId && (version != 0 || tables != 0);
    if (!db.error().ok() || foreign || version >= newest) {
      TRY(db.end());
      if (foreign) return corrupt(path + ": a SQLite file, but no store of storesweep");
      if (version <= newest) return ok_status();
      return unsupported(path + ": its schema has version " + std::to_string(version) +
                         ", this program knows " + std::to_string(newest) + ": use a newer program");
    }
    Status s = db.run_script(migrations[static_cast<std::size_t>(version)]);
    if (s.ok() && version == 0) {
      Bytes secret(32);
      random.fill(secret);
      Query q(db, "INSERT INTO lead VALUES (1, 0, 0, ?)");
      q.blob(as_text(secret)).run();
    }
    if (s.ok()) {
      s = db.run_script("PRAGMA application_id = " + std::to_string(kApplicationId) +
                        "; PRAGMA user_version = " + std::to_string(version + 1));
    }
    if (!s.ok()) {
      db.rollback();
      return s.within(path + ": migration " + std::to_string(version + 1));
    }
    TRY(db.end());
  }
}
}  // namespace

SqliteStore::SqliteStore(std::string path, std::unique_ptr<SqliteDb> writer)
    : SqlStore(std::move(writer)), path_(std::move(path)) {}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Random& random) {
  auto writer = std::make_unique<SqliteDb>();
  TRY(writer->open(path, SqliteDb::Mode::kWriter));
  TRY(migrate(*writer, path, random));
  return std::unique_ptr<SqliteStore>(new SqliteStore(path, std::move(writer)));
}

Result<std::unique_ptr<Db>> SqliteStore::open_reader() {
  auto db = std::make_unique<SqliteDb>();
  TRY(db->open(path_, SqliteDb::Mode::kReader));
  return std::unique_ptr<Db>(std::move(db));
}

Status SqliteStore::check() {
  auto found = read<std::string>([](Db& db) -> Result<std::string> {
    Query q(db, "PRAGMA integrity_check(10)");
    std::string all;
    while (q.next()) all += q.text(0) + "; ";
    return all;
  });
  TRY_ASSIGN(std::string problems, std::move(found));
  return problems == "ok; " ? ok_status() : corrupt(path_ + ": " + problems);
}

Status SqliteStore::each_named_blob(const std::function<Status(const Digest&)>& on_blob) {
  return read<bool>([&](Db& db) -> Result<bool> {
           Query q(db, "SELECT DISTINCT sha256 FROM run_blob");
           while (q.next()) TRY(on_blob(codec::digest(q.view(0))));
           return true;
         })
      .status();
}

Status SqliteStore::raise_epoch(std::uint64_t by) {
  std::lock_guard lock(writing_);
  TRY(writer_->begin());
  {
    Query q(*writer_, "UPDATE lead SET epoch = epoch + ?");
    (q << static_cast<std::int64_t>(by)).run();
  }
  return writer_->end();
}

// In one read transaction of SQLite's own.
Status copy_sqlite(const std::string& from, const std::string& to) {
  SqliteDb db;
  TRY(db.open(from, SqliteDb::Mode::kReader));
  std::string quoted;
  for (char c : to) quoted += c == '\'' ? "''" : std::string(1, c);
  return db.run_script("VACUUM INTO '" + quoted + "'");
}

}  // namespace storesweep
