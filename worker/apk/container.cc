#include "worker/apk/container.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "worker/apk/bounded_json.h"
#include "worker/apk/mini_program.h"
#include "worker/apk/signing_block.h"

namespace storesweep::apk {
namespace {
using Json = nlohmann::json;

bool is_apk(std::string_view name) { return ends_with(name, ".apk") || ends_with(name, ".APK"); }

std::string_view file_part(std::string_view name) {
  std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

// Which kinds of members an archive has.
struct Census {
  bool manifest_xml = false, bundle = false, toc = false, manifest_json = false, info_json = false,
       classes_jar = false, class_file = false, rpk = false, dex = false;
  std::size_t apks = 0;
};

Census census(const ZipArchive& zip) {
  Census c;
  for (const ZipEntry& e : zip.entries()) {
    c.manifest_xml |= e.name == "AndroidManifest.xml";
    c.bundle |= e.name == "BundleConfig.pb" || e.name == "base/manifest/AndroidManifest.xml";
    c.toc |= e.name == "toc.pb";
    c.manifest_json |= e.name == "manifest.json";
    c.info_json |= e.name == "info.json";
    c.classes_jar |= e.name == "classes.jar";
    c.dex |= e.name == "classes.dex";
    c.class_file |= ends_with(e.name, ".class");
    c.rpk |= ends_with(e.name, ".rpk") || ends_with(e.name, ".srpk");
    c.apks += is_apk(e.name);
  }
  return c;
}

// A library carries its manifest as text, an app as binary XML.
bool manifest_is_text(const ZipArchive& zip) {
  const ZipEntry* entry = zip.find("AndroidManifest.xml");
  auto bytes = zip.read(*entry, kMaxBundleIndexBytes);
  if (!bytes.ok()) return false;
  std::string_view text = as_text(*bytes);
  if (starts_with(text, "\xef\xbb\xbf")) text.remove_prefix(3);
  return starts_with(trim(text), "<");
}

ContainerKind kind_of(ByteView file, const ZipArchive& zip, const Census& c) {
  using enum ContainerKind;
  if (c.manifest_xml) {
    bool library = !c.dex && (c.classes_jar || zip.find("R.txt") != nullptr);
    return library && manifest_is_text(zip) ? kAar : kApk;
  }
  if (c.bundle) return kAab;
  if (c.toc && c.apks > 0) return kApks;
  if (c.apks > 0 && c.info_json) return kApkm;
  if (c.apks > 0 && c.manifest_json) return kXapk;
  if (c.apks > 0) return kSplitSet;
  if (find_signing_block(file, zip, kRpkBlockMagic) || c.manifest_json || c.rpk) return kRpk;
  if (c.class_file || zip.find("META-INF/MANIFEST.MF")) return kJar;
  return c.dex ? kJar : kUnknown;  // a jar for Android holds a dex file
}

std::optional<Json> read_json(const ZipArchive& zip, std::string_view name, Container& out) {
  const ZipEntry* entry = zip.find(name);
  if (!entry) return std::nullopt;
  auto bytes = zip.read(*entry, kMaxBundleIndexBytes);
  std::optional<Json> json = bytes.ok() ? parse_bounded_json(as_text(*bytes)) : std::nullopt;
  if (!json || !json->is_object()) {
    out.notes.push_back(std::string(name) + " cannot be read");
    return std::nullopt;
  }
  return json;
}

// Text or a number, as the shops write either.
void declare(const Json& json, const char* key, const char* as, Container& out) {
  auto value = json.find(key);
  if (value == json.end()) return;
  if (value->is_string()) out.declared[as] = clean_utf8(value->get<std::string>().substr(0, 256));
  if (value->is_number_integer()) out.declared[as] = value->dump();
}

void read_xapk(const ZipArchive& zip, Container& out, std::string& base) {
  std::optional<Json> json = read_json(zip, "manifest.json", out);
  if (!json) return;
  declare(*json, "package_name", "package", out);
  declare(*json, "version_code", "version_code", out);
  declare(*json, "version_name", "version_name", out);
  declare(*json, "name", "label", out);
  declare(*json, "min_sdk_version", "min_sdk", out);
  declare(*json, "target_sdk_version", "target_sdk", out);
  auto splits = json->find("split_apks");
  for (const Json& split : splits != json->end() && splits->is_array() ? *splits : Json::array()) {
    if (!split.is_object() || split.value("id", Json()) != "base") continue;
    if (Json file = split.value("file", Json()); file.is_string()) base = file.get<std::string>();
  }
}

void read_apkm(const ZipArchive& zip, Container& out) {
  std::optional<Json> json = read_json(zip, "info.json", out);
  if (!json) return;
  declare(*json, "pname", "package", out);
  declare(*json, "versioncode", "version_code", out);
  declare(*json, "release_version", "version_name", out);
  declare(*json, "app_name", "label", out);
  declare(*json, "min_api", "min_sdk", out);
}

MemberRole apk_role(const ZipEntry& entry, ContainerKind kind, const std::string& base) {
  std::string_view file = file_part(entry.name);
  if (kind == ContainerKind::kApks) {
    if (starts_with(entry.name, "standalones/")) return MemberRole::kStandalone;
    return file == "base-master.apk" || file == "universal.apk" ? MemberRole::kBase : MemberRole::kSplit;
  }
  if (!base.empty()) return entry.name == base ? MemberRole::kBase : MemberRole::kSplit;
  return file == "base.apk" ? MemberRole::kBase : MemberRole::kSplit;
}

void add(Container& out, MemberRole role, const ZipEntry& entry, std::string_view name) {
  if (out.members.size() >= kMaxBundleMembers) {
    if (out.members.size() == kMaxBundleMembers) out.notes.emplace_back("more members than are looked at");
    return;
  }
  out.members.push_back({role, entry, clean_utf8(name)});
}

void find_apks(const ZipArchive& zip, Container& out, const std::string& base) {
  for (const ZipEntry& e : zip.entries()) {
    if (is_apk(e.name)) add(out, apk_role(e, out.kind, base), e, e.name);
    if (ends_with(e.name, ".obb")) add(out, MemberRole::kExpansion, e, e.name);
  }
  auto is_base = [](const ContainerMember& m) { return m.role == MemberRole::kBase; };
  if (std::ranges::any_of(out.members, is_base)) return;
  // A package alone is the base, whatever its name.
  auto split = [](const ContainerMember& m) { return m.role == MemberRole::kSplit; };
  if (std::ranges::count_if(out.members, split) == 1) {
    std::ranges::find_if(out.members, split)->role = MemberRole::kBase;
  } else {
    out.notes.emplace_back("no member is named as the base: the manifests say which it is");
  }
}

void find_modules(const ZipArchive& zip, Container& out) {
  constexpr std::string_view kManifest = "/manifest/AndroidManifest.xml";
  for (const ZipEntry& e : zip.entries()) {
    if (!ends_with(e.name, kManifest)) continue;
    std::string_view module = e.name.substr(0, e.name.size() - kManifest.size());
    if (module.empty() || module.find('/') != std::string_view::npos) continue;
    add(out, module == "base" ? MemberRole::kBase : MemberRole::kSplit, e, module);
  }
  if (!zip.find("base/manifest/AndroidManifest.xml")) out.notes.emplace_back("the base module is missing");
}

// Where a quick app comes in parts (.srpk), the package that holds all of them is for platforms that know
// none.
void find_rpks(const ZipArchive& zip, Container& out) {
  auto part = [](const ZipEntry& e) { return ends_with(e.name, ".srpk"); };
  const bool in_parts = std::ranges::any_of(zip.entries(), part);
  for (const ZipEntry& e : zip.entries()) {
    if (ends_with(e.name, ".base.srpk")) {
      add(out, MemberRole::kBase, e, e.name);
    } else if (part(e)) {
      add(out, MemberRole::kSplit, e, e.name);
    } else if (ends_with(e.name, ".rpk")) {
      add(out, in_parts ? MemberRole::kStandalone : MemberRole::kBase, e, e.name);
    }
  }
  if (out.members.empty()) out.members.push_back({MemberRole::kBase, {}, ""});
}
}  // namespace

std::string_view container_kind_name(ContainerKind kind) {
  static constexpr std::string_view kNames[] = {"unknown", "apk", "split-set", "apks", "xapk", "apkm",
                                                "aab",     "rpk", "wxapkg",    "aar",  "jar",  "dex"};
  return kNames[static_cast<std::size_t>(kind)];
}

Container read_container(ByteView file, const ZipArchive& zip) {
  Container out;
  out.kind = kind_of(file, zip, census(zip));
  std::string base;
  switch (out.kind) {
    case ContainerKind::kXapk:
      read_xapk(zip, out, base);
      find_apks(zip, out, base);
      break;
    case ContainerKind::kApkm:
      read_apkm(zip, out);
      find_apks(zip, out, base);
      break;
    case ContainerKind::kApks:
    case ContainerKind::kSplitSet:
      find_apks(zip, out, base);
      break;
    case ContainerKind::kAab:
      find_modules(zip, out);
      break;
    case ContainerKind::kRpk:
      find_rpks(zip, out);
      break;
    default:
      out.members.push_back({MemberRole::kBase, {}, ""});
  }
  std::ranges::stable_sort(out.members, {}, &ContainerMember::role);
  return out;
}

Result<Container> read_container(ByteView file) {
  Container out;
  out.members.push_back({MemberRole::kBase, {}, ""});
  if (is_mini_program(file)) {
    out.kind = ContainerKind::kWxapkg;
    return out;
  }
  auto zip = ZipArchive::open(file);
  if (zip.ok()) return read_container(file, *zip);
  if (starts_with(as_text(file), "dex\n")) {
    out.kind = ContainerKind::kDex;
    return out;
  }
  return zip.status().within("neither a package nor a bundle");
}

Result<ByteView> member_bytes(ByteView file, const ZipArchive& zip, const ContainerMember& member,
                              Bytes& scratch, std::size_t max_bytes) {
  if (member.entry.name.empty()) return file;
  if (!member.entry.deflated()) return zip.raw(member.entry);
  TRY_ASSIGN(scratch, zip.read(member.entry, max_bytes));
  return ByteView(scratch);
}

}  // namespace storesweep::apk
