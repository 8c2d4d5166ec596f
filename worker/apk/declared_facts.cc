// What the manifests of an open package say together.
#include <algorithm>
#include <iterator>
#include <set>

#include "common/base/text.h"
#include "worker/apk/binary_xml.h"
#include "worker/apk/icon_alpha.h"
#include "worker/apk/manifest.h"
#include "worker/apk/open_package.h"
#include "worker/apk/proto_xml.h"
#include "worker/apk/signing.h"
#include "worker/apk/text_xml.h"

namespace storesweep::apk {
namespace {
constexpr std::string_view kBehaviourFile = "assets/storesweep/behaviour.json";
constexpr std::size_t kMaxAbis = 32;

// lib/ABI/x.so, as the platform looks for native code; jni/ABI/x.so in a library.
void add_abis(const PackageMember& m, std::set<std::string>& out) {
  std::string folder = m.folder + (m.layout == Layout::kLibrary ? "jni/" : "lib/");
  for (const ZipEntry& e : m.zip->entries()) {
    if (!starts_with(e.name, folder) || !ends_with(e.name, ".so")) continue;
    std::string_view rest = e.name.substr(folder.size());
    std::size_t slash = rest.find('/');
    if (slash == 0 || slash == std::string_view::npos || slash > 32 ||
        rest.find('/', slash + 1) != std::string_view::npos)
      continue;
    if (out.size() < kMaxAbis) out.emplace(rest.substr(0, slash));
  }
}

// A file that the manifest names: in the base, else in the split that has it.
const PackageMember* holder_of(const OpenPackage& package, const std::string& path) {
  const auto at = std::ranges::find_if(package.members, [&](const auto& m) { return m.find(path); });
  return at == package.members.end() ? nullptr : &*at;
}
Result<Bytes> referred(const OpenPackage& package, const std::string& path, std::size_t most_bytes) {
  const PackageMember* m = holder_of(package, path);
  if (!m) return not_found("not in the package");
  return m->zip->read(*m->find(path), most_bytes);
}
Result<XmlDocument> referred_xml(const OpenPackage& package, const std::string& path,
                                 std::vector<Bytes>& kept) {
  TRY_ASSIGN(Bytes bytes, referred(package, path, kMaxReferredXmlBytes));
  kept.push_back(std::move(bytes));
  const Layout layout = holder_of(package, path)->layout;
  if (layout == Layout::kModule) return parse_proto_xml(kept.back());
  if (layout == Layout::kLibrary) return parse_text_xml(as_text(kept.back()));
  TRY_ASSIGN(XmlDocument document, parse_binary_xml(kept.back()));
  if (!document.fault().empty()) return corrupt("XML: " + document.fault());
  return document;
}

// A launcher shows the entry's own icon where it has one, and may show a round one: then the application's
// tells nothing.
int shown_icon_alpha(const OpenPackage& package, const ApkFacts& facts) {
  const auto entry = std::ranges::find(facts.components, facts.launch_activity, &Component::name);
  const bool own = entry != facts.components.end() && !entry->icon.empty() && entry->icon != facts.icon;
  if (facts.launch_activity.empty() || own || facts.round_icon) return kAlphaUnknown;
  return icon_alpha(facts.icons,
                    [&](const std::string& path) { return referred(package, path, kMaxIconBytes); });
}

// AOSP asks for a MAIN action with the category INFO, then LAUNCHER; INFO is of no use for a test.
std::string launch_activity(const std::vector<Component>& components) {
  auto has = [](const std::vector<std::string>& list, std::string_view s) {
    return std::ranges::find(list, s) != list.end();
  };
  for (const Component& c : components) {
    if (!c.enabled || (c.kind != ComponentKind::kActivity && c.kind != ComponentKind::kActivityAlias))
      continue;
    for (const IntentFilter& f : c.filters) {
      if (has(f.actions, "android.intent.action.MAIN") &&
          has(f.categories, "android.intent.category.LAUNCHER"))
        return c.name;
    }
  }
  return "";
}

Needs needs_of(const ApkFacts& facts) {
  Needs needs;
  needs.abis = facts.abis;
  needs.min_api = facts.min_sdk > 1 ? facts.min_sdk : 0;
  for (const UsesFeature& f : facts.features) {
    if (f.required && !starts_with(f.name, "glEs ")) needs.features.push_back(f.name);
  }
  std::ranges::sort(needs.features);
  needs.features.erase(std::unique(needs.features.begin(), needs.features.end()), needs.features.end());
  return needs;
}

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  std::ranges::move(from, std::back_inserter(to));
}

void add_split(ApkFacts& base, Manifest& split) {
  append(base.components, split.facts.components);
  append(base.permissions, split.facts.permissions);
  append(base.features, split.facts.features);
  append(base.libraries, split.facts.libraries);
  append(base.meta_data, split.facts.meta_data);
  base.splits.push_back(split.split);
  base.split_facts.push_back(split.split_facts);
}
}  // namespace

Result<ApkFacts> declared_facts(OpenPackage& package) {
  PackageMember& first = package.members[0];
  TRY_ASSIGN(Manifest base, read_manifest(first.document, package.resources));
  ApkFacts facts = std::move(base.facts);
  facts.problems = package.problems;
  std::set<std::string> abis;
  add_abis(first, abis);
  for (std::size_t i = 1; i < package.members.size(); ++i) {
    TRY_ASSIGN(Manifest split, read_manifest(package.members[i].document, package.resources));
    // A bundle's modules carry the version in the base alone.
    bool same_version = split.facts.version_code == facts.version_code || first.layout == Layout::kModule;
    if (split.facts.package != facts.package || !same_version) {
      facts.refusals.push_back({package.members[i].split, "of another package or version than the base"});
      continue;
    }
    add_abis(package.members[i], abis);
    add_split(facts, split);
  }
  facts.abis.assign(abis.begin(), abis.end());
  std::vector<Bytes> kept;
  read_referred(
      base, package.resources, [&](const std::string& path) { return referred_xml(package, path, kept); },
      facts);
  if (first.layout == Layout::kApk) facts.signing = signing_presence(first.file, *first.zip);
  facts.behaviour_file = first.find(kBehaviourFile) != nullptr;
  facts.prefixed = first.zip->prefixed();
  facts.launch_activity = launch_activity(facts.components);
  facts.icon_alpha = shown_icon_alpha(package, facts);
  facts.needs = needs_of(facts);
  return facts;
}

}  // namespace storesweep::apk
