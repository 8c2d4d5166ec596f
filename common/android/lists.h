// The small lists of a device: `pm list packages`, `pm path`, `pm list features`, `getprop`, `settings list`.
// Pure; see dump.h.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

struct ListedPackage {
  std::string name;
  std::string path;       // with -f
  std::string installer;  // with -i
  int uid = -1;           // with -U
  std::int64_t version_code = -1;
};

// `pm list packages [-f] [-i] [-U] [--show-versioncode]`. A path may hold '=': the name stands after the last
// one.
Parsed<ListedPackage> parse_package_list(std::string_view text);

// `pm path P`: the files of a package, base and splits. No record = not installed.
Parsed<std::string> parse_package_paths(std::string_view text);

struct Feature {
  std::string name;     // android.hardware.camera; "reqGlEsVersion" for the pseudo feature
  std::string version;  // "0x30000", "3"; empty without one
};
Parsed<Feature> parse_features(std::string_view text);

struct Property {
  std::string name;
  std::string value;  // may hold line breaks
};
// `getprop`: "[name]: [value]"; a value can span lines.
Parsed<Property> parse_properties(std::string_view text);
// `settings list NAMESPACE`: "name=value"; a value can span lines.
Parsed<Property> parse_settings(std::string_view text);

// The value of a name; null if it is not there.
const std::string* find_value(const Parsed<Property>& properties, std::string_view name);

}  // namespace storesweep::android
