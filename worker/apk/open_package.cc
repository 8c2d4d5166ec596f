#include "worker/apk/open_package.h"

#include <algorithm>

#include "common/base/text.h"
#include "worker/apk/binary_xml.h"
#include "worker/apk/proto_xml.h"
#include "worker/apk/text_xml.h"

namespace storesweep::apk {
namespace {
constexpr std::string_view kBundleManifest = "manifest/AndroidManifest.xml";

std::string_view manifest_name(Layout layout) {
  return layout == Layout::kModule ? kBundleManifest : "AndroidManifest.xml";
}

Status parse_manifest(PackageMember& m) {
  std::string_view name = manifest_name(m.layout);
  const ZipEntry* entry = m.find(name);
  if (!entry) return corrupt("no " + m.folder + std::string(name));
  TRY_ASSIGN(m.xml, m.zip->read(*entry, kMaxManifestBytes));
  auto document = m.layout == Layout::kApk      ? parse_binary_xml(m.xml)
                  : m.layout == Layout::kModule ? parse_proto_xml(m.xml)
                                                : parse_text_xml(as_text(m.xml));
  if (!document.ok()) return document.status().within(std::string(name));
  m.document = std::move(document).value();
  const XmlAttribute* split = m.document.attribute(m.document.elements()[0], "split");
  m.split = split ? m.document.string_of(*split).value_or("") : "";
  return ok_status();
}

Result<PackageMember> open_member(ByteView file, std::shared_ptr<const ZipArchive> zip, Layout layout,
                                  std::string folder) {
  PackageMember m;
  m.layout = layout;
  m.file = file;
  m.zip = std::move(zip);
  m.folder = std::move(folder);
  TRY(parse_manifest(m));
  return m;
}

Result<std::shared_ptr<const ZipArchive>> open_zip(ByteView file) {
  TRY_ASSIGN(ZipArchive zip, ZipArchive::open(file));
  return std::make_shared<const ZipArchive>(std::move(zip));
}

Status order_members(std::vector<PackageMember>& members) {
  std::ranges::sort(members, {}, &PackageMember::split);  // the base first: it has no name
  if (!members[0].split.empty()) return invalid("the set has splits and no base APK");
  if (members.size() > 1 && members[1].split.empty()) return invalid("the set has two base APKs");
  auto twice = std::ranges::adjacent_find(members, {}, &PackageMember::split);
  if (twice != members.end()) return invalid("split " + twice->split + " is there twice");
  return ok_status();
}

// The table's bytes where they lie when they are stored, else inflated within what is left.
Result<ByteView> table_bytes(PackageMember& m, const ZipEntry& entry, std::size_t& left) {
  if (!entry.deflated()) return m.zip->raw(entry);
  TRY_ASSIGN(m.table, m.zip->read(entry, left));
  left -= m.table.size();
  return ByteView(m.table);
}

// Labels are nice to have: a package whose resources cannot be read still has a manifest.
void read_tables(OpenPackage& package) {
  std::size_t left = kMaxResourcesBytes;
  for (PackageMember& m : package.members) {
    std::string_view name = m.layout == Layout::kModule ? "resources.pb" : "resources.arsc";
    const ZipEntry* entry = m.find(name);
    if (!entry) continue;
    auto bytes = table_bytes(m, *entry, left);
    auto table = !bytes.ok()                   ? bytes.status()
                 : m.layout == Layout::kModule ? ResourceTable::parse_proto(*bytes)
                                               : ResourceTable::parse(*bytes);
    if (table.ok()) {
      package.resources.add(std::move(table).value());
    } else if (package.problems.size() < kMaxProblems) {
      package.problems.push_back({m.where(name), table.status().message()});
    }
  }
}
}  // namespace

Result<OpenPackage> open_apks(std::span<const ByteView> apks) {
  if (apks.empty() || apks.size() > kMaxApksInSet) return invalid("an app has 1 to 64 APKs");
  OpenPackage package;
  for (std::size_t i = 0; i < apks.size(); ++i) {
    auto zip = open_zip(apks[i]);
    auto member = zip.ok() ? open_member(apks[i], *zip, Layout::kApk, "") : zip.status();
    if (!member.ok())
      return apks.size() == 1 ? member.status() : member.status().within("APK " + std::to_string(i));
    package.members.push_back(std::move(member).value());
  }
  TRY(order_members(package.members));
  read_tables(package);
  return package;
}

Result<OpenPackage> open_bundle(ByteView file) {
  TRY_ASSIGN(auto zip, open_zip(file));
  OpenPackage package;
  for (const ZipEntry& entry : zip->entries()) {
    if (!ends_with(entry.name, kBundleManifest)) continue;
    std::string folder(entry.name.substr(0, entry.name.size() - kBundleManifest.size()));
    if (folder.size() < 2 || folder.find('/') != folder.size() - 1) continue;
    if (package.members.size() >= kMaxApksInSet) return exhausted("a bundle of more than 64 modules");
    TRY_ASSIGN(PackageMember m, open_member(file, zip, Layout::kModule, folder));
    package.members.push_back(std::move(m));
  }
  if (package.members.empty()) return corrupt("no base/manifest/AndroidManifest.xml");
  TRY(order_members(package.members));
  read_tables(package);
  return package;
}

Result<OpenPackage> open_library(ByteView file) {
  TRY_ASSIGN(auto zip, open_zip(file));
  OpenPackage package;
  TRY_ASSIGN(PackageMember m, open_member(file, std::move(zip), Layout::kLibrary, ""));
  package.members.push_back(std::move(m));
  return package;
}

}  // namespace storesweep::apk
