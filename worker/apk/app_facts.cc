#include "worker/apk/app_facts.h"

#include <algorithm>

#include "common/base/text.h"

namespace storesweep {
namespace {
// The O of a certificate's subject, RFC 2253; empty: none.
std::string organisation(std::string_view subject) {
  for (std::string_view part : split(subject, ',')) {
    part = trim(part);
    if (starts_with(part, "O=")) return std::string(part.substr(2));
  }
  return "";
}

// What a device shows under the icon, in any language; the Chinese first. "@0x7f010000" could not be
// resolved.
void add_labels(const ApkFacts& f, AppFacts& out) {
  out.labels_read = true;
  const auto add = [&](const std::string& label) {
    if (label.empty()) return;
    if (label[0] == '@') {
      out.labels_read = false;
    } else if (std::ranges::find(out.labels, label) == out.labels.end()) {
      out.labels.push_back(label);
    }
  };
  add(f.label_zh);
  add(f.label);
  for (const auto& [locale, label] : f.labels) add(label);
  // A launcher shows the entry's own label where it has one: then these are not what stands under the icon.
  for (const Component& c : f.components) {
    if (c.name == f.launch_activity && !c.label.empty() && c.label != f.label) out.labels_read = false;
  }
}

bool has_lead(const ApkFacts& f, std::string_view kind) {
  return std::ranges::any_of(f.leads, [&](const Lead& l) { return l.kind == kind; });
}
// Asked for on every platform: one that stands in the manifest for older ones is not asked for here.
bool everywhere(const ApkFacts& f, std::string_view permission) {
  return std::ranges::none_of(
      f.permissions, [&](const UsesPermission& p) { return p.name == permission && p.max_sdk != 0; });
}
}  // namespace

AppFacts app_facts_of(const ApkFacts& f) {
  AppFacts out;
  out.package = f.package;
  out.version_name = f.version_name.starts_with('@') ? "" : f.version_name;
  out.version_code = f.version_code;
  add_labels(f, out);
  out.launch_activity = f.launch_activity;
  out.icon_alpha = f.icon_alpha;
  for (const UsesPermission& p : f.permissions) out.permissions.push_back(p.name);
  if (!f.signature.identity.empty())
    out.signer_organisation = organisation(f.signature.identity.front().subject);
  out.code_read = f.code.looked_at && f.code.gaps.empty();
  out.native_code = !f.code.libraries.empty() || !f.abis.empty();
  out.loads_code = has_lead(f, "dynamic-code");
  out.sdks = !f.code.sdks.empty();
  const auto protector = std::ranges::find(f.code.sdks, "protector", &SdkUse::kind);
  if (protector != f.code.sdks.end()) out.protector = protector->name;
  for (const Lead& l : f.leads) {
    if (l.kind == "permission-without-call-site" && everywhere(f, l.subject))
      out.without_calls.push_back(l.subject);
  }
  return out;
}

}  // namespace storesweep
