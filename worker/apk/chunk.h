// The chunks that binary XML and resource tables are made of (AOSP libs/androidfw, ResourceTypes.h,
// ResChunk_header and validate_chunk). Pure.
#pragma once

#include <optional>

#include "common/base/bytes.h"

namespace storesweep::apk {

inline constexpr std::uint16_t kStringPoolChunk = 0x0001, kTableChunk = 0x0002, kXmlChunk = 0x0003;

struct Chunk {
  std::uint16_t type = 0;
  std::uint16_t header_bytes = 0;
  ByteView bytes;  // header included
};

// The chunk that begins at r, or nothing when it is cut off or misaligned; r then stands behind it.
inline std::optional<Chunk> next_chunk(ByteReader& r, std::uint16_t least_header_bytes = 8) {
  std::size_t begin = r.at();
  Chunk chunk;
  chunk.type = r.u16();
  chunk.header_bytes = r.u16();
  std::uint32_t size = r.u32();
  if (!r.ok() || chunk.header_bytes < least_header_bytes || size < chunk.header_bytes ||
      ((chunk.header_bytes | size) & 3) != 0) {
    return std::nullopt;
  }
  r.seek(begin);
  chunk.bytes = r.take(size);
  if (!r.ok()) return std::nullopt;
  return chunk;
}

}  // namespace storesweep::apk
