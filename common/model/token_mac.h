// The MAC of many tokens, with the key prepared once. One thread at a time.
#pragma once

#include "common/base/hmac.h"
#include "common/model/lease.h"

namespace storesweep {

std::array<std::uint8_t, 16> token_mac(const HmacSha256& key, const Token& token);

}  // namespace storesweep
