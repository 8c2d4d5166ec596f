// APK Signature Scheme v4: a file beside the package (.idsig) with the root of a hash tree over all of it
// (AOSP V4Signature, V4SchemeVerifier; version 2, which Android 11 released with).
#include <algorithm>

#include "worker/apk/scheme.h"

namespace storesweep::apk {
namespace {
using enum SignatureProblemKind;
constexpr std::uint32_t kVersion = 2, kSha256 = 1;
constexpr std::uint8_t kLogPage = 12;

struct V4 {
  ByteView salt, root, apk_digest, certificate, additional, public_key, signature;
  std::uint32_t hash = 0, algorithm = 0;
  std::uint8_t log_page = 0;
};

std::optional<V4> parse(ByteView bytes) {
  ByteReader r(bytes);
  if (r.u32() != kVersion) return std::nullopt;
  std::optional<ByteView> hashing = take_prefixed(r), signing = take_prefixed(r);
  if (!hashing || !signing) return std::nullopt;
  V4 out;
  ByteReader h(*hashing);
  out.hash = h.u32();
  out.log_page = h.u8();
  std::optional<ByteView> salt = take_prefixed(h), root = take_prefixed(h);
  ByteReader s(*signing);
  std::optional<ByteView> apk_digest = take_prefixed(s), certificate = take_prefixed(s),
                          additional = take_prefixed(s), key = take_prefixed(s);
  out.algorithm = s.u32();
  std::optional<ByteView> signature = take_prefixed(s);
  if (!salt || !root || !apk_digest || !certificate || !additional || !key || !signature) return std::nullopt;
  out.salt = *salt;
  out.root = *root;
  out.apk_digest = *apk_digest;
  out.certificate = *certificate;
  out.additional = *additional;
  out.public_key = *key;
  out.signature = *signature;
  return out;
}

std::string signed_data(const V4& v4, std::size_t file_bytes) {
  std::string out, rest;
  put_little(rest, file_bytes, 8);
  put_little(rest, v4.hash, 4);
  put_little(rest, v4.log_page, 1);
  for (ByteView part : {v4.salt, v4.root, v4.apk_digest, v4.certificate, v4.additional}) {
    put_little(rest, part.size(), 4);
    rest += as_text(part);
  }
  put_little(out, rest.size() + 4, 4);
  return out + rest;
}

// The signer's own certificate of the newest of v3 and v2 that is there.
const Certificate* apk_signer(const SignatureFacts& facts) {
  for (Scheme scheme : {Scheme::kV3, Scheme::kV2}) {
    for (const Signer& s : facts.signers) {
      if (s.scheme == scheme && !s.chain.empty()) return &s.chain[0];
    }
  }
  return nullptr;
}

bool check_signer(const V4& v4, std::size_t file_bytes, Signer& signer, const SignatureFacts& facts,
                  Problems& problems) {
  const BlockAlgorithm* algorithm = block_algorithm(v4.algorithm);
  signer.algorithms.emplace_back(algorithm ? algorithm->name : "unknown");
  if (!algorithm) return problems.error(kNoKnownSignature, "", 1);
  KeyPtr key = parse_public_key(v4.public_key);
  std::string message = signed_data(v4, file_bytes);
  if (!key || key_type(key.get()) != algorithm->key ||
      !verify_signature(key.get(), algorithm->digest, algorithm->pss, {as_bytes(message)}, v4.signature)) {
    return problems.error(kSignatureMismatch, std::string(algorithm->name), 1);
  }
  std::optional<X509Certificate> certificate = X509Certificate::parse(v4.certificate);
  if (!certificate) return problems.error(kMalformed, "certificate", 1);
  signer.chain = {certificate->facts()};
  if (!std::ranges::equal(certificate->public_key_info(), v4.public_key)) {
    return problems.error(kCertificateMismatch, "", 1);
  }
  const Certificate* other = apk_signer(facts);
  if (!other || other->sha256 != signer.chain[0].sha256) {
    return problems.error(kSchemesDiffer, "v4 is by another signer than v2 or v3", 1);
  }
  return signer.verified = true;
}
}  // namespace

Status verify_v4(const SchemeContext& context, ByteView file, SignatureFacts& facts) {
  if (context.manifest.idsig.empty()) return ok_status();
  Problems problems(facts.problems, Scheme::kV4, true);
  SchemeState& state = facts.states[static_cast<std::size_t>(Scheme::kV4)];
  state = SchemeState::kFailed;
  std::optional<V4> v4 = parse(context.manifest.idsig);
  if (!v4 || v4->hash != kSha256 || v4->log_page != kLogPage) {
    problems.error(kMalformed, ".idsig");
    return ok_status();
  }
  Signer signer;
  signer.scheme = Scheme::kV4;
  bool holds = check_signer(*v4, file.size(), signer, facts, problems);
  facts.signers.push_back(std::move(signer));
  if (!holds) return ok_status();
  TRY_ASSIGN(Bytes root, verity_root({file}, v4->salt, context.budget));
  if (!std::ranges::equal(root, v4->root)) {
    problems.error(kDigestMismatch, "the tree over the file", 1);
    return ok_status();
  }
  bool of_apk = false;  // the digest that v2 or v3 signed
  for (ContentDigestKind kind :
       {ContentDigestKind::kSha256, ContentDigestKind::kSha512, ContentDigestKind::kVerity}) {
    if (of_apk || !context.digests) break;
    auto digest = context.digests->get(kind, context.budget);
    if (!digest.ok() && digest.status().kind() != ErrorKind::kCorrupt) return digest.status();
    of_apk = digest.ok() && std::ranges::equal(*digest, v4->apk_digest);
  }
  if (!of_apk) problems.error(kDigestMismatch, "not the digest that v2 or v3 signed", 1);
  if (problems.errors() == 0) state = SchemeState::kVerified;
  return ok_status();
}

}  // namespace storesweep::apk
