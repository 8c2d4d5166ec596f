#include "simdroid/android/behaviour_json.h"

#include <algorithm>

#include "common/base/text.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::size_t kMaxTextBytes = 4096;
constexpr std::size_t kMaxNameBytes = 32;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

bool valid_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && is_lower(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

// Words with dots between: packages and permissions.
bool valid_dotted(std::string_view text, bool letters_only_first) {
  const std::vector<std::string_view> parts = split(text, '.');
  if (parts.size() < 2) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty() || ((letters_only_first || i == 0) && !is_letter(parts[i][0]))) return false;
    if (!std::all_of(parts[i].begin(), parts[i].end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_'; }))
      return false;
  }
  return true;
}
}  // namespace

void wrong(const std::string& where, const std::string& what) {
  throw Wrong{(where.empty() ? "" : where + ": ") + what};
}

Object::Object(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
  if (!json.is_object()) wrong(where_, "expected an object");
}

const Json* Object::take(const std::string& key) {
  auto it = json_.find(key);
  if (it == json_.end()) return nullptr;
  taken_.insert(key);
  return &*it;
}

const Json& Object::need(const std::string& key) {
  const Json* value = take(key);
  if (!value) wrong(where_, "missing " + key);
  return *value;
}

void Object::end() const {
  for (const auto& [key, value] : json_.items())
    if (!taken_.contains(key)) wrong(where_, "unknown key " + key);
}

std::string text_of(const Json& json, const std::string& where) {
  if (!json.is_string()) wrong(where, "expected a text");
  auto text = json.get<std::string>();
  if (text.size() > kMaxTextBytes) wrong(where, "text too long");
  return text;
}
std::string name_of(const Json& json, const std::string& where) {
  std::string text = text_of(json, where);
  if (!valid_name(text)) wrong(where, "not a name: " + text);
  return text;
}
bool flag_of(const Json& json, const std::string& where) {
  if (!json.is_boolean()) wrong(where, "expected true or false");
  return json.get<bool>();
}
std::int64_t number_of(const Json& json, const std::string& where, std::int64_t low, std::int64_t high) {
  if (!json.is_number_integer()) wrong(where, "expected a whole number");
  const auto number = json.get<std::int64_t>();
  if (number < low || number > high) wrong(where, "number out of bounds");
  return number;
}
std::string package_of(const Json& json, const std::string& where) {
  std::string text = text_of(json, where);
  if (!valid_dotted(text, true)) wrong(where, "not a package: " + text);
  return text;
}
std::string process_of(const Json& json, const std::string& where) {
  std::string text = text_of(json, where);
  if (text.empty() || text[0] != ':' || !valid_name(text.substr(1))) wrong(where, "not a process: " + text);
  return text;
}
std::string permission_of(const Json& json, const std::string& where) {
  std::string text = text_of(json, where);
  if (!valid_dotted(text, false)) wrong(where, "not a permission: " + text);
  return text;
}

Json parse_strict(std::string_view text) {
  std::vector<std::set<std::string>> open;
  std::string twice;
  const Json::parser_callback_t watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > 32) throw Wrong{"nested too deep"};
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end && !open.empty()) open.pop_back();
    if (event == Json::parse_event_t::key && !open.empty() &&
        !open.back().insert(parsed.get<std::string>()).second)
      throw Wrong{"key twice: " + parsed.get<std::string>()};
    return true;
  };
  return Json::parse(text, watch);
}

}  // namespace storesweep::simdroid::android
