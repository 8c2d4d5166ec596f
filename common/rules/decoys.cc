#include "common/rules/decoys.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/config/config.h"

namespace storesweep {
namespace {

constexpr std::int64_t kMostDecoys = 20;

std::vector<std::string> read_packages(ConfigMap& map, std::string_view key) {
  std::vector<std::string> out = map.strings(key);
  for (const std::string& name : out) {
    if (name.find('.') == std::string::npos || name.find_first_of(" /'\"") != std::string::npos)
      map.error(key, "'" + name + "' is no package");
  }
  return out;
}

bool below(std::string_view package, const std::vector<std::string>& all) {
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& p) { return package == p || starts_with(package, p + "."); });
}

}  // namespace

DecoysWanted decoys_for(const DecoyRules& rules, const std::string& package,
                        const std::set<std::string>& named, const std::vector<std::string>& system_packages) {
  std::vector<std::string> wanted = rules.always;
  wanted.insert(wanted.end(), named.begin(), named.end());
  DecoysWanted out;
  for (const std::string& one : wanted) {
    const bool there = std::find(out.install.begin(), out.install.end(), one) != out.install.end();
    if (there || one == package || below(one, system_packages)) continue;
    (out.install.size() < rules.most ? out.install : out.left_out).push_back(one);
  }
  return out;
}

Result<DecoyRules> load_decoys(const std::string& folder) {
  TRY_ASSIGN(auto document, ConfigDocument::from_file(folder + "/decoys.yaml"));
  ConfigMap root = document.root();
  DecoyRules out;
  out.always = read_packages(root, "always");
  out.known = read_packages(root, "known");
  out.most = static_cast<std::size_t>(root.required_integer("most", {1, kMostDecoys}));
  if (out.always.size() > out.most) root.error("most", "is less than what is always there");
  TRY(document.finish());
  return out;
}

}  // namespace storesweep
