#include "common/rules/sources.h"

#include <algorithm>
#include <set>

#include "common/config/config.h"

namespace storesweep {
namespace {

bool class_shaped(std::string_view s) {
  return s.find('.') != std::string_view::npos && s.find_first_of("/; ") == std::string_view::npos &&
         s.front() != '.' && s.back() != '.';
}

// class -> [name, "name(ILjava/lang/String;)V"]
std::vector<SourceMember> read_members(ConfigMap map, std::string_view key) {
  std::vector<SourceMember> out;
  ConfigMap classes = map.map(key);
  for (const std::string& owner : classes.keys()) {
    if (!class_shaped(owner)) classes.error(owner, "is no class: com.foo.Bar$Baz");
    for (const std::string& text : classes.strings(owner)) {
      const std::size_t descriptor = std::min(text.find('('), text.size());
      out.push_back({owner, text.substr(0, descriptor), text.substr(descriptor)});
      if (descriptor == 0) classes.error(owner, "'" + text + "' has no name");
    }
  }
  return out;
}

std::vector<std::string> read_patterns(ConfigMap& map, std::string_view key) {
  std::vector<std::string> patterns = map.strings(key);
  for (const std::string& p : patterns) {
    if (std::min(p.find('*'), p.size()) < kLeastPatternPrefix)
      map.error(key, "'" + p + "' has fewer than 4 characters before its first *");
    if (key == "uris" && p.rfind("content://", 0) != 0) map.error(key, "'" + p + "' is no content:// URI");
  }
  return patterns;
}

Source read_source(ConfigMap map, bool mark, std::set<std::string>& seen) {
  Source s;
  s.mark = mark;
  s.id = map.required_string("id");
  if (!seen.insert(s.id).second) map.error("id", s.id + " stands twice");
  s.zh = map.required_string("zh");
  s.en = map.required_string("en");
  s.methods = read_members(map, "methods");
  s.weak_methods = read_members(map, "weak_methods");
  s.fields = read_members(map, "fields");
  s.uris = read_patterns(map, "uris");
  s.properties = read_patterns(map, "properties");
  s.paths = read_patterns(map, "paths");
  s.commands = read_patterns(map, "commands");
  s.names = read_patterns(map, "names");
  s.settings = map.strings("settings");
  s.permissions = map.strings("permissions");
  s.ops = map.strings("ops");
  return s;
}

}  // namespace

std::optional<std::size_t> SourceCatalogue::find(std::string_view id) const {
  const auto at = std::ranges::find(sources, id, &Source::id);
  if (at == sources.end()) return std::nullopt;
  return static_cast<std::size_t>(at - sources.begin());
}

bool pattern_matches(std::string_view pattern, std::string_view text) {
  // Greedy: a later star makes what an earlier one took final.
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Result<SourceCatalogue> load_sources(const std::string& folder) {
  TRY_ASSIGN(auto document, ConfigDocument::from_file(folder + "/sources.yaml"));
  ConfigMap root = document.root();
  SourceCatalogue out;
  out.version = root.required_string("version");
  out.settings_getters = read_members(root, "settings_getters");
  std::set<std::string> seen;
  for (ConfigMap& map : root.maps("kinds")) out.sources.push_back(read_source(map, false, seen));
  for (ConfigMap& map : root.maps("marks")) out.sources.push_back(read_source(map, true, seen));
  if (out.sources.size() > kMaxSources) root.error("kinds", "more than 1000 sources");
  TRY(document.finish());
  return out;
}

}  // namespace storesweep
