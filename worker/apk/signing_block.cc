#include "worker/apk/signing_block.h"

#include <algorithm>

namespace storesweep::apk {
namespace {
constexpr std::size_t kFooterBytes = 24, kLeastBlockBytes = 32;
constexpr std::size_t kEndDirectoryOffsetAt = 16;  // in the end record

bool has_zip64_locator(ByteView file, std::uint64_t end_at) {
  if (end_at < 20) return false;
  ByteReader r(file);
  r.seek(end_at - 20);
  return r.u32() == 0x07064b50;
}

void read_pairs(ByteView bytes, SigningBlock& block) {
  ByteReader r(bytes);
  while (r.left() > 0) {
    std::uint64_t size = r.u64();
    if (!r.ok() || size < 4 || size > r.left() || block.pairs.size() >= kMaxBlockPairs) {
      block.malformed = true;
      return;
    }
    std::uint32_t id = r.u32();
    block.pairs.push_back({id, r.take(static_cast<std::size_t>(size) - 4)});
  }
}
}  // namespace

const SigningBlock::Pair* SigningBlock::find(std::uint32_t id) const {
  auto pair = std::ranges::find(pairs, id, &Pair::id);
  return pair == pairs.end() ? nullptr : &*pair;
}

std::optional<SigningBlock> find_signing_block(ByteView file, const ZipArchive& zip, std::string_view magic) {
  const std::uint64_t directory_at = zip.directory_at();
  if (directory_at < kLeastBlockBytes || has_zip64_locator(file, zip.directory_end_at()) ||
      directory_at + zip.directory_bytes() != zip.directory_end_at()) {
    return std::nullopt;
  }
  ByteReader footer(file.subspan(directory_at - kFooterBytes, kFooterBytes));
  const std::uint64_t size = footer.u64();  // without the first size word
  if (as_text(footer.take(16)) != magic || size < kFooterBytes || size > directory_at - 8) {
    return std::nullopt;
  }
  SigningBlock block;
  block.at = directory_at - size - 8;
  ByteReader head(file);
  head.seek(block.at);
  if (head.u64() != size) return std::nullopt;
  read_pairs(file.subspan(head.at(), size - kFooterBytes), block);
  return block;
}

SignedSections signed_sections(ByteView file, const ZipArchive& zip, const SigningBlock& block) {
  SignedSections out;
  out.members = file.first(block.at);
  out.directory = file.subspan(zip.directory_at(), zip.directory_bytes());
  ByteView end = file.subspan(zip.directory_end_at());
  out.end.assign(end.begin(), end.end());
  for (std::size_t i = 0; i < 4; ++i) {
    out.end[kEndDirectoryOffsetAt + i] = static_cast<std::uint8_t>(block.at >> (8 * i));
  }
  return out;
}

std::optional<ByteView> take_prefixed(ByteReader& r) {
  std::uint32_t size = r.u32();
  ByteView view = r.take(size);
  if (!r.ok()) return std::nullopt;
  return view;
}

}  // namespace storesweep::apk
