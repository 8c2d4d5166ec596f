// Whose signatures are believed: a file of public keys, one a line. Pure.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace storesweep {

inline constexpr std::size_t kMaxTrustBytes = 1u << 20;
using PublicKey = std::array<std::uint8_t, 32>;

struct TrustedKeys {
  std::map<PublicKey, std::string> workers, coordinators;  // key -> the name given to it
};

// Lines of `worker HEX [NAME]` and `coordinator HEX [NAME]`; blank lines and what follows # are left out.
// kInvalid, naming the line.
Result<TrustedKeys> parse_trust(std::string_view text);
std::string trust_line(std::string_view role, const PublicKey& key, std::string_view name);

}  // namespace storesweep
