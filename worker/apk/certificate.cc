#include "worker/apk/certificate.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "common/base/text.h"

namespace storesweep::apk {
namespace {
constexpr std::size_t kMaxCertificateBytes = 1u << 20, kMaxNameBytes = 1024;

std::string name_text(const X509_NAME* name) {
  std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0) return "";
  char* data = nullptr;
  long n = BIO_get_mem_data(out.get(), &data);
  std::string_view text(data, std::min(static_cast<std::size_t>(std::max(n, 0L)), kMaxNameBytes));
  return clean_utf8(text);
}

std::string time_text(const ASN1_TIME* time) {
  std::tm tm{};
  if (!time || ASN1_TIME_to_tm(time, &tm) != 1) return "";
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm)};
}

std::string serial_text(const X509* x509) {
  std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), nullptr),
                                                    BN_free);
  if (!number || BN_num_bits(number.get()) > 8 * 64) return "";
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  return to_hex(bytes);
}

std::string_view key_name(KeyType type) {
  static constexpr std::string_view kNames[] = {"RSA", "EC", "DSA", "other"};
  return kNames[static_cast<int>(type)];
}
}  // namespace

void FreeX509::operator()(X509* x) const { X509_free(x); }
void FreeKey::operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

KeyType key_type(const EVP_PKEY* key) {
  switch (key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE) {
    case EVP_PKEY_RSA:
      return KeyType::kRsa;
    case EVP_PKEY_EC:
      return KeyType::kEc;
    case EVP_PKEY_DSA:
      return KeyType::kDsa;
    default:
      return KeyType::kOther;
  }
}

std::optional<X509Certificate> X509Certificate::parse(ByteView der) {
  if (der.size() > kMaxCertificateBytes) return std::nullopt;
  const unsigned char* at = der.data();
  X509Certificate out;
  out.x509_.reset(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!out.x509_) return std::nullopt;
  out.der_ = der;
  return out;
}

Bytes X509Certificate::public_key_info() const {
  unsigned char* der = nullptr;
  int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509()), &der);
  Bytes out(der, der + std::max(n, 0));
  OPENSSL_free(der);
  return out;
}

EVP_PKEY* X509Certificate::key() const {
  EVP_PKEY* key = X509_get0_pubkey(x509());
  ERR_clear_error();
  return key;
}

Certificate X509Certificate::facts() const {
  Certificate out;
  out.sha256 = sha256(der_);
  std::ranges::copy(digest_of(DigestKind::kSha1, der_), out.sha1.begin());
  std::ranges::copy(digest_of(DigestKind::kMd5, der_), out.md5.begin());
  out.public_key_sha256 = sha256(public_key_info());
  out.subject = name_text(X509_get_subject_name(x509()));
  out.issuer = name_text(X509_get_issuer_name(x509()));
  out.serial = serial_text(x509());
  out.valid_from = time_text(X509_get0_notBefore(x509()));
  out.valid_to = time_text(X509_get0_notAfter(x509()));
  out.key_type = key_name(key_type(key()));
  out.key_bits = key() ? EVP_PKEY_get_bits(key()) : 0;
  int nid = X509_get_signature_nid(x509());
  out.signature_algorithm = nid != NID_undef ? OBJ_nid2ln(nid) : "unknown";
  out.debug = out.subject.find("CN=Android Debug") != std::string::npos;
  return out;
}

bool X509Certificate::may_sign() const {
  for (int i = 0; i < X509_get_ext_count(x509()); ++i) {
    X509_EXTENSION* extension = X509_get_ext(x509(), i);
    if (X509_EXTENSION_get_critical(extension) && X509_supported_extension(extension) == 0) return false;
  }
  return (X509_get_key_usage(x509()) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

bool X509Certificate::issued_by(const X509Certificate& other) const {
  return X509_NAME_cmp(X509_get_issuer_name(x509()), X509_get_subject_name(other.x509())) == 0;
}
bool X509Certificate::issued_itself() const { return issued_by(*this); }

KeyPtr parse_public_key(ByteView info) {
  const unsigned char* at = info.data();
  KeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(std::min<std::size_t>(info.size(), 1u << 20))));
  ERR_clear_error();
  if (at != info.data() + info.size()) return nullptr;
  return key;
}

bool verify_signature(EVP_PKEY* key, DigestKind digest, bool pss, std::initializer_list<ByteView> message,
                      ByteView signature) {
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* parameters = nullptr;
  static constexpr const char* kNames[] = {"MD5", "SHA1", "SHA2-224", "SHA2-256", "SHA2-384", "SHA2-512"};
  bool ok = key && context &&
            EVP_DigestVerifyInit_ex(context.get(), &parameters, kNames[static_cast<int>(digest)], nullptr,
                                    nullptr, key, nullptr) == 1;
  if (ok && pss) {
    ok = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  for (ByteView part : message) {
    ok = ok && EVP_DigestVerifyUpdate(context.get(), part.data(), part.size()) == 1;
  }
  ok = ok && EVP_DigestVerifyFinal(context.get(), signature.data(), signature.size()) == 1;
  ERR_clear_error();
  return ok;
}

}  // namespace storesweep::apk
