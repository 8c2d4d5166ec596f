// The words of a command of `pm`: options taken off, the rest in order. For commands_pm.cc and
// commands_install.cc alone.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace storesweep::simdroid {

struct Words {
  std::vector<std::string> rest;
  std::set<std::string> flags;
  std::map<std::string, std::string> values;
  bool has(const std::string& flag) const { return flags.contains(flag); }
  std::string first() const { return rest.empty() ? "" : rest[0]; }
};
// `with_value`: the options that take the word after them.
Words words_of(const std::vector<std::string>& args, std::size_t from,
               const std::set<std::string>& with_value);

}  // namespace storesweep::simdroid
