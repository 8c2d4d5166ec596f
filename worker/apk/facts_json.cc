#include <nlohmann/json.hpp>

#include "worker/apk/facts.h"

namespace storesweep {
namespace {
using Json = nlohmann::ordered_json;

Json filters_json(const std::vector<IntentFilter>& filters) {
  Json out = Json::array();
  for (const IntentFilter& f : filters) {
    out.push_back({{"actions", f.actions}, {"categories", f.categories}, {"schemes", f.schemes}});
  }
  return out;
}

Json component_json(const Component& c) {
  Json out{{"kind", component_kind_name(c.kind)}, {"name", c.name}};
  if (!c.target.empty()) out["target"] = c.target;
  if (!c.process.empty()) out["process"] = c.process;
  if (!c.permission.empty()) out["permission"] = c.permission;
  if (!c.authorities.empty()) out["authorities"] = c.authorities;
  if (c.exported) out["exported"] = *c.exported;
  if (!c.enabled) out["enabled"] = false;
  if (!c.filters.empty()) out["filters"] = filters_json(c.filters);
  return out;
}
}  // namespace

std::string_view component_kind_name(ComponentKind kind) {
  switch (kind) {
    case ComponentKind::kActivity:
      return "activity";
    case ComponentKind::kActivityAlias:
      return "activity-alias";
    case ComponentKind::kService:
      return "service";
    case ComponentKind::kReceiver:
      return "receiver";
    case ComponentKind::kProvider:
      return "provider";
  }
  return "";
}

std::string facts_to_json(const ApkFacts& f) {
  Json out{{"file_set", to_hex(f.file_set)}, {"splits", f.splits},
           {"package", f.package},           {"version_code", f.version_code},
           {"version_name", f.version_name}, {"label", f.label},
           {"label_zh", f.label_zh},         {"launch_activity", f.launch_activity},
           {"min_sdk", f.min_sdk},           {"target_sdk", f.target_sdk},
           {"max_sdk", f.max_sdk},           {"min_codename", f.min_codename},
           {"debuggable", f.debuggable},     {"behaviour_file", f.behaviour_file},
           {"prefixed", f.prefixed}};
  out["permissions"] = Json::array();
  for (const UsesPermission& p : f.permissions) {
    out["permissions"].push_back({{"name", p.name}, {"max_sdk", p.max_sdk}, {"from_23", p.from_23}});
  }
  out["features"] = Json::array();
  for (const UsesFeature& u : f.features)
    out["features"].push_back({{"name", u.name}, {"required", u.required}});
  out["components"] = Json::array();
  for (const Component& c : f.components) out["components"].push_back(component_json(c));
  out["abis"] = f.abis;
  out["package_queries"] = f.package_queries;
  out["signing"] = {
      {"v1", f.signing.v1}, {"v2", f.signing.v2}, {"v3", f.signing.v3}, {"v3_1", f.signing.v3_1}};
  out["needs"] = {{"abis", f.needs.abis}, {"min_api", f.needs.min_api}, {"features", f.needs.features}};
  return out.dump();
}

}  // namespace storesweep
