// The SDKs that a package was found to hold, as a run carries them from the worker's facts to the sweep's
// sums: ids of the SDK catalogue and versions, nothing else. Values; no thread rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep {

inline constexpr std::size_t kMaxSdksOfRun = 512;       // the largest real apps hold fewer than 200
inline constexpr std::size_t kMaxSdkIdBytes = 100;      // of an id of the catalogue
inline constexpr std::size_t kMaxSdkVersionBytes = 64;  // of an SDK, and of the catalogue

struct SdkInRun {
  std::string id;       // of the catalogue: umeng-push
  std::string version;  // empty: the package does not tell
  bool operator==(const SdkInRun&) const = default;
};
struct SdkList {
  std::string catalogue;     // its version; empty: nobody has looked, which is not "none"
  std::vector<SdkInRun> in;  // by id, each once
  // Not here though found: beyond kMaxSdksOfRun, or not in the catalogue of who takes the list.
  std::uint32_t left_out = 0;

  bool looked() const { return !catalogue.empty(); }
  bool operator==(const SdkList&) const = default;
};

// A version has a digit and no blank, and is no longer than a version is; anything else in its place is none.
bool version_shaped(std::string_view text);

}  // namespace storesweep
