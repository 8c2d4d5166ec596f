#include "worker/apk/digest.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace storesweep::apk {
namespace {
// Fetched once: fetching costs more than hashing a page. Never freed, for OpenSSL ends after us.
const EVP_MD* algorithm(DigestKind kind) {
  static const EVP_MD* const kAll[kDigestKinds] = {
      EVP_MD_fetch(nullptr, "MD5", nullptr),      EVP_MD_fetch(nullptr, "SHA1", nullptr),
      EVP_MD_fetch(nullptr, "SHA2-224", nullptr), EVP_MD_fetch(nullptr, "SHA2-256", nullptr),
      EVP_MD_fetch(nullptr, "SHA2-384", nullptr), EVP_MD_fetch(nullptr, "SHA2-512", nullptr)};
  return kAll[static_cast<int>(kind)];
}
}  // namespace

std::string_view digest_name(DigestKind kind) {
  static constexpr std::string_view kNames[] = {"MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"};
  return kNames[static_cast<int>(kind)];
}

struct Digester::State {
  const EVP_MD* md;
  EVP_MD_CTX* context;
};

Digester::Digester(DigestKind kind) : state_(new State{algorithm(kind), EVP_MD_CTX_new()}) {
  if (!state_->context || EVP_DigestInit_ex(state_->context, state_->md, nullptr) != 1) std::abort();
}
Digester::~Digester() {
  if (state_) EVP_MD_CTX_free(state_->context);
}
Digester::Digester(Digester&&) noexcept = default;

void Digester::add(ByteView bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }

void Digester::finish_into(std::uint8_t* out) {
  EVP_DigestFinal_ex(state_->context, out, nullptr);
  EVP_DigestInit_ex(state_->context, nullptr, nullptr);
}

Bytes Digester::finish() {
  Bytes out(static_cast<std::size_t>(EVP_MD_get_size(state_->md)));
  finish_into(out.data());
  return out;
}

Bytes digest_of(DigestKind kind, ByteView bytes) {
  Digester digester(kind);
  digester.add(bytes);
  return digester.finish();
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > (1u << 20)) return std::nullopt;
  Bytes out(text.size() / 4 * 3);
  int n = EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()),
                          static_cast<int>(text.size()));
  if (n < 0) return std::nullopt;
  std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(n) - padding);
  return out;
}

}  // namespace storesweep::apk
