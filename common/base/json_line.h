// The fields of one line of JSON that a program beside us prints, each within its bounds: the first that is
// not what it should be is remembered, and what is missing is empty. Sees only the line. One thread; the JSON
// outlives it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/base/status.h"

namespace storesweep {

class JsonLine {
 public:
  // `whose`: "the hooks"; for the message.
  JsonLine(const nlohmann::json& json, std::string_view whose) : json_(json), whose_(whose) {}

  bool has(const char* key) const { return json_.contains(key); }
  std::string text(const char* key, std::size_t max_bytes) {
    const auto at = json_.find(key);
    return at == json_.end() ? "" : text_of(*at, key, max_bytes);
  }
  std::int64_t number(const char* key, std::int64_t max) {
    const auto at = json_.find(key);
    if (at == json_.end()) return 0;
    const bool fits = at->is_number_unsigned() && at->get<std::uint64_t>() <= static_cast<std::uint64_t>(max);
    if (!fits) return wrong(key, "is no number within its bounds"), 0;
    return at->get<std::int64_t>();
  }
  bool flag(const char* key) {
    const auto at = json_.find(key);
    if (at == json_.end()) return false;
    if (!at->is_boolean()) return wrong(key, "is neither true nor false"), false;
    return at->get<bool>();
  }
  std::vector<std::string> texts(const char* key, std::size_t most, std::size_t max_bytes) {
    std::vector<std::string> out;
    const auto at = json_.find(key);
    if (at == json_.end()) return out;
    if (!at->is_array() || at->size() > most) return wrong(key, "is no short list"), out;
    for (const nlohmann::json& one : *at) out.push_back(text_of(one, key, max_bytes));
    return out;
  }
  void must(bool holds, const char* key, const char* what) {
    if (!holds) wrong(key, what);
  }
  const Status& status() const { return status_; }

 protected:
  void wrong(const char* key, const char* what) {
    if (status_.ok()) status_ = corrupt("a line of " + std::string(whose_) + ": " + key + " " + what);
  }
  const nlohmann::json& json_;

 private:
  std::string text_of(const nlohmann::json& value, const char* key, std::size_t max_bytes) {
    if (!value.is_string()) return wrong(key, "is no text"), "";
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > max_bytes) return wrong(key, "is too long"), "";
    return text;
  }
  std::string_view whose_;
  Status status_;
};

}  // namespace storesweep
