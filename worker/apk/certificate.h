// X.509 certificates and the keys in them (OpenSSL), for the verifiers of signatures. Hostile input. The
// bytes must outlive the certificate. One thread each.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <optional>

#include "worker/apk/digest.h"
#include "worker/apk/signature.h"

namespace storesweep::apk {

struct FreeX509 {
  void operator()(X509* x) const;
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const;
};
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeKey>;

enum class KeyType : std::uint8_t { kRsa, kEc, kDsa, kOther };
KeyType key_type(const EVP_PKEY* key);

class X509Certificate {
 public:
  // A certificate at the start of der; digests are taken of der as it is.
  static std::optional<X509Certificate> parse(ByteView der);

  ByteView der() const { return der_; }
  X509* x509() const { return x509_.get(); }
  Certificate facts() const;
  Bytes public_key_info() const;  // SubjectPublicKeyInfo, DER
  EVP_PKEY* key() const;          // null where it is of no known kind
  // Whether it may sign at all: key usage, no critical extension that nobody knows (AOSP StrictJarVerifier).
  bool may_sign() const;
  bool issued_itself() const;
  bool issued_by(const X509Certificate& other) const;

 private:
  std::unique_ptr<X509, FreeX509> x509_;
  ByteView der_;
};

KeyPtr parse_public_key(ByteView subject_public_key_info);
// PKCS #1 v1.5, or PSS with the digest's own length as salt; DSA and ECDSA in DER.
bool verify_signature(EVP_PKEY* key, DigestKind digest, bool pss, std::initializer_list<ByteView> message,
                      ByteView signature);

}  // namespace storesweep::apk
