#include "common/traffic/field_name.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/traffic/matcher.h"

namespace storesweep::traffic {
namespace {
bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; }
}  // namespace

std::string_view field_before(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end > 0 && at - end < kFieldDistance && !is_alnum(text[end - 1])) --end;
  if (end == at) return {};
  std::size_t begin = end;
  while (begin > 0 && end - begin < kMaxFieldBytes && is_word(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

bool names_one_of(std::string_view field, const std::vector<std::string>& keys) {
  std::string name;
  for (char c : field) {
    if (is_alnum(c)) name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return std::any_of(keys.begin(), keys.end(),
                     [&](const std::string& key) { return starts_with(name, key) || ends_with(name, key); });
}

}  // namespace storesweep::traffic
