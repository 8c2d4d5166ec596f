// Plain structs as bytes and back: numbers as LEB128 (signed ones zigzag), texts and lists after their
// length. One list of fields serves both directions: whoever has a struct says in this namespace
//   template <class A, class T> void fields(A& a, T& v) requires std::is_same_v<Plain<T>, Struct>
// and hands its fields to all(). Private to this room. Pure; hostile bytes end in !ok().
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/hash.h"

namespace storesweep::field_codec {

class Encoder {
 public:
  static constexpr bool kReads = false;
  std::string out;

  void number(std::uint64_t v) {
    for (; v >= 0x80; v >>= 7) out.push_back(static_cast<char>(v | 0x80));
    out.push_back(static_cast<char>(v));
  }
  void text(const std::string& s) {
    number(s.size());
    out += s;
  }
  void bytes(std::span<const std::uint8_t> b) { out += as_text(b); }
  bool ok() const { return true; }
};

class Decoder {
 public:
  static constexpr bool kReads = true;
  explicit Decoder(ByteView bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::uint64_t number() {
    std::uint64_t v = 0;
    for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const std::uint8_t byte = *at_++;
      v |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return v;
    }
    fail();
    return 0;
  }
  // A length: never more than what is left, since everything counted takes a byte at least.
  std::size_t length() {
    const std::uint64_t n = number();
    if (n <= static_cast<std::uint64_t>(end_ - at_)) return static_cast<std::size_t>(n);
    fail();
    return 0;
  }
  void text(std::string& s) {
    const std::size_t n = length();
    s.assign(reinterpret_cast<const char*>(at_), n);
    at_ += n;
  }
  void bytes(std::span<std::uint8_t> b) {
    if (static_cast<std::size_t>(end_ - at_) < b.size()) return fail();
    std::copy_n(at_, b.size(), b.begin());
    at_ += b.size();
  }
  ByteView take(std::size_t n) {
    const ByteView out(at_, n);
    at_ += n;
    return out;
  }
  void fail() {
    bad_ = true;
    at_ = end_;
  }
  bool ok() const { return !bad_; }
  bool at_end() const { return at_ == end_; }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool bad_ = false;
};

template <class T>
using Plain = std::remove_const_t<T>;
template <class A, class T>
void io(A& a, T& v);
template <class A, class... T>
void all(A& a, T&... fields) {
  (io(a, fields), ...);
}

template <class>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class>
inline constexpr bool kIsSet = false;
template <class T, class C>
inline constexpr bool kIsSet<std::set<T, C>> = true;
template <class>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class>
inline constexpr bool kIsMap = false;
template <class K, class V, class C>
inline constexpr bool kIsMap<std::map<K, V, C>> = true;
template <class>
inline constexpr bool kIsArray = false;
template <class T, std::size_t N>
inline constexpr bool kIsArray<std::array<T, N>> = true;

template <class A, class T>
void io_number(A& a, T& v) {
  if constexpr (std::is_enum_v<Plain<T>>) {
    auto n = static_cast<std::underlying_type_t<Plain<T>>>(v);
    io_number(a, n);
    if constexpr (A::kReads) v = static_cast<T>(n);
  } else if constexpr (std::is_same_v<Plain<T>, double>) {
    std::uint64_t bits = std::bit_cast<std::uint64_t>(v);
    io_number(a, bits);
    if constexpr (A::kReads) v = std::bit_cast<double>(bits);
  } else if constexpr (std::is_signed_v<Plain<T>>) {
    if constexpr (A::kReads) {
      const std::uint64_t z = a.number();
      v = static_cast<T>(static_cast<std::int64_t>(z >> 1) ^ -static_cast<std::int64_t>(z & 1));
    } else {
      const auto wide = static_cast<std::int64_t>(v);
      a.number(static_cast<std::uint64_t>(wide) << 1 ^ static_cast<std::uint64_t>(wide >> 63));
    }
  } else {
    if constexpr (A::kReads) {
      v = static_cast<T>(a.number());
    } else {
      a.number(static_cast<std::uint64_t>(v));
    }
  }
}

template <class A, class T>
void io_list(A& a, T& v) {
  if constexpr (A::kReads) {
    const std::size_t n = a.length();
    if constexpr (kIsVector<Plain<T>>) {
      v.reserve(std::min<std::size_t>(n, 4'096));
      for (std::size_t i = 0; i < n && a.ok(); ++i) io(a, v.emplace_back());
    } else if constexpr (kIsSet<Plain<T>>) {
      for (std::size_t i = 0; i < n && a.ok(); ++i) {
        typename Plain<T>::value_type one{};
        io(a, one);
        v.insert(v.end(), std::move(one));
      }
    } else {
      for (std::size_t i = 0; i < n && a.ok(); ++i) {
        typename Plain<T>::key_type key{};
        io(a, key);
        io(a, v[std::move(key)]);
      }
    }
  } else {
    a.number(v.size());
    if constexpr (kIsMap<Plain<T>>) {
      for (const auto& [key, value] : v) all(a, key, value);
    } else {
      for (const auto& one : v) io(a, one);
    }
  }
}

template <class A, class T>
void io_optional(A& a, T& v) {
  bool has = v.has_value();
  io(a, has);
  if constexpr (A::kReads) {
    if (has) io(a, v.emplace());
  } else {
    if (has) io(a, *v);
  }
}

template <class A, class T>
void io(A& a, T& v) {
  using P = Plain<T>;
  if constexpr (std::is_same_v<P, std::string>) {
    a.text(v);
  } else if constexpr (std::is_same_v<P, Digest>) {
    a.bytes(v);
  } else if constexpr (std::is_arithmetic_v<P> || std::is_enum_v<P>) {
    io_number(a, v);
  } else if constexpr (kIsVector<P> || kIsSet<P> || kIsMap<P>) {
    io_list(a, v);
  } else if constexpr (kIsOptional<P>) {
    io_optional(a, v);
  } else if constexpr (kIsArray<P>) {
    for (auto& one : v) io(a, one);
  } else {
    fields(a, v);
  }
}

template <class T>
std::string encoded(const T& v) {
  Encoder e;
  io(e, v);
  return std::move(e.out);
}

}  // namespace storesweep::field_codec
