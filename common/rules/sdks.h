// The catalogue of SDKs (rules/sdks/): whose they are, what for, and by which marks a package tells of
// them. Loaded once, then a plain value that any thread may read.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/base/text.h"

namespace storesweep {

inline constexpr std::size_t kMaxSdks = 10'000;

struct SdkVersionMark {
  enum class Kind : std::uint8_t { kConstant, kFile, kResource, kMetaData };
  Kind kind = Kind::kConstant;
  std::string where;  // com.foo.BuildConfig.VERSION_NAME, META-INF/foo.version, string resource, name
};
std::string_view sdk_version_kind_name(SdkVersionMark::Kind kind);  // "constant"

struct Sdk {
  std::string id;                      // umeng-push
  std::string name;                    // 友盟推送
  std::string company;                 // 友盟
  std::string kind;                    // one of sdk_kinds()
  std::vector<std::string> classes;    // prefixes on dotted boundaries: com.umeng.message
  std::vector<std::string> libraries;  // libfoo.so; a * stands for any text
  std::vector<std::string>
      components;  // full names of activities, services, receivers, providers, applications
  std::vector<std::string> meta_data, permissions, hosts;
  std::vector<std::string> files;  // members of the archive; a * stands for any text
  std::vector<SdkVersionMark> versions;
};

struct SdkCatalogue {
  using Index = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;
  std::string version;
  std::vector<Sdk> sdks;  // in the order of the files
  Index by_id;
  Index by_class;  // prefixes, and the full names of components
  // Hashes of those, so that nearly every other prefix costs no look-up.
  std::bitset<65'536> class_filter;
  Index by_library, by_component, by_meta_data, by_permission, by_host, by_file;
  std::vector<std::pair<std::string, std::uint32_t>> library_patterns, file_patterns;  // those with a *

  // The SDK with the longest prefix of a class name (com.foo.Bar$Baz), on a dotted boundary.
  std::optional<std::uint32_t> of_class(std::string_view class_name) const;
  // How many bytes of the name that prefix has; 0: none.
  std::size_t prefix_bytes(std::string_view class_name) const;
  std::optional<std::uint32_t> find(std::string_view id) const;
  std::optional<std::uint32_t> of_library(std::string_view file_name) const;
  std::optional<std::uint32_t> of_file(std::string_view member_name) const;  // of the archive
  std::optional<std::uint32_t> of_host(std::string_view host) const;  // longest suffix on a dotted boundary
};

std::span<const std::string_view> sdk_kinds();  // "push", "ads", ...

// Reads folder/sdks/catalogue.yaml and folder/sdks/libchecker.tsv, which adds to the entries of the first by
// id. kInvalid with every error, each with file:line:column.
Result<SdkCatalogue> load_sdks(const std::string& folder);

}  // namespace storesweep
