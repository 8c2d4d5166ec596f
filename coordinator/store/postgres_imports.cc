#include "coordinator/store/postgres_imports.h"

#include <algorithm>

#include "coordinator/store/codec.h"

namespace storesweep {
namespace {
constexpr const char* kDrawListings =
    "SELECT nextval(pg_get_serial_sequence('listing', 'id')) FROM generate_series(1, $1)";
constexpr const char* kDrawChanges =
    "SELECT nextval(pg_get_serial_sequence('change', 'id')) FROM generate_series(1, $1)";
constexpr const char* kStanding =
    "SELECT c.store, c.package, c.tenant, c.place, c.listing, c.content, c.import, c.since, c.gone FROM "
    "(SELECT DISTINCT * FROM unnest($1, $2, $3, $4)) AS k(store, package, tenant, place) JOIN current c ON "
    "c.package = k.package AND c.tenant = k.tenant AND c.place = k.place AND c.store = k.store";
}  // namespace

// As it comes back from the database.
PostgresImports::Key PostgresImports::key_of(const Listing& l) {
  return {postgres::text(l.store).bytes, postgres::text(l.package).bytes, l.tenant.value,
          std::int64_t{static_cast<int>(l.place)}};
}

void PostgresImports::expect(std::span<const Listing> rows) {
  using postgres::Column;
  expected_ = std::max<std::size_t>(1, rows.size());
  Column stores(Column::Of::kText), packages(Column::Of::kText), tenants(Column::Of::kInteger),
      places(Column::Of::kInteger);
  for (const Listing& l : rows) {
    stores.add(postgres::text(l.store));
    packages.add(postgres::text(l.package));
    tenants.add(postgres::integer(l.tenant.value));
    places.add(postgres::integer(static_cast<int>(l.place)));
    standing_.try_emplace(key_of(l));
  }
  PostgresStatement* s = pg_.statement(kStanding);
  s->bind_array(1, stores.array());
  s->bind_array(2, packages.array());
  s->bind_array(3, tenants.array());
  s->bind_array(4, places.array());
  for (Query q(s); q.next();) {
    Standing& standing = standing_[{q.text(0), q.text(1), q.integer(2), q.integer(3)}];
    standing.now = CurrentListing{q.integer(4), q.bytes(5), q.integer(6), q.integer(7), q.integer(8) != 0};
    standing.stored = true;
  }
}

PostgresImports::Standing& PostgresImports::standing(const Listing& l) {
  const auto [at, unexpected] = standing_.try_emplace(key_of(l));
  if (unexpected) {
    at->second.now = ImportRows::current(l);
    at->second.stored = at->second.now.has_value();
  }
  return at->second;
}

std::optional<CurrentListing> PostgresImports::current(const Listing& l) { return standing(l).now; }

void PostgresImports::put_current(const Listing& l, const CurrentListing& c, bool) {
  Standing& s = standing(l);
  s.now = c;
  s.written = true;
}

void PostgresImports::touch(const Listing& l, std::int64_t import) {
  Standing& s = standing(l);
  if (!s.now) return;
  s.now->import = import;
  s.written = true;
}

std::int64_t PostgresImports::draw(std::vector<std::int64_t>& numbers, const char* sql) {
  if (numbers.empty()) {
    PostgresStatement* s = pg_.statement(sql);
    s->bind(1, static_cast<std::int64_t>(expected_));
    for (Query q(s); q.next();) numbers.push_back(q.integer(0));
    std::reverse(numbers.begin(), numbers.end());
  }
  if (numbers.empty()) return 0;  // after an error
  const std::int64_t number = numbers.back();
  numbers.pop_back();
  return number;
}

std::int64_t PostgresImports::add_listing(const Listing& l, std::int64_t import) {
  const std::int64_t id = draw(listing_ids_, kDrawListings);
  PostgresBatch& b = listings_;
  b << id << l.tenant.value << std::int64_t{static_cast<int>(l.subject)}
    << std::int64_t{static_cast<int>(l.place)} << l.store << l.package << l.version_name << l.version_code
    << l.label << l.developer << l.credit_code << l.filing_number << l.region << l.category
    << l.category_source << l.rank << l.downloads << l.release_date;
  b.blob(codec::permissions(l.permissions));
  b << l.policy_url << l.apk_url << l.apk_sha256 << l.apk_bytes << l.page << import;
  return id;
}

std::int64_t PostgresImports::add_change(std::int64_t import, ChangeKind kind, std::int64_t listing) {
  const std::int64_t id = draw(change_ids_, kDrawChanges);
  changes_ << id << import << static_cast<std::int64_t>(kind) << listing;
  return id;
}

void PostgresImports::put_figures(std::int64_t listing, const Listing& l) {
  figures_[listing] = {l.rank, l.downloads};
}

void PostgresImports::finish() {
  for (const auto& [key, s] : standing_) {
    if (!s.written) continue;
    PostgresBatch& b = s.stored ? changed_ : added_;
    b << std::get<0>(key) << std::get<1>(key) << std::get<2>(key) << std::get<3>(key) << s.now->listing;
    b.blob(s.now->content) << s.now->import << s.now->since;
  }
  for (const auto& [listing, f] : figures_) moved_ << listing << f.first << f.second;
  for (PostgresBatch* b : {&listings_, &changes_, &added_, &changed_, &moved_}) b->send(pg_);
}

}  // namespace storesweep
