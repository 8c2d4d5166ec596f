#include "coordinator/store/postgres_copy.h"

#include <deque>
#include <filesystem>

#include "common/base/bytes.h"
#include "common/base/hash.h"
#include "coordinator/store/postgres_batch.h"
#include "coordinator/store/postgres_db.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sqlite_db.h"
#include "coordinator/store/sqlite_store.h"

namespace storesweep {
namespace {
constexpr std::size_t kMostRows = 2'000, kMostBytes = 4u << 20;  // of one statement

// Rows in any order: their number and the sum of their hashes.
struct Sum {
  std::int64_t rows = 0;
  std::array<std::uint64_t, 2> hash{};
  void add(std::string_view row) {
    const Digest d = sha256(row);
    ByteReader in(d);
    for (std::uint64_t& h : hash) h += in.u64();
    ++rows;
  }
  bool operator==(const Sum&) const = default;
};

struct Table {
  std::string name;
  std::vector<std::string> columns;
  std::string types;  // a letter each, as of PostgresBatch
};

class Copier {
 public:
  Copier(SqliteDb& from, PostgresDb& to) : from_(from), to_(to) {}
  Result<std::vector<CopiedTable>> run(const Lead& lead);

 private:
  std::vector<std::string> table_names();
  Result<Table> table(const std::string& name);
  Status check_empty(const std::vector<Table>& tables);
  Result<CopiedTable> copy(const Table& t);
  Result<CopiedTable> append(const Table& t, Sum& sum);
  Sum read_back(const Table& t);
  void put_lead(const Lead& lead);
  // A statement that lives as long as the databases: they know it by its address.
  const char* sql(std::string text) { return texts_.emplace_back(std::move(text)).c_str(); }

  SqliteDb& from_;
  PostgresDb& to_;
  std::deque<std::string> texts_;
};

std::string list_of(const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& c : columns) out += (out.empty() ? "\"" : ", \"") + c + "\"";
  return out;
}

PostgresValue value_of(const Query& q, int column, char type) {
  if (q.is_null(column)) return {};
  if (type == 'i') return postgres::integer(q.integer(column));
  return type == 't' ? postgres::text(q.view(column)) : postgres::bytes(q.view(column));
}

// What a row is hashed as: each value after its length.
void put(std::string& row, const PostgresValue& v) {
  put_little(row, v.null ? UINT64_MAX : v.bytes.size(), 8);
  row += v.bytes;
}

std::vector<std::string> Copier::table_names() {
  std::vector<std::string> out;
  Query q(
      from_,
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'lead' "
      "ORDER BY name");
  while (q.next()) out.push_back(q.text(0));
  return out;
}

Result<Table> Copier::table(const std::string& name) {
  Table t{name, {}, {}};
  {
    Query q(from_, "SELECT name FROM pragma_table_info(?) ORDER BY cid");
    q << name;
    while (q.next()) t.columns.push_back(q.text(0));
  }
  std::map<std::string, std::string> types;
  {
    Query q(to_,
            "SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = "
            "current_schema() AND table_name = ?");
    q << name;
    while (q.next()) types[q.text(0)] = q.text(1);
  }
  for (const std::string& column : t.columns) {
    const auto type = types.find(column);
    if (type == types.end()) return internal("PostgreSQL has no column " + name + "." + column);
    t.types += type->second == "bigint" ? 'i' : type->second == "bytea" ? 'b' : 't';
  }
  return t;
}

Status Copier::check_empty(const std::vector<Table>& tables) {
  const auto has_rows = [&](const std::string& text) { return Query(to_, sql(text)).made() != 0; };
  bool any = has_rows("SELECT count(*) FROM lead WHERE epoch <> 0");
  for (const Table& t : tables)
    any = any || has_rows("SELECT count(*) FROM (SELECT 1 FROM " + t.name + " LIMIT 1) AS r");
  TRY(to_.error());
  return any ? exists("the database of PostgreSQL is not empty: a copy needs one of its own") : ok_status();
}

Result<CopiedTable> Copier::append(const Table& t, Sum& sum) {
  CopiedTable copied{t.name, 0, 0};
  std::string values;
  for (std::size_t i = 1; i <= t.columns.size(); ++i) values += (i == 1 ? "$" : ", $") + std::to_string(i);
  const std::string columns = list_of(t.columns);
  PostgresBatch batch(
      sql("INSERT INTO " + t.name + " (" + columns + ") SELECT * FROM unnest(" + values + ")"), t.types);
  std::size_t bytes = 0;
  for (Query q(from_, sql("SELECT " + columns + " FROM " + t.name)); q.next();) {
    std::string row;
    for (std::size_t i = 0; i < t.columns.size(); ++i) {
      const PostgresValue v = value_of(q, static_cast<int>(i), t.types[i]);
      if (t.types[i] == 't' && !v.null && v.bytes != q.view(static_cast<int>(i))) ++copied.cleaned;
      put(row, v);
      batch.add(v);
    }
    sum.add(row);
    bytes += row.size();
    if (batch.rows() < kMostRows && bytes < kMostBytes) continue;
    batch.send(to_);
    to_.changed();  // waits, so that what is under way stays small
    TRY(to_.error());
    bytes = 0;
  }
  batch.send(to_);
  copied.rows = sum.rows;
  TRY(from_.error());
  return copied;
}

Sum Copier::read_back(const Table& t) {
  Sum sum;
  for (Query q(to_, sql("SELECT " + list_of(t.columns) + " FROM " + t.name)); q.next();) {
    std::string row;
    for (std::size_t i = 0; i < t.columns.size(); ++i) put(row, value_of(q, static_cast<int>(i), t.types[i]));
    sum.add(row);
  }
  return sum;
}

Result<CopiedTable> Copier::copy(const Table& t) {
  Sum sum;
  TRY_ASSIGN(CopiedTable copied, append(t, sum));
  const Sum there = read_back(t);
  TRY(to_.error());
  if (!(there == sum)) {
    return internal(t.name + ": " + std::to_string(sum.rows) + " rows were copied, and what was read back (" +
                    std::to_string(there.rows) + ") is not the same; nothing was kept");
  }
  // Numbers that the database gives go on after those that were copied.
  const bool numbered = Query(to_, sql("SELECT count(*) FROM information_schema.columns WHERE table_schema = "
                                       "current_schema() AND column_name = 'id' AND is_identity = 'YES' AND "
                                       "table_name = '" +
                                       t.name + "'"))
                            .made() != 0;
  if (numbered && sum.rows > 0 && t.columns[0] == "id")
    Query(to_, sql("SELECT setval(pg_get_serial_sequence('" + t.name + "', 'id'), (SELECT max(id) FROM " +
                   t.name + "))"))
        .next();
  return copied;
}

void Copier::put_lead(const Lead& lead) {
  Query q(to_, "UPDATE lead SET epoch = ?, incarnation = ?, secret = ?");
  q << static_cast<std::int64_t>(lead.epoch) << static_cast<std::int64_t>(lead.incarnation);
  q.blob(as_text(lead.secret)).run();
}

Result<std::vector<CopiedTable>> Copier::run(const Lead& lead) {
  std::vector<Table> tables;
  for (const std::string& name : table_names()) {
    TRY_ASSIGN(Table t, table(name));
    tables.push_back(std::move(t));
  }
  TRY(check_empty(tables));
  std::vector<CopiedTable> out;
  for (const Table& t : tables) {
    TRY_ASSIGN(CopiedTable copied, copy(t));
    out.push_back(std::move(copied));
  }
  put_lead(lead);
  return out;
}
}  // namespace

Result<std::vector<CopiedTable>> copy_to_postgres(const std::string& sqlite_file,
                                                  const PostgresOptions& options, Random& random) {
  std::error_code error;
  if (!std::filesystem::exists(sqlite_file, error)) return not_found(sqlite_file + ": no such file");
  TRY_ASSIGN(auto source, SqliteStore::open(sqlite_file, random));
  TRY(migrate_postgres(options, random).status());
  PostgresDb to(options, PostgresDb::Mode::kWriter, static_cast<std::int64_t>(random.next_u64() >> 1));
  TRY(to.claim(Deadline::in_ms(options.patience_ms, options.cancel)));
  TRY(to.begin());
  if (to.lock_epoch() != 0) {
    to.rollback();
    TRY(to.error());
    return exists("the database of PostgreSQL was led already: a copy needs one of its own");
  }
  TRY_ASSIGN(const Lead lead, source->take_lead(random.next_u64()));
  SqliteDb from;
  TRY(from.open(sqlite_file, SqliteDb::Mode::kReader));
  TRY(from.begin());
  auto copied = Copier(from, to).run(lead);
  if (!copied.ok()) {
    to.rollback();
    return copied.status();
  }
  TRY(to.end());
  return copied;
}

}  // namespace storesweep
