// How apps write a value before they send it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace storesweep::traffic {

enum class Hash { kMd5, kSha1, kSha256 };
std::string hash_of(Hash hash, std::string_view bytes);  // the digest's own bytes

std::string hex_of(std::string_view bytes);  // lower case
std::string upper_case(std::string_view ascii);
std::string lower_case(std::string_view ascii);
std::string without(std::string_view text, std::string_view characters);

// RFC 4648 without padding: with + and /, or with - and _ for URLs.
std::string base64_of(std::string_view bytes, bool for_urls);
// The characters of base64 that these bytes decide alone when `before` bytes (0, 1 or 2, modulo three) of
// something else stand in front of them and anything may follow.
std::string base64_inside(std::string_view bytes, std::size_t before, bool for_urls);

// RFC 3986: unreserved characters as they are; `all` encodes those too.
std::string percent_of(std::string_view bytes, bool all);
// As JSON libraries that keep to ASCII write UTF-8 text: \u4f60. Text that is not UTF-8 gives "".
std::string json_escaped(std::string_view utf8);
// UTF-16 without a mark; text that is not UTF-8 gives "".
std::string utf16_of(std::string_view utf8, bool big_endian);

}  // namespace storesweep::traffic
