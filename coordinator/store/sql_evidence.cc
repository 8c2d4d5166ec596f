// Reads of what makes evidence stand up: the chain of closings and the rule packs that were judged with.
#include <algorithm>

#include "coordinator/store/codec.h"
#include "coordinator/store/sql_read.h"
#include "coordinator/store/sql_rows.h"

namespace storesweep {
namespace {
KeptPack pack_in(const Query& q) { return {q.text(0), codec::digest(q.view(1)), q.bytes(2), q.integer(3)}; }
}  // namespace

Result<Closing> SqlStore::closing_of(const Digest& journal) {
  return read<Closing>([&](Db& db) -> Result<Closing> {
    Query q(db,
            "SELECT " STORESWEEP_CLOSING_COLUMNS " FROM closing WHERE journal = ? ORDER BY number LIMIT 1");
    if (!q.blob(codec::digest(journal)).next())
      return not_found("no closing entry of the journal " + to_hex(journal));
    return rows::closing(q);
  });
}

Result<std::vector<Closing>> SqlStore::closings(std::int64_t after, std::size_t count) {
  return read<std::vector<Closing>>([&](Db& db) -> Result<std::vector<Closing>> {
    Query q(db,
            "SELECT " STORESWEEP_CLOSING_COLUMNS " FROM closing WHERE number > ? ORDER BY number LIMIT ?");
    q << after << static_cast<std::int64_t>(std::min(count, kMaxPageRows));
    std::vector<Closing> out;
    while (q.next()) out.push_back(rows::closing(q));
    return out;
  });
}

Result<Closing> SqlStore::closing_head() {
  return read<Closing>([](Db& db) -> Result<Closing> { return rows::closing_head(db); });
}

Result<KeptPack> SqlStore::pack_of(const std::string& version) {
  return read<KeptPack>([&](Db& db) -> Result<KeptPack> {
    Query q(db,
            "SELECT version, sha256, files, at_ms FROM rule_pack WHERE version = ? ORDER BY id DESC LIMIT 1");
    q << version;
    if (!q.next()) return not_found("no rule pack of version " + version + " was kept");
    return pack_in(q);
  });
}

Result<KeptPack> SqlStore::pack(const Digest& sha256) {
  return read<KeptPack>([&](Db& db) -> Result<KeptPack> {
    Query q(db, "SELECT version, sha256, files, at_ms FROM rule_pack WHERE sha256 = ?");
    if (!q.blob(codec::digest(sha256)).next())
      return not_found("no rule pack " + to_hex(sha256) + " was kept");
    return pack_in(q);
  });
}

}  // namespace storesweep
