#include "worker/apk/facts.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "common/base/text.h"
#include "worker/apk/binary_xml.h"
#include "worker/apk/manifest.h"
#include "worker/apk/signing.h"
#include "worker/apk/zip.h"

namespace storesweep {
namespace {
constexpr std::string_view kBehaviourFile = "assets/storesweep/behaviour.json";

// One APK of the set, opened.
struct Member {
  ByteView file;
  apk::ZipArchive zip;
  Bytes xml, table;  // what document and resources lie in
  apk::XmlDocument document;
  std::string split;
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

Result<Member> open_member(ByteView file) {
  Member m;
  m.file = file;
  TRY_ASSIGN(m.zip, apk::ZipArchive::open(file));
  const apk::ZipEntry* entry = m.zip.find("AndroidManifest.xml");
  if (!entry) return corrupt("no AndroidManifest.xml");
  TRY_ASSIGN(m.xml, m.zip.read(*entry, kMaxManifestBytes));
  auto document = apk::parse_binary_xml(m.xml);
  if (!document.ok()) return document.status().within("AndroidManifest.xml");
  m.document = std::move(document).value();
  const apk::XmlElement& root = m.document.elements()[0];
  const apk::XmlAttribute* split = m.document.attribute(root, "split");
  m.split = split ? m.document.string_of(*split).value_or("") : "";
  return m;
}

Result<std::vector<Member>> open_members(std::span<const ByteView> apks) {
  std::vector<Member> members;
  for (std::size_t i = 0; i < apks.size(); ++i) {
    auto member = open_member(apks[i]);
    if (!member.ok())
      return apks.size() == 1 ? member.status() : member.status().within("APK " + std::to_string(i));
    members.push_back(std::move(member).value());
  }
  std::ranges::sort(members, {}, &Member::split);  // the base first: it has no name
  if (!members[0].split.empty()) return invalid("the set has splits and no base APK");
  if (members.size() > 1 && members[1].split.empty()) return invalid("the set has two base APKs");
  auto twice = std::ranges::adjacent_find(members, {}, &Member::split);
  if (twice != members.end()) return invalid("split " + twice->split + " is there twice");
  return members;
}

std::string where(const Member& m, std::string_view member) {
  return m.split.empty() ? std::string(member) : m.split + ": " + std::string(member);
}

void problem(ApkFacts& facts, std::string at, std::string what) {
  if (facts.problems.size() < kMaxProblems) facts.problems.push_back({std::move(at), std::move(what)});
}

// Labels are nice to have: an APK whose resources cannot be read still has a manifest.
apk::Resources read_resources(std::vector<Member>& members, ApkFacts& told) {
  apk::Resources all;
  std::size_t left = kMaxResourcesBytes;
  for (Member& m : members) {
    const apk::ZipEntry* entry = m.zip.find("resources.arsc");
    if (!entry) continue;
    auto bytes = m.zip.read(*entry, left);
    if (!bytes.ok()) {
      problem(told, where(m, "resources.arsc"), bytes.status().message());
      continue;
    }
    m.table = std::move(bytes).value();
    left -= m.table.size();
    auto table = apk::ResourceTable::parse(m.table);
    if (table.ok()) {
      all.add(std::move(table).value());
    } else {
      problem(told, where(m, "resources.arsc"), table.status().message());
    }
  }
  return all;
}

// A file that the manifest names: in the base, else in the split that has it.
Result<apk::XmlDocument> referred_xml(const std::vector<Member>& members, const std::string& path,
                                      std::vector<Bytes>& kept) {
  for (const Member& m : members) {
    const apk::ZipEntry* entry = m.zip.find(path);
    if (!entry) continue;
    TRY_ASSIGN(Bytes bytes, m.zip.read(*entry, kMaxReferredXmlBytes));
    kept.push_back(std::move(bytes));
    TRY_ASSIGN(apk::XmlDocument document, apk::parse_binary_xml(kept.back()));
    if (!document.fault().empty()) return corrupt("XML: " + document.fault());
    return document;
  }
  return not_found("not in the package");
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

void add_split(ApkFacts& base, apk::Manifest& split) {
  append(base.components, split.facts.components);
  append(base.permissions, split.facts.permissions);
  append(base.features, split.facts.features);
  append(base.libraries, split.facts.libraries);
  append(base.meta_data, split.facts.meta_data);
  base.splits.push_back(split.split);
  base.split_facts.push_back(split.split_facts);
}

Result<ApkFacts> read_set(std::vector<Member>& members) {
  ApkFacts told;
  apk::Resources resources = read_resources(members, told);
  TRY_ASSIGN(apk::Manifest base, apk::read_manifest(members[0].document, resources));
  ApkFacts facts = std::move(base.facts);
  facts.problems = std::move(told.problems);
  std::set<std::string> abis = native_abis(members[0].zip);
  for (std::size_t i = 1; i < members.size(); ++i) {
    TRY_ASSIGN(apk::Manifest split, apk::read_manifest(members[i].document, resources));
    if (split.facts.package != facts.package || split.facts.version_code != facts.version_code) {
      return invalid("split " + split.split + " is of another package or version");
    }
    abis.merge(native_abis(members[i].zip));
    add_split(facts, split);
  }
  facts.abis.assign(abis.begin(), abis.end());
  std::vector<Bytes> kept;
  apk::read_referred(
      base, resources, [&](const std::string& path) { return referred_xml(members, path, kept); }, facts);
  return facts;
}
}  // namespace

Result<ApkFacts> read_apk_facts(std::span<const ByteView> apks) {
  if (apks.empty() || apks.size() > kMaxApksInSet) return invalid("an app has 1 to 64 APKs");
  TRY_ASSIGN(std::vector<Member> members, open_members(apks));
  TRY_ASSIGN(ApkFacts facts, read_set(members));
  facts.signing = apk::signing_presence(members[0].file, members[0].zip);
  facts.behaviour_file = members[0].zip.find(kBehaviourFile) != nullptr;
  facts.prefixed = members[0].zip.prefixed();
  facts.launch_activity = launch_activity(facts.components);
  facts.file_set = file_set_hash(apks);
  facts.needs = needs_of(facts);
  return facts;
}

}  // namespace storesweep
