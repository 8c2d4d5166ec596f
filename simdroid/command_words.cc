#include "simdroid/command_words.h"

namespace storesweep::simdroid {

Words words_of(const std::vector<std::string>& args, std::size_t from,
               const std::set<std::string>& with_value) {
  Words out;
  for (std::size_t i = from; i < args.size(); ++i) {
    if (args[i].size() < 2 || args[i][0] != '-') {
      out.rest.push_back(args[i]);
    } else if (with_value.contains(args[i]) && i + 1 < args.size()) {
      out.values[args[i]] = args[i + 1];
      ++i;
    } else {
      out.flags.insert(args[i]);
    }
  }
  return out;
}

}  // namespace storesweep::simdroid
