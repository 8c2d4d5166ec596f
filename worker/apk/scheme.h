// What the verifiers of the single schemes share: the algorithms of the signing block, where problems go, and
// what has been found so far. Internal to the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "worker/apk/certificate.h"
#include "worker/apk/content_digest.h"
#include "worker/apk/signature.h"

namespace storesweep::apk {

inline constexpr std::uint32_t kV2Block = 0x7109871a, kV3Block = 0xf05368c0, kV31Block = 0x1b93ad61,
                               kStampV1Block = 0x2b09189e, kStampV2Block = 0x6dff800d;

// AOSP apksig, SignatureAlgorithm.
struct BlockAlgorithm {
  std::uint32_t id;
  std::string_view name;
  KeyType key;
  DigestKind digest;
  bool pss;
  ContentDigestKind content;
  int min_sdk;
};
const BlockAlgorithm* block_algorithm(std::uint32_t id);
// Prefers SHA-512, then the tree, then SHA-256 (AOSP ApkSigningBlockUtils, compareContentDigestAlgorithm).
int strength(ContentDigestKind kind);

// Gathers what a scheme finds wrong. A scheme that no release looks at only warns.
class Problems {
 public:
  Problems(std::vector<SignatureProblem>& out, Scheme scheme, bool needed)
      : out_(out), scheme_(scheme), needed_(needed) {}
  // Returns false, so that a verifier can `return problems.error(..)`.
  bool error(SignatureProblemKind kind, std::string detail = "", int signer = 0);
  void warning(SignatureProblemKind kind, std::string detail = "", int signer = 0);
  int errors() const { return errors_; }  // counted where the scheme is not needed, too

 private:
  void add(SignatureProblemKind kind, std::string detail, int signer, bool error);

  std::vector<SignatureProblem>& out_;
  Scheme scheme_;
  bool needed_;
  int errors_ = 0;
};
inline constexpr std::size_t kMaxSignatureProblems = 256, kMaxProblemDetailBytes = 256;

// One signer of a v2, v3 or v3.1 block whose signature holds over what it signed.
struct BlockSigner {
  Signer facts;
  std::vector<X509Certificate> chain;
  struct ContentDigest {
    const BlockAlgorithm* algorithm;  // null: nobody knows it
    ByteView digest;
  };
  std::vector<ContentDigest> digests;
  std::vector<ContentDigestKind> verified_kinds;  // that a verified signature stands for
  ByteView attributes;                            // additional attributes, unread
  std::uint32_t min_sdk = 0, max_sdk = 0;         // v3
};

struct SchemeContext {
  const SigningContext& manifest;
  const SigningBlock* block;  // null: none
  ContentDigests* digests;    // null: no block
  Budget& budget;
};

// Reads and verifies a signer; false after a problem that leaves the rest of it unread. with_sdk: v3.
bool read_block_signer(ByteView bytes, bool with_sdk, int min_sdk, int number, BlockSigner& out,
                       Problems& problems);
// Compares the content with what all signers say; false and a problem where it differs.
Result<bool> check_content(const std::vector<BlockSigner>& signers, const SchemeContext& context,
                           Problems& problems);

// Proof of rotation (AOSP V3SigningCertificateLineage): each certificate signed by the one before.
struct Lineage {
  std::vector<LineageStep> steps;
  std::vector<Bytes> certificates;  // DER
};
std::optional<Lineage> read_lineage(ByteView bytes);

// The schemes. Each fills its state, signers and problems; an error Status is the budget's.
Status verify_v2(const SchemeContext& context, bool needed, SignatureFacts& facts);
Status verify_v3(const SchemeContext& context, Scheme scheme, SignatureFacts& facts);
Status verify_v4(const SchemeContext& context, ByteView file, SignatureFacts& facts);
Status verify_v1(const ZipArchive& zip, const SchemeContext& context, bool needed, SignatureFacts& facts);

}  // namespace storesweep::apk
