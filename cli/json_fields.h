// Fields of an answer, read leniently: what is missing or wrong is blank. Private to this room.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace storesweep::cli {

inline std::string text_of(const nlohmann::ordered_json& json, const char* key) {
  if (!json.is_object()) return "";
  const auto at = json.find(key);
  return at != json.end() && at->is_string() ? at->get<std::string>() : "";
}
inline std::int64_t int_of(const nlohmann::ordered_json& json, const char* key) {
  if (!json.is_object()) return 0;
  const auto at = json.find(key);
  return at != json.end() && at->is_number() ? at->get<std::int64_t>() : 0;
}
inline double number_of(const nlohmann::ordered_json& json, const char* key) {
  if (!json.is_object()) return 0;
  const auto at = json.find(key);
  return at != json.end() && at->is_number() ? at->get<double>() : 0;
}
inline bool bool_of(const nlohmann::ordered_json& json, const char* key) {
  if (!json.is_object()) return false;
  const auto at = json.find(key);
  return at != json.end() && at->is_boolean() && at->get<bool>();
}
// The list or object under the key, or an empty one.
inline const nlohmann::ordered_json& below(const nlohmann::ordered_json& json, const char* key) {
  static const nlohmann::ordered_json kNothing = nlohmann::ordered_json::array();
  if (!json.is_object()) return kNothing;
  const auto at = json.find(key);
  return at != json.end() && at->is_structured() ? *at : kNothing;
}

}  // namespace storesweep::cli
