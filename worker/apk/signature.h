// The signatures of an APK, verified as `apksigner verify` and the platform do: JAR signing (v1), APK
// Signature Scheme v2, v3, v3.1 and v4, source stamp and proof of rotation. Facts for a report: what was
// found, who signed, what holds, what was stripped or mixed. Hostile input, bounded. Pure; safe for
// concurrent use. Sources: AOSP tools/apksig (ApkVerifier, V1SchemeVerifier, V2..V4SchemeVerifier) and
// frameworks/base (ApkSignatureVerifier, ApkSignatureSchemeV3Verifier, StrictJarVerifier).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/hash.h"
#include "common/base/status.h"
#include "worker/apk/budget.h"
#include "worker/apk/zip.h"

namespace storesweep::apk {

inline constexpr int kMaxSigners = 10;       // as the platform has it
inline constexpr int kMaxCertificates = 64;  // in one chain, or in one PKCS#7 block
inline constexpr int kMaxLineage = 64;       // certificates in a proof of rotation
inline constexpr std::size_t kMaxSigningBlockBytes = 32u << 20;
inline constexpr std::size_t kMaxJarManifestBytes = 16u << 20;  // MANIFEST.MF and each .SF
inline constexpr std::size_t kMaxJarBlockBytes = 1u << 20;      // each .RSA, .DSA, .EC

struct Certificate {
  Digest sha256{};
  std::array<std::uint8_t, 20> sha1{};
  std::array<std::uint8_t, 16> md5{};
  Digest public_key_sha256{};        // of the SubjectPublicKeyInfo
  std::string subject, issuer;       // RFC 2253, clean UTF-8
  std::string serial;                // hex
  std::string valid_from, valid_to;  // RFC 3339, UTC
  std::string key_type;              // "RSA", "EC", "DSA"
  int key_bits = 0;
  std::string signature_algorithm;  // of the certificate itself: "sha256WithRSAEncryption"
  bool debug = false;               // the key that every SDK makes for itself: CN=Android Debug
  bool operator==(const Certificate&) const = default;
};

enum class SchemeState : std::uint8_t {
  kAbsent,
  kVerified,
  kFailed,
  kNotNeeded,  // it is there, and no release that may install the file would look at it (and a source
               // stamp, which none does): its signers are told, its content is not hashed
};
std::string_view scheme_state_name(SchemeState state);

enum class Scheme : std::uint8_t { kV1, kV2, kV3, kV31, kV4, kSourceStamp };
inline constexpr int kSchemes = 6;
std::string_view scheme_name(Scheme scheme);  // "v3.1"

enum class SignatureProblemKind : std::uint8_t {
  kMalformed,  // block, signer or signature that cannot be parsed
  kTooManySigners,
  kNoSigners,
  kNoManifest,       // META-INF/MANIFEST.MF is not there
  kNoSignatureFile,  // no .SF, or a signature block without its .SF
  kNoCertificates,
  kNoSignatures,         // a signer without one
  kNoKnownSignature,     // only algorithms that the platform does not know
  kSignatureMismatch,    // the signature does not verify
  kCertificateMismatch,  // the first certificate has another public key than the signer
  kDigestMismatch,       // content is not what was signed
  kDigestListMismatch,   // signatures and digests name different algorithms
  kWeakAlgorithm,        // one that a release of the range does not take
  kEntryNotSigned,       // v1: a member that the manifest does not cover
  kEntryMissing,         // v1: the manifest names a member that is not there
  kEntrySignersDiffer,   // v1: members signed by different signers
  kEntryUnprotected,     // v1: in META-INF, so anybody can change it (warning)
  kDuplicateEntry,       // v1: a name that stands there twice
  kStripped,             // signed with a higher scheme too, of which there is no trace
  kSchemesDiffer,        // schemes signed by different signers: mixed
  kSdkRangeInvalid,      // v3: minSdk..maxSdk missing, overlapping or not as in the signed data
  kLineageInvalid,
  kSandboxNeedsV2,  // targetSandboxVersion 2
  kTargetNeedsV2,   // targetSdkVersion 30 and more
  kBlockPadding,    // v4: the signature beside the file does not belong to it
  kUnknownBlock,    // a pair in the signing block that is nobody's (warning)
};
std::string_view signature_problem_name(SignatureProblemKind kind);

struct SignatureProblem {
  SignatureProblemKind kind;
  Scheme scheme;
  int signer = 0;      // from 1; 0: the scheme as a whole
  bool error = true;   // else a warning
  std::string detail;  // a member's name, an algorithm, what was expected
  bool operator==(const SignatureProblem&) const = default;
};

struct Signer {
  Scheme scheme = Scheme::kV1;
  std::string name;                     // v1: META-INF/CERT.RSA
  std::vector<Certificate> chain;       // the signer's own first
  int min_sdk = 0, max_sdk = 0;         // v3, v3.1: the releases it is for
  std::vector<std::string> algorithms;  // "RSA_PKCS1_V1_5_WITH_SHA256"
  bool verified = false;
  bool operator==(const Signer&) const = default;
};

// One key after the other, oldest first; flags as AOSP's SigningCertificateLineage has them.
struct LineageStep {
  Certificate certificate;
  std::uint32_t flags = 0;  // 1 installed data, 2 shared uid, 4 permission, 8 rollback, 16 auth
  bool operator==(const LineageStep&) const = default;
};

struct SignatureFacts {
  std::array<SchemeState, kSchemes> states{};  // by Scheme
  bool verified = false;      // installs on every release from min_sdk on: apksigner's "Verifies"
  int accepted_from_api = 0;  // the first release that takes it; 0: none
  std::vector<Signer> signers;
  std::vector<Certificate> identity;  // who the app is signed by: of the highest scheme that holds
  std::vector<LineageStep> lineage;
  std::vector<SignatureProblem> problems;
  bool stripped = false;  // a higher scheme was there once
  bool mixed = false;     // schemes, or members, of different signers
  bool debug_key = false;
  std::vector<std::uint32_t> block_ids;  // ids in the signing block, in order

  SchemeState state(Scheme s) const { return states[static_cast<std::size_t>(s)]; }
  bool operator==(const SignatureFacts&) const = default;
};

// What the manifest says that matters for signatures.
struct SigningContext {
  int min_sdk = 1, target_sdk = 1;
  int target_sandbox_version = 1;
  ByteView idsig;  // the v4 signature beside the file (.idsig), where there is one
};

// "walle-channel" for ids that are known to stand in signing blocks, "" for others.
std::string_view signing_block_id_name(std::uint32_t id);

// kExhausted, kTimeout or kCancelled by the budget; everything else is a fact.
Result<SignatureFacts> verify_signatures(ByteView file, const ZipArchive& zip, const SigningContext& context,
                                         Budget& budget);

}  // namespace storesweep::apk
