// The values of a behaviour file, taken from its JSON one by one and checked: what
// simdroid/android/behaviour.cc is written with. The first thing wrong ends the reading by Wrong, which never
// leaves read_behaviour(). Pure.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep::simdroid::android {

using Json = nlohmann::json;

struct Wrong {
  std::string text;
};
// where: "screens.home.views[2]"; empty: the file.
[[noreturn]] void wrong(const std::string& where, const std::string& what);

// An object whose keys are taken one by one; what is left over is unknown.
class Object {
 public:
  Object(const Json& json, std::string where);
  const Json* take(const std::string& key);
  const Json& need(const std::string& key);
  std::string at(const std::string& key) const { return where_.empty() ? key : where_ + "." + key; }
  void end() const;

 private:
  const Json& json_;
  std::string where_;
  std::set<std::string> taken_;
};

std::string text_of(const Json& json, const std::string& where);
std::string name_of(const Json& json, const std::string& where);
bool flag_of(const Json& json, const std::string& where);
std::int64_t number_of(const Json& json, const std::string& where, std::int64_t low, std::int64_t high);
std::string package_of(const Json& json, const std::string& where);
std::string process_of(const Json& json, const std::string& where);
std::string permission_of(const Json& json, const std::string& where);

template <class One>
auto list_of(const Json& json, const std::string& where, std::size_t low, std::size_t high, One one) {
  if (!json.is_array()) wrong(where, "expected a list");
  if (json.size() < low || json.size() > high) wrong(where, "list too short or too long");
  std::vector<decltype(one(json, where))> out;
  for (std::size_t i = 0; i < json.size(); ++i)
    out.push_back(one(json[i], where + "[" + std::to_string(i) + "]"));
  return out;
}

// Refuses equal keys, of which nlohmann's parser would keep the last.
Json parse_strict(std::string_view text);

}  // namespace storesweep::simdroid::android
