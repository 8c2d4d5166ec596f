// Checked reading of a JSON object: the first wrong field makes it bad and is named; every later read gives
// the default. Values; one thread. For .cc files: it brings in the whole of nlohmann's header.
#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <optional>
#include <string>

#include "common/base/status.h"

namespace storesweep {

class JsonReader {
 public:
  using Json = nlohmann::ordered_json;
  explicit JsonReader(const Json& json, std::string path = "") : json_(json), path_(std::move(path)) {
    if (!json.is_object()) fail("", "wanted an object");
  }

  std::string text(const char* key, std::string otherwise = "") {
    const Json* v = find(key);
    if (v == nullptr) return otherwise;
    if (!v->is_string()) return fail(key, "wanted text"), otherwise;
    return v->get<std::string>();
  }
  std::int64_t integer(const char* key, std::int64_t otherwise = 0) {
    const Json* v = find(key);
    if (v == nullptr) return otherwise;
    const bool fits = v->is_number_integer() &&
                      (!v->is_number_unsigned() || v->get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
    if (!fits) return fail(key, "wanted a whole number"), otherwise;
    return v->get<std::int64_t>();
  }
  double number(const char* key, double otherwise = 0) {
    const Json* v = find(key);
    if (v == nullptr) return otherwise;
    if (!v->is_number()) return fail(key, "wanted a number"), otherwise;
    return v->get<double>();
  }
  bool boolean(const char* key, bool otherwise = false) {
    const Json* v = find(key);
    if (v == nullptr) return otherwise;
    if (!v->is_boolean()) return fail(key, "wanted true or false"), otherwise;
    return v->get<bool>();
  }
  // A name that `named` knows (it returns optional<E>).
  template <class E, class F>
  E one_of(const char* key, E otherwise, F named) {
    const Json* v = find(key);
    if (v == nullptr) return otherwise;
    std::optional<E> e;
    if (v->is_string()) e = named(v->get_ref<const std::string&>());
    if (!e) fail(key, "is no known name");
    return e.value_or(otherwise);
  }
  // Calls item(json, path) for each entry of a list of at most `most`.
  void each(const char* key, std::size_t most,
            const std::function<Status(const Json&, const std::string&)>& item) {
    const Json* v = find(key);
    if (v == nullptr) return;
    if (!v->is_array()) return fail(key, "wanted a list");
    if (v->size() > most) return fail(key, "more than " + std::to_string(most) + " entries");
    for (std::size_t i = 0; i < v->size() && status_.ok(); ++i) {
      status_ = item((*v)[i], path_ + key + "[" + std::to_string(i) + "].");
    }
  }
  std::vector<std::string> texts(const char* key, std::size_t most) {
    std::vector<std::string> all;
    each(key, most, [&](const Json& item, const std::string& path) {
      if (!item.is_string()) return invalid(path + " wanted text");
      all.push_back(item.get<std::string>());
      return ok_status();
    });
    return all;
  }
  // An object below, or null when it is not there.
  const Json* object(const char* key) {
    const Json* v = find(key);
    if (v != nullptr && !v->is_object()) return fail(key, "wanted an object"), nullptr;
    return v;
  }
  bool has(const char* key) { return find(key) != nullptr; }
  void fail(const std::string& key, const std::string& why) {
    if (status_.ok()) status_ = invalid(path_ + key + ": " + why);
  }
  const std::string& path() const { return path_; }
  Status status() const { return status_; }

 private:
  const Json* find(const char* key) {
    if (!status_.ok()) return nullptr;
    const auto at = json_.find(key);
    return at == json_.end() || at->is_null() ? nullptr : &*at;
  }
  const Json& json_;
  std::string path_;
  Status status_;
};

// The value whose name() this is, among the first `count` of the enumeration starting at `first`.
template <class E>
std::optional<E> named_in(std::string_view text, int count, int first = 0) {
  for (int i = first; i < first + count; ++i) {
    if (name(static_cast<E>(i)) == text) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace storesweep
