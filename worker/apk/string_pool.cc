#include "worker/apk/string_pool.h"

#include "common/base/text.h"
#include "worker/apk/chunk.h"

namespace storesweep::apk {
namespace {
constexpr std::uint16_t kPoolHeaderBytes = 28;
constexpr std::uint32_t kUtf8Flag = 1u << 8;

void put_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 0x3f))};
  } else if (c < 0x10000) {
    out += {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)),
            static_cast<char>(0x80 | (c & 0x3f))};
  } else {
    out += {static_cast<char>(0xf0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3f)),
            static_cast<char>(0x80 | (c >> 6 & 0x3f)), static_cast<char>(0x80 | (c & 0x3f))};
  }
}

// A lone half of a pair becomes U+FFFD.
std::string from_utf16(ByteReader& r, std::size_t units, std::size_t max_bytes) {
  std::string out;
  while (units-- > 0 && r.left() >= 2 && out.size() < max_bytes) {
    std::uint32_t c = r.u16();
    if (c >= 0xd800 && c < 0xdc00 && units > 0 && r.left() >= 2) {
      ByteReader ahead = r;
      std::uint32_t low = ahead.u16();
      if (low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        r = ahead;
        --units;
      }
    }
    put_utf8(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
  }
  return out;
}

// Lengths take one unit, or two when the first has its top bit set.
std::uint32_t length8(ByteReader& r) {
  std::uint32_t n = r.u8();
  return n & 0x80 ? (n & 0x7f) << 8 | r.u8() : n;
}
std::uint32_t length16(ByteReader& r) {
  std::uint32_t n = r.u16();
  return n & 0x8000 ? (n & 0x7fff) << 16 | r.u16() : n;
}
}  // namespace

Result<StringPool> StringPool::open(ByteView bytes) {
  ByteReader outer(bytes);
  auto chunk = next_chunk(outer, kPoolHeaderBytes);
  if (!chunk || chunk->type != kStringPoolChunk) return corrupt("string pool: bad header");
  ByteReader r(chunk->bytes);
  r.skip(8);
  StringPool pool;
  pool.chunk_ = chunk->bytes;
  pool.count_ = r.u32();
  r.skip(4);
  pool.utf8_ = (r.u32() & kUtf8Flag) != 0;
  pool.strings_at_ = r.u32();
  pool.offsets_at_ = chunk->header_bytes;
  if (pool.count_ > (chunk->bytes.size() - chunk->header_bytes) / 4)
    return corrupt("string pool: more strings than bytes");
  return pool;
}

std::optional<std::string> StringPool::at(std::uint32_t i, std::size_t max_bytes) const {
  if (i >= count_) return std::nullopt;
  ByteReader r(chunk_);
  r.seek(offsets_at_ + std::size_t{4} * i);
  std::size_t begin = std::size_t{strings_at_} + r.u32();
  r.seek(begin);
  if (!r.ok()) return std::nullopt;
  if (!utf8_) {
    std::uint32_t units = length16(r);
    return r.ok() ? std::optional(from_utf16(r, units, max_bytes)) : std::nullopt;
  }
  length8(r);  // in UTF-16 units
  std::size_t bytes = length8(r);
  if (!r.ok() || bytes > r.left()) return std::nullopt;
  return clean_utf8(as_text(r.take(std::min(bytes, max_bytes))));
}

}  // namespace storesweep::apk
