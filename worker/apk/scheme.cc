#include "worker/apk/scheme.h"

#include <algorithm>
#include <map>
#include <set>

#include "common/base/text.h"

namespace storesweep::apk {

using enum SignatureProblemKind;

const BlockAlgorithm* block_algorithm(std::uint32_t id) {
  using enum KeyType;
  using enum DigestKind;
  using C = ContentDigestKind;
  static constexpr BlockAlgorithm kAll[] = {
      {0x0101, "RSA_PSS_WITH_SHA256", kRsa, kSha256, true, C::kSha256, 24},
      {0x0102, "RSA_PSS_WITH_SHA512", kRsa, kSha512, true, C::kSha512, 24},
      {0x0103, "RSA_PKCS1_V1_5_WITH_SHA256", kRsa, kSha256, false, C::kSha256, 24},
      {0x0104, "RSA_PKCS1_V1_5_WITH_SHA512", kRsa, kSha512, false, C::kSha512, 24},
      {0x0201, "ECDSA_WITH_SHA256", kEc, kSha256, false, C::kSha256, 24},
      {0x0202, "ECDSA_WITH_SHA512", kEc, kSha512, false, C::kSha512, 24},
      {0x0301, "DSA_WITH_SHA256", kDsa, kSha256, false, C::kSha256, 24},
      {0x0421, "VERITY_RSA_PKCS1_V1_5_WITH_SHA256", kRsa, kSha256, false, C::kVerity, 28},
      {0x0423, "VERITY_ECDSA_WITH_SHA256", kEc, kSha256, false, C::kVerity, 28},
      {0x0425, "VERITY_DSA_WITH_SHA256", kDsa, kSha256, false, C::kVerity, 28},
  };
  auto at = std::ranges::find(kAll, id, &BlockAlgorithm::id);
  return at == std::end(kAll) ? nullptr : at;
}

int strength(ContentDigestKind kind) {
  return kind == ContentDigestKind::kSha512 ? 3 : kind == ContentDigestKind::kVerity ? 2 : 1;
}

bool Problems::error(SignatureProblemKind kind, std::string detail, int signer) {
  errors_ += 1;
  add(kind, std::move(detail), signer, needed_);
  return false;
}
void Problems::warning(SignatureProblemKind kind, std::string detail, int signer) {
  add(kind, std::move(detail), signer, false);
}
void Problems::add(SignatureProblemKind kind, std::string detail, int signer, bool error) {
  if (out_.size() >= kMaxSignatureProblems) return;
  detail = clean_utf8(std::string_view(detail).substr(0, kMaxProblemDetailBytes));
  out_.push_back({kind, scheme_, signer, error, std::move(detail)});
}

namespace {
struct BlockSignature {
  std::uint32_t id;
  const BlockAlgorithm* algorithm;
  ByteView bytes;
};

// Sequence of (id, length-prefixed bytes), each with its length in front.
bool read_id_records(ByteView sequence, std::vector<BlockSignature>& out) {
  ByteReader r(sequence);
  while (r.left() > 0) {
    std::optional<ByteView> record = take_prefixed(r);
    if (!record || out.size() >= kMaxBlockPairs) return false;
    ByteReader one(*record);
    std::uint32_t id = one.u32();
    std::optional<ByteView> bytes = take_prefixed(one);
    if (!bytes) return false;
    out.push_back({id, block_algorithm(id), *bytes});
  }
  return true;
}

// The strongest for each release that brought new algorithms (AOSP ApkSigningBlockUtils,
// getSignaturesToVerify); empty where the oldest release of the range knows none.
std::vector<BlockSignature> to_verify(const std::vector<BlockSignature>& all, int min_sdk) {
  std::map<int, BlockSignature> best;
  for (const BlockSignature& s : all) {
    if (!s.algorithm) continue;
    auto [at, fresh] = best.emplace(s.algorithm->min_sdk, s);
    if (!fresh && strength(s.algorithm->content) > strength(at->second.algorithm->content)) at->second = s;
  }
  if (best.empty() || min_sdk < best.begin()->first) return {};
  std::vector<BlockSignature> out;
  for (const auto& [sdk, s] : best) out.push_back(s);
  std::ranges::sort(out, {}, &BlockSignature::id);
  return out;
}

bool same_key(ByteView info, const X509Certificate& certificate) {
  Bytes own = certificate.public_key_info();
  return std::ranges::equal(info, own);
}

bool read_certificates(ByteView sequence, int number, BlockSigner& out, Problems& problems) {
  ByteReader r(sequence);
  while (r.left() > 0) {
    std::optional<ByteView> der = take_prefixed(r);
    if (!der) return problems.error(kMalformed, "certificates", number);
    std::optional<X509Certificate> certificate = X509Certificate::parse(*der);
    if (!certificate || out.chain.size() >= kMaxCertificates) {
      return problems.error(kMalformed, "certificate " + std::to_string(out.chain.size() + 1), number);
    }
    out.facts.chain.push_back(certificate->facts());
    out.chain.push_back(std::move(*certificate));
  }
  return !out.chain.empty() || problems.error(kNoCertificates, "", number);
}

bool verify_each(const std::vector<BlockSignature>& signatures, ByteView key_info, ByteView signed_data,
                 int number, BlockSigner& out, Problems& problems) {
  KeyPtr key = parse_public_key(key_info);
  if (!key) return problems.error(kMalformed, "public key", number);
  for (const BlockSignature& s : signatures) {
    if (key_type(key.get()) != s.algorithm->key ||
        !verify_signature(key.get(), s.algorithm->digest, s.algorithm->pss, {signed_data}, s.bytes)) {
      return problems.error(kSignatureMismatch, std::string(s.algorithm->name), number);
    }
    out.verified_kinds.push_back(s.algorithm->content);
  }
  return true;
}

struct SignerParts {
  ByteView signed_data, signatures, key_info;
};

bool read_parts(ByteView bytes, bool with_sdk, BlockSigner& out, SignerParts& parts) {
  ByteReader r(bytes);
  std::optional<ByteView> signed_data = take_prefixed(r);
  if (with_sdk) {
    out.min_sdk = r.u32();
    out.max_sdk = r.u32();
  }
  std::optional<ByteView> signatures = take_prefixed(r), key_info = take_prefixed(r);
  if (!signed_data || !signatures || !key_info) return false;
  parts = {*signed_data, *signatures, *key_info};
  return true;
}

// What is behind the digests and certificates in the signed data.
bool read_signed_rest(ByteReader& r, bool with_sdk, int number, BlockSigner& out, Problems& problems) {
  if (with_sdk) {
    std::uint32_t min_sdk = r.u32(), max_sdk = r.u32();
    if (r.ok() && (min_sdk != out.min_sdk || max_sdk != out.max_sdk)) {
      problems.error(kSdkRangeInvalid, "another range is signed", number);
    }
  }
  std::optional<ByteView> attributes = take_prefixed(r);
  if (!attributes) return problems.error(kMalformed, "signed data", number);
  out.attributes = *attributes;
  return true;
}

bool check_same_algorithms(const std::vector<BlockSignature>& signatures, ByteView digests, int number,
                           BlockSigner& out, Problems& problems) {
  std::vector<BlockSignature> records;
  if (!read_id_records(digests, records)) return problems.error(kMalformed, "digests", number);
  if (!std::ranges::equal(records, signatures, {}, &BlockSignature::id, &BlockSignature::id)) {
    return problems.error(kDigestListMismatch, "", number);
  }
  for (const BlockSignature& d : records) out.digests.push_back({d.algorithm, d.bytes});
  return true;
}
}  // namespace

bool read_block_signer(ByteView bytes, bool with_sdk, int min_sdk, int number, BlockSigner& out,
                       Problems& problems) {
  SignerParts parts;
  if (!read_parts(bytes, with_sdk, out, parts)) return problems.error(kMalformed, "signer", number);
  if (with_sdk && (out.min_sdk > out.max_sdk || out.min_sdk > 0x7fffffff)) {
    problems.error(kSdkRangeInvalid, "", number);
  }
  out.facts.min_sdk = static_cast<int>(out.min_sdk & 0x7fffffff);
  out.facts.max_sdk = static_cast<int>(out.max_sdk & 0x7fffffff);
  std::vector<BlockSignature> signatures;
  if (!read_id_records(parts.signatures, signatures)) {
    return problems.error(kMalformed, "signatures", number);
  }
  if (signatures.empty()) return problems.error(kNoSignatures, "", number);
  for (const BlockSignature& s : signatures) {
    out.facts.algorithms.emplace_back(s.algorithm ? s.algorithm->name : "unknown");
  }
  std::vector<BlockSignature> chosen = to_verify(signatures, with_sdk ? out.facts.min_sdk : min_sdk);
  if (chosen.empty()) return problems.error(kNoKnownSignature, "", number);
  const int before = problems.errors();
  if (!verify_each(chosen, parts.key_info, parts.signed_data, number, out, problems)) return false;
  ByteReader r(parts.signed_data);
  std::optional<ByteView> digests = take_prefixed(r), certificates = take_prefixed(r);
  if (!digests || !certificates) return problems.error(kMalformed, "signed data", number);
  if (!read_signed_rest(r, with_sdk, number, out, problems)) return false;
  if (!read_certificates(*certificates, number, out, problems)) return false;
  if (!same_key(parts.key_info, out.chain[0])) return problems.error(kCertificateMismatch, "", number);
  if (!check_same_algorithms(signatures, *digests, number, out, problems)) return false;
  out.facts.verified = problems.errors() == before;
  return true;
}

Result<bool> check_content(const std::vector<BlockSigner>& signers, const SchemeContext& context,
                           Problems& problems) {
  bool all = true;
  std::set<ContentDigestKind> kinds;
  for (const BlockSigner& s : signers) kinds.insert(s.verified_kinds.begin(), s.verified_kinds.end());
  for (std::size_t i = 0; i < signers.size(); ++i) {
    for (const BlockSigner::ContentDigest& d : signers[i].digests) {
      if (!d.algorithm || !kinds.contains(d.algorithm->content)) continue;
      auto actual = context.digests->get(d.algorithm->content, context.budget);
      if (!actual.ok() && actual.status().kind() != ErrorKind::kCorrupt) return actual.status();
      if (actual.ok() && std::ranges::equal(*actual, d.digest)) continue;
      all = problems.error(kDigestMismatch, std::string(d.algorithm->name), static_cast<int>(i) + 1);
    }
  }
  return all;
}

}  // namespace storesweep::apk
