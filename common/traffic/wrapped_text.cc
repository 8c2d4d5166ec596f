#include "common/traffic/wrapped_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace storesweep::traffic {
namespace {
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// -1 for what is no digit of base64. 62 and 63 are + and / or - and _.
constexpr std::array<std::int8_t, 256> base64_digits() {
  std::array<std::int8_t, 256> all{};
  for (auto& d : all) d = -1;
  for (int i = 0; i < 26; ++i) all['A' + i] = static_cast<std::int8_t>(i);
  for (int i = 0; i < 26; ++i) all['a' + i] = static_cast<std::int8_t>(26 + i);
  for (int i = 0; i < 10; ++i) all['0' + i] = static_cast<std::int8_t>(52 + i);
  all['+'] = all['-'] = 62;
  all['/'] = all['_'] = 63;
  return all;
}
constexpr auto kDigits = base64_digits();
int digit(char c) { return kDigits[static_cast<unsigned char>(c)]; }

std::optional<std::uint32_t> four_hex(std::string_view text) {
  std::uint32_t unit = 0;
  if (text.size() < 4) return std::nullopt;
  for (char c : text.substr(0, 4)) {
    if (hex_digit(c) < 0) return std::nullopt;
    unit = unit << 4 | static_cast<std::uint32_t>(hex_digit(c));
  }
  return unit;
}

void add_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&out](std::uint32_t b) { out += static_cast<char>(b); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | c >> 6);
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | c >> 12);
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | c >> 18);
    byte(0x80 | (c >> 12 & 0x3F));
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

// The escape at the front of text (\u4f60, \ud83d\ude00, \n): bytes taken, 0 if it is none.
std::size_t take_escape(std::string_view text, std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
  if (text.size() < 2) return 0;
  if (const std::size_t i = kNames.find(text[1]); i != std::string_view::npos) {
    out += kMeant[i];
    return 2;
  }
  const auto unit = text[1] == 'u' ? four_hex(text.substr(2)) : std::nullopt;
  if (!unit) return 0;
  const bool high = *unit >= 0xD800 && *unit < 0xDC00 && text.substr(6, 2) == "\\u";
  const auto low = high ? four_hex(text.substr(8)) : std::nullopt;
  if (low && *low >= 0xDC00 && *low < 0xE000) {
    add_utf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
    return 12;
  }
  add_utf8(out, *unit);  // a lone surrogate stays what it is: it is no canary's
  return 6;
}

std::size_t take_percent(std::string_view text, std::string& out) {
  const bool escape = text.size() >= 3 && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0;
  if (!escape) return 0;
  out += static_cast<char>(hex_digit(text[1]) << 4 | hex_digit(text[2]));
  return 3;
}

template <class Take>
std::optional<std::string> decoded(std::string_view text, char mark, const Take& take) {
  std::string out;
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = std::min(text.find(mark, at), text.size());
    if (next == text.size() && !any) return std::nullopt;
    out += text.substr(at, next - at);
    at = next;
    if (at == text.size()) break;
    const std::size_t taken = take(text.substr(at), out);
    any = any || taken > 0;
    if (taken == 0) out += mark;
    at += taken == 0 ? 1 : taken;
  }
  return any ? std::optional(std::move(out)) : std::nullopt;
}
}  // namespace

std::optional<std::string> decode_percent(std::string_view text) { return decoded(text, '%', take_percent); }
std::optional<std::string> decode_json_escapes(std::string_view text) {
  return decoded(text, '\\', take_escape);
}

std::vector<Base64Run> base64_runs(std::string_view text, std::size_t max_runs) {
  std::vector<Base64Run> runs;
  // In a run of the least length one of these places is inside it.
  for (std::size_t probe = kLeastBase64Run - 1; probe < text.size() && runs.size() < max_runs;) {
    if (digit(text[probe]) < 0) {
      probe += kLeastBase64Run;
      continue;
    }
    std::size_t begin = probe, end = probe + 1;
    while (begin > 0 && probe - begin < kLeastBase64Run && digit(text[begin - 1]) >= 0) --begin;
    while (end < text.size() && digit(text[end]) >= 0) ++end;
    if (end - begin >= kLeastBase64Run) runs.push_back({begin, text.substr(begin, end - begin)});
    probe = end + kLeastBase64Run;
  }
  return runs;
}

std::string decode_base64(std::string_view run) {
  std::string out;
  out.reserve(run.size() / 4 * 3 + 2);
  std::uint32_t pending = 0;
  int bits = 0;
  for (char c : run) {
    pending = (pending << 6 | static_cast<std::uint32_t>(digit(c))) & 0xFFFF;
    bits += 6;
    if (bits >= 8) out += static_cast<char>(pending >> (bits -= 8) & 0xFF);
  }
  return out;
}

}  // namespace storesweep::traffic
