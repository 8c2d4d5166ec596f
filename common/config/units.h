// Numbers with their units as a person writes them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace storesweep {

// "30000" or, by the ending of the key's name, "30 s" for _ms and "64 MiB" for _bytes. Nothing when it is no
// number, has a unit that does not belong to the key, or overflows.
std::optional<std::int64_t> parse_quantity(std::string_view key, std::string_view text);
// What may be written for this key: "a whole number", "milliseconds, or a number with s, min, h or d", ...
std::string_view quantity_form(std::string_view key);

}  // namespace storesweep
