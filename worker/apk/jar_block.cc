#include "worker/apk/jar_block.h"

#include <algorithm>

#include "worker/apk/pkcs7.h"

namespace storesweep::apk {
namespace {
using enum SignatureProblemKind;
constexpr int kKitKat = 19, kNougat = 24;
constexpr const char *kContentType = "1.2.840.113549.1.9.3", *kMessageDigest = "1.2.840.113549.1.9.4";

std::optional<DigestKind> digest_kind(std::string_view oid) {
  using enum DigestKind;
  static constexpr std::pair<std::string_view, DigestKind> kAll[] = {
      {"1.2.840.113549.2.5", kMd5},        {"1.3.14.3.2.26", kSha1},
      {"2.16.840.1.101.3.4.2.4", kSha224}, {"2.16.840.1.101.3.4.2.1", kSha256},
      {"2.16.840.1.101.3.4.2.2", kSha384}, {"2.16.840.1.101.3.4.2.3", kSha512},
  };
  auto at = std::ranges::find(kAll, oid, &std::pair<std::string_view, DigestKind>::first);
  if (at == std::end(kAll)) return std::nullopt;
  return at->second;
}

// A signature algorithm; with its own digest, or with none (then the other one counts). A pair of different
// digests was known to Android 5 and 6 alone, which no range without an end can do with.
struct SignatureOid {
  std::string_view oid;
  KeyType key;
  std::optional<DigestKind> digest;
};

constexpr SignatureOid kSignatureOids[] = {
    {"1.2.840.113549.1.1.1", KeyType::kRsa, std::nullopt},
    {"1.2.840.113549.1.1.4", KeyType::kRsa, DigestKind::kMd5},
    {"1.2.840.113549.1.1.5", KeyType::kRsa, DigestKind::kSha1},
    {"1.2.840.113549.1.1.14", KeyType::kRsa, DigestKind::kSha224},
    {"1.2.840.113549.1.1.11", KeyType::kRsa, DigestKind::kSha256},
    {"1.2.840.113549.1.1.12", KeyType::kRsa, DigestKind::kSha384},
    {"1.2.840.113549.1.1.13", KeyType::kRsa, DigestKind::kSha512},
    {"1.2.840.10040.4.1", KeyType::kDsa, std::nullopt},
    {"1.2.840.10040.4.3", KeyType::kDsa, DigestKind::kSha1},
    {"2.16.840.1.101.3.4.3.1", KeyType::kDsa, DigestKind::kSha224},
    {"2.16.840.1.101.3.4.3.2", KeyType::kDsa, DigestKind::kSha256},
    {"1.2.840.10045.2.1", KeyType::kEc, std::nullopt},
    {"1.2.840.10045.4.1", KeyType::kEc, DigestKind::kSha1},
    {"1.2.840.10045.4.3.1", KeyType::kEc, DigestKind::kSha224},
    {"1.2.840.10045.4.3.2", KeyType::kEc, DigestKind::kSha256},
    {"1.2.840.10045.4.3.3", KeyType::kEc, DigestKind::kSha384},
    {"1.2.840.10045.4.3.4", KeyType::kEc, DigestKind::kSha512},
};

// From which release on all know the pair (AOSP apksig, OidConstants, SUPPORTED_SIG_ALG_OIDS); 0: none does.
int first_sdk(KeyType key, DigestKind digest, bool own_digest) {
  using enum DigestKind;
  constexpr int kNever = 0;
  // rows: RSA, EC, DSA; columns: MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512
  static constexpr int kPlain[3][6] = {
      {1, 1, 21, 18, 18, 18}, {kNever, 18, 21, 18, 18, 18}, {kNever, 1, 22, 22, kNever, kNever}};
  static constexpr int kOwn[3][6] = {
      {21, 1, 21, 18, 21, 21}, {kNever, 18, 21, 21, 21, 21}, {kNever, 9, 21, 21, kNever, kNever}};
  return (own_digest ? kOwn : kPlain)[static_cast<int>(key)][static_cast<int>(digest)];
}

enum class Verdict : std::uint8_t { kHolds, kDoesNotHold, kRefused };

// The digest of the signature file stands in the signed attributes, which are signed in its place.
Verdict check_attributes(const SignedData& data, const SignerInfo& info, const JarAlgorithm& algorithm,
                         ByteView signature_file, int min_sdk, std::string& why) {
  auto refused = [&why](const char* text) {
    why = text;
    return Verdict::kRefused;
  };
  if (min_sdk < kKitKat) return refused("signed attributes are broken before Android 4.4");
  BerElement type, digest;
  AttributeState has_type = signed_attribute(*info.signed_attributes, kContentType, type);
  if (has_type != AttributeState::kFound) return refused("no content type in the signed attributes");
  if (type.tag != 0x06 || oid_text(type.content) != data.content_type) return Verdict::kDoesNotHold;
  AttributeState has_digest = signed_attribute(*info.signed_attributes, kMessageDigest, digest);
  if (has_digest != AttributeState::kFound) return refused("no digest in the signed attributes");
  Bytes actual = digest_of(algorithm.digest, signature_file);
  return digest.tag == 0x04 && std::ranges::equal(digest.content, actual) ? Verdict::kHolds
                                                                          : Verdict::kDoesNotHold;
}

Verdict verify_signer_info(const SignedData& data, const SignerInfo& info, ByteView signature_file,
                           int min_sdk, const X509Certificate*& certificate, std::string& why) {
  auto refused = [&why](std::string text) {
    why = std::move(text);
    return Verdict::kRefused;
  };
  std::optional<JarAlgorithm> algorithm = jar_algorithm(info.digest_oid, info.signature_oid);
  if (!algorithm || min_sdk < algorithm->min_sdk) {
    return refused("weak: " + info.digest_oid + " with " + info.signature_oid);
  }
  certificate = find_certificate(data, info);
  if (!certificate) return refused("its certificate is missing");
  if (!certificate->may_sign()) return refused("its certificate may not sign");
  if (key_type(certificate->key()) != algorithm->key) return refused("the key is of another kind");
  ByteView first = signature_file, rest;
  const std::uint8_t set[] = {0x31};  // [0] IMPLICIT is signed as the SET that it stands for
  if (info.signed_attributes) {
    Verdict v = check_attributes(data, info, *algorithm, signature_file, min_sdk, why);
    if (v != Verdict::kHolds) return v;
    first = set;
    rest = info.signed_attributes->whole.subspan(1);
  }
  return verify_signature(certificate->key(), algorithm->signed_digest, false, {first, rest}, info.signature)
             ? Verdict::kHolds
             : Verdict::kDoesNotHold;
}

// From the signer's certificate to its issuers, as far as they are there.
std::vector<Certificate> chain_of(const SignedData& data, const X509Certificate& leaf) {
  std::vector<Certificate> out = {leaf.facts()};
  std::vector<const X509Certificate*> unused;
  for (const X509Certificate& c : data.certificates) {
    if (&c != &leaf) unused.push_back(&c);
  }
  const X509Certificate* at = &leaf;
  while (!at->issued_itself()) {
    auto issuer = std::ranges::find_if(unused, [&](const X509Certificate* c) { return at->issued_by(*c); });
    if (issuer == unused.end()) break;
    at = *issuer;
    unused.erase(issuer);
    out.push_back(at->facts());
  }
  return out;
}

std::string algorithm_text(const SignerInfo& info) {
  std::optional<JarAlgorithm> a = jar_algorithm(info.digest_oid, info.signature_oid);
  if (!a) return info.digest_oid + " with " + info.signature_oid;
  static constexpr std::string_view kKeys[] = {"RSA", "ECDSA", "DSA", ""};
  return std::string(digest_name(a->signed_digest)) + " with " + std::string(kKeys[static_cast<int>(a->key)]);
}
}  // namespace

std::optional<JarAlgorithm> jar_algorithm(std::string_view digest_oid, std::string_view signature_oid) {
  std::optional<DigestKind> digest = digest_kind(digest_oid);
  auto at = std::ranges::find(kSignatureOids, signature_oid, &SignatureOid::oid);
  if (!digest || at == std::end(kSignatureOids)) return std::nullopt;
  if (at->digest && *at->digest != *digest) return std::nullopt;
  int from = first_sdk(at->key, *digest, at->digest.has_value());
  if (from == 0) return std::nullopt;
  return JarAlgorithm{*digest, at->digest.value_or(*digest), at->key, from};
}

bool verify_jar_block(ByteView block, ByteView signature_file, int min_sdk, int number, Signer& facts,
                      Problems& problems) {
  std::optional<SignedData> data = parse_signed_data(block);
  if (!data) return problems.error(kMalformed, facts.name, number);
  if (data->signers.empty()) return problems.error(kNoSigners, facts.name, number);
  const X509Certificate* first_good = nullptr;
  const SignerInfo* good = nullptr;
  for (const SignerInfo& info : data->signers) {
    const X509Certificate* certificate = nullptr;
    std::string why;
    Verdict v = verify_signer_info(*data, info, signature_file, min_sdk, certificate, why);
    if (v == Verdict::kRefused) {
      SignatureProblemKind kind = why.starts_with("weak") ? kWeakAlgorithm : kSignatureMismatch;
      return problems.error(kind, facts.name + ": " + why, number);
    }
    if (v == Verdict::kHolds && !good) {
      first_good = certificate;
      good = &info;
    }
    if (min_sdk < kNougat) break;
  }
  if (!good) return problems.error(kSignatureMismatch, facts.name, number);
  facts.chain = chain_of(*data, *first_good);
  facts.algorithms = {algorithm_text(*good)};
  return facts.verified = true;
}

}  // namespace storesweep::apk
