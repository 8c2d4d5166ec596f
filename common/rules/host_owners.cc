#include "common/rules/host_owners.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "common/base/text.h"
#include "common/config/config.h"

namespace storesweep {

const HostOwner* HostOwners::of(std::string_view host) const {
  while (!host.empty()) {
    if (const auto at = by_host_.find(host); at != by_host_.end()) return &at->second;
    const std::size_t dot = host.find('.');
    if (dot == std::string_view::npos) return nullptr;
    host.remove_prefix(dot + 1);
  }
  return nullptr;
}

const HostOwner* HostOwners::of_class(std::string_view name) const {
  while (!name.empty()) {
    if (const auto at = by_class_.find(name); at != by_class_.end()) return &at->second;
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) return nullptr;
    name = name.substr(0, dot);
  }
  return nullptr;
}

Result<HostOwners> load_host_owners(const std::string& folder) {
  HostOwners out;
  const std::string file = folder + "/sdks/catalogue.yaml";
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return out;  // a pack without it knows nobody's hosts
  TRY_ASSIGN(auto document, ConfigDocument::from_file(file));
  for (ConfigMap& map : document.root().maps("sdks")) {
    const HostOwner owner{map.string("name", ""), map.string("company", "")};
    for (std::string& host : map.strings("hosts")) out.add(std::move(host), owner);
    for (std::string& prefix : map.strings("classes")) out.add_class(std::move(prefix), owner);
  }
  return out;
}

std::string own_domain(std::string_view package) {
  const auto labels = split(package, '.');
  if (labels.size() < 2) return "";
  // com.cn and the like are nobody's domain.
  constexpr std::array<std::string_view, 7> kSecondLevel = {"com", "net", "org", "gov", "edu", "ac", "co"};
  const bool shared = labels[0].size() == 2 &&
                      std::find(kSecondLevel.begin(), kSecondLevel.end(), labels[1]) != kSecondLevel.end();
  if (shared && labels.size() < 3) return "";
  std::string out = std::string(labels[1]) + "." + std::string(labels[0]);
  return shared ? std::string(labels[2]) + "." + out : out;
}

bool below_domain(std::string_view host, std::string_view domain) {
  if (domain.empty() || !ends_with(host, domain)) return false;
  return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

}  // namespace storesweep
