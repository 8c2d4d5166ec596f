// LEB128 numbers of dex files, as the runtime takes them (AOSP art/libartbase/base/leb128.h): at most five
// bytes, what stands in the unused high bits of the fifth is not looked at. Hostile input: only an end of the
// bytes is an error. Pure.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "common/base/bytes.h"

namespace storesweep::apk {

// The number at the front of eight bytes, and how many it has: without a branch for each.
inline std::uint32_t uleb128_of(std::uint64_t bytes, unsigned& size) {
  const std::uint64_t last = ~bytes & 0x80'8080'8080;
  size = last == 0 ? 5 : static_cast<unsigned>(std::countr_zero(last)) / 8 + 1;
  const std::uint64_t v = (bytes & 0x7f) | (bytes >> 1 & 0x7f << 7) | (bytes >> 2 & 0x7f << 14) |
                          (bytes >> 3 & 0x7f << 21) | (bytes >> 4 & 0x7full << 28);
  return static_cast<std::uint32_t>(v & ((1ull << 7 * size) - 1));
}

// Moves `at` behind the number; ok turns false (and the number is 0) where the bytes end before it does.
inline std::uint32_t uleb128(ByteView bytes, std::size_t& at, bool& ok) {
  if (ok && at < bytes.size() && bytes[at] < 0x80) return bytes[at++];  // nearly all are one byte
  if (ok && at + 8 <= bytes.size()) {
    std::uint64_t eight;
    std::memcpy(&eight, bytes.data() + at, sizeof eight);
    unsigned size = 0;
    const std::uint32_t v = uleb128_of(eight, size);
    at += size;
    return v;
  }
  std::uint32_t v = 0;
  for (int shift = 0; ok && shift < 35; shift += 7) {
    ok = at < bytes.size();
    if (!ok) return 0;
    const std::uint8_t b = bytes[at++];
    v |= static_cast<std::uint32_t>(b & 0x7f) << shift;
    if ((b & 0x80) == 0) break;
  }
  return v;
}

inline std::uint32_t uleb128(ByteReader& r) {
  std::size_t at = r.at();
  bool ok = r.ok();
  const std::uint32_t v = uleb128(r.all(), at, ok);
  r.seek(ok ? at : r.all().size() + 1);  // beyond the end: bad
  return v;
}

// Signed: the highest bit of the last byte's seven is the sign.
inline std::int32_t sleb128(ByteReader& r) {
  const std::size_t from = r.at();
  const std::uint32_t v = uleb128(r);
  const std::size_t bits = 7 * (r.at() - from);
  if (!r.ok() || bits >= 32 || (v >> (bits - 1) & 1) == 0) return static_cast<std::int32_t>(v);
  return static_cast<std::int32_t>(v | ~0u << bits);
}

}  // namespace storesweep::apk
