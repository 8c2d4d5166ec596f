// One catalogue being read: rows come in from a format's reader, listings go out, bad rows go to the rejects
// file. One thread.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "coordinator/catalogue/catalogue.h"

namespace storesweep::catalogue {

class Rows {
 public:
  Rows(const Options& options, const OnListing& on_listing, const OnNamed& on_named)
      : options_(options), on_listing_(on_listing), on_named_(on_named) {}

  // A listing with the defaults of the catalogue, to be filled.
  Listing blank() const;
  // A filled one of this line (or number); text is its row, for the rejects file.
  Status take(Listing listing, std::int64_t line, std::string_view text);
  // `named`: what could be read of it, where that tells its app.
  Status reject(std::int64_t line, std::string_view reason, std::string_view text,
                const Listing* named = nullptr);
  void unknown_column(std::string_view name);
  // Closes the rejects file.
  Result<Report> finish();

 private:
  struct Closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  Status open_rejects();

  const Options& options_;
  const OnListing& on_listing_;
  const OnNamed& on_named_;
  Report report_;
  std::unordered_set<std::uint64_t> seen_;  // hashes of (tenant, place, store, package)
  std::unique_ptr<std::FILE, Closer> rejects_;
};

// Hands over the content of a file in pieces.
Status each_piece(const std::string& path, const Deadline& deadline,
                  const std::function<Status(std::string_view)>& on_piece);

Status read_csv(const std::string& path, Rows& rows, const Deadline& deadline);
Status read_json_lines(const std::string& path, Rows& rows, const Deadline& deadline);
Status read_fdroid(const std::string& path, const Options& options, Rows& rows, const Deadline& deadline);

}  // namespace storesweep::catalogue
