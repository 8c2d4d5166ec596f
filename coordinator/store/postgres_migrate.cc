// The tables of a database: made, and brought to the newest form.
#include <string>

#include "common/base/bytes.h"
#include "common/base/hash.h"
#include "coordinator/store/migrations.h"
#include "coordinator/store/postgres_db.h"
#include "coordinator/store/postgres_store.h"

namespace storesweep {
namespace {
constexpr const char* kLockKey = "8319390037042425202";  // of migrations, among those who share a database

struct Found {
  bool ours = false;
  std::int64_t version = 0, tables = 0;
};

Result<Found> look(PostgresDb& db) {
  Found found;
  TRY(db.begin());
  {
    Query q(
        db,
        "SELECT count(*), count(CASE WHEN tablename = 'storesweep_schema' THEN 1 END) FROM pg_tables WHERE "
        "schemaname = current_schema()");
    if (q.next()) found.tables = q.integer(0), found.ours = q.integer(1) != 0;
  }
  if (found.ours) {
    Query q(db, "SELECT version FROM storesweep_schema");
    found.version = q.made();
  }
  TRY(db.end());
  return found;
}

std::string script(std::int64_t version, std::string_view sql, Random& random) {
  std::string all = "BEGIN; " + std::string(sql);
  if (version == 0) {
    Digest secret{};
    random.fill(secret);
    all += "INSERT INTO lead VALUES (1, 0, 0, '\\x" + to_hex(secret) +
           "'); CREATE TABLE storesweep_schema (version BIGINT NOT NULL); INSERT INTO storesweep_schema "
           "VALUES (0);";
  }
  return all + "UPDATE storesweep_schema SET version = " + std::to_string(version + 1) + "; COMMIT";
}
}  // namespace

Result<std::int64_t> migrate_postgres(const PostgresOptions& options, Random& random) {
  const auto migrations = postgres_migrations();
  const auto newest = static_cast<std::int64_t>(migrations.size());
  PostgresDb db(options, PostgresDb::Mode::kReader, 0);
  TRY(db.open());
  // Held until this connection ends: another who starts at once finds the work done.
  TRY(db.run_script(std::string("SELECT pg_advisory_lock(") + kLockKey + ")"));
  for (;;) {
    TRY_ASSIGN(const Found found, look(db));
    if (!found.ours && found.tables != 0)
      return corrupt(
          "PostgreSQL: this database has tables of somebody else's: give storesweep one of its own");
    if (found.version > newest) {
      return unsupported("PostgreSQL: its schema has version " + std::to_string(found.version) +
                         ", this program knows " + std::to_string(newest) + ": use a newer program");
    }
    if (found.version == newest) return newest;
    if (found.ours) TRY(db.claim(Deadline::in_ms(options.patience_ms, options.cancel)));
    const auto at = static_cast<std::size_t>(found.version);
    Status s = db.run_script(script(found.version, migrations[at], random));
    if (!s.ok()) return s.within("migration " + std::to_string(found.version + 1));
  }
}

}  // namespace storesweep
