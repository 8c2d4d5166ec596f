// APK Signature Scheme v2 (AOSP apksig, V2SchemeVerifier).
#include "worker/apk/scheme.h"

namespace storesweep::apk {
namespace {
using enum SignatureProblemKind;
constexpr std::uint32_t kStrippingProtection = 0xbeeff00d;
constexpr int kFirstSdk = 24;

// Other schemes that the signer says it signed with: where one of them is not there, it was taken away.
void check_stripped(const BlockSigner& signer, int number, SignatureFacts& facts, Problems& problems) {
  ByteReader r(signer.attributes);
  while (r.left() > 0) {
    std::optional<ByteView> attribute = take_prefixed(r);
    ByteReader value(attribute.value_or(ByteView()));
    std::uint32_t id = value.u32();
    if (!attribute || !value.ok()) {
      problems.error(kMalformed, "attribute", number);
      return;
    }
    if (id != kStrippingProtection) continue;
    std::uint32_t scheme = value.u32();
    if (!value.ok()) {
      problems.error(kMalformed, "attribute", number);
      return;
    }
    if (scheme == 3 && facts.state(Scheme::kV3) == SchemeState::kAbsent) {
      facts.stripped = true;
      problems.error(kStripped, "v3", number);
    }
  }
}
}  // namespace

Status verify_v2(const SchemeContext& context, bool needed, SignatureFacts& facts) {
  const SigningBlock::Pair* pair = context.block ? context.block->find(kV2Block) : nullptr;
  if (!pair) return ok_status();
  Problems problems(facts.problems, Scheme::kV2, needed);
  SchemeState& state = facts.states[static_cast<std::size_t>(Scheme::kV2)];
  state = needed ? SchemeState::kFailed : SchemeState::kNotNeeded;
  ByteReader block(pair->value);
  std::optional<ByteView> sequence = take_prefixed(block);
  ByteReader r(sequence.value_or(ByteView()));
  if (!sequence) problems.error(kMalformed, "signers");
  if (sequence && r.left() == 0) problems.error(kNoSigners);
  std::vector<BlockSigner> signers;
  for (int number = 1; r.left() > 0; ++number) {
    std::optional<ByteView> bytes = take_prefixed(r);
    if (!bytes || number > kMaxSigners) {
      problems.error(bytes ? kTooManySigners : kMalformed, "signer", number);
      break;
    }
    BlockSigner signer;
    signer.facts.scheme = Scheme::kV2;
    if (read_block_signer(*bytes, false, std::max(context.manifest.min_sdk, kFirstSdk), number, signer,
                          problems)) {
      check_stripped(signer, number, facts, problems);
    }
    facts.signers.push_back(signer.facts);
    signers.push_back(std::move(signer));
  }
  if (!needed || problems.errors() > 0) return ok_status();
  TRY_ASSIGN(bool same, check_content(signers, context, problems));
  if (same) state = SchemeState::kVerified;
  return ok_status();
}

}  // namespace storesweep::apk
