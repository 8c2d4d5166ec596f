// What a store's page says of an app beside what the app's package says of itself (task 9: T/TAF 078.9,
// clause 4; rules.md, task 9). Each difference is typed and says how firm it is: what the page lacks or
// states wrongly of the same download is firm, what may have an innocent reason (merged permission groups,
// another spelling) is a lead. Whether what stands there is true, and all apps are there, nobody can tell
// from one page. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/model/app_facts.h"
#include "common/model/listing.h"

namespace storesweep {

enum class ListingDifferenceKind : std::uint8_t {
  kLabelMissing,
  kLabelDiffers,
  kLabelVariant,  // the same but for brackets, a suffix, white space
  kDeveloperMissing,
  kDeveloperDiffers,  // from the organisation in the certificate
  kVersionMissing,
  kVersionDiffers,
  kPackageDiffers,
  kPermissionsMissing,      // none listed at all, and the package asks for some
  kPermissionUndeclared,    // the package asks for it, the page does not name it
  kPermissionNotRequested,  // the page names it, the package does not ask for it
  kPurposeMissing,
  kPolicyMissing,
  kPolicyMalformed,  // no address that could be fetched
  kFilingMissing,    // App备案号, shown since 2023
};

struct ListingDifference {
  ListingDifferenceKind kind;
  std::string rule;    // "R9.2"
  bool firm = false;   // else a lead: a person looks
  std::string listed;  // as the page has it
  std::string found;   // as the package has it
  bool operator==(const ListingDifference&) const = default;
};
std::string_view listing_difference_name(ListingDifferenceKind kind);  // "label-differs"

// The same but for width, case and white space.
bool same_spelling(std::string_view a, std::string_view b);

std::vector<ListingDifference> compare_listing(const Listing& listing, const AppFacts& facts);

}  // namespace storesweep
