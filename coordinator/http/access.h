// Who may do what: bearer tokens (RFC 6750), of which the configuration knows only the SHA-256. A token is 32
// random bytes or more, so one plain hash is enough. Pure; safe for concurrent use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/hash.h"
#include "common/base/status.h"

namespace storesweep::http {

enum class Access { kOpen, kRead, kFull };  // each includes the one before it

struct AccessToken {
  std::string name;  // of the person or program that has it; for logs
  Access access = Access::kRead;
  Digest sha256{};
};

class AccessList {
 public:
  // Without tokens everybody may do everything: for a coordinator that listens on loopback alone.
  explicit AccessList(std::vector<AccessToken> tokens) : tokens_(std::move(tokens)) {}
  bool open() const { return tokens_.empty(); }
  // `authorization` is the header's value. Ok, or kPermission with what to do; `known` tells 401 from 403.
  Status check(std::string_view authorization, Access needed, bool& known) const;

 private:
  std::vector<AccessToken> tokens_;
};

}  // namespace storesweep::http
