#include "common/rules/probes.h"

#include <filesystem>

#include "common/config/config.h"

namespace storesweep {
namespace {

Expectation read_expectation(ConfigMap& map) {
  Expectation e;
  e.rule = map.required_string("rule");
  const std::string level = map.required_string("level");
  e.level = level_named(level);
  if (!e.level && level != "any" && !level.empty())
    map.error("level", "'" + level + "' is no level, nor `any`");
  e.min_api = static_cast<int>(map.integer("min_api", e.min_api, {0, 1'000}));
  e.max_api = static_cast<int>(map.integer("max_api", e.max_api, {0, 1'000}));
  e.needs = map.string("needs", "");
  map.keys();  // the reason is for people
  return e;
}

Probe read_probe(ConfigMap& map) {
  Probe p;
  p.apk = map.required_string("apk");
  p.old_apk = map.string("old_apk", "");
  for (const char* key : {"apk", "old_apk"}) {
    if (map.string(key, "").find('/') != std::string::npos)
      map.error(key, "the name of a file beside this one");
  }
  p.package = map.required_string("package");
  p.label = map.string("label", "");
  p.version_name = map.string("version_name", "");
  p.category = map.string("category", "");
  for (ConfigMap& e : map.maps("expected")) p.expected.push_back(read_expectation(e));
  map.keys();  // kind, twin, why, ...: for people and tests
  return p;
}

}  // namespace

Result<std::vector<Probe>> load_probes(const std::string& folder) {
  const std::string file = folder + "/expected.yaml";
  std::error_code error;
  if (!std::filesystem::exists(file, error))
    return not_found(file + " is not there: `./dev probes` builds the project's own probe apps");
  TRY_ASSIGN(auto document, ConfigDocument::from_file(file));
  ConfigMap root = document.root();
  std::vector<Probe> out;
  for (ConfigMap& map : root.maps("probes")) out.push_back(read_probe(map));
  if (out.empty() || out.size() > kMaxProbes) root.error("probes", "wanted 1 to 10000 probes");
  TRY(document.finish());
  return out;
}

}  // namespace storesweep
