// Text in which other text is written: percent encoding, the escapes of JSON strings, base64. Of outside
// bytes; lenient, for a canary is as much evidence in a body that breaks its own format. Results are no
// longer than the input. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep::traffic {

// Nothing where there is no escape at all. What is none is kept as it stands.
std::optional<std::string> decode_percent(std::string_view text);
std::optional<std::string> decode_json_escapes(std::string_view text);

// Runs of base64 of either alphabet, at least so long; shorter ones are words of any text.
inline constexpr std::size_t kLeastBase64Run = 32;
struct Base64Run {
  std::size_t offset = 0;
  std::string_view text;  // without padding
};
std::vector<Base64Run> base64_runs(std::string_view text, std::size_t max_runs);
std::string decode_base64(std::string_view run);

}  // namespace storesweep::traffic
