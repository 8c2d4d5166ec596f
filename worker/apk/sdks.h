// Which SDKs of the catalogue are in a package, what tells it, and which version, where the package says so;
// packers and protectors among them (kind protector). Pure.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/rules/sdks.h"
#include "worker/apk/class_file.h"
#include "worker/apk/dex.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxSdkEvidence = 100;  // marks that are told of one SDK
inline constexpr std::size_t kMaxVersionFileBytes = 64u << 10;

// Everything of a package that may tell of an SDK. Filled by whoever reads the package.
struct SdkMarks {
  std::vector<std::string> classes;      // defined in dex and class files: com.foo.Bar
  std::vector<std::string> libraries;    // libfoo.so, without folder
  std::vector<std::string> components;   // full class names of the manifest, with the application's own
  std::vector<std::string> permissions;  // asked for
  std::map<std::string, std::string> meta_data;  // name -> value as text
  std::vector<std::string> files;                // names of all members
};

struct SdkFact {
  std::uint32_t sdk = 0;              // of SdkCatalogue::sdks
  std::string version;                // empty: unknown
  std::string version_from;           // what told it: "file META-INF/androidx.core_core.version"
  std::size_t classes = 0;            // how many are its own
  std::vector<std::string> evidence;  // the other marks, sorted: "library libfoo.so"
  bool operator==(const SdkFact&) const = default;
};

// Answers a mark of kind constant (constant_of), file (version_in_file of its content) or resource (the
// default value of a string resource by that name); meta-data is answered by the marks themselves.
using VersionReader = std::function<std::optional<std::string>(const SdkVersionMark&)>;

// Sorted by the catalogue's order.
std::vector<SdkFact> find_sdks(const SdkCatalogue& catalogue, const SdkMarks& marks,
                               const VersionReader& read = nullptr);

// The value of a constant: "com.foo.BuildConfig.VERSION_NAME". Nothing where no file has it, or two differ.
std::optional<std::string> constant_of(std::span<const DexFile> dexes, std::string_view field);
std::optional<std::string> constant_of(std::span<const ClassFile> classes, std::string_view field);
// Of a META-INF/*.version (its first line) or *.properties (its line "version=").
std::optional<std::string> version_in_file(std::string_view name, std::string_view content);

}  // namespace storesweep::apk
