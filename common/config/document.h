// What a document and its maps share: the parsed file, the errors so far, and which keys were asked for.
// Private to this room.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/config/config.h"
#include "common/config/tree.h"

namespace storesweep {

struct ConfigMap::Node {
  ConfigDocument::State* document = nullptr;
  std::optional<ConfigNode> yaml;  // a map; none when the section is absent
  ConfigPlace at;                  // of the map, or of what should hold it
  std::string path;                // "http.tokens[2]"; empty at the root
  std::vector<std::size_t>
      asked;  // keys, by the indices of their values; a key stands right before its value
  std::vector<std::string> absent;  // keys that were asked for and are not there

  // The value when it stands there and is not null. Declares the key.
  std::optional<ConfigNode> value(std::string_view key);
  // The value when it is a scalar (else an error is noted).
  std::optional<ConfigNode> scalar(std::string_view key, std::string_view wanted);
  ConfigPlace place(std::string_view key) const;  // of the value, or of the map
  std::string full(std::string_view key) const;
  std::vector<std::size_t> asked_sorted() const;
  std::vector<std::string> known() const;  // keys that were asked for
  void error(std::string_view key, const std::string& message);
};

struct ConfigDocument::State {
  std::string file;
  ParsedTree parsed;  // empty when the tree is one of kKnownTrees
  ConfigTree tree;
  std::map<std::string, std::shared_ptr<ConfigMap::Node>> maps;  // by path: a section read twice is one
  std::vector<std::pair<ConfigPlace, std::string>> errors;

  std::shared_ptr<ConfigMap::Node> add(std::optional<ConfigNode> yaml, ConfigPlace at,
                                       const std::string& path);
  // The section under this path; one that is no map is an error and reads as empty.
  std::shared_ptr<ConfigMap::Node> section(const ConfigNode& yaml, const std::string& path);
  std::string text(ConfigPlace at) const;
  void refuse_unknown(const ConfigMap::Node& map);
};

}  // namespace storesweep
