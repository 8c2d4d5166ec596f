// Ids that the compiler keeps apart: a JobId is not a ListingId. Zero means "none".
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace storesweep {

template <class Tag>
struct StrongId {
  std::int64_t value = 0;
  constexpr StrongId() = default;
  constexpr explicit StrongId(std::int64_t v) : value(v) {}
  explicit operator bool() const { return value != 0; }
  auto operator<=>(const StrongId&) const = default;
};

}  // namespace storesweep

template <class Tag>
struct std::hash<storesweep::StrongId<Tag>> {
  std::size_t operator()(const storesweep::StrongId<Tag>& id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};
