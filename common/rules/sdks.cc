#include "common/rules/sdks.h"

#include <algorithm>
#include <array>
#include <map>

#include "common/base/file.h"
#include "common/config/config.h"
#include "common/rules/sources.h"

namespace storesweep {
namespace {
using VersionKind = SdkVersionMark::Kind;

// FNV-1a, byte by byte along a name.
constexpr std::uint32_t kHashStart = 2'166'136'261u;
std::uint32_t hash_step(std::uint32_t hash, char c) {
  return (hash ^ static_cast<std::uint8_t>(c)) * 16'777'619u;
}
std::size_t filter_bit(std::uint32_t hash) { return (hash ^ hash >> 16) & 0xffff; }

class Reader {
 public:
  Status read(const std::string& file);
  Status read_lines(const std::string& file);  // id, name, company, libraries, components; tabs between
  SdkCatalogue finish();

 private:
  Sdk& entry(const std::string& id, bool& is_new);
  void read_sdk(ConfigMap map);
  Status read_line(std::string_view line);
  void read_versions(ConfigMap& map, Sdk& sdk);
  void add(ConfigMap& map, std::string_view key, std::vector<std::string>& to, SdkCatalogue::Index& index,
           std::uint32_t sdk);
  void add_patterns(ConfigMap& map, std::string_view key, std::vector<std::string>& to,
                    SdkCatalogue::Index& index, std::vector<std::pair<std::string, std::uint32_t>>& patterns,
                    std::uint32_t sdk);

  SdkCatalogue out_;
};

Status Reader::read(const std::string& file) {
  TRY_ASSIGN(auto document, ConfigDocument::from_file(file));
  ConfigMap root = document.root();
  out_.version = root.required_string("version");
  for (ConfigMap& map : root.maps("sdks")) read_sdk(map);
  if (out_.sdks.size() > kMaxSdks) root.error("sdks", "more than 10000 SDKs");
  return document.finish();
}

Sdk& Reader::entry(const std::string& id, bool& is_new) {
  const auto [at, inserted] = out_.by_id.emplace(id, static_cast<std::uint32_t>(out_.sdks.size()));
  is_new = inserted;
  if (inserted) out_.sdks.emplace_back().id = id;
  return out_.sdks[at->second];
}

void Reader::read_sdk(ConfigMap map) {
  const std::string id = map.required_string("id");
  bool is_new = false;
  Sdk& sdk = entry(id, is_new);
  const auto index = static_cast<std::uint32_t>(&sdk - out_.sdks.data());
  if (!is_new) map.error("id", id + " stands twice");
  sdk.name = map.required_string("name");
  sdk.company = map.required_string("company");
  sdk.kind = map.required_string("kind");
  if (std::ranges::find(sdk_kinds(), sdk.kind) == sdk_kinds().end())
    map.error("kind", "'" + sdk.kind + "' is none of the kinds that sdks.h lists");
  add(map, "classes", sdk.classes, out_.by_class, index);
  add(map, "components", sdk.components, out_.by_component, index);
  for (const std::string& c : sdk.components) out_.by_class.emplace(c, index);
  add(map, "meta_data", sdk.meta_data, out_.by_meta_data, index);
  add(map, "permissions", sdk.permissions, out_.by_permission, index);
  add(map, "hosts", sdk.hosts, out_.by_host, index);
  add_patterns(map, "libraries", sdk.libraries, out_.by_library, out_.library_patterns, index);
  add_patterns(map, "files", sdk.files, out_.by_file, out_.file_patterns, index);
  read_versions(map, sdk);
  (void)map.strings("libchecker");  // for tests/tools/make_sdks.py
}

// Made by a program, and half of all: YAML would take longer than a package takes.
Status Reader::read_lines(const std::string& file) {
  auto text = read_file(file, kMaxConfigBytes);
  if (!text.ok()) return text.status().within("SDKs");
  std::size_t number = 0;
  std::string errors;
  for (std::string_view line : lines(*text)) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (Status s = read_line(line); !s.ok())
      errors += (errors.empty() ? "" : "\n") + file + ":" + std::to_string(number) + ": " + s.message();
  }
  return errors.empty() ? ok_status() : invalid(errors);
}

Status Reader::read_line(std::string_view line) {
  const std::vector<std::string_view> fields = split(line, '\t');
  if (fields.size() != 5 || fields[0].empty()) return invalid("wanted five fields with tabs between");
  bool is_new = false;
  Sdk& sdk = entry(std::string(fields[0]), is_new);
  const auto index = static_cast<std::uint32_t>(&sdk - out_.sdks.data());
  if (is_new == fields[1].empty())
    return invalid(sdk.id + (is_new ? " has no name" : " has a name already; what adds to it has none"));
  if (is_new) {
    sdk.name = fields[1];
    sdk.company = fields[2];
    sdk.kind = "other";
  }
  auto take = [&](std::string_view list, std::vector<std::string>& to, SdkCatalogue::Index& marks) -> Status {
    for (std::string_view mark : words(list)) {
      const auto [at, inserted] = marks.emplace(mark, index);
      if (!inserted && at->second != index)
        return invalid("'" + std::string(mark) + "' is a mark of " + out_.sdks[at->second].id + " already");
      to.emplace_back(mark);
    }
    return ok_status();
  };
  TRY(take(fields[3], sdk.libraries, out_.by_library));
  TRY(take(fields[4], sdk.components, out_.by_component));
  for (const std::string& c : sdk.components) out_.by_class.emplace(c, index);
  return ok_status();
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

SdkCatalogue Reader::finish() {
  for (const auto& [prefix, sdk] : out_.by_class) {
    std::uint32_t hash = kHashStart;
    for (char c : prefix) hash = hash_step(hash, c);
    out_.class_filter.set(filter_bit(hash));
  }
  return std::move(out_);
}

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

std::size_t SdkCatalogue::prefix_bytes(std::string_view class_name) const {
  std::size_t longest = 0;
  std::uint32_t hash = kHashStart;
  for (std::size_t i = 0; i <= class_name.size(); ++i) {
    const bool boundary = i == class_name.size() || class_name[i] == '.' || class_name[i] == '$';
    if (boundary && class_filter[filter_bit(hash)] && by_class.contains(class_name.substr(0, i))) longest = i;
    if (i < class_name.size()) hash = hash_step(hash, class_name[i]);
  }
  return longest;
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

std::optional<std::uint32_t> SdkCatalogue::find(std::string_view id) const { return found(by_id, id); }

Result<SdkCatalogue> load_sdks(const std::string& folder) {
  Reader reader;
  TRY(reader.read(folder + "/sdks/catalogue.yaml"));
  TRY(reader.read_lines(folder + "/sdks/libchecker.tsv"));
  return reader.finish();
}

}  // namespace storesweep
