// Signs small APKs with fresh keys, block by block, so that a test can get one thing wrong: AOSP "APK
// Signature Scheme v2, v3, v3.1". For tests and fuzzers.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "worker/apk/content_digest.h"
#include "worker/apk/zip.h"

namespace storesweep::apk_test {

inline constexpr std::uint32_t kEcdsaSha256 = 0x0201;

class TestKey {
 public:
  explicit TestKey(const std::string& common_name) : key_(EVP_EC_gen("P-256")) {
    X509* x509 = X509_new();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 7);
    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 1000);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    X509_set_pubkey(x509, key_);
    X509_sign(x509, key_, EVP_sha256());
    certificate_ = der(x509, i2d_X509);
    public_key_ = der(key_, i2d_PUBKEY);
    X509_free(x509);
  }
  ~TestKey() { EVP_PKEY_free(key_); }
  TestKey(const TestKey&) = delete;
  TestKey& operator=(const TestKey&) = delete;

  const std::string& certificate() const { return certificate_; }
  const std::string& public_key() const { return public_key_; }
  std::string sign(const std::string& message) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    std::size_t size = 0;
    auto* data = reinterpret_cast<const unsigned char*>(message.data());
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_);
    EVP_DigestSign(context, nullptr, &size, data, message.size());
    std::string out(size, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size, data, message.size());
    out.resize(size);
    EVP_MD_CTX_free(context);
    return out;
  }

 private:
  template <class T, class F>
  static std::string der(T* what, F to_der) {
    unsigned char* bytes = nullptr;
    int n = to_der(what, &bytes);
    std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(n));
    OPENSSL_free(bytes);
    return out;
  }

  EVP_PKEY* key_;
  std::string certificate_, public_key_;
};

inline std::string number(std::uint64_t v, std::size_t bytes = 4) {
  std::string out;
  put_little(out, v, bytes);
  return out;
}
inline std::string prefixed(const std::string& s) { return number(s.size()) + s; }
inline std::string attribute(std::uint32_t id, const std::string& value) {
  return prefixed(number(id) + value);
}

struct Range {
  std::uint32_t min_sdk = 24, max_sdk = 0x7fffffff;
};

// A signer of v2 (no range) or v3 over a content digest.
inline std::string signer(const TestKey& key, const std::string& digest, const Range* range = nullptr,
                          const std::string& attributes = "") {
  std::string sdk = range ? number(range->min_sdk) + number(range->max_sdk) : "";
  std::string data = prefixed(prefixed(number(kEcdsaSha256) + prefixed(digest))) +
                     prefixed(prefixed(key.certificate())) + sdk + prefixed(attributes);
  std::string signatures = prefixed(number(kEcdsaSha256) + prefixed(key.sign(data)));
  return prefixed(prefixed(data) + sdk + prefixed(signatures) + prefixed(key.public_key()));
}

// The history of keys, each signed by the one before.
inline std::string lineage(const std::vector<const TestKey*>& keys) {
  std::string out = number(1);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::string data = prefixed(keys[i]->certificate()) + number(i == 0 ? 0 : kEcdsaSha256);
    std::string signature = i == 0 ? "" : keys[i - 1]->sign(data);
    out += prefixed(prefixed(data) + number(i == 0 ? 23 : 17) + number(kEcdsaSha256) + prefixed(signature));
  }
  return out;
}

struct Pair {
  std::uint32_t id;
  std::string value;
};

// The zip with a signing block before its directory.
inline std::string with_block(const std::string& zip, const std::vector<Pair>& pairs,
                              const std::string& magic = "APK Sig Block 42") {
  std::string body;
  for (const Pair& p : pairs) body += number(p.value.size() + 4, 8) + number(p.id) + p.value;
  std::string block = number(body.size() + 24, 8) + body + number(body.size() + 24, 8) + magic;
  ByteReader end(as_bytes(zip));
  end.seek(zip.size() - 6);  // of an end record without comment: where the directory begins
  const std::uint32_t directory = end.u32();
  std::string out = zip.substr(0, directory) + block + zip.substr(directory);
  return out.replace(out.size() - 6, 4, number(directory + block.size()));
}

// What a signer signs of a zip that gets a block.
inline std::string digest_of_zip(const std::string& zip,
                                 apk::ContentDigestKind kind = apk::ContentDigestKind::kSha256) {
  auto open = apk::ZipArchive::open(as_bytes(zip));
  apk::SigningBlock none;
  none.at = open->directory_at();
  apk::ContentDigests digests(apk::signed_sections(as_bytes(zip), *open, none));
  apk::Budget budget;
  return std::string(as_text(*digests.get(kind, budget)));
}

}  // namespace storesweep::apk_test
