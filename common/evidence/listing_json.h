// A listing as JSON, in journals and for the judge's children. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/model/listing.h"

namespace storesweep {

std::string listing_to_json(const Listing& listing);
Result<Listing> listing_from_json_untrusted(std::string_view json);

}  // namespace storesweep
