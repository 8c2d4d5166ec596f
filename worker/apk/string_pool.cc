#include "worker/apk/string_pool.h"

#include <algorithm>

#include "common/base/text.h"
#include "worker/apk/chunk.h"

namespace storesweep::apk {
namespace {
constexpr std::uint16_t kPoolHeaderBytes = 28;
constexpr std::uint32_t kUtf8Flag = 1u << 8;
constexpr std::size_t kLengthStep = 0x8000;  // what a UTF-8 length of two bytes cannot say

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

// The surrogate at s, which modified UTF-8 writes in three bytes (JNI specification); 0: none there.
std::uint32_t surrogate(std::string_view s) {
  if (s.size() < 3 || s[0] != '\xed' || (s[1] & 0xe0) != 0xa0 || (s[2] & 0xc0) != 0x80) return 0;
  return 0xd000u | static_cast<std::uint32_t>(s[1] & 0x3f) << 6 | static_cast<std::uint32_t>(s[2] & 0x3f);
}

// aapt2 writes characters beyond U+FFFF as two surrogates of three bytes each.
std::string from_modified_utf8(std::string_view s) {
  if (s.find('\xed') == std::string_view::npos) return clean_utf8(s);
  std::string out;
  while (!s.empty()) {
    std::uint32_t high = surrogate(s), low = s.size() >= 6 ? surrogate(s.substr(3)) : 0;
    if (high >= 0xd800 && high < 0xdc00 && low >= 0xdc00) {
      put_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
      s.remove_prefix(6);
    } else {
      std::size_t next = std::min(s.find('\xed', 1), s.size());
      out += clean_utf8(s.substr(0, next));
      s.remove_prefix(next);
    }
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

// Up to max_bytes, and the rest of a character that is cut there.
std::string_view cut(std::string_view s, std::size_t max_bytes) {
  if (s.size() <= max_bytes) return s;
  std::size_t end = max_bytes;
  while (end < s.size() && end < max_bytes + 3 && (s[end] & 0xc0) == 0x80) ++end;
  return s.substr(0, end);
}
}  // namespace

Result<StringPool> StringPool::open(ByteView bytes) {
  ByteReader outer(bytes);
  auto chunk = next_chunk(outer, kPoolHeaderBytes);
  if (!chunk || chunk->type != kStringPoolChunk) return corrupt("string pool: bad header");
  ByteReader r(chunk->bytes);
  r.skip(8);
  StringPool pool;
  pool.count_ = r.u32();
  std::uint32_t styles = r.u32();
  pool.utf8_ = (r.u32() & kUtf8Flag) != 0;
  std::size_t begin = r.u32(), styles_at = r.u32(), size = chunk->bytes.size();
  if (pool.count_ == 0) return pool;
  if (pool.count_ > (size - chunk->header_bytes) / 4) return corrupt("string pool: more strings than bytes");
  if (begin + 2 >= size) return corrupt("string pool: its strings would begin behind its end");
  std::size_t end = styles == 0 ? size : styles_at;
  if (styles > 0 && (styles_at + 2 >= size || styles_at <= begin)) {
    return corrupt("string pool: its styles lie before its strings or behind its end");
  }
  std::size_t unit = pool.utf8_ ? 1 : 2, units = (end - begin) / unit;
  if (units == 0) return corrupt("string pool: no room for its strings");
  pool.offsets_ = chunk->bytes.subspan(chunk->header_bytes, std::size_t{4} * pool.count_);
  pool.strings_ = chunk->bytes.subspan(begin, units * unit);
  if (pool.strings_.back() != 0 || (unit == 2 && pool.strings_[units * unit - 2] != 0)) {
    return corrupt("string pool: its last string has no end");
  }
  return pool;
}

StringPool StringPool::of(std::vector<std::string> strings) {
  StringPool pool;
  pool.count_ = static_cast<std::uint32_t>(strings.size());
  pool.own_ = std::make_shared<const std::vector<std::string>>(std::move(strings));
  return pool;
}

std::optional<std::string> StringPool::at(std::uint32_t i, std::size_t max_bytes) const {
  if (i >= count_) return std::nullopt;
  if (own_) return std::string(cut((*own_)[i], max_bytes));
  ByteReader r(offsets_);
  r.seek(std::size_t{4} * i);
  std::size_t offset = r.u32();
  return utf8_ ? utf8_at(offset, max_bytes) : utf16_at(offset & ~std::size_t{1}, max_bytes);
}

std::optional<std::string> StringPool::utf8_at(std::size_t offset, std::size_t max_bytes) const {
  if (offset + 1 >= strings_.size()) return std::nullopt;
  ByteReader r(strings_);
  r.seek(offset);
  length8(r);  // in UTF-16 units: not looked at
  std::size_t said = length8(r), bytes = said;
  std::string_view rest = as_text(strings_.subspan(r.at()));
  // A length of two bytes wraps around: the real one is that at which the terminator stands.
  while (bytes < rest.size() && rest[bytes] != '\0') bytes += kLengthStep;
  if (!r.ok() || bytes >= rest.size()) return std::nullopt;
  // Java gets it as a C string: it ends at the first NUL.
  std::string_view text = rest.substr(0, bytes);
  return from_modified_utf8(cut(text.substr(0, text.find('\0')), max_bytes));
}

std::optional<std::string> StringPool::utf16_at(std::size_t offset, std::size_t max_bytes) const {
  if (offset + 2 >= strings_.size()) return std::nullopt;
  ByteReader r(strings_);
  r.seek(offset);
  std::size_t units = length16(r);
  if (!r.ok() || units >= r.left() / 2) return std::nullopt;
  ByteReader end = r;
  end.skip(2 * units);
  if (end.u16() != 0) return std::nullopt;
  return from_utf16(r, units, max_bytes);
}

}  // namespace storesweep::apk
