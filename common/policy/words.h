// Words found in a text: many at once, in one pass. A Latin word counts only whole; of two words of which one
// lies within the other, the longer one is meant. Pure values; a WordIndex may be shared between threads once
// it is made.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep::policy {

// The form in which words and texts are compared: half width, lower case, one blank between Latin words and
// none elsewhere, "、" as kListMark.
inline constexpr char kListMark = '\x1e';
std::string normal(std::string_view raw);

struct Hit {
  std::uint16_t tag = 0;
  std::uint32_t begin = 0, end = 0;
  bool operator==(const Hit&) const = default;
};

class WordIndex {
 public:
  struct Entry {
    std::string word;  // normal
    std::uint16_t tag = 0;
  };
  WordIndex() = default;
  explicit WordIndex(std::vector<Entry> entries);  // words of two bytes at least

  // In the order of the text, none within another.
  std::vector<Hit> find(std::string_view normal_text) const;
  // The longest word of the text; null when there is none.
  const Entry* longest(std::string_view normal_text) const;

 private:
  const Entry* longest_at(std::string_view text, std::size_t at) const;
  std::vector<Entry> entries_;        // by their first two bytes, the longer ones first
  std::vector<std::uint32_t> first_;  // where those of two bytes begin; empty: no entries
};

}  // namespace storesweep::policy
