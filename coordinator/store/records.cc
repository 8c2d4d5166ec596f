#include "coordinator/store/records.h"

#include <array>

namespace storesweep {

std::string_view name(SweepState state) {
  static constexpr std::array<std::string_view, 5> kNames = {"preparing", "running", "paused", "cancelled",
                                                             "done"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string_view name(ChangeKind kind) {
  static constexpr std::array<std::string_view, 4> kNames = {"", "added", "changed", "gone"};
  return kNames.at(static_cast<std::size_t>(kind));
}

// FNV-1a, 64 bits.
std::uint32_t shard_of(std::string_view package, std::uint32_t shards) {
  std::uint64_t h = 14695981039346656037ULL;
  for (char c : package) h = (h ^ static_cast<std::uint8_t>(c)) * 1099511628211ULL;
  return static_cast<std::uint32_t>((h ^ h >> 32) % shards);
}

std::int64_t expected_ms(std::int64_t known_ms, std::int64_t apk_bytes) {
  constexpr std::int64_t kUnknownMs = 60'000;
  return known_ms > 0 ? known_ms : kUnknownMs + apk_bytes / 1000;
}

}  // namespace storesweep
