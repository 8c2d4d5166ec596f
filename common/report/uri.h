// Text of others inside an address. Pure.
#pragma once

#include <string>
#include <string_view>

namespace storesweep {

// All but the unreserved characters as %XX (RFC 3986 2.1): fit for a path's segment and for a query.
std::string percent_encoded(std::string_view text);

}  // namespace storesweep
