#include "worker/apk/manifest_components.h"

#include <fmt/format.h>

#include <algorithm>

namespace storesweep::apk {
namespace {
struct Bit {
  std::uint32_t bit;
  std::string_view name;
};
// AOSP attrs_manifest.xml: foregroundServiceType, protectionLevel.
constexpr Bit kServiceTypes[] = {
    {0x1, "dataSync"},          {0x2, "mediaPlayback"},      {0x4, "phoneCall"},
    {0x8, "location"},          {0x10, "connectedDevice"},   {0x20, "mediaProjection"},
    {0x40, "camera"},           {0x80, "microphone"},        {0x100, "health"},
    {0x200, "remoteMessaging"}, {0x400, "systemExempted"},   {0x800, "shortService"},
    {0x1000, "fileManagement"}, {0x2000, "mediaProcessing"}, {0x40000000, "specialUse"},
};
constexpr std::string_view kLevels[] = {"normal", "dangerous", "signature", "signatureOrSystem", "internal"};
constexpr Bit kLevelFlags[] = {
    {0x10, "privileged"},
    {0x20, "development"},
    {0x40, "appop"},
    {0x80, "pre23"},
    {0x100, "installer"},
    {0x200, "verifier"},
    {0x400, "preinstalled"},
    {0x800, "setup"},
    {0x1000, "instant"},
    {0x2000, "runtime"},
    {0x4000, "oem"},
    {0x8000, "vendorPrivileged"},
    {0x10000, "textClassifier"},
    {0x20000, "wellbeing"},
    {0x40000, "documenter"},
    {0x80000, "configurator"},
    {0x100000, "incidentReportApprover"},
    {0x200000, "appPredictor"},
    {0x400000, "module"},
    {0x800000, "companion"},
    {0x1000000, "retailDemo"},
    {0x2000000, "recents"},
    {0x4000000, "role"},
    {0x8000000, "knownSigner"},
};

std::vector<std::string> service_types(const ManifestValues& values, const XmlElement& e) {
  std::vector<std::string> out;
  if (!values.has(e, attr::foregroundServiceType)) return out;
  auto bits = values.number(e, attr::foregroundServiceType);
  if (!bits) return {values.text(e, attr::foregroundServiceType)};
  for (const Bit& b : kServiceTypes) {
    if ((static_cast<std::uint32_t>(*bits) & b.bit) != 0) out.emplace_back(b.name);
  }
  return out;
}

void read_data(const ManifestValues& values, const XmlElement& e, IntentFilter& filter) {
  auto take = [&](std::uint32_t id, std::vector<std::string>& to) {
    if (values.has(e, id)) to.push_back(values.text(e, id));
  };
  take(attr::scheme, filter.schemes);
  take(attr::mimeType, filter.mime_types);
  take(attr::mimeGroup, filter.mime_groups);
  if (values.has(e, attr::host)) {
    std::string port = values.text(e, attr::port);
    filter.hosts.push_back(values.text(e, attr::host) + (port.empty() ? "" : ":" + port));
  }
  static constexpr std::pair<std::uint32_t, std::string_view> kPaths[] = {
      {attr::path, "path"},
      {attr::pathPrefix, "pathPrefix"},
      {attr::pathPattern, "pathPattern"},
      {attr::pathSuffix, "pathSuffix"},
      {attr::pathAdvancedPattern, "pathAdvancedPattern"}};
  for (const auto& [id, kind] : kPaths) {
    if (values.has(e, id)) filter.paths.push_back({std::string(kind), values.text(e, id)});
  }
}
}  // namespace

std::optional<ComponentKind> component_kind(std::string_view tag) {
  if (tag == "activity") return ComponentKind::kActivity;
  if (tag == "activity-alias") return ComponentKind::kActivityAlias;
  if (tag == "service") return ComponentKind::kService;
  if (tag == "receiver") return ComponentKind::kReceiver;
  if (tag == "provider") return ComponentKind::kProvider;
  return std::nullopt;
}

Component read_component(const ManifestValues& values, const XmlElement& e, ComponentKind kind,
                         const std::string& app_process) {
  Component c;
  c.kind = kind;
  c.name = values.class_name(values.text(e, attr::name));
  if (kind == ComponentKind::kActivityAlias)
    c.target = values.class_name(values.text(e, attr::targetActivity));
  c.label = values.text(e, attr::label);
  c.icon = values.text(e, attr::icon);
  c.process = values.has(e, attr::process) ? values.text(e, attr::process) : app_process;
  c.permission = values.text(e, attr::permission);
  c.exported = values.flag(e, attr::exported);
  c.enabled = values.flag(e, attr::enabled, true);
  if (values.has(e, attr::taskAffinity)) c.task_affinity = values.text(e, attr::taskAffinity);
  if (std::uint32_t theme = values.reference(e, attr::theme)) c.theme = values.resource_name(theme);
  c.exclude_from_recents = values.flag(e, attr::excludeFromRecents, false);
  c.direct_boot_aware = values.flag(e, attr::directBootAware, false);
  c.single_user = values.flag(e, attr::singleUser, false);
  c.split = values.text(e, attr::splitName);
  if (kind == ComponentKind::kService) {
    c.isolated = values.flag(e, attr::isolatedProcess, false);
    c.external = values.flag(e, attr::externalService, false);
    c.foreground_service_types = service_types(values, e);
  }
  if (kind == ComponentKind::kProvider) {
    c.authorities = values.text(e, attr::authorities);
    c.read_permission = values.text(e, attr::readPermission);
    c.write_permission = values.text(e, attr::writePermission);
    c.grant_uri_permissions = values.flag(e, attr::grantUriPermissions, false);
  }
  return c;
}

IntentFilter read_filter(const ManifestValues& values, const XmlElement& e) {
  IntentFilter filter;
  filter.priority = static_cast<int>(values.number(e, attr::priority).value_or(0));
  filter.auto_verify = values.flag(e, attr::autoVerify, false);
  return filter;
}

void read_filter_item(const ManifestValues& values, const XmlElement& e, std::string_view tag,
                      IntentFilter& filter) {
  if (tag == "action") filter.actions.push_back(values.text(e, attr::name));
  if (tag == "category") filter.categories.push_back(values.text(e, attr::name));
  if (tag == "data") read_data(values, e, filter);
}

MetaData read_meta_data(const ManifestValues& values, const XmlElement& e) {
  MetaData m;
  m.name = values.text(e, attr::name);
  // android:resource comes first: only without it the value counts (parseMetaData).
  if (std::uint32_t id = values.reference(e, attr::resource)) {
    m.resource = values.resource_name(id);
    m.file = values.resources().text(id).value_or("");
    return m;
  }
  m.value = values.text(e, attr::value);
  if (std::uint32_t id = values.reference(e, attr::value)) m.values = values.array(id);
  return m;
}

bool reachable_by_default(const Component& component, int target_sdk) {
  if (component.kind == ComponentKind::kProvider) return target_sdk < 17;
  if (component.kind == ComponentKind::kService) return !component.filters.empty();
  // Activities and receivers: a filter without an action is dropped.
  return std::ranges::any_of(component.filters, [](const IntentFilter& f) { return !f.actions.empty(); });
}

std::string protection_level_text(const ManifestValues& values, const XmlElement& e) {
  if (!values.has(e, attr::protectionLevel)) return std::string(kLevels[0]);
  auto level = values.number(e, attr::protectionLevel);
  if (!level) return values.text(e, attr::protectionLevel);
  auto bits = static_cast<std::uint32_t>(*level);
  std::string out =
      (bits & 0xf) < std::size(kLevels) ? std::string(kLevels[bits & 0xf]) : std::to_string(bits & 0xf);
  for (const Bit& b : kLevelFlags) {
    if ((bits & b.bit) != 0) out.append("|").append(b.name);
  }
  return out;
}

}  // namespace storesweep::apk
