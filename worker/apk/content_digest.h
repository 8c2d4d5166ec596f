// Digests over a whole package, as APK Signature Scheme v2 to v4 take them (AOSP ApkSigningBlockUtils,
// VerityBuilder): each megabyte by itself, or a tree over pages of 4 KiB. One pass, nothing copied. Pure.
#pragma once

#include <array>
#include <optional>

#include "common/base/status.h"
#include "worker/apk/budget.h"
#include "worker/apk/digest.h"
#include "worker/apk/signing_block.h"

namespace storesweep::apk {

enum class ContentDigestKind : std::uint8_t { kNone = 0, kSha256 = 1, kSha512 = 2, kVerity = 3 };

inline constexpr std::size_t kDigestChunkBytes = 1u << 20, kVerityPageBytes = 4096;

// Root of the hash tree over the parts, one after the other, last page filled with zeros.
Result<Bytes> verity_root(std::initializer_list<ByteView> parts, ByteView salt, Budget& budget);

// Computes each kind once, however many schemes ask.
class ContentDigests {
 public:
  explicit ContentDigests(SignedSections sections) : sections_(std::move(sections)) {}
  // What a signer's digest must be. kCorrupt where the tree cannot be: members that do not end on a page.
  Result<Bytes> get(ContentDigestKind kind, Budget& budget);

 private:
  Result<Bytes> chunked(DigestKind kind, Budget& budget) const;
  Result<Bytes> verity(Budget& budget) const;

  SignedSections sections_;
  std::array<std::optional<Bytes>, 4> known_;
};

}  // namespace storesweep::apk
