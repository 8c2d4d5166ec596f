// The fields of a listing by name: which names mean which field, and how a text becomes its value, in bounds.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/model/listing.h"

namespace storesweep::catalogue {

inline constexpr std::size_t kMaxFieldBytes = 4096;
inline constexpr std::size_t kMaxPermissions = 512;
inline constexpr std::size_t kMaxPackageBytes = 255;

enum class Column {
  kTenant,
  kSubject,
  kPlace,
  kStore,
  kPackage,
  kVersionName,
  kVersionCode,
  kLabel,
  kDeveloper,
  kCreditCode,
  kFilingNumber,
  kRegion,
  kCategory,
  kCategorySource,
  kRank,
  kDownloads,
  kReleaseDate,
  kPermissions,
  kPolicyUrl,
  kApkUrl,
  kApkSha256,
  kApkBytes,
  kPage,
};

// The column that this header names, whatever its case, blanks, dashes and underscores; nothing: unknown.
std::optional<Column> column_named(std::string_view header);
std::string_view name(Column column);  // "package", as docs/catalogue.md calls it

// Sets a field from its text (UTF-8, trimmed here; empty: not given). kInvalid names the column and what is
// wrong.
Status set_field(Listing& listing, Column column, std::string_view text);
Status add_permission(Listing& listing, std::string_view name, std::string_view purpose);
// Whether the whole makes a listing: store and package are there.
Status check(const Listing& listing);

// "2026-11-24" of 2026-11-24, 2026/11/24, 20261124 or 2026-11-24T08:00:00Z; nothing when it is no date.
std::optional<std::string> date_of(std::string_view text);

}  // namespace storesweep::catalogue
