// APK Signature Scheme v3 and v3.1 (AOSP apksig, V3SchemeVerifier; for v3.1 the platform's
// ApkSignatureSchemeV3Verifier).
#include <algorithm>

#include "worker/apk/scheme.h"

namespace storesweep::apk {
namespace {
using enum SignatureProblemKind;
constexpr std::uint32_t kProofOfRotation = 0x3ba06f8c, kRotationMinSdk = 0x559f8b02;
constexpr std::uint32_t kAnySdk = 0x7fffffff;
constexpr int kFirstSdk = 28;

struct V3Signer {
  BlockSigner base;
  std::optional<Lineage> lineage;
};

struct V3Verifier {
  const SchemeContext& context;
  const Scheme scheme;
  SignatureFacts& facts;
  Problems problems;
  std::vector<V3Signer> signers;

  bool v31() const { return scheme == Scheme::kV31; }
  // From which release on a v3.1 signer signs; 0: none.
  std::uint32_t rotation_min_sdk() const {
    std::uint32_t out = 0;
    for (const Signer& s : facts.signers) {
      auto sdk = static_cast<std::uint32_t>(s.min_sdk);
      if (s.scheme == Scheme::kV31 && (out == 0 || sdk < out)) out = sdk;
    }
    return out;
  }
  void read_signers(ByteView value);
  void read_attributes(V3Signer& signer, int number);
  void read_rotation_min_sdk(ByteReader& value, int number);
  void check_ranges();
  void check_lineages(const std::vector<const V3Signer*>& by_sdk);
};

void V3Verifier::read_signers(ByteView value) {
  ByteReader block(value);
  std::optional<ByteView> sequence = take_prefixed(block);
  ByteReader r(sequence.value_or(ByteView()));
  if (!sequence) problems.error(kMalformed, "signers");
  if (sequence && r.left() == 0) problems.error(kNoSigners);
  for (int number = 1; r.left() > 0; ++number) {
    std::optional<ByteView> bytes = take_prefixed(r);
    if (!bytes || number > kMaxSigners) {
      problems.error(bytes ? kTooManySigners : kMalformed, "signer", number);
      return;
    }
    V3Signer signer;
    signer.base.facts.scheme = scheme;
    if (read_block_signer(*bytes, true, 0, number, signer.base, problems)) read_attributes(signer, number);
    signers.push_back(std::move(signer));
  }
}

void V3Verifier::read_rotation_min_sdk(ByteReader& value, int number) {
  std::uint32_t expected = value.u32(), found = rotation_min_sdk();
  if (!value.ok()) {
    problems.error(kMalformed, "attribute", number);
  } else if (found == 0) {
    facts.stripped = true;
    problems.error(kStripped, "v3.1", number);
  } else if (found != expected) {
    problems.error(kSdkRangeInvalid, "v3.1 is for other releases than v3 says", number);
  }
}

void V3Verifier::read_attributes(V3Signer& signer, int number) {
  ByteReader r(signer.base.attributes);
  while (r.left() > 0) {
    std::optional<ByteView> attribute = take_prefixed(r);
    ByteReader value(attribute.value_or(ByteView()));
    std::uint32_t id = value.u32();
    if (!attribute || !value.ok()) {
      problems.error(kMalformed, "attribute", number);
      return;
    }
    if (id == kRotationMinSdk && !v31()) read_rotation_min_sdk(value, number);
    if (id != kProofOfRotation) continue;
    signer.lineage = read_lineage(value.take(value.left()));
    if (!signer.lineage) {
      problems.error(kLineageInvalid, "", number);
    } else if (!std::ranges::equal(signer.lineage->certificates.back(), signer.base.chain[0].der())) {
      problems.error(kLineageInvalid, "ends in another certificate", number);
    }
  }
}

// The signers must cover all releases, without holes.
void V3Verifier::check_ranges() {
  std::vector<const V3Signer*> by_sdk;
  for (const V3Signer& s : signers) by_sdk.push_back(&s);
  std::ranges::stable_sort(by_sdk, {}, [](const V3Signer* s) { return s->base.max_sdk; });
  for (std::size_t i = 1; i < by_sdk.size(); ++i) {
    std::uint32_t last = by_sdk[i - 1]->base.max_sdk, next = by_sdk[i]->base.min_sdk;
    if (next != last + 1 && !(v31() && next == last)) {  // ==: a signer for a release in development
      problems.error(kSdkRangeInvalid, "the releases of the signers have holes or overlap");
      return;
    }
  }
  std::uint32_t least =
      v31() ? kAnySdk : static_cast<std::uint32_t>(std::max(context.manifest.min_sdk, kFirstSdk));
  std::uint32_t rotation = v31() ? 0 : rotation_min_sdk();
  std::uint32_t most = rotation > 0 ? rotation - 1 : kAnySdk;
  if (by_sdk.front()->base.min_sdk > least || by_sdk.back()->base.max_sdk < most) {
    problems.error(kSdkRangeInvalid, "not all releases have a signer");
  }
  check_lineages(by_sdk);
}

// Later releases know as much history as earlier ones, and the same.
void V3Verifier::check_lineages(const std::vector<const V3Signer*>& by_sdk) {
  const Lineage* longest = nullptr;
  for (const V3Signer* s : by_sdk) {
    if (!s->lineage) continue;
    const auto& certificates = s->lineage->certificates;
    if (longest && (certificates.size() < longest->certificates.size() ||
                    !std::ranges::equal(longest->certificates,
                                        std::span(certificates).first(longest->certificates.size())))) {
      problems.error(kLineageInvalid, "signers disagree on it");
      return;
    }
    longest = &*s->lineage;
  }
  if (longest && longest->steps.size() > facts.lineage.size()) facts.lineage = longest->steps;
}
}  // namespace

Status verify_v3(const SchemeContext& context, Scheme scheme, SignatureFacts& facts) {
  const SigningBlock::Pair* pair =
      context.block ? context.block->find(scheme == Scheme::kV31 ? kV31Block : kV3Block) : nullptr;
  if (!pair) return ok_status();
  SchemeState& state = facts.states[static_cast<std::size_t>(scheme)];
  state = SchemeState::kFailed;
  V3Verifier verifier{context, scheme, facts, Problems(facts.problems, scheme, true), {}};
  verifier.read_signers(pair->value);
  if (verifier.problems.errors() == 0) {
    std::vector<BlockSigner> base;
    for (V3Signer& s : verifier.signers) base.push_back(std::move(s.base));
    TRY_ASSIGN(bool same, check_content(base, context, verifier.problems));
    for (std::size_t i = 0; i < base.size(); ++i) verifier.signers[i].base = std::move(base[i]);
    if (same) verifier.check_ranges();
  }
  for (const V3Signer& s : verifier.signers) facts.signers.push_back(s.base.facts);
  if (verifier.problems.errors() == 0) state = SchemeState::kVerified;
  return ok_status();
}

}  // namespace storesweep::apk
