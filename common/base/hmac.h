// HMAC-SHA-256 (RFC 2104) under a key that is used again and again.
#pragma once

#include <memory>

#include "common/base/hash.h"

namespace storesweep {

// The key is hashed once. One thread at a time.
class HmacSha256 {
 public:
  explicit HmacSha256(ByteView key);
  ~HmacSha256();
  Digest of(ByteView message) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace storesweep
