#include "common/config/config.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/config/document.h"
#include "common/config/units.h"

namespace storesweep {
using Kind = ConfigNode::Kind;

namespace {
std::string range_text(IntRange range) {
  const bool below = range.least != IntRange{}.least;
  const bool above = range.most != IntRange{}.most;
  if (below && above) return std::to_string(range.least) + " to " + std::to_string(range.most);
  if (below) return "at least " + std::to_string(range.least);
  return "at most " + std::to_string(range.most);
}

// The number, or what is wrong with it.
Result<std::int64_t> checked_integer(std::string_view key, std::string_view text, IntRange range) {
  const auto value = parse_quantity(key, text);
  if (!value) return invalid("`" + std::string(text) + "` is not " + std::string(quantity_form(key)));
  if (*value < range.least || *value > range.most) {
    return invalid("`" + std::string(text) + "` is out of range: " + range_text(range));
  }
  return *value;
}

std::string beside(const std::string& file, const std::string& path) {
  const std::filesystem::path p(path);
  if (path.empty() || p.is_absolute()) return path;
  return (std::filesystem::path(file).parent_path() / p).lexically_normal().string();
}

// "${NAME}" -> NAME
std::optional<std::string> environment_name(std::string_view text) {
  if (text.size() < 4 || !starts_with(text, "${") || text.back() != '}') return std::nullopt;
  return std::string(text.substr(2, text.size() - 3));
}
}  // namespace

std::optional<ConfigNode> ConfigMap::Node::value(std::string_view key) {
  const auto found = yaml ? yaml->find(key) : std::nullopt;
  if (found) {
    asked.push_back(found->index());
  } else {
    absent.emplace_back(key);
  }
  return found && !found->is(Kind::kNull) ? found : std::nullopt;
}

std::optional<ConfigNode> ConfigMap::Node::scalar(std::string_view key, std::string_view wanted) {
  auto found = value(key);
  if (!found || found->is(Kind::kText)) return found;
  error(key, "wanted " + std::string(wanted));
  return std::nullopt;
}

ConfigPlace ConfigMap::Node::place(std::string_view key) const {
  const auto found = yaml && !key.empty() ? yaml->find(key) : std::nullopt;
  return found ? found->place() : at;
}

std::vector<std::size_t> ConfigMap::Node::asked_sorted() const {
  std::vector<std::size_t> all = asked;
  std::ranges::sort(all);
  return all;
}

std::string ConfigMap::Node::full(std::string_view key) const {
  if (path.empty() || key.empty()) return path + std::string(key);
  return path + "." + std::string(key);
}

void ConfigMap::Node::error(std::string_view key, const std::string& message) {
  const std::string name = full(key);
  document->errors.emplace_back(place(key), name.empty() ? message : name + ": " + message);
}

std::string ConfigMap::string(std::string_view key, std::string_view otherwise) {
  const auto found = node_->scalar(key, "text");
  return std::string(found ? found->text() : otherwise);
}

std::string ConfigMap::required_string(std::string_view key) {
  const auto there = node_->value(key);
  std::string text = string(key, "");
  if (!there || (text.empty() && there->is(Kind::kText))) node_->error(key, "must be given");
  return text;
}

std::int64_t ConfigMap::integer(std::string_view key, std::int64_t otherwise, IntRange range) {
  const auto found = node_->scalar(key, quantity_form(key));
  if (!found) return otherwise;
  const auto value = checked_integer(key, found->text(), range);
  if (value.ok()) return *value;
  node_->error(key, value.status().message());
  return otherwise;
}

std::int64_t ConfigMap::required_integer(std::string_view key, IntRange range) {
  if (!node_->value(key)) node_->error(key, "must be given: " + std::string(quantity_form(key)));
  return integer(key, 0, range);
}

double ConfigMap::number(std::string_view key, double otherwise, double least, double most) {
  const auto found = node_->scalar(key, "a number");
  if (!found) return otherwise;
  const std::string_view text = found->text();
  double value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad == std::errc() && end == text.data() + text.size() && value >= least && value <= most) return value;
  node_->error(key, "`" + std::string(text) + "` is not a number from " + std::to_string(least) + " to " +
                        std::to_string(most));
  return otherwise;
}

bool ConfigMap::boolean(std::string_view key, bool otherwise) {
  const auto found = node_->scalar(key, "true or false");
  if (!found) return otherwise;
  if (found->text() != "true" && found->text() != "false") {
    node_->error(key, "`" + std::string(found->text()) + "` is neither true nor false");
    return otherwise;
  }
  return found->text() == "true";
}

std::vector<std::string> ConfigMap::strings(std::string_view key) {
  std::vector<std::string> all;
  const auto found = node_->value(key);
  if (!found) return all;
  if (!found->is(Kind::kList)) {
    node_->error(key, "wanted a list");
    return all;
  }
  for (const ConfigNode& item : found->below()) {
    if (item.is(Kind::kText)) {
      all.emplace_back(item.text());
    } else {
      node_->document->errors.emplace_back(item.place(), node_->full(key) + ": wanted a list of text");
    }
  }
  return all;
}

std::vector<std::int64_t> ConfigMap::integers(std::string_view key, IntRange range) {
  std::vector<std::int64_t> all;
  for (const std::string& text : strings(key)) {
    const auto value = checked_integer(key, text, range);
    if (value.ok()) {
      all.push_back(*value);
    } else {
      node_->error(key, value.status().message());
    }
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> ConfigMap::string_map(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> all;
  ConfigMap section = map(key);
  for (const std::string& name : section.keys()) all.emplace_back(name, section.string(name, ""));
  return all;
}

std::string ConfigMap::path(std::string_view key, std::string_view otherwise) {
  return beside(node_->document->file, string(key, otherwise));
}

std::optional<std::string> ConfigMap::secret(std::string_view key) {
  const auto found = node_->value(key);
  if (!found) return std::nullopt;
  if (found->is(Kind::kMap)) {
    auto content = read_file(map(key).path("file", ""), kMaxSecretBytes);
    if (content.ok()) return std::string(trim(std::string_view(*content).substr(0, content->find('\n'))));
    node_->error(key, "cannot read the secret: " + content.status().message());
    return std::nullopt;
  }
  const auto name = found->is(Kind::kText) ? environment_name(found->text()) : std::nullopt;
  if (!name) {
    node_->error(key, "a secret does not stand here: write `{file: PATH}` or `${NAME}` of the environment");
    return std::nullopt;
  }
  if (const char* value = std::getenv(name->c_str())) return std::string(value);
  node_->error(key, "the environment has no `" + *name + "`");
  return std::nullopt;
}

std::optional<std::size_t> ConfigMap::choice(std::string_view key,
                                             const std::vector<std::string_view>& names) {
  const auto found = node_->scalar(key, "one name");
  if (!found) return std::nullopt;
  std::string all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == found->text()) return i;
    all += (i > 0 ? ", " : "") + std::string(names[i]);
  }
  node_->error(key, "`" + std::string(found->text()) + "` is none of: " + all);
  return std::nullopt;
}

bool ConfigMap::has(std::string_view key) { return node_->value(key).has_value(); }

ConfigMap ConfigMap::map(std::string_view key) {
  const auto found = node_->value(key);
  const std::string path = node_->full(key);
  if (!found) return ConfigMap(node_->document->add(std::nullopt, node_->at, path));
  return ConfigMap(node_->document->section(*found, path));
}

std::vector<ConfigMap> ConfigMap::maps(std::string_view key) {
  std::vector<ConfigMap> all;
  const auto found = node_->value(key);
  if (!found) return all;
  if (!found->is(Kind::kList)) {
    node_->error(key, "wanted a list of sections");
    return all;
  }
  for (const ConfigNode& item : found->below()) {
    const std::string path = node_->full(key) + "[" + std::to_string(all.size()) + "]";
    all.push_back(ConfigMap(node_->document->section(item, path)));
  }
  return all;
}

std::vector<std::pair<std::string, ConfigMap>> ConfigMap::named_maps(std::string_view key) {
  std::vector<std::pair<std::string, ConfigMap>> all;
  ConfigMap section = map(key);
  for (const std::string& name : section.keys()) all.emplace_back(name, section.map(name));
  return all;
}

std::vector<std::string> ConfigMap::keys() {
  std::vector<std::string> all;
  if (!node_->yaml) return all;
  const std::vector<ConfigNode> below = node_->yaml->below();
  const std::vector<std::size_t> asked = node_->asked_sorted();
  for (std::size_t i = 0; i < below.size(); i += 2) {
    if (!below[i].is(Kind::kText) || std::ranges::binary_search(asked, below[i + 1].index())) continue;
    all.emplace_back(below[i].text());
    node_->asked.push_back(below[i + 1].index());
  }
  return all;
}

void ConfigMap::error(std::string_view key, const std::string& message) { node_->error(key, message); }
std::string ConfigMap::place(std::string_view key) const { return node_->document->text(node_->place(key)); }

}  // namespace storesweep
