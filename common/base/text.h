// Small text tools used everywhere. Pure.
#pragma once

#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep {

inline bool starts_with(std::string_view s, std::string_view p) { return s.substr(0, p.size()) == p; }
inline bool ends_with(std::string_view s, std::string_view p) {
  return s.size() >= p.size() && s.substr(s.size() - p.size()) == p;
}
std::string_view trim(std::string_view s);  // ASCII white space, CR included
// Every piece, empty ones too: split("a,,b", ',') has three.
std::vector<std::string_view> split(std::string_view s, char separator);
// Lines without their end ("\n" or "\r\n"); a last line without an end counts, an empty rest does not.
std::vector<std::string_view> lines(std::string_view s);
// Words between runs of blanks and tabs.
std::vector<std::string_view> words(std::string_view s);
bool valid_utf8(std::string_view s);
// The text with every byte that is not valid UTF-8 replaced by U+FFFD.
std::string clean_utf8(std::string_view s);

// Of maps by text that are asked with a view: no string is made of it.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
};

// The whole text as a number, else nothing ("12x", "", " 1" and overflow are nothing).
template <class T>
std::optional<T> parse_int(std::string_view s, int base = 10) {
  T v{};
  auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v, base);
  if (error != std::errc() || end != s.data() + s.size() || s.empty()) return std::nullopt;
  return v;
}

}  // namespace storesweep
