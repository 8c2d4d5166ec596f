// A dump under way: blocks of the shape, filled and put below one another. For this room only.
#pragma once

#include <string>
#include <string_view>

#include "simdroid/print/template.h"

namespace storesweep::simdroid {

class Sheet {
 public:
  explicit Sheet(const Templates& templates) : templates_(templates) {}
  // A block that the shape lacks is not of its version: nothing.
  void add(std::string_view block, const Holes& values = {}) {
    if (templates_.has(block)) text_ += templates_.fill(block, values);
  }
  bool has(std::string_view block) const { return templates_.has(block); }
  std::string take() { return std::move(text_); }

 private:
  const Templates& templates_;
  std::string text_;
};

inline std::string yes_no(bool value) { return value ? "true" : "false"; }
// "[a, b]" without the brackets.
template <class Range>
std::string joined(const Range& words, std::string_view separator) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : std::string(separator)) + word;
  return out;
}

}  // namespace storesweep::simdroid
