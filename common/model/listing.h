// What a store (or site, or phone maker) says of an app: a listing. Plain values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/model/ids.h"

namespace storesweep {

enum class SubjectKind { kApp, kQuickApp, kMiniProgram, kSdk, kStore };
enum class PlaceKind { kStore, kSite, kPreset };  // preset: delivered on a phone model

struct DeclaredPermission {
  std::string name;     // android.permission.CAMERA, or the store's own words
  std::string purpose;  // empty: none given
  bool operator==(const DeclaredPermission&) const = default;
};

// (tenant, place_kind, store, package) is the listing's key; everything else is its content. A changed
// content is a new revision with a new id.
struct Listing {
  ListingId id;
  TenantId tenant{1};
  SubjectKind subject = SubjectKind::kApp;
  PlaceKind place = PlaceKind::kStore;
  std::string store;  // store or site name, or the phone model of a preset
  std::string package;
  std::string version_name;
  std::int64_t version_code = 0;  // 0: not given
  std::string label;
  std::string developer;
  std::string credit_code;    // 统一社会信用代码
  std::string filing_number;  // App备案号
  std::string region;         // of the developer, as the catalogue says
  std::string category;
  std::string category_source;  // who says so: store, operator
  std::int64_t rank = 0;        // 0: not given
  std::int64_t downloads = 0;
  std::string release_date;  // YYYY-MM-DD
  std::vector<DeclaredPermission> permissions;
  std::string policy_url;
  std::string apk_url;
  std::string apk_sha256;  // hex, where the catalogue knows it
  std::int64_t apk_bytes = 0;
  // The captured page of the store that all this was taken from: "whole:" or "part:" and the SHA-256 of the
  // capture in hex. Whole: also what the page loads late, and the pages behind it (permissions, policy).
  // Empty: none was captured, and what is not given here may still stand on the page.
  std::string page;
  bool page_captured() const { return !page.empty(); }
  bool page_whole() const { return page.rfind("whole:", 0) == 0; }
  bool operator==(const Listing&) const = default;
};

std::string_view name(SubjectKind kind);
std::string_view name(PlaceKind kind);

}  // namespace storesweep
