// JSON from outside: no deeper than kMaxJsonDepth, so that a small text cannot become a large tree. Internal
// to the room. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace storesweep::apk {

inline constexpr int kMaxJsonDepth = 64;
inline constexpr std::size_t kMaxJsonBytes = 8u << 20;

inline std::optional<nlohmann::json> parse_bounded_json(std::string_view text) {
  if (text.size() > kMaxJsonBytes) return std::nullopt;
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
  auto shallow = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    return depth <= kMaxJsonDepth;
  };
  nlohmann::json out = nlohmann::json::parse(text, shallow, false);
  if (out.is_discarded()) return std::nullopt;
  return out;
}

}  // namespace storesweep::apk
