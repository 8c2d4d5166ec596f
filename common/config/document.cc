#include "common/config/document.h"

#include <algorithm>
#include <set>

#include "common/base/file.h"

namespace storesweep {
namespace {
std::optional<ConfigTree> known_tree(std::string_view yaml) {
  std::optional<Digest> digest;
  for (const KnownTree& known : kKnownTrees) {
    if (known.yaml_bytes != yaml.size()) continue;
    if (!digest) digest = sha256(yaml);
    if (known.yaml_sha256 == *digest) return known.tree;
  }
  return std::nullopt;
}
}  // namespace

std::shared_ptr<ConfigMap::Node> ConfigDocument::State::add(std::optional<ConfigNode> yaml, ConfigPlace at,
                                                            const std::string& path) {
  auto& map = maps[path];
  if (!map) map = std::make_shared<ConfigMap::Node>(ConfigMap::Node{this, yaml, at, path, {}});
  return map;
}

std::shared_ptr<ConfigMap::Node> ConfigDocument::State::section(const ConfigNode& yaml,
                                                                const std::string& path) {
  if (yaml.is(ConfigNode::Kind::kMap)) return add(yaml, yaml.place(), path);
  errors.emplace_back(yaml.place(), path + ": wanted a section of `key: value` lines");
  return add(std::nullopt, yaml.place(), path);
}

std::string ConfigDocument::State::text(ConfigPlace at) const {
  return file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::vector<std::string> ConfigMap::Node::known() const {
  std::vector<std::string> names = absent;
  for (std::size_t value : asked) names.emplace_back(ConfigNode(document->tree, value - 1).text());
  std::ranges::sort(names);
  return names;
}

void ConfigDocument::State::refuse_unknown(const ConfigMap::Node& map) {
  if (!map.yaml) return;
  const std::vector<ConfigNode> below = map.yaml->below();
  const std::vector<std::size_t> asked = map.asked_sorted();
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < below.size(); i += 2) {
    const ConfigPlace at = below[i].place();
    const std::string_view key = below[i].text();
    if (!below[i].is(ConfigNode::Kind::kText)) {
      errors.emplace_back(at, "a key must be plain text");
    } else if (!seen.insert(key).second) {
      errors.emplace_back(at, map.full(key) + ": stands here twice");
    } else if (!std::ranges::binary_search(asked, below[i + 1].index())) {
      const auto nearest = nearest_name(key, map.known());
      errors.emplace_back(at, map.full(key) + ": unknown key" +
                                  (nearest ? "; did you mean `" + *nearest + "`?" : std::string()));
    }
  }
}

Result<ConfigDocument> ConfigDocument::from_file(const std::string& path) {
  auto text = read_file(path, kMaxConfigBytes);
  if (!text.ok()) return text.status().within("configuration");
  return from_text(path, *text);
}

Result<ConfigDocument> ConfigDocument::from_text(const std::string& name, const std::string& text) {
  auto state = std::make_shared<State>();
  state->file = name;
  if (text.size() > kMaxConfigBytes) return exhausted(name + ": larger than 4 MiB");
  if (const auto known = known_tree(text)) {
    state->tree = *known;
  } else {
    TRY_ASSIGN(state->parsed, parse_tree(name, text));
    state->tree = state->parsed.view();
  }
  const ConfigNode root(state->tree);
  const bool map = root.is(ConfigNode::Kind::kMap);
  if (!map && !root.is(ConfigNode::Kind::kNull)) {
    return invalid(state->text({}) + ": wanted `key: value` lines at the top");
  }
  state->add(map ? std::optional(root) : std::nullopt, {}, "");
  return ConfigDocument(std::move(state));
}

ConfigMap ConfigDocument::root() { return ConfigMap(state_->maps.at("")); }

Status ConfigDocument::finish() {
  for (const auto& [path, map] : state_->maps) state_->refuse_unknown(*map);
  auto& errors = state_->errors;
  std::stable_sort(errors.begin(), errors.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  errors.erase(std::unique(errors.begin(), errors.end()), errors.end());
  if (errors.empty()) return ok_status();
  std::string all;
  for (std::size_t i = 0; i < std::min(errors.size(), kMaxConfigErrors); ++i) {
    if (i > 0) all += '\n';
    all += state_->text(errors[i].first) + ": " + errors[i].second;
  }
  if (errors.size() > kMaxConfigErrors) {
    all += "\nand " + std::to_string(errors.size() - kMaxConfigErrors) + " more";
  }
  return invalid(all);
}

}  // namespace storesweep
