// The product's wire as the load reads and writes it: straight from and into Cap'n Proto, and of each message
// only what it needs, as a peer's client does. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/model/messages.h"

namespace storesweep::bench {

// Every token failed ("the fetch was refused", with `detail`), and the request for as many more.
std::string done_and_next(std::span<const Token> done, std::uint64_t first_sequence,
                          const std::string& detail, const std::string& device,
                          const std::optional<Ask>& next);

struct Heard {
  std::size_t acknowledged = 0;
  bool granted = false;  // the request of this number was answered
  std::vector<Token> leases;
  std::int64_t retry_ms = 0;
};
// Nothing: there is more in it than acknowledgements and grants, or it is broken.
std::optional<Heard> heard_untrusted(ByteView turn, std::uint64_t request);

}  // namespace storesweep::bench
