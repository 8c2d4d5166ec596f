// How often something is done, as a sentence says it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace storesweep::policy {

struct Frequency {
  std::string words;           // 每30秒, every 30 seconds
  std::int64_t period_ms = 0;  // 0: it names no figure (实时, once at start)
  bool operator==(const Frequency&) const = default;
};

// The first one that a text in its normal form names.
std::optional<Frequency> read_frequency(std::string_view normal_text);

}  // namespace storesweep::policy
