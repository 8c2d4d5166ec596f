// Parts of the facts' JSON: signatures, code, leads; and what all parts are made with. Private to
// facts_json.cc. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "worker/apk/facts.h"

namespace storesweep::json_parts {

// What says nothing is left out.
inline void put(nlohmann::ordered_json& out, const char* key, const std::string& value) {
  if (!value.empty()) out[key] = value;
}
inline void put(nlohmann::ordered_json& out, const char* key, bool value) {
  if (value) out[key] = true;
}
inline void put(nlohmann::ordered_json& out, const char* key, const std::vector<std::string>& value) {
  if (!value.empty()) out[key] = value;
}
template <class T, class Make>
nlohmann::ordered_json list(const std::vector<T>& all, Make make) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const T& one : all) out.push_back(make(one));
  return out;
}

inline std::string text_of(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}
nlohmann::ordered_json signature_json(const apk::SignatureFacts& s);
void append_code_json(std::string& out, const CodeSummary& code);
nlohmann::ordered_json lead_json(const Lead& lead);

}  // namespace storesweep::json_parts
