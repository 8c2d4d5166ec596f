// Catalogues: listings by their key and the hash of their content.
#include "coordinator/store/codec.h"
#include "coordinator/store/db.h"
#include "coordinator/store/import_rows.h"
#include "coordinator/store/sql_read.h"
#include "coordinator/store/sql_rows.h"
#include "coordinator/store/sql_store.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxRowsPerCall = 10'000;
using Change = ChangeKind;

void import_row(ImportRows& rows, std::int64_t import, const Listing& l, ImportCounts& n) {
  std::string content = codec::content_hash(l);
  const auto old = rows.current(l);
  const bool same = old && old->content == content;
  if (same) rows.put_figures(old->listing, l);
  if (same && !old->gone) {
    if (old->import == import) return;  // an import that broke off goes on: this row was counted
    ++n.unchanged;
    rows.touch(l, import);
    return;
  }
  const bool changed = old && !old->gone;
  ++(changed ? n.changed : n.added);
  const std::int64_t id = same ? old->listing : rows.add_listing(l, import);
  const std::int64_t since = rows.add_change(import, changed ? Change::kChanged : Change::kAdded, id);
  rows.put_current(l, {id, std::move(content), import, since, false}, old.has_value());
}

// What stands of the import's store and was not brought by it.
std::int64_t note_gone(Db& db, std::int64_t import) {
  {
    Query q(db,
            "INSERT INTO change (import, kind, listing) SELECT ?1, ?2, listing FROM current "
            "WHERE store = (SELECT store FROM import WHERE id = ?1) AND import <> ?1 AND gone = 0");
    (q << import << static_cast<std::int64_t>(Change::kGone)).run();
  }
  Query q(db,
          "UPDATE current SET gone = ?1 WHERE store = (SELECT store FROM import WHERE id = ?1) AND import "
          "<> ?1 AND gone = 0");
  (q << import).run();
  return db.changed();
}

std::optional<ImportCounts> counts_of(Db& db, std::int64_t import) {
  Query q(db, "SELECT added, changed, unchanged, gone, rejected, nameless FROM import WHERE id = ?");
  q << import;
  if (!q.next()) return std::nullopt;
  return ImportCounts{q.integer(0), q.integer(1), q.integer(2), q.integer(3), q.integer(4), q.integer(5)};
}
}  // namespace

Result<std::int64_t> SqlStore::begin_import(std::uint64_t epoch, const std::string& store,
                                            const std::string& idempotency_key, std::int64_t at_ms) {
  std::lock_guard lock(writing_);
  TRY(start_write(epoch));
  Db& db = *writer_;
  std::optional<std::int64_t> before;
  bool finished = false;
  if (!idempotency_key.empty()) {
    Query q(db,
            "SELECT i.id, i.finished_ms <> 0 FROM idempotency k JOIN import i ON i.id = k.id "
            "WHERE k.kind = 'import' AND k.key = ?");
    q << idempotency_key;
    if (q.next()) before = q.integer(0), finished = q.integer(1) != 0;
  }
  std::int64_t id = 0;
  if (!before) {
    {
      Query q(db, "INSERT INTO import (store, at_ms) VALUES (?, ?) RETURNING id");
      id = (q << store << at_ms).made();
    }
    if (!idempotency_key.empty()) {
      Query q(db, "INSERT INTO idempotency VALUES ('import', ?, ?)");
      (q << idempotency_key << id).run();
    }
  }
  TRY(db.end());
  if (before && finished) return storesweep::exists(std::to_string(*before));
  return before.value_or(id);
}

Status SqlStore::go_on_importing(std::uint64_t epoch, std::int64_t import) {
  TRY(start_write(epoch));
  bool open = false;
  {
    Query q(*writer_, "SELECT 1 FROM import WHERE id = ? AND finished_ms = 0");
    open = (q << import).next();
  }
  if (open || !writer_->error().ok()) return ok_status();  // an error is told at the end
  writer_->rollback();
  return not_found("no open import " + std::to_string(import));
}

Result<ImportCounts> SqlStore::import_rows(std::uint64_t epoch, std::int64_t import,
                                           std::span<const Listing> rows) {
  if (rows.size() > kMaxRowsPerCall) return invalid("more than 10000 rows in one call");
  std::lock_guard lock(writing_);
  TRY(go_on_importing(epoch, import));
  Db& db = *writer_;
  ImportCounts n;
  const auto import_rows = rows_of_import(db);
  import_rows->expect(rows);
  for (const Listing& l : rows) import_row(*import_rows, import, l, n);
  import_rows->finish();
  Query q(
      db,
      "UPDATE import SET added = added + ?, changed = changed + ?, unchanged = unchanged + ? WHERE id = ?");
  (q << n.added << n.changed << n.unchanged << import).run();
  TRY(db.end());
  return n;
}

Status SqlStore::keep_listed(std::uint64_t epoch, std::int64_t import, std::span<const Listing> rows) {
  if (rows.size() > kMaxRowsPerCall) return invalid("more than 10000 rows in one call");
  std::lock_guard lock(writing_);
  TRY(go_on_importing(epoch, import));
  Db& db = *writer_;
  for (const Listing& l : rows) {
    Query q(db,
            "UPDATE current SET import = ? WHERE store = ? AND package = ? AND tenant = ? AND place = ? AND "
            "gone = 0");
    (q << import << l.store << l.package << l.tenant.value << std::int64_t{static_cast<int>(l.place)}).run();
  }
  return db.end();
}

Result<ImportCounts> SqlStore::finish_import(std::uint64_t epoch, std::int64_t import, Rejected rejected,
                                             std::int64_t at_ms) {
  std::lock_guard lock(writing_);
  TRY(go_on_importing(epoch, import));
  Db& db = *writer_;
  const std::int64_t gone = rejected.nameless > 0 ? 0 : note_gone(db, import);
  {
    Query q(db, "UPDATE import SET gone = ?, rejected = ?, nameless = ?, finished_ms = ? WHERE id = ?");
    (q << gone << rejected.rows << rejected.nameless << std::max<std::int64_t>(at_ms, 1) << import).run();
  }
  ImportCounts counts = counts_of(db, import).value_or(ImportCounts{});
  TRY(db.end());
  return counts;
}

Result<ImportCounts> SqlStore::import_counts(std::int64_t import) {
  return read<ImportCounts>([&](Db& db) -> Result<ImportCounts> {
    auto counts = counts_of(db, import);
    if (!counts) return not_found("no import " + std::to_string(import));
    return *counts;
  });
}

Result<Page<ChangeRow>> SqlStore::changes(const ChangeQuery& query, const PageRequest& page) {
  return read<Page<ChangeRow>>([&](Db& db) -> Result<Page<ChangeRow>> {
    auto before = parse_cursor(page.cursor);
    if (!before) return invalid("the cursor is not one of ours");
    const std::size_t rows = std::max<std::size_t>(1, std::min(page.rows, kMaxPageRows));
    Query q(db,
            "SELECT c.id, c.kind, c.import, i.at_ms, " STORESWEEP_LISTING_COLUMNS
            " FROM change c CROSS JOIN import i ON i.id = c.import CROSS JOIN listing l ON l.id = c.listing "
            "WHERE (?1 = 0 OR c.id < ?1) AND (?2 = 0 OR c.import = ?2) AND (?3 = 0 OR c.kind = ?3) AND "
            "(?4 = '' OR l.store = ?4) ORDER BY c.id DESC LIMIT ?5");
    q << *before << query.import << std::int64_t{query.kind ? static_cast<int>(*query.kind) : 0}
      << query.store << static_cast<std::int64_t>(rows + 1);
    Page<ChangeRow> out;
    while (q.next()) {
      out.rows.push_back({q.integer(0), static_cast<ChangeKind>(q.integer(1)), q.integer(2), q.integer(3),
                          rows::listing(q, 4)});
    }
    if (out.rows.size() > rows) {
      out.rows.pop_back();
      out.next = std::to_string(out.rows.back().id);
    }
    return out;
  });
}

Result<Page<Listing>> SqlStore::listings(const std::string& store, const PageRequest& page) {
  return read<Page<Listing>>([&](Db& db) -> Result<Page<Listing>> {
    auto after = parse_cursor(page.cursor);
    if (!after) return invalid("the cursor is not one of ours");
    const std::size_t rows = std::min(page.rows, kMaxPageRows);
    Query q(
        db,
        "SELECT " STORESWEEP_LISTING_COLUMNS
        " FROM listing l WHERE l.id > ?1 AND (?2 = '' OR l.store = ?2) AND EXISTS (SELECT 1 FROM current c "
        "WHERE c.store = l.store AND c.package = l.package AND c.tenant = l.tenant AND c.place = l.place AND "
        "c.listing = l.id AND c.gone = 0) ORDER BY l.id LIMIT ?3");
    q << *after << store << static_cast<std::int64_t>(rows + 1);
    Page<Listing> out;
    while (q.next()) out.rows.push_back(rows::listing(q, 0));
    if (out.rows.size() > rows) {
      out.rows.pop_back();
      out.next = out.rows.empty() ? "" : std::to_string(out.rows.back().id.value);
    }
    return out;
  });
}

}  // namespace storesweep
