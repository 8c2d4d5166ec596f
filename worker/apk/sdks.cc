#include "worker/apk/sdks.h"

#include <algorithm>
#include <set>

#include "common/base/text.h"
#include "common/model/sdk_list.h"

namespace storesweep::apk {
namespace {

struct Found {
  std::size_t classes = 0;
  std::set<std::string> evidence;
};
using FoundSdks = std::map<std::uint32_t, Found>;

void note(FoundSdks& found, std::optional<std::uint32_t> sdk, std::string_view what, std::string_view mark) {
  if (!sdk) return;
  std::set<std::string>& evidence = found[*sdk].evidence;
  if (evidence.size() < kMaxSdkEvidence) evidence.insert(std::string(what) + " " + std::string(mark));
}

std::optional<std::uint32_t> in(const SdkCatalogue::Index& index, std::string_view mark) {
  const auto at = index.find(mark);
  if (at == index.end()) return std::nullopt;
  return at->second;
}

FoundSdks find(const SdkCatalogue& catalogue, const SdkMarks& marks) {
  FoundSdks found;
  for (const std::string& name : marks.classes) {
    if (const auto sdk = catalogue.of_class(name)) ++found[*sdk].classes;
  }
  for (const std::string& l : marks.libraries) note(found, catalogue.of_library(l), "library", l);
  for (const std::string& c : marks.components) {
    // Of an app that is itself under such a prefix the component's full name must be known.
    note(found, in(catalogue.by_component, c), "component", c);
  }
  for (const std::string& p : marks.permissions) note(found, in(catalogue.by_permission, p), "permission", p);
  for (const auto& [name, value] : marks.meta_data)
    note(found, in(catalogue.by_meta_data, name), "meta-data", name);
  for (const std::string& f : marks.files) note(found, catalogue.of_file(f), "file", f);
  return found;
}

void find_version(const Sdk& sdk, const SdkMarks& marks, const VersionReader& read, SdkFact& fact) {
  for (const SdkVersionMark& mark : sdk.versions) {
    std::optional<std::string> value;
    if (mark.kind == SdkVersionMark::Kind::kMetaData) {
      if (const auto at = marks.meta_data.find(mark.where); at != marks.meta_data.end())
        value = at->second.substr(at->second.rfind(':') + 1);  // push:6.3.0.304
    } else if (read) {
      value = read(mark);
    }
    if (!value) continue;
    const std::string_view version = trim(*value);
    if (!version_shaped(version)) continue;
    fact.version = version;
    fact.version_from = std::string(sdk_version_kind_name(mark.kind)) + " " + mark.where;
    return;
  }
}

// com.foo.BuildConfig.VERSION_NAME -> Lcom/foo/BuildConfig; or com/foo/BuildConfig, and the field.
std::pair<std::string, std::string> class_and_field(std::string_view field) {
  const std::size_t dot = field.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string path(field.substr(0, dot));
  std::ranges::replace(path, '.', '/');
  return {path, std::string(field.substr(dot + 1))};
}

// Keeps one value; false when there are two.
bool keep(std::optional<std::string>& value, std::optional<std::string> other) {
  if (!other) return true;
  if (value && *value != *other) return false;
  value = std::move(other);
  return true;
}
}  // namespace

std::vector<SdkFact> find_sdks(const SdkCatalogue& catalogue, const SdkMarks& marks,
                               const VersionReader& read) {
  std::vector<SdkFact> out;
  for (auto& [sdk, found] : find(catalogue, marks)) {
    SdkFact fact{.sdk = sdk, .classes = found.classes};
    fact.evidence.assign(found.evidence.begin(), found.evidence.end());
    find_version(catalogue.sdks[sdk], marks, read, fact);
    out.push_back(std::move(fact));
  }
  return out;
}

std::optional<std::string> constant_of(std::span<const DexFile> dexes, std::string_view field) {
  const auto [path, name] = class_and_field(field);
  std::optional<std::string> value;
  for (const DexFile& dex : dexes) {
    const auto c = dex.find_class("L" + path + ";");
    if (c && !keep(value, dex.constant(*c, name))) return std::nullopt;
  }
  return value;
}

std::optional<std::string> constant_of(std::span<const ClassFile> classes, std::string_view field) {
  const auto [path, name] = class_and_field(field);
  std::optional<std::string> value;
  for (const ClassFile& file : classes) {
    if (file.name() == path && !keep(value, file.constant(name))) return std::nullopt;
  }
  return value;
}

std::optional<std::string> version_in_file(std::string_view name, std::string_view content) {
  const std::vector<std::string_view> all = lines(content.substr(0, kMaxVersionFileBytes));
  if (!ends_with(name, ".properties")) {
    if (all.empty()) return std::nullopt;
    return std::string(trim(all.front()));
  }
  for (std::string_view line : all) {
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos && trim(line.substr(0, equals)) == "version")
      return std::string(trim(line.substr(equals + 1)));
  }
  return std::nullopt;
}

}  // namespace storesweep::apk
