// SHA-256 and HMAC-SHA-256 (OpenSSL), Ed25519 signatures (RFC 8032) and hex. Pure; safe for concurrent use.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/status.h"

namespace storesweep {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(ByteView bytes);
inline Digest sha256(std::string_view s) { return sha256(as_bytes(s)); }
Digest hmac_sha256(ByteView key, ByteView message);
// Compares without telling by its time where the difference is.
bool equal_secret(ByteView a, ByteView b);

// SHA-256 of what comes in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(ByteView bytes);
  void add(std::string_view s) { add(as_bytes(s)); }
  // Ends the hash; the object starts anew.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string to_hex(ByteView bytes);  // lower case
std::optional<Bytes> from_hex(std::string_view hex);
std::optional<Digest> digest_from_hex(std::string_view hex);

// An Ed25519 key pair; the seed is the secret.
struct SigningKey {
  std::array<std::uint8_t, 32> seed{};
  std::array<std::uint8_t, 32> public_key{};
};
using Signature = std::array<std::uint8_t, 64>;
SigningKey signing_key_from_seed(const std::array<std::uint8_t, 32>& seed);
Signature sign_ed25519(const SigningKey& key, ByteView message);
bool verify_ed25519(ByteView public_key, ByteView message, ByteView signature);

}  // namespace storesweep
