#include "common/base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>

#include "common/base/freed.h"
#include "common/base/hmac.h"

namespace storesweep {
namespace {
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

// OpenSSL fails these calls only when memory or its configuration is gone: nothing sensible can follow.
void must(bool done) {
  if (!done) std::abort();
}

// Fetched once: by its name it is looked up at each use.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kAlgorithm;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
}  // namespace

struct Sha256::State {
  Context context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  must(EVP_DigestInit_ex(state_->context.get(), sha256_algorithm(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(ByteView bytes) {
  must(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

Digest Sha256::finish() {
  Digest d{};
  must(EVP_DigestFinal_ex(state_->context.get(), d.data(), nullptr) == 1);
  must(EVP_DigestInit_ex(state_->context.get(), sha256_algorithm(), nullptr) == 1);
  return d;
}

Digest sha256(ByteView bytes) {
  Digest d{};
  must(EVP_Digest(bytes.data(), bytes.size(), d.data(), nullptr, sha256_algorithm(), nullptr) == 1);
  return d;
}

// RFC 2104. OpenSSL's own HMAC looks its algorithm up by name at each call, which costs more than the
// hashing.
struct HmacSha256::State {
  Context inner{EVP_MD_CTX_new()}, outer{EVP_MD_CTX_new()}, work{EVP_MD_CTX_new()};
};

HmacSha256::HmacSha256(ByteView key) : state_(std::make_unique<State>()) {
  constexpr std::size_t kBlockBytes = 64;
  std::array<std::uint8_t, kBlockBytes> padded{};
  if (key.size() > kBlockBytes) {
    const Digest hashed = sha256(key);
    std::copy(hashed.begin(), hashed.end(), padded.begin());
  } else {
    std::copy(key.begin(), key.end(), padded.begin());
  }
  auto begin = [&](EVP_MD_CTX* context, std::uint8_t mask) {
    std::array<std::uint8_t, kBlockBytes> block = padded;
    for (std::uint8_t& b : block) b ^= mask;
    must(EVP_DigestInit_ex(context, sha256_algorithm(), nullptr) == 1);
    must(EVP_DigestUpdate(context, block.data(), block.size()) == 1);
  };
  begin(state_->inner.get(), 0x36);
  begin(state_->outer.get(), 0x5c);
}
HmacSha256::~HmacSha256() = default;

Digest HmacSha256::of(ByteView message) const {
  EVP_MD_CTX* work = state_->work.get();
  Digest d{};
  must(EVP_MD_CTX_copy_ex(work, state_->inner.get()) == 1);
  must(EVP_DigestUpdate(work, message.data(), message.size()) == 1);
  must(EVP_DigestFinal_ex(work, d.data(), nullptr) == 1);
  must(EVP_MD_CTX_copy_ex(work, state_->outer.get()) == 1);
  must(EVP_DigestUpdate(work, d.data(), d.size()) == 1);
  must(EVP_DigestFinal_ex(work, d.data(), nullptr) == 1);
  return d;
}

Digest hmac_sha256(ByteView key, ByteView message) { return HmacSha256(key).of(message); }

bool equal_secret(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string to_hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::uint8_t b : bytes) {
    out.push_back(kDigits[b >> 4]);
    out.push_back(kDigits[b & 15]);
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    int high = hex_value(hex[i]);
    int low = hex_value(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

std::optional<Digest> digest_from_hex(std::string_view hex) {
  auto bytes = from_hex(hex);
  Digest d{};
  if (!bytes || bytes->size() != d.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), d.begin());
  return d;
}

SigningKey signing_key_from_seed(const std::array<std::uint8_t, 32>& seed) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  must(key != nullptr);
  SigningKey out{seed, {}};
  std::size_t length = out.public_key.size();
  must(EVP_PKEY_get_raw_public_key(key.get(), out.public_key.data(), &length) == 1);
  return out;
}

Signature sign_ed25519(const SigningKey& signing, ByteView message) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, signing.seed.data(), signing.seed.size()));
  Context context(EVP_MD_CTX_new());
  Signature signature{};
  std::size_t length = signature.size();
  must(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  must(EVP_DigestSign(context.get(), signature.data(), &length, message.data(), message.size()) == 1);
  return signature;
}

bool verify_ed25519(ByteView public_key, ByteView message, ByteView signature) {
  Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  if (!key) return false;
  Context context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

}  // namespace storesweep
