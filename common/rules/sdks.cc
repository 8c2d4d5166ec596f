#include "common/rules/sdks.h"

#include <algorithm>
#include <array>
#include <map>

#include "common/config/config.h"
#include "common/rules/sources.h"

namespace storesweep {
namespace {
using VersionKind = SdkVersionMark::Kind;

class Reader {
 public:
  Status read(const std::string& file);
  SdkCatalogue finish();

 private:
  void read_sdk(ConfigMap map);
  void read_versions(ConfigMap& map, Sdk& sdk);
  void add(ConfigMap& map, std::string_view key, std::vector<std::string>& to, SdkCatalogue::Index& index,
           std::uint32_t sdk);
  void add_patterns(ConfigMap& map, std::string_view key, std::vector<std::string>& to,
                    SdkCatalogue::Index& index, std::vector<std::pair<std::string, std::uint32_t>>& patterns,
                    std::uint32_t sdk);

  SdkCatalogue out_;
  std::map<std::string, std::uint32_t, std::less<>> by_id_;
};

Status Reader::read(const std::string& file) {
  TRY_ASSIGN(auto document, ConfigDocument::from_file(file));
  ConfigMap root = document.root();
  const std::string version = root.required_string("version");
  if (out_.version.empty()) out_.version = version;
  for (ConfigMap& map : root.maps("sdks")) read_sdk(map);
  if (out_.sdks.size() > kMaxSdks) root.error("sdks", "more than 10000 SDKs");
  return document.finish();
}

void Reader::read_sdk(ConfigMap map) {
  const std::string id = map.required_string("id");
  const auto [at, is_new] = by_id_.emplace(id, static_cast<std::uint32_t>(out_.sdks.size()));
  if (is_new) out_.sdks.emplace_back();
  const std::uint32_t index = at->second;
  Sdk& sdk = out_.sdks[index];
  if (is_new || map.has("name")) {
    if (!is_new) map.error("name", id + " stands twice; what adds to an entry has no name");
    sdk.id = id;
    sdk.name = map.required_string("name");
    sdk.company = map.required_string("company");
    sdk.kind = map.required_string("kind");
    if (std::ranges::find(sdk_kinds(), sdk.kind) == sdk_kinds().end())
      map.error("kind", "'" + sdk.kind + "' is none of the kinds that sdks.h lists");
  }
  add(map, "classes", sdk.classes, out_.by_class, index);
  const std::size_t known = sdk.components.size();
  add(map, "components", sdk.components, out_.by_component, index);
  for (std::size_t i = known; i < sdk.components.size(); ++i) out_.by_class.emplace(sdk.components[i], index);
  add(map, "meta_data", sdk.meta_data, out_.by_meta_data, index);
  add(map, "permissions", sdk.permissions, out_.by_permission, index);
  add(map, "hosts", sdk.hosts, out_.by_host, index);
  add_patterns(map, "libraries", sdk.libraries, out_.by_library, out_.library_patterns, index);
  add_patterns(map, "files", sdk.files, out_.by_file, out_.file_patterns, index);
  read_versions(map, sdk);
  (void)map.strings("libchecker");  // for tests/tools/make_sdks.py
}

void Reader::read_versions(ConfigMap& map, Sdk& sdk) {
  for (ConfigMap& v : map.maps("version")) {
    for (VersionKind kind :
         {VersionKind::kConstant, VersionKind::kFile, VersionKind::kResource, VersionKind::kMetaData}) {
      const std::string key(sdk_version_kind_name(kind));
      if (v.has(key)) sdk.versions.push_back({kind, v.required_string(key)});
    }
  }
}

// A mark is one SDK's alone.
void Reader::add(ConfigMap& map, std::string_view key, std::vector<std::string>& to,
                 SdkCatalogue::Index& index, std::uint32_t sdk) {
  for (std::string& mark : map.strings(key)) {
    const auto [at, is_new] = index.emplace(mark, sdk);
    if (!is_new && at->second != sdk)
      map.error(key, "'" + mark + "' is a mark of " + out_.sdks[at->second].id + " already");
    if (mark.empty() || mark.back() == '.') map.error(key, "'" + mark + "' is no name");
    to.push_back(std::move(mark));
  }
}

void Reader::add_patterns(ConfigMap& map, std::string_view key, std::vector<std::string>& to,
                          SdkCatalogue::Index& index,
                          std::vector<std::pair<std::string, std::uint32_t>>& patterns, std::uint32_t sdk) {
  const std::size_t known = to.size();
  add(map, key, to, index, sdk);
  for (std::size_t i = known; i < to.size(); ++i) {
    const std::size_t star = to[i].find('*');
    if (star == std::string::npos) continue;
    if (star < kLeastPatternPrefix)
      map.error(key, "'" + to[i] + "' has fewer than 4 characters before its first *");
    index.erase(to[i]);
    patterns.emplace_back(to[i], sdk);
  }
}

SdkCatalogue Reader::finish() { return std::move(out_); }

std::optional<std::uint32_t> found(const SdkCatalogue::Index& index, std::string_view key) {
  const auto at = index.find(key);
  if (at == index.end()) return std::nullopt;
  return at->second;
}

std::optional<std::uint32_t> found(const SdkCatalogue::Index& index,
                                   const std::vector<std::pair<std::string, std::uint32_t>>& patterns,
                                   std::string_view name) {
  if (const auto exact = found(index, name)) return exact;
  for (const auto& [pattern, sdk] : patterns) {
    if (pattern_matches(pattern, name)) return sdk;
  }
  return std::nullopt;
}
}  // namespace

std::string_view sdk_version_kind_name(VersionKind kind) {
  switch (kind) {
    case VersionKind::kConstant:
      return "constant";
    case VersionKind::kFile:
      return "file";
    case VersionKind::kResource:
      return "resource";
    case VersionKind::kMetaData:
      return "meta_data";
  }
  return "";
}

std::span<const std::string_view> sdk_kinds() {
  static constexpr std::array<std::string_view, 34> kKinds = {
      "push",     "ads",        "statistics",    "payment", "map",
      "social",   "login",      "one_tap_login", "im",      "customer_service",
      "rtc",      "crash",      "hotfix",        "plugin",  "security",
      "risk",     "identifier", "protector",     "webview", "framework",
      "game",     "speech",     "face",          "ai",      "scan",
      "platform", "network",    "storage",       "media",   "image",
      "ui",       "utility",    "test",          "other"};
  return kKinds;
}

// The prefix that stands in the catalogue, from the whole name downward.
std::size_t SdkCatalogue::prefix_bytes(std::string_view class_name) const {
  for (std::size_t end = class_name.size(); end != std::string_view::npos && end > 0;
       end = class_name.find_last_of(".$", end - 1)) {
    if (by_class.contains(class_name.substr(0, end))) return end;
  }
  return 0;
}

std::optional<std::uint32_t> SdkCatalogue::of_class(std::string_view class_name) const {
  const std::size_t bytes = prefix_bytes(class_name);
  return bytes == 0 ? std::nullopt : found(by_class, class_name.substr(0, bytes));
}

std::optional<std::uint32_t> SdkCatalogue::of_library(std::string_view file_name) const {
  return found(by_library, library_patterns, file_name);
}

std::optional<std::uint32_t> SdkCatalogue::of_file(std::string_view member_name) const {
  return found(by_file, file_patterns, member_name);
}

std::optional<std::uint32_t> SdkCatalogue::of_host(std::string_view host) const {
  for (std::size_t begin = 0; begin < host.size();) {
    if (const auto sdk = found(by_host, host.substr(begin))) return sdk;
    const std::size_t dot = host.find('.', begin);
    if (dot == std::string_view::npos) break;
    begin = dot + 1;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> SdkCatalogue::find(std::string_view id) const {
  const auto at = std::ranges::find(sdks, id, &Sdk::id);
  if (at == sdks.end()) return std::nullopt;
  return static_cast<std::uint32_t>(at - sdks.begin());
}

Result<SdkCatalogue> load_sdks(const std::string& folder) {
  Reader reader;
  TRY(reader.read(folder + "/sdks/catalogue.yaml"));
  TRY(reader.read(folder + "/sdks/libchecker.yaml"));
  return reader.finish();
}

}  // namespace storesweep
