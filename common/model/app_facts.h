// What the rules need to know of an app's package, and nothing more: small enough to stand in every journal
// beside the full facts (worker/apk), which the judge does not read. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace storesweep {

inline constexpr std::size_t kMaxAppFactsList = 512;   // entries of each list; what is beyond is left out
inline constexpr std::size_t kMaxAppFactsText = 1024;  // bytes of one text

struct AppFacts {
  std::string package, version_name;
  std::int64_t version_code = 0;
  // As devices of some language show it, the Chinese ones first. What could not be resolved is left out.
  std::vector<std::string> labels;
  bool labels_read = false;              // none was left out: an app without labels has none
  std::string launch_activity;           // empty: nothing of it stands in a launcher
  std::vector<std::string> permissions;  // that the manifest asks for
  std::string signer_organisation;       // of the certificate; empty: it names none
  bool code_read = false;                // all of the code was looked at
  bool native_code = false;              // brings libraries, whose calls are not seen
  bool loads_code = false;               // loads code at run time
  std::string protector;                 // what the code is packed by; empty: nothing that we know
  bool sdks = false;  // SDKs that we know are in it: their manifests were merged into its own
  std::vector<std::string> without_calls;  // permissions that no code was seen to need
  int icon_alpha = -1;                     // opacity of the icon's most opaque pixel, 0 to 255; -1: not known
  bool operator==(const AppFacts&) const = default;
};

}  // namespace storesweep
