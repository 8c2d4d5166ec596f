#include "common/base/trace.h"

#include <algorithm>
#include <array>

#include "common/base/hash.h"

namespace storesweep {
namespace {
constexpr std::size_t kSpanIdChars = 16;
constexpr std::size_t kVersion0Chars = 2 + 1 + kTraceIdChars + 1 + kSpanIdChars + 1 + 2;

bool lower_hex(std::string_view s) {
  return std::all_of(s.begin(), s.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}
bool all_zero(std::string_view s) { return s.find_first_not_of('0') == std::string_view::npos; }

template <std::size_t N>
std::string random_hex(Random& random) {
  std::array<std::uint8_t, N> bytes{};
  while (std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; })) random.fill(bytes);
  return to_hex(bytes);
}
}  // namespace

// version-traceid-spanid-flags; a later version may go on behind another '-'.
std::optional<std::string> parse_traceparent(std::string_view header) {
  if (header.size() < kVersion0Chars) return std::nullopt;
  const std::string_view version = header.substr(0, 2), id = header.substr(3, kTraceIdChars),
                         span = header.substr(4 + kTraceIdChars, kSpanIdChars),
                         flags = header.substr(5 + kTraceIdChars + kSpanIdChars, 2);
  const bool dashes =
      header[2] == '-' && header[3 + kTraceIdChars] == '-' && header[4 + kTraceIdChars + kSpanIdChars] == '-';
  const bool hex = lower_hex(version) && lower_hex(id) && lower_hex(span) && lower_hex(flags);
  const bool ends = header.size() == kVersion0Chars || (version != "00" && header[kVersion0Chars] == '-');
  if (!dashes || !hex || !ends || version == "ff" || all_zero(id) || all_zero(span)) return std::nullopt;
  return std::string(id);
}

std::string new_trace_id(Random& random) { return random_hex<kTraceIdChars / 2>(random); }

std::string traceparent(std::string_view trace_id, Random& random) {
  return "00-" + std::string(trace_id) + "-" + random_hex<kSpanIdChars / 2>(random) + "-00";
}

}  // namespace storesweep
