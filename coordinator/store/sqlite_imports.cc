// Catalogues: listings by their key and the hash of their content.
#include "coordinator/store/sqlite_codec.h"
#include "coordinator/store/sqlite_db.h"
#include "coordinator/store/sqlite_read.h"
#include "coordinator/store/sqlite_rows.h"
#include "coordinator/store/sqlite_store.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxRowsPerCall = 10'000;
using Change = ChangeKind;

Status check_open(Db& db, std::int64_t import) {
  Query q(db, "SELECT 1 FROM import WHERE id = ? AND finished_ms = 0");
  q << import;
  return q.next() || !db.error().ok() ? ok_status() : not_found("no open import " + std::to_string(import));
}

std::int64_t note_change(Db& db, std::int64_t import, Change kind, std::int64_t listing) {
  Query q(db, "INSERT INTO change (import, kind, listing) VALUES (?, ?, ?)");
  (q << import << static_cast<std::int64_t>(kind) << listing).run();
  return db.last_id();
}

std::int64_t insert_listing(Db& db, const Listing& l, std::int64_t import) {
  Query q(db,
          "INSERT INTO listing (tenant, subject, place, store, package, version_name, version_code, label, "
          "developer, "
          "credit_code, filing_number, region, category, category_source, rank, downloads, release_date, "
          "permissions, "
          "policy_url, apk_url, apk_sha256, apk_bytes, page, import) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  q << l.tenant.value << std::int64_t{static_cast<int>(l.subject)} << std::int64_t{static_cast<int>(l.place)}
    << l.store << l.package << l.version_name << l.version_code << l.label << l.developer << l.credit_code
    << l.filing_number << l.region << l.category << l.category_source << l.rank << l.downloads
    << l.release_date;
  q.blob(codec::permissions(l.permissions));
  (q << l.policy_url << l.apk_url << l.apk_sha256 << l.apk_bytes << l.page << import).run();
  return db.last_id();
}

struct Standing {
  std::int64_t listing = 0;
  bool same = false;
  bool gone = false;
  std::int64_t import = 0;  // that brought it last
};
std::optional<Standing> standing(Db& db, const Listing& l, const std::string& content) {
  Query q(
      db,
      "SELECT listing, content, gone, import FROM current WHERE store = ? AND package = ? AND tenant = ? AND "
      "place = ?");
  q << l.store << l.package << l.tenant.value << std::int64_t{static_cast<int>(l.place)};
  if (!q.next()) return std::nullopt;
  return Standing{q.integer(0), q.view(1) == content, q.integer(2) != 0, q.integer(3)};
}

// What moves daily and makes no new revision.
void put_figures(Db& db, std::int64_t listing, const Listing& l) {
  Query q(db,
          "UPDATE listing SET rank = ?1, downloads = ?2 WHERE id = ?3 AND (rank <> ?1 OR downloads <> ?2)");
  (q << l.rank << l.downloads << listing).run();
}

void import_row(Db& db, std::int64_t import, const Listing& l, ImportCounts& n) {
  std::string content = codec::content_hash(l);
  auto old = standing(db, l, content);
  if (old && old->same) put_figures(db, old->listing, l);
  if (old && old->same && !old->gone) {
    if (old->import == import) return;  // an import that broke off goes on: this row was counted
    ++n.unchanged;
    Query q(db, "UPDATE current SET import = ? WHERE store = ? AND package = ? AND tenant = ? AND place = ?");
    (q << import << l.store << l.package << l.tenant.value << std::int64_t{static_cast<int>(l.place)}).run();
    return;
  }
  bool changed = old && !old->gone;
  ++(changed ? n.changed : n.added);
  std::int64_t id = old && old->same ? old->listing : insert_listing(db, l, import);
  const std::int64_t since = note_change(db, import, changed ? Change::kChanged : Change::kAdded, id);
  Query q(db, "INSERT OR REPLACE INTO current VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)");
  q << l.store << l.package << l.tenant.value << std::int64_t{static_cast<int>(l.place)} << id;
  (q.blob(content) << import << since).run();
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

Result<std::int64_t> SqliteStore::begin_import(std::uint64_t epoch, const std::string& store,
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
      Query q(db, "INSERT INTO import (store, at_ms) VALUES (?, ?)");
      (q << store << at_ms).run();
      id = db.last_id();
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

Result<ImportCounts> SqliteStore::import_rows(std::uint64_t epoch, std::int64_t import,
                                              std::span<const Listing> rows) {
  if (rows.size() > kMaxRowsPerCall) return invalid("more than 10000 rows in one call");
  std::lock_guard lock(writing_);
  TRY(start_write(epoch));
  Db& db = *writer_;
  if (Status s = check_open(db, import); !s.ok()) {
    db.rollback();
    return s;
  }
  ImportCounts n;
  for (const Listing& l : rows) import_row(db, import, l, n);
  Query q(
      db,
      "UPDATE import SET added = added + ?, changed = changed + ?, unchanged = unchanged + ? WHERE id = ?");
  (q << n.added << n.changed << n.unchanged << import).run();
  TRY(db.end());
  return n;
}

Status SqliteStore::keep_listed(std::uint64_t epoch, std::int64_t import, std::span<const Listing> rows) {
  if (rows.size() > kMaxRowsPerCall) return invalid("more than 10000 rows in one call");
  std::lock_guard lock(writing_);
  TRY(start_write(epoch));
  Db& db = *writer_;
  if (Status s = check_open(db, import); !s.ok()) {
    db.rollback();
    return s;
  }
  for (const Listing& l : rows) {
    Query q(db,
            "UPDATE current SET import = ? WHERE store = ? AND package = ? AND tenant = ? AND place = ? AND "
            "gone = 0");
    (q << import << l.store << l.package << l.tenant.value << std::int64_t{static_cast<int>(l.place)}).run();
  }
  return db.end();
}

Result<ImportCounts> SqliteStore::finish_import(std::uint64_t epoch, std::int64_t import, Rejected rejected,
                                                std::int64_t at_ms) {
  std::lock_guard lock(writing_);
  TRY(start_write(epoch));
  Db& db = *writer_;
  if (Status s = check_open(db, import); !s.ok()) {
    db.rollback();
    return s;
  }
  const std::int64_t gone = rejected.nameless > 0 ? 0 : note_gone(db, import);
  {
    Query q(db, "UPDATE import SET gone = ?, rejected = ?, nameless = ?, finished_ms = ? WHERE id = ?");
    (q << gone << rejected.rows << rejected.nameless << std::max<std::int64_t>(at_ms, 1) << import).run();
  }
  ImportCounts counts = counts_of(db, import).value_or(ImportCounts{});
  TRY(db.end());
  return counts;
}

Result<ImportCounts> SqliteStore::import_counts(std::int64_t import) {
  return read<ImportCounts>([&](Db& db) -> Result<ImportCounts> {
    auto counts = counts_of(db, import);
    if (!counts) return not_found("no import " + std::to_string(import));
    return *counts;
  });
}

Result<Page<ChangeRow>> SqliteStore::changes(const ChangeQuery& query, const PageRequest& page) {
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

Result<Page<Listing>> SqliteStore::listings(const std::string& store, const PageRequest& page) {
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
