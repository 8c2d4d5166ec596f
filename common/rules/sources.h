// Where personal information comes from on Android (rules/sources.yaml): for each kind the methods, fields,
// content URIs, settings keys, properties, paths and commands that give it, its permissions and app-ops; and
// marks of other behaviour that static leads look for (dynamic code, silent installs, shake listeners).
// Loaded once, then a plain value that any thread may read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep {

inline constexpr std::size_t kMaxSources = 1'000;
inline constexpr std::size_t kLeastPatternPrefix = 4;  // literal bytes before the first * of a pattern

struct SourceMember {
  std::string owner;       // android.provider.Settings$Secure
  std::string name;        // getString, SERIAL
  std::string descriptor;  // methods: empty is every overload
};

struct Source {
  std::string id;  // imei
  std::string zh, en;
  bool mark = false;  // no personal information: a behaviour that leads look for
  std::vector<SourceMember> methods;
  std::vector<SourceMember> weak_methods;  // say little by themselves: getPackageInfo asks for one name
  std::vector<SourceMember> fields;
  // Patterns: * is any text; at least kLeastPatternPrefix bytes stand before it.
  std::vector<std::string> uris, properties, paths, commands;
  std::vector<std::string> names;     // of classes, services, MIME types that the code speaks of
  std::vector<std::string> settings;  // keys
  std::vector<std::string> permissions, ops;
};

struct SourceCatalogue {
  std::string version;
  std::vector<Source> sources;                 // kinds first, in the order of the file, then marks
  std::vector<SourceMember> settings_getters;  // methods whose string argument is a settings key

  std::optional<std::size_t> find(std::string_view id) const;
};

// Whether text matches a pattern of the above. At most their lengths' product in steps.
bool pattern_matches(std::string_view pattern, std::string_view text);

// Reads folder/sources.yaml. kInvalid with every error, each with file:line:column.
Result<SourceCatalogue> load_sources(const std::string& folder);

}  // namespace storesweep
