// The rows that one call of an import looks up and writes, in the transaction that the Db is in. Here each
// goes to the database at once; where a wire lies in between they go many at a time (postgres_imports.h).
// What is looked up shows what was written before. Errors stick to the Db. One thread; lives as long as the
// transaction.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "coordinator/store/db.h"
#include "coordinator/store/records.h"

namespace storesweep {

// How a listing stands: its newest revision.
struct CurrentListing {
  std::int64_t listing = 0;
  std::string content;      // hash of what makes a revision
  std::int64_t import = 0;  // that brought it last
  std::int64_t since = 0;   // the change that brought this content, or brought it back
  bool gone = false;
};

class ImportRows {
 public:
  explicit ImportRows(Db& db) : db_(db) {}
  virtual ~ImportRows() = default;
  ImportRows(const ImportRows&) = delete;
  ImportRows& operator=(const ImportRows&) = delete;

  virtual void expect(std::span<const Listing>) {}  // what the call is about
  virtual void finish() {}                          // whatever has not gone out yet goes

  virtual std::optional<CurrentListing> current(const Listing& key);
  virtual void put_current(const Listing& key, const CurrentListing& c, bool known);
  virtual void touch(const Listing& key, std::int64_t import);              // it stands as it stood
  virtual std::int64_t add_listing(const Listing& l, std::int64_t import);  // its id
  virtual std::int64_t add_change(std::int64_t import, ChangeKind kind, std::int64_t listing);  // its id
  // What moves daily and makes no new revision.
  virtual void put_figures(std::int64_t listing, const Listing& l);

 protected:
  Db& db_;
};

}  // namespace storesweep
