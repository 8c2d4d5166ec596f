// What chance decides about one canary, made from the run's seed alone, so that a stored capture can be
// judged again years later. Each canary has a stream of its own (HMAC-SHA-256 of its name under the seed): a
// canary that is added later changes no other. Every choice adds to bits(), which is how a canary's entropy
// is counted: by what was drawn, never by how long the text looks. Values; one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/base/bytes.h"

namespace storesweep::traffic {

class Draw {
 public:
  Draw(std::uint64_t seed, std::string_view name);

  std::uint64_t below(std::uint64_t n);  // 0 <= result < n
  std::string_view one_of(std::span<const std::string_view> choices);
  std::string letters(std::string_view alphabet, std::size_t n);
  std::string digits(std::size_t n) { return letters("0123456789", n); }
  std::string hex(std::size_t n) { return letters("0123456789abcdef", n); }
  double bits() const { return bits_; }

 private:
  std::uint64_t next_u64();

  Bytes key_;
  std::string name_;
  std::uint64_t turn_ = 0;
  double bits_ = 0;
};

}  // namespace storesweep::traffic
