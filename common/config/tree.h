// A YAML document as one flat list of its values, each with its place: what ConfigMap reads. Trees of the
// rule pack's own files are made when the program is built (main.cc) and lie in it ready to be read, because
// parsing them takes longer than all else that a short run does; a file that differs from those in a byte is
// parsed. Private to this room. Plain views: what they lie in must outlive them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/hash.h"
#include "common/base/status.h"

namespace storesweep {

struct ConfigPlace {
  std::uint32_t line = 1, column = 1;
  auto operator<=>(const ConfigPlace&) const = default;
};

// A list's values, and a map's keys and values in turn, stand behind it; so do theirs.
struct ConfigValue {
  enum class Kind : std::uint8_t { kNull, kText, kList, kMap };
  std::uint32_t end = 0;  // behind the last value below it
  std::uint32_t text_at = 0, text_bytes = 0;
  ConfigPlace place;
  Kind kind = Kind::kNull;
  bool operator==(const ConfigValue&) const = default;
};

struct ConfigTree {
  std::span<const ConfigValue> values;  // [0] is the root
  std::string_view text;
};

// A value of a tree, and a way to those below it.
class ConfigNode {
 public:
  using Kind = ConfigValue::Kind;
  explicit ConfigNode(const ConfigTree& tree, std::size_t index = 0) : tree_(&tree), index_(index) {}
  std::size_t index() const { return index_; }
  bool is(Kind kind) const { return value().kind == kind; }
  std::string_view text() const { return tree_->text.substr(value().text_at, value().text_bytes); }
  ConfigPlace place() const { return value().place; }
  std::optional<ConfigNode> find(std::string_view key) const;  // of a map; the first, where there are two
  std::vector<ConfigNode> below() const;                       // of a map: keys and values in turn

 private:
  const ConfigValue& value() const { return tree_->values[index_]; }
  ConfigNode next() const { return ConfigNode(*tree_, value().end); }
  const ConfigTree* tree_;
  std::size_t index_;
};

struct ParsedTree {
  std::vector<ConfigValue> values;
  std::string text;
  ConfigTree view() const { return {values, text}; }
};
// kInvalid: not YAML, or beyond the bounds of config.h; name is for the message.
Result<ParsedTree> parse_tree(const std::string& name, const std::string& yaml);

struct KnownTree {
  std::size_t yaml_bytes;
  Digest yaml_sha256;
  ConfigTree tree;
};
extern const std::span<const KnownTree> kKnownTrees;  // of rules/, written by the build

}  // namespace storesweep
