#include "worker/apk/signature.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/worker/apk/apk_builder.h"
#include "tests/unit/worker/apk/apk_signer.h"

namespace storesweep::apk {
namespace {
using namespace apk_test;
using enum SignatureProblemKind;

constexpr std::uint32_t kV2 = 0x7109871a, kV3 = 0xf05368c0, kV31 = 0x1b93ad61;
constexpr std::uint32_t kStripping = 0xbeeff00d, kRotation = 0x3ba06f8c, kRotationMinSdk = 0x559f8b02;

SignatureFacts verify(const std::string& apk, int min_sdk = 24) {
  auto zip = ZipArchive::open(as_bytes(apk));
  SigningContext context;
  context.min_sdk = min_sdk;
  Budget budget;
  return *verify_signatures(as_bytes(apk), *zip, context, budget);
}

bool has(const SignatureFacts& f, SignatureProblemKind kind, Scheme scheme) {
  return std::ranges::any_of(
      f.problems, [&](const SignatureProblem& p) { return p.kind == kind && p.scheme == scheme && p.error; });
}

class Signatures : public ::testing::Test {
 protected:
  const std::string zip_ = zip_of({{"AndroidManifest.xml", "a manifest"}, {"classes.dex", "dex"}});
  const std::string digest_ = digest_of_zip(zip_);
  const TestKey a_{"A"}, b_{"B"}, c_{"C"};
  const Range all_{28, 0x7fffffff};

  std::string v2(const TestKey& key, const std::string& attributes = "") const {
    return prefixed(signer(key, digest_, nullptr, attributes));
  }
  std::string v3(const TestKey& key, const Range& range, const std::string& attributes = "") const {
    return prefixed(signer(key, digest_, &range, attributes));
  }
};

TEST_F(Signatures, OneByV2HoldsAndTellsItsSigner) {
  SignatureFacts f = verify(with_block(zip_, {{kV2, v2(a_)}}));
  EXPECT_TRUE(f.verified);
  EXPECT_EQ(f.state(Scheme::kV2), SchemeState::kVerified);
  ASSERT_EQ(f.identity.size(), 1u);
  EXPECT_EQ(f.identity[0].subject, "CN=A");
  EXPECT_EQ(f.identity[0].key_type, "EC");
  EXPECT_EQ(f.identity[0].key_bits, 256);
  EXPECT_EQ(f.identity[0].sha256, sha256(a_.certificate()));
  EXPECT_EQ(f.accepted_from_api, 24);
  EXPECT_FALSE(f.stripped || f.mixed);
}

TEST_F(Signatures, OneByV2AloneDoesNotDoForOlderReleases) {
  SignatureFacts f = verify(with_block(zip_, {{kV2, v2(a_)}}), 21);
  EXPECT_FALSE(f.verified);
  EXPECT_TRUE(has(f, kNoManifest, Scheme::kV1));
  EXPECT_EQ(f.accepted_from_api, 24);
}

TEST_F(Signatures, EveryChangedByteOfTheContentIsNoticed) {
  std::string good = with_block(zip_, {{kV2, v2(a_)}});
  for (std::size_t at : {std::size_t{45}, good.rfind("classes.dex"), good.size() - 12}) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    auto zip = ZipArchive::open(as_bytes(changed));
    if (!zip.ok()) continue;
    SignatureFacts f = verify(changed);
    EXPECT_TRUE(has(f, kDigestMismatch, Scheme::kV2)) << at;
  }
}

TEST_F(Signatures, ASignatureOfAnotherKeyIsNoticed) {
  std::string block = v2(a_);
  std::size_t key = block.rfind(a_.public_key());
  block.replace(key, b_.public_key().size(), b_.public_key());
  EXPECT_TRUE(has(verify(with_block(zip_, {{kV2, block}})), kSignatureMismatch, Scheme::kV2));
}

TEST_F(Signatures, V2ThatSaysItWasSignedByV3TooWasStripped) {
  std::string attributes = attribute(kStripping, number(3));
  SignatureFacts f = verify(with_block(zip_, {{kV2, v2(a_, attributes)}}));
  EXPECT_TRUE(f.stripped);
  EXPECT_TRUE(has(f, kStripped, Scheme::kV2));
  EXPECT_TRUE(verify(with_block(zip_, {{kV2, v2(a_, attributes)}, {kV3, v3(a_, all_)}})).verified);
}

TEST_F(Signatures, SchemesOfDifferentSignersAreMixed) {
  SignatureFacts f = verify(with_block(zip_, {{kV2, v2(a_)}, {kV3, v3(b_, all_)}}));
  EXPECT_TRUE(f.mixed);
  EXPECT_FALSE(f.verified);
  EXPECT_TRUE(has(f, kSchemesDiffer, Scheme::kV2));
}

TEST_F(Signatures, ARotatedKeyNeedsAHistoryThatBeginsWithTheOldOne) {
  std::string good = attribute(kRotation, lineage({&a_, &b_}));
  SignatureFacts f = verify(with_block(zip_, {{kV2, v2(a_)}, {kV3, v3(b_, all_, good)}}));
  EXPECT_TRUE(f.verified);
  ASSERT_EQ(f.lineage.size(), 2u);
  EXPECT_EQ(f.lineage[0].certificate.subject, "CN=A");
  EXPECT_EQ(f.lineage[0].flags, 23u);
  EXPECT_EQ(f.identity[0].subject, "CN=B");
  std::string other = attribute(kRotation, lineage({&c_, &b_}));
  EXPECT_TRUE(verify(with_block(zip_, {{kV2, v2(a_)}, {kV3, v3(b_, all_, other)}})).mixed);
}

TEST_F(Signatures, AHistoryThatIsForgedOrEndsElsewhereIsRefused) {
  std::string forged = lineage({&a_, &b_});
  forged.back() = static_cast<char>(forged.back() ^ 1);
  for (const std::string& bad :
       {forged, lineage({&b_, &a_}), lineage({&a_, &b_, &a_, &b_}), std::string("x")}) {
    SignatureFacts f = verify(with_block(zip_, {{kV3, v3(b_, all_, attribute(kRotation, bad))}}), 28);
    EXPECT_TRUE(has(f, kLineageInvalid, Scheme::kV3));
    EXPECT_FALSE(f.verified);
  }
}

TEST_F(Signatures, V31SignsForNewReleasesAndV3ForTheRest) {
  std::string history = attribute(kRotation, lineage({&a_, &b_}));
  Pair v3_pair = {kV3, v3(a_, {28, 32}, attribute(kRotationMinSdk, number(33)))};
  Pair v31_pair = {kV31, v3(b_, {33, 0x7fffffff}, history)};
  SignatureFacts f = verify(with_block(zip_, {v3_pair, v31_pair}), 28);
  EXPECT_TRUE(f.verified);
  EXPECT_EQ(f.state(Scheme::kV31), SchemeState::kVerified);
  EXPECT_EQ(f.identity[0].subject, "CN=B");

  SignatureFacts stripped = verify(with_block(zip_, {v3_pair}), 28);
  EXPECT_TRUE(stripped.stripped);
  EXPECT_FALSE(stripped.verified);

  SignatureFacts alone = verify(with_block(zip_, {v31_pair}), 28);
  EXPECT_TRUE(has(alone, kStripped, Scheme::kV31));
}

TEST_F(Signatures, V31ForOtherReleasesThanV3SaysIsRefused) {
  Pair v3_pair = {kV3, v3(a_, {28, 32}, attribute(kRotationMinSdk, number(33)))};
  Pair late = {kV31, v3(b_, {34, 0x7fffffff}, attribute(kRotation, lineage({&a_, &b_})))};
  EXPECT_TRUE(has(verify(with_block(zip_, {v3_pair, late}), 28), kSdkRangeInvalid, Scheme::kV3));
}

TEST_F(Signatures, V3ThatLeavesReleasesOutIsRefused) {
  EXPECT_TRUE(has(verify(with_block(zip_, {{kV3, v3(a_, {28, 30})}}), 28), kSdkRangeInvalid, Scheme::kV3));
  EXPECT_TRUE(
      has(verify(with_block(zip_, {{kV3, v3(a_, {30, 0x7fffffff})}}), 28), kSdkRangeInvalid, Scheme::kV3));
  const Range old{28, 30}, young{32, 0x7fffffff};
  std::string two = prefixed(signer(a_, digest_, &old) + signer(a_, digest_, &young));
  EXPECT_TRUE(has(verify(with_block(zip_, {{kV3, two}}), 28), kSdkRangeInvalid, Scheme::kV3));
}

TEST_F(Signatures, ABlockThatIsCutOffAnywhereIsRefusedAndNeverRead) {
  std::string value = v2(a_);
  for (std::size_t n = 0; n < value.size(); n += 3) {
    SignatureFacts f = verify(with_block(zip_, {{kV2, value.substr(0, n)}}));
    EXPECT_FALSE(f.verified) << n;
  }
}

TEST_F(Signatures, ChannelsThatShopsWriteIntoTheBlockAreNamed) {
  SignatureFacts f = verify(with_block(zip_, {{kV2, v2(a_)}, {0x71777777, "{\"channel\":\"x\"}"}}));
  EXPECT_TRUE(f.verified);
  EXPECT_EQ(f.block_ids, (std::vector<std::uint32_t>{kV2, 0x71777777}));
  EXPECT_EQ(signing_block_id_name(f.block_ids[1]), "walle-channel");
}

TEST_F(Signatures, NothingIsHashedBeyondTheBudget) {
  std::string apk = with_block(zip_, {{kV2, v2(a_)}});
  auto zip = ZipArchive::open(as_bytes(apk));
  Budget budget(10);
  EXPECT_EQ(verify_signatures(as_bytes(apk), *zip, {24}, budget).status().kind(), ErrorKind::kExhausted);
}
}  // namespace
}  // namespace storesweep::apk
