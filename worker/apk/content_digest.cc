#include "worker/apk/content_digest.h"

#include <algorithm>

#include "worker/apk/sha256_lanes.h"

namespace storesweep::apk {
namespace {
constexpr std::uint8_t kChunkMark = 0xa5, kTopMark = 0x5a;

// A mark and a number in front, as every digest of the scheme has it.
std::array<std::uint8_t, 5> head(std::uint8_t mark, std::uint64_t n) {
  return {mark, static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n >> 8),
          static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 24)};
}

// Chunks of the section, as long as there are enough of them; what is left of it stays.
Status side_by_side(ByteView& section, Budget& budget, Digester& top) {
  constexpr std::size_t kTogether = kSha256Lanes * kDigestChunkBytes;
  for (; section.size() >= kTogether; section = section.subspan(kTogether)) {
    TRY(budget.spend(kTogether));
    std::array<const std::uint8_t*, kSha256Lanes> chunks;
    for (std::size_t i = 0; i < kSha256Lanes; ++i) chunks[i] = section.data() + i * kDigestChunkBytes;
    const auto mark = head(kChunkMark, kDigestChunkBytes);
    for (const Digest& digest : sha256_lanes(mark, chunks, kDigestChunkBytes)) top.add(digest);
  }
  return ok_status();
}

// Cuts parts that follow each other into pages and hashes each with the salt.
class PageHasher {
 public:
  explicit PageHasher(ByteView salt) : salt_(salt) {}

  void add(ByteView bytes) {
    if (!rest_.empty()) {
      std::size_t n = std::min(bytes.size(), kVerityPageBytes - rest_.size());
      rest_.insert(rest_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
      bytes = bytes.subspan(n);
      if (rest_.size() == kVerityPageBytes) flush();
    }
    for (; bytes.size() >= kVerityPageBytes; bytes = bytes.subspan(kVerityPageBytes)) {
      hash(bytes.first(kVerityPageBytes));
    }
    rest_.insert(rest_.end(), bytes.begin(), bytes.end());
  }
  Bytes finish() {
    if (!rest_.empty()) flush();
    return std::move(hashes_);
  }

 private:
  void flush() {
    rest_.resize(kVerityPageBytes);
    hash(rest_);
    rest_.clear();
  }
  void hash(ByteView page) {
    digester_.add(salt_);
    digester_.add(page);
    hashes_.resize(hashes_.size() + 32);
    digester_.finish_into(hashes_.data() + hashes_.size() - 32);
  }

  ByteView salt_;
  Digester digester_{DigestKind::kSha256};
  Bytes rest_, hashes_;
};
}  // namespace

Result<Bytes> verity_root(std::initializer_list<ByteView> parts, ByteView salt, Budget& budget) {
  PageHasher leaves(salt);
  for (ByteView part : parts) {
    while (!part.empty()) {
      ByteView piece = part.first(std::min(part.size(), kDigestChunkBytes));
      TRY(budget.spend(piece.size()));
      leaves.add(piece);
      part = part.subspan(piece.size());
    }
  }
  Bytes level = leaves.finish();
  do {  // even a single leaf has a page above it
    PageHasher above(salt);
    above.add(level);
    level = above.finish();
  } while (level.size() > 32);
  level.resize(32);
  return level;
}

Result<Bytes> ContentDigests::get(ContentDigestKind kind, Budget& budget) {
  std::optional<Bytes>& known = known_[static_cast<std::size_t>(kind)];
  if (known) return *known;
  Result<Bytes> digest = kind == ContentDigestKind::kVerity   ? verity(budget)
                         : kind == ContentDigestKind::kSha512 ? chunked(DigestKind::kSha512, budget)
                                                              : chunked(DigestKind::kSha256, budget);
  if (digest.ok()) known = *digest;
  return digest;
}

Result<Bytes> ContentDigests::chunked(DigestKind kind, Budget& budget) const {
  Digester one(kind), top(kind);
  const ByteView sections[] = {sections_.members, sections_.directory, sections_.end};
  std::uint64_t chunks = 0;
  for (ByteView s : sections) chunks += (s.size() + kDigestChunkBytes - 1) / kDigestChunkBytes;
  top.add(head(kTopMark, chunks));
  for (ByteView section : sections) {
    if (kind == DigestKind::kSha256 && has_sha256_lanes()) TRY(side_by_side(section, budget, top));
    while (!section.empty()) {
      ByteView piece = section.first(std::min(section.size(), kDigestChunkBytes));
      TRY(budget.spend(piece.size()));
      one.add(head(kChunkMark, piece.size()));
      one.add(piece);
      top.add(one.finish());
      section = section.subspan(piece.size());
    }
  }
  return top.finish();
}

// The root, then the length of what was hashed (AOSP ApkSigningBlockUtils, computeApkVerityDigest).
Result<Bytes> ContentDigests::verity(Budget& budget) const {
  if (sections_.members.size() % kVerityPageBytes != 0) {
    return corrupt("the signing block does not begin on a page");
  }
  const std::uint8_t salt[8] = {};
  TRY_ASSIGN(Bytes out, verity_root({sections_.members, sections_.directory, sections_.end}, salt, budget));
  const std::uint64_t length = sections_.members.size() + sections_.directory.size() + sections_.end.size();
  for (std::size_t i = 0; i < 8; ++i) out.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
  return out;
}

}  // namespace storesweep::apk
