// LEB128 numbers of dex files, as the runtime takes them (AOSP art/libartbase/base/leb128.h): at most five
// bytes, what stands in the unused high bits of the fifth is not looked at. Hostile input: only an end of the
// bytes is an error. Pure.
#pragma once

#include "common/base/bytes.h"

namespace storesweep::apk {

// Moves `at` behind the number; ok turns false (and the number is 0) where the bytes end before it does.
inline std::uint32_t uleb128(ByteView bytes, std::size_t& at, bool& ok) {
  if (ok && at < bytes.size() && bytes[at] < 0x80) return bytes[at++];  // nearly all are one byte
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
