#include "common/traffic/draw.h"

#include <cmath>

#include "common/base/hash.h"

namespace storesweep::traffic {
namespace {
// A changed scheme of values gets another number, and runs say by which they were planted.
constexpr std::string_view kScheme = "storesweep canaries 1";
}  // namespace

Draw::Draw(std::uint64_t seed, std::string_view name) : name_(name) {
  std::string key(kScheme);
  put_little(key, seed, 8);
  key_.assign(key.begin(), key.end());
}

std::uint64_t Draw::next_u64() {
  std::string message = name_;
  put_little(message, turn_++, 8);
  const Digest digest = hmac_sha256(key_, as_bytes(message));
  return ByteReader(digest).u64();
}

std::uint64_t Draw::below(std::uint64_t n) {
  bits_ += std::log2(static_cast<double>(n));
  return next_u64() % n;
}

std::string_view Draw::one_of(std::span<const std::string_view> choices) {
  return choices[below(choices.size())];
}

std::string Draw::letters(std::string_view alphabet, std::size_t n) {
  std::string out;
  while (out.size() < n) out += alphabet[below(alphabet.size())];
  return out;
}

}  // namespace storesweep::traffic
