// What a document and its maps share: the parsed file, the errors so far, and which keys were asked for.
// Private to this room.
#pragma once

#include <yaml-cpp/yaml.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/config/config.h"

namespace storesweep {

struct ConfigPlace {
  int line = 1, column = 1;
  auto operator<=>(const ConfigPlace&) const = default;
};
inline ConfigPlace place_of(const YAML::Mark& mark) {
  return mark.is_null() ? ConfigPlace{} : ConfigPlace{mark.line + 1, mark.column + 1};
}

struct ConfigMap::Node {
  ConfigDocument::State* document = nullptr;
  YAML::Node yaml;   // a map, or null when the section is absent
  ConfigPlace at;    // of the map, or of what should hold it
  std::string path;  // "http.tokens[2]"; empty at the root
  std::set<std::string, std::less<>> known;

  // The value when it stands there and is not null. Declares the key.
  std::optional<YAML::Node> value(std::string_view key);
  // The value when it is a scalar (else an error is noted).
  std::optional<YAML::Node> scalar(std::string_view key, std::string_view wanted);
  ConfigPlace place(std::string_view key) const;  // of the value, or of the map
  std::string full(std::string_view key) const;
  void error(std::string_view key, const std::string& message);
};

struct ConfigDocument::State {
  std::string file;
  YAML::Node root;
  std::map<std::string, std::shared_ptr<ConfigMap::Node>> maps;  // by path: a section read twice is one
  std::vector<std::pair<ConfigPlace, std::string>> errors;

  std::shared_ptr<ConfigMap::Node> add(const YAML::Node& yaml, ConfigPlace at, const std::string& path);
  // The section under this path; one that is no map is an error and reads as empty.
  std::shared_ptr<ConfigMap::Node> section(const YAML::Node& yaml, ConfigPlace at, const std::string& path);
  std::string text(ConfigPlace at) const;
  void refuse_unknown(const ConfigMap::Node& map);
};

}  // namespace storesweep
