// The address of a token's evidence: the token as text, MAC and all, so that nobody can make one up. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/model/lease.h"

namespace storesweep {

// "EPOCH.N.INCARNATION.JOB.MAC.WORKER", all hex; fit for a URL's path segment.
std::string address_key(const Token& token);
std::optional<Token> token_of_address_untrusted(std::string_view key);

}  // namespace storesweep
