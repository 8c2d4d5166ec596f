#include "common/traffic/encodings.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>

#include "common/base/hash.h"
#include "common/base/text.h"

namespace storesweep::traffic {
namespace {
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::uint32_t byte_of(char c) { return static_cast<unsigned char>(c); }
bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// UTF-16 code units of valid UTF-8.
std::u16string units_of(std::string_view s) {
  std::u16string out;
  for (std::size_t at = 0; at < s.size();) {
    const std::uint32_t first = byte_of(s[at]);
    const std::size_t n = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t c = n == 1 ? first : first & (0xFFu >> (n + 1));
    for (std::size_t i = 1; i < n; ++i) c = c << 6 | (byte_of(s[at + i]) & 0x3F);
    if (c >= 0x10000) {
      out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
      c = 0xDC00 + ((c - 0x10000) & 0x3FF);
    }
    out += static_cast<char16_t>(c);
    at += n;
  }
  return out;
}
}  // namespace

std::string hash_of(Hash hash, std::string_view bytes) {
  const EVP_MD* kind = hash == Hash::kMd5 ? EVP_md5() : hash == Hash::kSha1 ? EVP_sha1() : EVP_sha256();
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  // Fails only where OpenSSL's own configuration forbids the hash: without it no run can be judged.
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr) != 1) std::abort();
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string hex_of(std::string_view bytes) { return to_hex(as_bytes(bytes)); }

std::string upper_case(std::string_view ascii) {
  std::string out(ascii);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}
std::string lower_case(std::string_view ascii) {
  std::string out(ascii);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}
std::string without(std::string_view text, std::string_view characters) {
  std::string out;
  for (char c : text) {
    if (characters.find(c) == std::string_view::npos) out += c;
  }
  return out;
}

std::string base64_of(std::string_view bytes, bool for_urls) {
  const std::string_view alphabet = for_urls ? kBase64Url : kBase64;
  std::string out;
  std::uint32_t pending = 0;
  int bits = 0;
  for (char c : bytes) {
    pending = (pending << 8 | byte_of(c)) & 0xFFFF;
    for (bits += 8; bits >= 6;) out += alphabet[pending >> (bits -= 6) & 0x3F];
  }
  if (bits > 0) out += alphabet[pending << (6 - bits) & 0x3F];
  return out;
}

std::string base64_inside(std::string_view bytes, std::size_t before, bool for_urls) {
  before %= 3;
  const std::string all = base64_of(std::string(before, '\0') + std::string(bytes), for_urls);
  const std::size_t first = (before * 8 + 5) / 6;  // characters that share a bit with what stands before
  const std::size_t last = (before + bytes.size()) * 8 / 6;  // and behind
  return last > first ? all.substr(first, last - first) : "";
}

std::string percent_of(std::string_view bytes, bool all) {
  std::string out;
  for (char c : bytes) {
    if (!all && is_unreserved(c)) {
      out += c;
    } else {
      out += "%" + upper_case(hex_of({&c, 1}));
    }
  }
  return out;
}

std::string json_escaped(std::string_view utf8) {
  if (!valid_utf8(utf8)) return "";
  std::string out;
  for (char16_t unit : units_of(utf8)) {
    if (unit < 0x80) {
      out += static_cast<char>(unit);
    } else {
      const std::array<char, 2> both{static_cast<char>(unit >> 8), static_cast<char>(unit & 0xFF)};
      out += "\\u" + hex_of({both.data(), 2});
    }
  }
  return out;
}

std::string utf16_of(std::string_view utf8, bool big_endian) {
  if (!valid_utf8(utf8)) return "";
  std::string out;
  for (char16_t unit : units_of(utf8)) {
    const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  }
  return out;
}

}  // namespace storesweep::traffic
