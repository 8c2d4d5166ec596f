// Which schemes are looked at, and what they say together (AOSP apksig, ApkVerifier).
#include "worker/apk/signature.h"

#include <algorithm>

#include "worker/apk/scheme.h"

namespace storesweep::apk {
namespace {
using enum SignatureProblemKind;
using enum SchemeState;
constexpr int kNougat = 24, kPie = 28, kTiramisu = 33, kTargetNeedingV2 = 30;
constexpr std::string_view kStampEntry = "stamp-cert-sha256";

bool present(const SignatureFacts& f, Scheme s) { return f.state(s) != kAbsent; }
bool verified(const SignatureFacts& f, Scheme s) { return f.state(s) == kVerified; }

std::vector<const Certificate*> own_certificates(const SignatureFacts& facts, Scheme scheme) {
  std::vector<const Certificate*> out;
  for (const Signer& s : facts.signers) {
    if (s.scheme == scheme && !s.chain.empty()) out.push_back(&s.chain[0]);
  }
  return out;
}

bool contains(const std::vector<const Certificate*>& all, const Certificate& one) {
  return std::ranges::any_of(all, [&](const Certificate* c) { return c->sha256 == one.sha256; });
}

bool same_set(const std::vector<const Certificate*>& a, const std::vector<const Certificate*>& b) {
  return std::ranges::all_of(a, [&](const Certificate* c) { return contains(b, *c); }) &&
         std::ranges::all_of(b, [&](const Certificate* c) { return contains(a, *c); });
}

// v3 knows one signer; where the key was rotated, the older schemes are signed by the first of the history.
bool older_matches_v3(const SignatureFacts& facts, Scheme older) {
  std::vector<const Certificate*> old = own_certificates(facts, older),
                                  now = own_certificates(facts, Scheme::kV3);
  if (old.size() != 1 || now.empty()) return false;
  if (!facts.lineage.empty()) return facts.lineage[0].certificate.sha256 == old[0]->sha256;
  return now.size() == 1 && now[0]->sha256 == old[0]->sha256;
}

// Different signers in different schemes: an error where both count, a fact in any case.
void check_same_signers(SignatureFacts& facts) {
  auto differ = [&](Scheme a, Scheme b, bool both_count) {
    facts.mixed = true;
    Problems problems(facts.problems, a, both_count);
    problems.error(kSchemesDiffer, std::string(scheme_name(a)) + " and " + std::string(scheme_name(b)));
  };
  auto signers = [&](Scheme s) { return own_certificates(facts, s); };
  const bool v1 = !signers(Scheme::kV1).empty(), v2 = !signers(Scheme::kV2).empty(),
             v3 = !signers(Scheme::kV3).empty();
  if (v1 && v2 && !same_set(signers(Scheme::kV1), signers(Scheme::kV2))) {
    differ(Scheme::kV1, Scheme::kV2, verified(facts, Scheme::kV1) && verified(facts, Scheme::kV2));
  }
  if (v3 && (v1 || v2)) {
    Scheme older = v1 && (verified(facts, Scheme::kV1) || !v2) ? Scheme::kV1 : Scheme::kV2;
    if (!older_matches_v3(facts, older)) {
      differ(older, Scheme::kV3, verified(facts, older) && verified(facts, Scheme::kV3));
    }
  }
}

void check_manifest_demands(const SigningContext& context, SignatureFacts& facts) {
  const bool in_block =
      present(facts, Scheme::kV2) || present(facts, Scheme::kV3) || present(facts, Scheme::kV31);
  if (context.target_sandbox_version > 1 && !in_block) {
    Problems(facts.problems, Scheme::kV2, true).error(kSandboxNeedsV2);
  }
  if (context.target_sdk >= kTargetNeedingV2 && !verified(facts, Scheme::kV2) &&
      !verified(facts, Scheme::kV3) && !verified(facts, Scheme::kV31)) {
    Problems(facts.problems, Scheme::kV2, true)
        .error(kTargetNeedsV2, "target " + std::to_string(context.target_sdk));
  }
}

// The scheme that a release goes by.
Scheme scheme_of(const SignatureFacts& facts, int api) {
  if (api >= kTiramisu && present(facts, Scheme::kV31)) return Scheme::kV31;
  if (api >= kPie && present(facts, Scheme::kV3)) return Scheme::kV3;
  if (api >= kNougat && present(facts, Scheme::kV2)) return Scheme::kV2;
  return Scheme::kV1;
}

void conclude(const SigningContext& context, SignatureFacts& facts) {
  facts.verified = std::ranges::none_of(facts.problems, &SignatureProblem::error);
  for (int api = std::max(context.min_sdk, 1); api <= kNewestApi && facts.accepted_from_api == 0; ++api) {
    if (verified(facts, scheme_of(facts, api))) facts.accepted_from_api = api;
  }
  for (Scheme scheme : {Scheme::kV31, Scheme::kV3, Scheme::kV2, Scheme::kV1}) {
    if (!verified(facts, scheme)) continue;
    std::vector<const Certificate*> own = own_certificates(facts, scheme);
    if (scheme == Scheme::kV3 || scheme == Scheme::kV31) own.erase(own.begin(), own.end() - 1);
    for (const Certificate* c : own) facts.identity.push_back(*c);
    break;
  }
  auto debug = [](const Signer& s) { return !s.chain.empty() && s.chain[0].debug; };
  facts.debug_key = std::ranges::any_of(facts.signers, debug);
}

// A source stamp says from which store a file came. Its certificate is told; it lets nothing be installed.
void note_stamp(const ZipArchive& zip, const SigningBlock* block, SignatureFacts& facts) {
  if (!block || !zip.find(kStampEntry)) return;
  const SigningBlock::Pair* pair = block->find(kStampV2Block);
  if (!pair) pair = block->find(kStampV1Block);
  if (!pair) return;
  facts.states[static_cast<std::size_t>(Scheme::kSourceStamp)] = kNotNeeded;
  ByteReader r(pair->value);
  std::optional<ByteView> stamp = take_prefixed(r);
  ByteReader inner(stamp.value_or(ByteView()));
  std::optional<X509Certificate> certificate =
      X509Certificate::parse(take_prefixed(inner).value_or(ByteView()));
  if (!certificate) return;
  Signer signer;
  signer.scheme = Scheme::kSourceStamp;
  signer.chain = {certificate->facts()};
  facts.signers.push_back(std::move(signer));
}
}  // namespace

std::string_view scheme_name(Scheme scheme) {
  static constexpr std::string_view kNames[] = {"v1", "v2", "v3", "v3.1", "v4", "source-stamp"};
  return kNames[static_cast<std::size_t>(scheme)];
}

std::string_view scheme_state_name(SchemeState state) {
  static constexpr std::string_view kNames[] = {"absent", "verified", "failed", "not-needed"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view signature_problem_name(SignatureProblemKind kind) {
  static constexpr std::string_view kNames[] = {
      "malformed",          "too-many-signers",     "no-signers",       "no-manifest",
      "no-signature-file",  "no-certificates",      "no-signatures",    "no-known-signature",
      "signature-mismatch", "certificate-mismatch", "digest-mismatch",  "digest-list-mismatch",
      "weak-algorithm",     "entry-not-signed",     "entry-missing",    "entry-signers-differ",
      "entry-unprotected",  "duplicate-entry",      "stripped",         "schemes-differ",
      "sdk-range-invalid",  "lineage-invalid",      "sandbox-needs-v2", "target-needs-v2"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view signing_block_id_name(std::uint32_t id) {
  static constexpr std::pair<std::uint32_t, std::string_view> kNames[] = {
      {kV2Block, "v2"},
      {kV3Block, "v3"},
      {kV31Block, "v3.1"},
      {kStampV1Block, "source-stamp-1"},
      {kStampV2Block, "source-stamp-2"},
      {0x42726577, "padding"},
      {0x504b4453, "play-dependencies"},
      {0x2146444e, "play-metadata"},
      {0x71777777, "walle-channel"},
      {0x881155ff, "vasdolly-channel"},
  };
  auto at = std::ranges::find(kNames, id, &std::pair<std::uint32_t, std::string_view>::first);
  return at == std::end(kNames) ? "" : at->second;
}

Result<SignatureFacts> verify_signatures(ByteView file, const ZipArchive& zip, const SigningContext& manifest,
                                         Budget& budget) {
  SignatureFacts facts;
  std::optional<SigningBlock> block = find_signing_block(file, zip, kApkBlockMagic);
  std::optional<ContentDigests> digests;
  if (block) digests.emplace(signed_sections(file, zip, *block));
  for (const SigningBlock::Pair& pair : block ? block->pairs : std::vector<SigningBlock::Pair>()) {
    facts.block_ids.push_back(pair.id);
  }
  SchemeContext context{manifest, block ? &*block : nullptr, digests ? &*digests : nullptr, budget};
  TRY(verify_v3(context, Scheme::kV31, facts));
  TRY(verify_v3(context, Scheme::kV3, facts));
  const bool v3 = present(facts, Scheme::kV3), v31 = present(facts, Scheme::kV31);
  if (v31 && !v3) Problems(facts.problems, Scheme::kV31, true).error(kStripped, "v3.1 without v3");
  TRY(verify_v2(context, manifest.min_sdk < kPie || !(v3 || v31), facts));
  TRY(verify_v4(context, file, facts));
  const bool in_block = v3 || v31 || present(facts, Scheme::kV2);
  TRY(verify_v1(zip, context, manifest.min_sdk < kNougat || !in_block, facts));
  note_stamp(zip, context.block, facts);
  check_same_signers(facts);
  check_manifest_demands(manifest, facts);
  conclude(manifest, facts);
  return facts;
}

}  // namespace storesweep::apk
