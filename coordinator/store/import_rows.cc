#include "coordinator/store/import_rows.h"

#include "coordinator/store/codec.h"

namespace storesweep {

std::optional<CurrentListing> ImportRows::current(const Listing& l) {
  Query q(
      db_,
      "SELECT listing, content, import, since, gone FROM current WHERE store = ? AND package = ? AND tenant "
      "= ? AND place = ?");
  q << l.store << l.package << l.tenant.value << std::int64_t{static_cast<int>(l.place)};
  if (!q.next()) return std::nullopt;
  return CurrentListing{q.integer(0), q.bytes(1), q.integer(2), q.integer(3), q.integer(4) != 0};
}

void ImportRows::put_current(const Listing& l, const CurrentListing& c, bool known) {
  Query q(db_, known ? "UPDATE current SET listing = ?, content = ?, import = ?, since = ?, gone = 0 WHERE "
                       "store = ? AND package = ? AND tenant = ? AND place = ?"
                     : "INSERT INTO current (listing, content, import, since, gone, store, package, tenant, "
                       "place) VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?)");
  (q << c.listing).blob(c.content) << c.import << c.since;
  (q << l.store << l.package << l.tenant.value << std::int64_t{static_cast<int>(l.place)}).run();
}

void ImportRows::touch(const Listing& l, std::int64_t import) {
  Query q(db_, "UPDATE current SET import = ? WHERE store = ? AND package = ? AND tenant = ? AND place = ?");
  (q << import << l.store << l.package << l.tenant.value << std::int64_t{static_cast<int>(l.place)}).run();
}

std::int64_t ImportRows::add_listing(const Listing& l, std::int64_t import) {
  Query q(db_,
          "INSERT INTO listing (tenant, subject, place, store, package, version_name, version_code, label, "
          "developer, credit_code, filing_number, region, category, category_source, rank, downloads, "
          "release_date, permissions, policy_url, apk_url, apk_sha256, apk_bytes, page, import) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
  q << l.tenant.value << std::int64_t{static_cast<int>(l.subject)} << std::int64_t{static_cast<int>(l.place)}
    << l.store << l.package << l.version_name << l.version_code << l.label << l.developer << l.credit_code
    << l.filing_number << l.region << l.category << l.category_source << l.rank << l.downloads
    << l.release_date;
  q.blob(codec::permissions(l.permissions));
  return (q << l.policy_url << l.apk_url << l.apk_sha256 << l.apk_bytes << l.page << import).made();
}

std::int64_t ImportRows::add_change(std::int64_t import, ChangeKind kind, std::int64_t listing) {
  Query q(db_, "INSERT INTO change (import, kind, listing) VALUES (?, ?, ?) RETURNING id");
  return (q << import << static_cast<std::int64_t>(kind) << listing).made();
}

void ImportRows::put_figures(std::int64_t listing, const Listing& l) {
  Query q(db_,
          "UPDATE listing SET rank = ?1, downloads = ?2 WHERE id = ?3 AND (rank <> ?1 OR downloads <> ?2)");
  (q << l.rank << l.downloads << listing).run();
}

}  // namespace storesweep
