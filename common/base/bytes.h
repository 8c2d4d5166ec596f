// Checked reading of outside bytes. A ByteReader never reads past its end: the first short read makes it
// `bad` and every later read gives zero or empty, so a parser checks ok() once after a record. The bytes must
// outlive the reader and what it hands out. Values; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view s) {
  return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}
inline std::string_view as_text(ByteView b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }

class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  bool ok() const { return !bad_; }
  std::size_t at() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  ByteView all() const { return bytes_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(little(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(little(2)); }  // little endian
  std::uint32_t u32() { return static_cast<std::uint32_t>(little(4)); }
  std::uint64_t u64() { return little(8); }

  // The next n bytes, or empty and bad.
  ByteView take(std::size_t n) {
    if (bad_ || n > left()) return fail();
    at_ += n;
    return bytes_.subspan(at_ - n, n);
  }
  void skip(std::size_t n) { take(n); }
  void seek(std::size_t offset) {
    if (offset > bytes_.size()) {
      fail();
    } else {
      at_ = offset;
    }
  }

 private:
  ByteView fail() {
    bad_ = true;
    at_ = bytes_.size();
    return {};
  }
  std::uint64_t little(std::size_t n) {
    ByteView b = take(n);
    std::uint64_t v = 0;
    for (std::size_t i = b.size(); i-- > 0;) v = v << 8 | b[i];
    return v;
  }

  ByteView bytes_;
  std::size_t at_ = 0;
  bool bad_ = false;
};

// Appends v to out, little endian, in n bytes.
inline void put_little(std::string& out, std::uint64_t v, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out.push_back(static_cast<char>(v >> (8 * i) & 0xff));
}

}  // namespace storesweep
