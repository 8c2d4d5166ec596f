// ImportRows over a wire: how all listings of the call stand is asked for in one go, and what comes of them
// goes out in one go. Numbers of new rows are drawn from the database beforehand, as many as there are rows.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "coordinator/store/import_rows.h"
#include "coordinator/store/postgres_batch.h"
#include "coordinator/store/postgres_db.h"

namespace storesweep {

class PostgresImports final : public ImportRows {
 public:
  explicit PostgresImports(PostgresDb& db) : ImportRows(db), pg_(db) {}

  void expect(std::span<const Listing> rows) override;
  void finish() override;
  std::optional<CurrentListing> current(const Listing& key) override;
  void put_current(const Listing& key, const CurrentListing& c, bool known) override;
  void touch(const Listing& key, std::int64_t import) override;
  std::int64_t add_listing(const Listing& l, std::int64_t import) override;
  std::int64_t add_change(std::int64_t import, ChangeKind kind, std::int64_t listing) override;
  void put_figures(std::int64_t listing, const Listing& l) override;

 private:
  using Key = std::tuple<std::string, std::string, std::int64_t, std::int64_t>;
  struct Standing {
    std::optional<CurrentListing> now;
    bool stored = false;   // it has a row
    bool written = false;  // the row is to be written
  };
  static Key key_of(const Listing& l);
  Standing& standing(const Listing& l);
  std::int64_t draw(std::vector<std::int64_t>& numbers, const char* sql);

  PostgresDb& pg_;
  std::size_t expected_ = 1;
  std::map<Key, Standing> standing_;
  std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> figures_;  // listing -> rank, downloads
  std::vector<std::int64_t> listing_ids_, change_ids_;                     // drawn, the smallest last
  PostgresBatch listings_{
      "INSERT INTO listing (id, tenant, subject, place, store, package, version_name, version_code, label, "
      "developer, credit_code, filing_number, region, category, category_source, rank, downloads, "
      "release_date, "
      "permissions, policy_url, apk_url, apk_sha256, apk_bytes, page, import) SELECT * FROM unnest($1, $2, "
      "$3, "
      "$4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, "
      "$25)",
      "iiiitttitttttttiitbtttiti"};
  PostgresBatch changes_{
      "INSERT INTO change (id, import, kind, listing) SELECT * FROM unnest($1, $2, $3, $4)", "iiii"};
  PostgresBatch added_{
      "INSERT INTO current (store, package, tenant, place, listing, content, import, since, gone) SELECT *, "
      "0 "
      "FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)",
      "ttiiibii"};
  PostgresBatch changed_{
      "UPDATE current c SET listing = n.listing, content = n.content, import = n.import, since = n.since, "
      "gone = "
      "0 FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS n(store, package, tenant, place, listing, content, "
      "import, since) WHERE c.package = n.package AND c.tenant = n.tenant AND c.place = n.place AND c.store "
      "= "
      "n.store",
      "ttiiibii"};
  PostgresBatch moved_{
      "UPDATE listing l SET rank = n.rank, downloads = n.downloads FROM unnest($1, $2, $3) AS n(id, rank, "
      "downloads) WHERE l.id = n.id AND (l.rank <> n.rank OR l.downloads <> n.downloads)",
      "iii"};
};

}  // namespace storesweep
