#include "common/config/document.h"

#include <algorithm>

#include "common/base/file.h"

namespace storesweep {
namespace {
// yaml-cpp shares aliased nodes, so a small file can unfold into a huge one when it is walked.
constexpr std::size_t kMaxNodes = 1'000'000;

// The place of the first value that is nested too deeply or stands beyond the bound.
std::optional<ConfigPlace> beyond_bounds(const YAML::Node& node, std::size_t depth, std::size_t& nodes) {
  if (depth > kMaxConfigDepth || ++nodes > kMaxNodes) return place_of(node.Mark());
  for (const auto& child : node) {
    const YAML::Node& below = node.IsMap() ? child.second : static_cast<const YAML::Node&>(child);
    if (auto place = beyond_bounds(below, depth + 1, nodes)) return place;
  }
  return std::nullopt;
}
}  // namespace

std::shared_ptr<ConfigMap::Node> ConfigDocument::State::add(const YAML::Node& yaml, ConfigPlace at,
                                                            const std::string& path) {
  auto& map = maps[path];
  if (!map) map = std::make_shared<ConfigMap::Node>(ConfigMap::Node{this, yaml, at, path, {}});
  return map;
}

std::shared_ptr<ConfigMap::Node> ConfigDocument::State::section(const YAML::Node& yaml, ConfigPlace at,
                                                                const std::string& path) {
  if (yaml.IsMap()) return add(yaml, at, path);
  errors.emplace_back(at, path + ": wanted a section of `key: value` lines");
  return add(YAML::Node(), at, path);
}

std::string ConfigDocument::State::text(ConfigPlace at) const {
  return file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

void ConfigDocument::State::refuse_unknown(const ConfigMap::Node& map) {
  if (!map.yaml.IsMap()) return;
  std::set<std::string> seen;
  const std::vector<std::string> known(map.known.begin(), map.known.end());
  for (const auto& entry : map.yaml) {
    const ConfigPlace at = place_of(entry.first.Mark());
    if (!entry.first.IsScalar()) {
      errors.emplace_back(at, "a key must be plain text");
      continue;
    }
    const std::string& key = entry.first.Scalar();
    if (!seen.insert(key).second) errors.emplace_back(at, map.full(key) + ": stands here twice");
    if (map.known.contains(key)) continue;
    const auto nearest = nearest_name(key, known);
    errors.emplace_back(at, map.full(key) + ": unknown key" +
                                (nearest ? "; did you mean `" + *nearest + "`?" : std::string()));
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
  try {
    state->root = YAML::Load(text);
    std::size_t nodes = 0;
    if (auto place = beyond_bounds(state->root, 0, nodes)) {
      return invalid(state->text(*place) + ": nested deeper than " + std::to_string(kMaxConfigDepth) +
                     " levels, or more than a million values");
    }
  } catch (const YAML::Exception& e) {
    return invalid(state->text(place_of(e.mark)) + ": not YAML: " + e.msg);
  }
  if (!state->root.IsMap() && !state->root.IsNull()) {
    return invalid(state->text({}) + ": wanted `key: value` lines at the top");
  }
  state->add(state->root, {}, "");
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
