// A store of SQLite, taken to PostgreSQL.
#include <sqlite3.h>

#include <algorithm>
#include <deque>

#include "coordinator/store/postgres_copy.h"
#include "coordinator/store/postgres_db.h"
#include "coordinator/store/sqlite_db.h"
#include "coordinator/store/sqlite_store.h"
#include "tests/unit/coordinator/store/postgres_fixture.h"

namespace storesweep {
namespace {
using testing::fill;
using testing::Filled;
using testing::verdicts;

class PostgresCopyTest : public testing::PostgresStoreTest {
 protected:
  void SetUp() override {
    testing::PostgresStoreTest::SetUp();
    if (IsSkipped()) return;
    auto sqlite = SqliteStore::open(file_, random_);
    ASSERT_TRUE(sqlite.ok()) << sqlite.status().text();
    from_ = std::move(*sqlite);
    filled_ = fill(*from_, 30);
    ASSERT_EQ(from_->commit(filled_.epoch, verdicts(filled_.sweep, 1, 20)).state, CommitState::kCommitted);
  }
  void run_on_file(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file_.c_str(), &db), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error << ": " << sql;
    sqlite3_free(error);
    sqlite3_close(db);
  }
  // A statement that lives as long as the test: databases know it by its address.
  const char* sql(const std::string& text) { return texts_.emplace_back(text).c_str(); }

  SystemRandom random_;
  const std::string file_ = folder_ / "store.db";
  std::unique_ptr<SqliteStore> from_;
  Filled filled_;
  std::deque<std::string> texts_;
};

struct Columns {
  std::vector<std::string> names;
  std::string types;  // i(nteger), t(ext), b(ytes)
  std::vector<bool> may_be_null;
  std::string list() const {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
  }
};

Columns columns_of(Db& file, const std::string& table) {
  Columns out;
  Query q(file, "SELECT name, type, \"notnull\", pk FROM pragma_table_info(?) ORDER BY cid");
  q << table;
  while (q.next()) {
    out.names.push_back(q.text(0));
    out.types += q.view(1) == "INTEGER" ? 'i' : q.view(1) == "BLOB" ? 'b' : 't';
    out.may_be_null.push_back(q.integer(2) == 0 && q.integer(3) == 0);
  }
  return out;
}

// Two rows of a table: each value once, and once nothing where that may be.
std::string two_rows(const std::string& table, const Columns& c) {
  std::string rows[2];
  for (int row = 0; row < 2; ++row) {
    for (std::size_t i = 0; i < c.names.size(); ++i) {
      const std::string n = std::to_string(100 * (row + 1) + static_cast<int>(i));
      std::string value = c.types[i] == 'i'   ? (i % 2 == 1 ? "-" : "") + n + "000000000"
                          : c.types[i] == 'b' ? "x'00ff" + n + "0'"
                                              : "'\xe5\xba\x94\xe7\x94\xa8 ''" + n + "'";
      if (row == 1 && c.may_be_null[i]) value = "NULL";
      rows[row] += (i == 0 ? "(" : ", ") + value;
    }
  }
  return "INSERT INTO " + table + " (" + c.list() + ") VALUES " + rows[0] + "), " + rows[1] + ");";
}

std::vector<std::vector<std::string>> sorted_rows(Db& db, const char* sql, const std::string& types) {
  std::vector<std::vector<std::string>> out;
  for (Query q(db, sql); q.next();) {
    out.emplace_back();
    for (std::size_t i = 0; i < types.size(); ++i) {
      const int at = static_cast<int>(i);
      out.back().push_back(q.is_null(at)     ? "NULL"
                           : types[i] == 'i' ? std::to_string(q.integer(at))
                                             : q.text(at));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

TEST_F(PostgresCopyTest, every_row_of_every_table_is_there_as_it_was) {
  std::vector<std::string> tables;
  std::string script;
  {
    SqliteDb file;
    ASSERT_TRUE(file.open(file_, SqliteDb::Mode::kReader).ok());
    ASSERT_TRUE(file.begin().ok());
    Query q(file, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    while (q.next()) tables.push_back(q.text(0));
    for (const std::string& table : tables) {
      if (sorted_rows(file, sql("SELECT 1 FROM " + table), "i").empty())
        script += two_rows(table, columns_of(file, table));
    }
  }
  run_on_file(script);
  const auto copied = copy_to_postgres(file_, options_, random_);
  ASSERT_TRUE(copied.ok()) << copied.status().text();
  EXPECT_EQ(copied->size() + 1, tables.size());  // `lead` is not copied as a row
  SqliteDb file;
  PostgresDb server(options_, PostgresDb::Mode::kReader, 0);
  ASSERT_TRUE(file.open(file_, SqliteDb::Mode::kReader).ok() && file.begin().ok() && server.begin().ok());
  for (const std::string& table : tables) {
    const Columns c = columns_of(file, table);
    const char* all = sql("SELECT " + c.list() + " FROM " + table);
    const auto before = sorted_rows(file, all, c.types);
    EXPECT_FALSE(before.empty()) << table;
    EXPECT_EQ(before, sorted_rows(server, all, c.types)) << table;
  }
  EXPECT_EQ(server.error().text(), Status().text());
}

TEST_F(PostgresCopyTest, what_cannot_be_read_back_as_it_was_is_not_kept) {
  open().reset();
  ASSERT_TRUE(server_->run(
      "CREATE FUNCTION " + name_ +
      ".other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.label = 'other'; RETURN NEW; END $$; "
      "CREATE TRIGGER other BEFORE INSERT ON " +
      name_ + ".listing FOR EACH ROW EXECUTE FUNCTION " + name_ + ".other()"));
  const Status refused = copy_to_postgres(file_, options_, random_).status();
  EXPECT_EQ(refused.kind(), ErrorKind::kInternal);
  EXPECT_NE(refused.message().find("listing"), std::string::npos) << refused.message();
  PostgresDb server(options_, PostgresDb::Mode::kReader, 0);
  ASSERT_TRUE(server.begin().ok());
  EXPECT_EQ(Query(server, "SELECT (SELECT count(*) FROM change) + (SELECT epoch FROM lead)").made(), 0);
  ASSERT_TRUE(server.end().ok());
  ASSERT_TRUE(server_->run("DROP TRIGGER other ON " + name_ + ".listing"));
  EXPECT_TRUE(copy_to_postgres(file_, options_, random_).ok());
}

TEST_F(PostgresCopyTest, a_database_that_somebody_uses_is_refused_and_the_file_goes_on) {
  auto store = open();
  ASSERT_TRUE(store->claim().ok());
  options_.patience_ms = 300;
  const Status used = copy_to_postgres(file_, options_, random_).status();
  EXPECT_EQ(used.kind(), ErrorKind::kExists);
  EXPECT_NE(used.message().find("another coordinator leads"), std::string::npos) << used.message();
  ASSERT_TRUE(store->take_lead(1).ok());
  store.reset();
  EXPECT_EQ(copy_to_postgres(file_, options_, random_).status().kind(), ErrorKind::kExists);
  EXPECT_EQ(from_->commit(filled_.epoch, verdicts(filled_.sweep, 21, 1)).state, CommitState::kCommitted);
  EXPECT_EQ(copy_to_postgres(file_ + "x", options_, random_).status().kind(), ErrorKind::kNotFound);
}

TEST_F(PostgresCopyTest, bytes_that_are_no_text_are_told) {
  run_on_file("UPDATE listing SET label = CAST(x'6100ff62' AS TEXT) WHERE id = 3");
  const auto copied = copy_to_postgres(file_, options_, random_);
  ASSERT_TRUE(copied.ok()) << copied.status().text();
  std::int64_t cleaned = 0;
  for (const CopiedTable& t : *copied) cleaned += t.cleaned;
  EXPECT_EQ(cleaned, 1);
}

TEST_F(PostgresCopyTest, a_copy_has_what_the_file_had_and_leads_on) {
  const Filled& f = filled_;
  const auto copied = copy_to_postgres(file_, options_, random_);
  ASSERT_TRUE(copied.ok()) << copied.status().text();
  std::map<std::string, std::int64_t> rows;
  for (const CopiedTable& t : *copied) rows[t.name] = t.rows;
  EXPECT_EQ(rows["listing"], 30);
  EXPECT_EQ(rows["run"], 20);
  EXPECT_GT(rows["counter"], 0);
  EXPECT_EQ(from_->commit(f.epoch, verdicts(f.sweep, 21, 1)).state, CommitState::kNotLeader);
  auto store = open();
  const auto lead = store->take_lead(9);
  ASSERT_TRUE(lead.ok());
  EXPECT_EQ(lead->epoch, f.epoch + 2);  // the copy took the lead of the file
  EXPECT_EQ(lead->secret, from_->take_lead(1)->secret);
  EXPECT_EQ(store->load()->sweeps.at(0).ended.size(), 20U);
  EXPECT_EQ(store->result(JobId{3})->verdict, from_->result(JobId{3})->verdict);
  EXPECT_EQ(store->summary({f.sweep, "store"})->size(), from_->summary({f.sweep, "store"})->size());
  ASSERT_EQ(store->commit(lead->epoch, verdicts(f.sweep, 21, 10)).state, CommitState::kCommitted);
  EXPECT_EQ(store->sweep(f.sweep)->ended.at("verdict"), 30);
  EXPECT_EQ(store->begin_import(lead->epoch, "shop", "", 1).value_or(0), 2);  // numbers go on
  store.reset();
  EXPECT_EQ(copy_to_postgres(file_, options_, random_).status().kind(), ErrorKind::kExists);
}

}  // namespace
}  // namespace storesweep
