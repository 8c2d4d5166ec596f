#include "worker/apk/facts.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "common/base/text.h"
#include "worker/apk/manifest.h"
#include "worker/apk/signing.h"
#include "worker/apk/zip.h"

namespace storesweep {
namespace {
constexpr std::string_view kBehaviourFile = "assets/storesweep/behaviour.json";

struct Member {
  apk::Manifest manifest;
  std::set<std::string> abis;
  SigningPresence signing;
  bool behaviour_file = false, prefixed = false;
};

// lib/ABI/x.so, as the platform looks for native code.
std::set<std::string> native_abis(const apk::ZipArchive& zip) {
  std::set<std::string> out;
  for (const apk::ZipEntry& e : zip.entries()) {
    if (!starts_with(e.name, "lib/") || !ends_with(e.name, ".so")) continue;
    std::string_view rest = e.name.substr(4);
    std::size_t slash = rest.find('/');
    if (slash == 0 || slash == std::string_view::npos || slash > 32 ||
        rest.find('/', slash + 1) != std::string_view::npos)
      continue;
    if (out.size() < 32) out.emplace(rest.substr(0, slash));
  }
  return out;
}

Result<Member> read_member(ByteView file) {
  TRY_ASSIGN(apk::ZipArchive zip, apk::ZipArchive::open(file));
  const apk::ZipEntry* entry = zip.find("AndroidManifest.xml");
  if (!entry) return corrupt("no AndroidManifest.xml");
  TRY_ASSIGN(Bytes xml, zip.read(*entry, kMaxManifestBytes));
  TRY_ASSIGN(apk::XmlDocument document, apk::XmlDocument::parse(xml));
  // Labels are nice to have: an APK whose resources cannot be read still has a manifest.
  Bytes table;
  apk::ResourceTable resources;
  if (const apk::ZipEntry* arsc = zip.find("resources.arsc")) {
    if (auto bytes = zip.read(*arsc, kMaxResourcesBytes); bytes.ok()) {
      table = std::move(bytes).value();
      if (auto parsed = apk::ResourceTable::parse(table); parsed.ok()) resources = std::move(parsed).value();
    }
  }
  TRY_ASSIGN(apk::Manifest manifest, apk::read_manifest(document, resources));
  return Member{std::move(manifest), native_abis(zip), apk::signing_presence(file, zip),
                zip.find(kBehaviourFile) != nullptr, zip.prefixed()};
}

Digest file_set_hash(std::span<const ByteView> apks) {
  std::vector<Digest> digests;
  for (ByteView one : apks) digests.push_back(sha256(one));
  std::ranges::sort(digests);
  Sha256 all;
  for (const Digest& d : digests) all.add(d);
  return all.finish();
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
    if (f.required) needs.features.push_back(f.name);
  }
  std::ranges::sort(needs.features);
  needs.features.erase(std::unique(needs.features.begin(), needs.features.end()), needs.features.end());
  return needs;
}

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  std::ranges::move(from, std::back_inserter(to));
}

void add_split(ApkFacts& base, Member& split) {
  ApkFacts& more = split.manifest.facts;
  append(base.components, more.components);
  append(base.permissions, more.permissions);
  append(base.features, more.features);
  base.splits.push_back(split.manifest.split);
}
}  // namespace

Result<ApkFacts> read_apk_facts(std::span<const ByteView> apks) {
  if (apks.empty() || apks.size() > kMaxApksInSet) return invalid("an app has 1 to 64 APKs");
  std::vector<Member> members;
  for (std::size_t i = 0; i < apks.size(); ++i) {
    auto member = read_member(apks[i]);
    if (!member.ok())
      return apks.size() == 1 ? member.status() : member.status().within("APK " + std::to_string(i));
    members.push_back(std::move(member).value());
  }
  std::stable_partition(members.begin(), members.end(),
                        [](const Member& m) { return m.manifest.split.empty(); });
  if (!members[0].manifest.split.empty()) return invalid("the set has splits and no base APK");
  ApkFacts facts = std::move(members[0].manifest.facts);
  std::set<std::string> abis = members[0].abis;
  for (std::size_t i = 1; i < members.size(); ++i) {
    Member& m = members[i];
    if (m.manifest.split.empty()) return invalid("the set has two base APKs");
    if (m.manifest.facts.package != facts.package || m.manifest.facts.version_code != facts.version_code) {
      return invalid("split " + m.manifest.split + " is of another package or version");
    }
    abis.insert(m.abis.begin(), m.abis.end());
    add_split(facts, m);
  }
  std::ranges::sort(facts.splits);
  if (auto twice = std::ranges::adjacent_find(facts.splits); twice != facts.splits.end()) {
    return invalid("split " + *twice + " is there twice");
  }
  facts.abis.assign(abis.begin(), abis.end());
  facts.signing = members[0].signing;
  facts.behaviour_file = members[0].behaviour_file;
  facts.prefixed = members[0].prefixed;
  facts.launch_activity = launch_activity(facts.components);
  facts.file_set = file_set_hash(apks);
  facts.needs = needs_of(facts);
  return facts;
}

}  // namespace storesweep
