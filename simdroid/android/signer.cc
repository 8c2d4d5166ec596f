#include "simdroid/android/signer.h"

#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include <memory>

#include "common/base/hash.h"
#include "common/base/text.h"

namespace storesweep::simdroid::android {
namespace {
// source.android.com, APK Signature Scheme v2: the block ends with its size and this text.
constexpr std::string_view kBlockMagic = "APK Sig Block 42";
constexpr std::uint32_t kScheme2 = 0x7109871a;
constexpr std::uint32_t kScheme3 = 0xf05368c0;
constexpr std::size_t kMaxSignatureFileBytes = 1U << 20;

// The piece behind a 32-bit length, taken off the front; empty when it does not fit.
std::string_view take_piece(std::string_view& bytes) {
  if (bytes.size() < 4) return {};
  std::size_t size = 0;
  for (std::size_t i = 4; i-- > 0;) size = size << 8 | static_cast<unsigned char>(bytes[i]);
  if (size > bytes.size() - 4) return {};
  std::string_view piece = bytes.substr(4, size);
  bytes.remove_prefix(4 + size);
  return piece;
}

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

// signers -> signer -> signed data -> digests, certificates -> certificate
std::string_view certificate_of_scheme(std::string_view value) {
  std::string_view signers = take_piece(value);
  std::string_view signer = take_piece(signers);
  std::string_view data = take_piece(signer);
  take_piece(data);
  std::string_view certificates = take_piece(data);
  return take_piece(certificates);
}

std::string_view certificate_of_block(std::string_view apk, std::size_t end) {
  if (end < 32 || end > apk.size() || apk.substr(end - 16, 16) != kBlockMagic) return {};
  const std::uint64_t size = number(apk, end - 24, 8);
  if (size < 24 || size > end - 8) return {};
  std::string_view pairs = apk.substr(end - size, size - 24);
  std::string_view found;
  while (pairs.size() >= 12) {
    const std::uint64_t length = number(pairs, 0, 8);
    if (length < 4 || length > pairs.size() - 8) return found;
    const auto id = static_cast<std::uint32_t>(number(pairs, 8, 4));
    if (id == kScheme2 || (id == kScheme3 && found.empty()))
      found = certificate_of_scheme(pairs.substr(12, length - 4));
    pairs.remove_prefix(8 + length);
  }
  return found;
}

std::string certificate_of_jar(std::string_view apk, const ZipDirectory& directory) {
  for (const auto& [name, entry] : directory.entries) {
    if (!starts_with(name, "META-INF/") ||
        !(ends_with(name, ".RSA") || ends_with(name, ".EC") || ends_with(name, ".DSA")))
      continue;
    auto der = unzip(apk, directory, name, kMaxSignatureFileBytes);
    if (!der.ok()) continue;
    const auto* at = static_cast<const unsigned char*>(static_cast<const void*>(der->data()));
    const std::unique_ptr<PKCS7, void (*)(PKCS7*)> signature(
        d2i_PKCS7(nullptr, &at, static_cast<long>(der->size())), PKCS7_free);
    if (!signature || !PKCS7_type_is_signed(signature.get())) continue;
    const STACK_OF(X509)* certificates = signature->d.sign->cert;
    if (sk_X509_num(certificates) < 1) continue;
    unsigned char* encoded = nullptr;
    const int size = i2d_X509(sk_X509_value(certificates, 0), &encoded);
    std::string out;
    if (size > 0) out.assign(encoded, encoded + size);
    OPENSSL_free(encoded);
    if (!out.empty()) return out;
  }
  return {};
}
}  // namespace

std::string signer_of(std::string_view apk, const ZipDirectory& directory) {
  std::string certificate(certificate_of_block(apk, directory.begins_at));
  if (certificate.empty()) certificate = certificate_of_jar(apk, directory);
  return certificate.empty() ? "" : to_hex(sha256(certificate));
}

}  // namespace storesweep::simdroid::android
