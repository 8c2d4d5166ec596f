// Feeding a reader the same bytes in every way a socket could deliver them. For tests; pure.
#pragma once

#include <string_view>
#include <vector>

namespace storesweep::adb {

// The bytes cut in two at every place, and once byte by byte.
inline std::vector<std::vector<std::string_view>> every_chunking(std::string_view bytes) {
  std::vector<std::vector<std::string_view>> all;
  for (std::size_t i = 0; i <= bytes.size(); ++i) all.push_back({bytes.substr(0, i), bytes.substr(i)});
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(bytes.substr(i, 1));
  all.push_back(single);
  return all;
}

}  // namespace storesweep::adb
