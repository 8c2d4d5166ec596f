// Facts as JSON: keys are the fields' names; lists, texts and flags that say nothing are left out below the
// top level. schemas/apk-facts.schema.json describes it.
#include <nlohmann/json.hpp>

#include "worker/apk/facts.h"
#include "worker/apk/facts_json_parts.h"

namespace storesweep {
namespace {
using Json = nlohmann::ordered_json;
using json_parts::list;
using json_parts::put;
using json_parts::text_of;

Json filter_json(const IntentFilter& f) {
  Json out{{"actions", f.actions}, {"categories", f.categories}, {"schemes", f.schemes}};
  put(out, "hosts", f.hosts);
  if (!f.paths.empty()) {
    out["paths"] = list(f.paths, [](const FilterPath& p) {
      return Json{{"kind", p.kind}, {"path", p.path}};
    });
  }
  put(out, "mime_types", f.mime_types);
  put(out, "mime_groups", f.mime_groups);
  if (f.priority != 0) out["priority"] = f.priority;
  put(out, "auto_verify", f.auto_verify);
  return out;
}

Json meta_json(const MetaData& m) {
  Json out{{"name", m.name}, {"value", m.value}};
  put(out, "resource", m.resource);
  put(out, "file", m.file);
  put(out, "values", m.values);
  return out;
}

Json component_json(const Component& c) {
  Json out{{"kind", component_kind_name(c.kind)}, {"name", c.name}};
  put(out, "target", c.target);
  put(out, "icon", c.icon);
  put(out, "process", c.process);
  put(out, "permission", c.permission);
  put(out, "authorities", c.authorities);
  if (c.exported) out["exported"] = *c.exported;
  out["reachable"] = c.reachable;
  if (!c.enabled) out["enabled"] = false;
  put(out, "read_permission", c.read_permission);
  put(out, "write_permission", c.write_permission);
  put(out, "grant_uri_permissions", c.grant_uri_permissions);
  if (c.task_affinity) out["task_affinity"] = *c.task_affinity;
  put(out, "theme", c.theme);
  put(out, "exclude_from_recents", c.exclude_from_recents);
  put(out, "direct_boot_aware", c.direct_boot_aware);
  put(out, "isolated", c.isolated);
  put(out, "external", c.external);
  put(out, "single_user", c.single_user);
  put(out, "foreground_service_types", c.foreground_service_types);
  put(out, "split", c.split);
  if (!c.filters.empty()) out["filters"] = list(c.filters, filter_json);
  if (!c.meta_data.empty()) out["meta_data"] = list(c.meta_data, meta_json);
  if (!c.properties.empty()) out["properties"] = list(c.properties, meta_json);
  return out;
}

Json rule_json(const NetworkRule& r) {
  Json out = Json::object();
  if (!r.domains.empty()) {
    out["domains"] = list(r.domains, [](const DomainRule& d) {
      return Json{{"domain", d.domain}, {"subdomains", d.subdomains}};
    });
  }
  if (r.cleartext) out["cleartext"] = *r.cleartext;
  out["anchors"] = list(r.anchors, [](const TrustAnchor& a) {
    return Json{{"source", a.source}, {"override_pins", a.override_pins}};
  });
  out["pins"] = list(r.pins, [](const CertificatePin& p) {
    return Json{{"digest", p.digest}, {"value", p.value}};
  });
  put(out, "pins_expire", r.pins_expire);
  return out;
}

Json network_json(const NetworkSecurity& n) {
  Json out = Json::object();
  put(out, "file", n.file);
  if (n.cleartext_flag) out["cleartext_flag"] = *n.cleartext_flag;
  out["cleartext"] = n.cleartext;
  out["user_certificates"] = n.user_certificates;
  if (n.file.empty()) return out;
  out["base"] = rule_json(n.base);
  if (n.debug) out["debug"] = rule_json(*n.debug);
  out["rules"] = list(n.rules, rule_json);
  return out;
}

Json backup_json(const Backup& b) {
  Json out{{"allowed", b.allowed}};
  put(out, "agent", b.agent);
  put(out, "full_content", b.full_content);
  put(out, "extraction_rules", b.extraction_rules);
  out["rules"] = list(b.rules, [](const BackupRule& r) {
    Json rule{{"section", r.section}, {"include", r.include}, {"domain", r.domain}, {"path", r.path}};
    put(rule, "require_flags", r.require_flags);
    return rule;
  });
  return out;
}

Json icon_json(const IconFile& i) {
  Json out{{"density", i.density}, {"path", i.path}, {"kind", i.kind}};
  put(out, "background", i.background);
  put(out, "foreground", i.foreground);
  return out;
}

Json permission_json(const UsesPermission& p) {
  Json out{{"name", p.name}, {"max_sdk", p.max_sdk}, {"from_23", p.from_23}};
  put(out, "never_for_location", p.never_for_location);
  return out;
}

Json identity_json(const ApkFacts& f) {
  Json out{{"facts_version", kFactsVersion},
           {"file_set", to_hex(f.file_set)},
           {"format", f.format},
           {"splits", f.splits}};
  out["split_facts"] = list(f.split_facts, [](const SplitFacts& s) {
    return Json{{"name", s.name}, {"config_for", s.config_for}, {"feature", s.feature}};
  });
  out.update(Json{{"package", f.package},
                  {"version_code", f.version_code},
                  {"version_name", f.version_name},
                  {"label", f.label},
                  {"label_zh", f.label_zh},
                  {"labels", f.labels},
                  {"icon", f.icon},
                  {"icons", list(f.icons, icon_json)},
                  {"round_icon", f.round_icon},
                  {"icon_alpha", f.icon_alpha},
                  {"launch_activity", f.launch_activity},
                  {"min_sdk", f.min_sdk},
                  {"target_sdk", f.target_sdk},
                  {"max_sdk", f.max_sdk},
                  {"min_codename", f.min_codename},
                  {"target_codename", f.target_codename},
                  {"debuggable", f.debuggable},
                  {"test_only", f.test_only},
                  {"behaviour_file", f.behaviour_file},
                  {"prefixed", f.prefixed},
                  {"shared_user_id", f.shared_user_id},
                  {"install_location", f.install_location},
                  {"application_class", f.application_class},
                  {"component_factory", f.component_factory},
                  {"app_permission", f.app_permission},
                  {"overlay_of", f.overlay_of},
                  {"app_enabled", f.app_enabled},
                  {"extract_native_libs", f.extract_native_libs},
                  {"legacy_storage", f.legacy_storage},
                  {"direct_boot_aware", f.direct_boot_aware}});
  return out;
}

void add_declared(const ApkFacts& f, Json& out) {
  out["permissions"] = list(f.permissions, permission_json);
  out["implied_permissions"] = f.implied_permissions;
  out["defined_permissions"] = list(f.defined_permissions, [](const DefinedPermission& p) {
    return Json{{"name", p.name}, {"level", p.level}, {"group", p.group}, {"tree", p.tree}};
  });
  out["features"] = list(f.features, [](const UsesFeature& u) {
    return Json{{"name", u.name}, {"required", u.required}};
  });
  out["libraries"] = list(f.libraries, [](const UsesLibrary& u) {
    return Json{{"kind", u.kind}, {"name", u.name}, {"required", u.required}, {"version", u.version}};
  });
  out["components"] = list(f.components, component_json);
  out["instrumentation"] = list(f.instrumentation, [](const Instrumentation& i) {
    return Json{{"name", i.name}, {"target_package", i.target_package}};
  });
  out["meta_data"] = list(f.meta_data, meta_json);
  out["properties"] = list(f.properties, meta_json);
  out["queries"] = {{"packages", f.queries.packages},
                    {"providers", f.queries.providers},
                    {"intents", list(f.queries.intents, filter_json)}};
  out["network"] = network_json(f.network);
  out["backup"] = backup_json(f.backup);
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
  Json before = identity_json(f);
  add_declared(f, before);
  before["abis"] = f.abis;
  before["signing"] = {
      {"v1", f.signing.v1}, {"v2", f.signing.v2}, {"v3", f.signing.v3}, {"v3_1", f.signing.v3_1}};
  if (f.signature_checked) before["signature"] = json_parts::signature_json(f.signature);
  auto problem = [](const FactProblem& p) { return Json{{"where", p.where}, {"what", p.what}}; };
  const Json behind{
      {"leads", list(f.leads, json_parts::lead_json)},
      {"problems", list(f.problems, problem)},
      {"refusals", list(f.refusals, problem)},
      {"needs", {{"abis", f.needs.abis}, {"min_api", f.needs.min_api}, {"features", f.needs.features}}}};
  std::string out = text_of(before);
  out.back() = ',';
  if (f.code.looked_at) {
    out += "\"code\":";
    json_parts::append_code_json(out, f.code);
    out += ',';
  }
  return out.append(text_of(behind), 1);
}

}  // namespace storesweep
