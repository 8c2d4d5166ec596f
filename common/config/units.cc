#include "common/config/units.h"

#include <array>

#include "common/base/text.h"

namespace storesweep {
namespace {
struct Unit {
  std::string_view name;
  std::int64_t factor;
};
constexpr std::array<Unit, 5> kTimes = {
    {{"ms", 1}, {"s", 1'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<Unit, 5> kSizes = {
    {{"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", std::int64_t{1} << 40}}};

std::optional<std::int64_t> factor_of(std::string_view key, std::string_view unit) {
  if (unit.empty()) return 1;
  if (!ends_with(key, "_ms") && !ends_with(key, "_bytes")) return std::nullopt;
  for (const Unit& u : ends_with(key, "_ms") ? kTimes : kSizes) {
    if (u.name == unit) return u.factor;
  }
  return std::nullopt;
}
}  // namespace

std::optional<std::int64_t> parse_quantity(std::string_view key, std::string_view text) {
  const std::size_t digits_end = text.find_last_of("0123456789");
  if (digits_end == std::string_view::npos) return std::nullopt;
  const auto value = parse_int<std::int64_t>(text.substr(0, digits_end + 1));
  const auto factor = factor_of(key, trim(text.substr(digits_end + 1)));
  std::int64_t product = 0;
  if (!value || !factor || __builtin_mul_overflow(*value, *factor, &product)) return std::nullopt;
  return product;
}

std::string_view quantity_form(std::string_view key) {
  if (ends_with(key, "_ms")) return "milliseconds, or a number with s, min, h or d";
  if (ends_with(key, "_bytes")) return "bytes, or a number with KiB, MiB, GiB or TiB";
  return "a whole number";
}

}  // namespace storesweep
