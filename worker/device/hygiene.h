// Whether a device is as it was before the first app: third-party packages, settings (the HTTP proxy is one
// of them), files in the shared storage, its clock where a run had shifted it (device_clock.h). A baseline is
// taken once; between two apps what was added is removed and the state is looked at again: a device is called
// clean because it was seen to be, not because it was cleaned. compare() is pure; the rest are functions on a
// Device, one at a time per device.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "worker/device/device.h"

namespace storesweep::device {

inline constexpr std::size_t kHygieneFoldersMax = 2'000;
inline constexpr std::size_t kHygieneFilesMax = 50'000;
inline constexpr int kHygieneDepthMax = 6;  // below a root; what lies deeper is seen as its folder alone

struct Snapshot {
  std::set<std::string> packages;               // third-party
  std::map<std::string, std::string> settings;  // "global/http_proxy" -> value
  bool settings_seen = false;                   // devices before Android 6 cannot list them
  std::map<std::string, std::uint64_t> files;   // path -> size; a folder's path ends with '/' and has size 0
};

struct Difference {
  enum class Kind { kPackageAdded, kPackageGone, kSetting, kFileAdded, kFileGone, kFileChanged };
  Kind kind = Kind::kPackageAdded;
  std::string subject;   // package, setting or path
  std::string expected;  // a setting's old value
  bool was_set = false;  // whether the setting had one
};
std::string text(const Difference& difference);

// What an app left. Settings that Android itself changes all the time (boot_count, ...) do not count.
std::vector<Difference> compare(const Snapshot& baseline, const Snapshot& now);

Result<Snapshot> take_snapshot(Device& device, const Deadline& deadline);
// Undoes what can be undone: removes packages and files, puts settings back. What is gone or changed stays.
Status clean(Device& device, const std::vector<Difference>& differences, const Deadline& deadline);

struct Attestation {
  bool clean = false;
  std::vector<std::string> covered;  // "packages", "settings", "files"
  std::vector<Difference> removed;   // found and undone
  std::vector<Difference> left;      // could not be undone: the device is to be quarantined
};
// Compare, clean, and look again (at most twice: a service may write a file once more).
Result<Attestation> clean_and_attest(Device& device, const Snapshot& baseline, const Deadline& deadline);

}  // namespace storesweep::device
