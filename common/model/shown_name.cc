#include "common/model/shown_name.h"

#include <algorithm>
#include <iterator>

namespace storesweep {

bool draws_nothing(std::string_view text) {
  static constexpr std::string_view kNothing[] = {" ",
                                                  "\t",
                                                  "\n",
                                                  "\xc2\xa0",
                                                  "\xc2\xad",
                                                  "\xe3\x80\x80",
                                                  "\xe2\x80\x8b",
                                                  "\xe2\x80\x8c",
                                                  "\xe2\x80\x8d",
                                                  "\xe2\x80\x8e",
                                                  "\xe2\x80\x8f",
                                                  "\xe2\xa0\x80",
                                                  "\xe3\x85\xa4",
                                                  "\xef\xbb\xbf"};
  while (!text.empty()) {
    const auto at = std::find_if(std::begin(kNothing), std::end(kNothing),
                                 [&](std::string_view n) { return text.starts_with(n); });
    if (at == std::end(kNothing)) return false;
    text.remove_prefix(at->size());
  }
  return true;
}

std::string shown_name(std::string_view label, std::string_view package) {
  return std::string(draws_nothing(label) ? package : label);
}

}  // namespace storesweep
