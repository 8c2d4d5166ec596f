// Reads what a store publishes of its apps (CSV, JSON Lines or an F-Droid index-v2.json) and hands over one
// listing after the other, whatever the size of the file. A bad row never stops the rest: it goes to the
// rejects file with its line and reason. The columns are described in docs/catalogue.md. Functions; each call
// works in its own thread and keeps some 16 bytes a row (to see a package that comes twice).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/status.h"
#include "common/model/listing.h"
#include "common/net/client.h"

namespace storesweep::catalogue {

inline constexpr std::uint64_t kMaxCatalogueBytes = std::uint64_t{8} << 30;
inline constexpr std::size_t kMaxRowBytes = std::size_t{256} << 10;
inline constexpr std::size_t kMaxRejectedText = 1024;     // of a bad row, in the rejects file
inline constexpr std::int64_t kMaxRejectsKept = 100'000;  // the rest is only counted

enum class Format { kCsv, kJsonLines, kFdroid };
// "csv", "jsonl" or "fdroid"; empty: by the name of the source. kInvalid when that tells nothing.
Result<Format> format_of(const std::string& format, const std::string& source);

struct Options {
  Format format = Format::kCsv;
  std::string store;  // of every row that names none
  TenantId tenant{1};
  std::string rejects_file;    // CSV: line, reason, row; made when the first bad row comes
  std::string source_address;  // where an F-Droid index came from, in case it does not tell its own address
};

struct Report {
  std::int64_t rows = 0;  // good and bad
  std::int64_t rejected = 0;
  std::int64_t nameless = 0;                 // of the rejected: those that do not tell which app they are of
  std::vector<std::string> unknown_columns;  // at most 32; their values were not read
};

// A listing; an error ends the reading and is returned by it. id is not set.
using OnListing = std::function<Status(Listing)>;
// What a bad row names: tenant, place, store and package are set. The app is there, though nothing can be
// read of it.
using OnNamed = std::function<void(const Listing&)>;

// kInvalid, kCorrupt: the file as a whole is not what its format says (no header, broken JSON around the
// rows).
Result<Report> read_file(const std::string& path, const Options& options, const OnListing& on_listing,
                         const OnNamed& on_named, const Deadline& deadline);

// The same from a path or an http, https or file address, which is fetched to `temporary_file` first and
// removed after.
Result<Report> read_source(net::Client& client, const std::string& source, const std::string& temporary_file,
                           const Options& options, const OnListing& on_listing, const OnNamed& on_named,
                           const Deadline& deadline);

}  // namespace storesweep::catalogue
