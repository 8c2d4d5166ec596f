// Installing and removing packages, as the package manager does. Acts on State.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "simdroid/android/state.h"

namespace storesweep::simdroid::android {

struct InstallWishes {
  bool replace = false;    // -r
  bool test = false;       // -t
  bool downgrade = false;  // -d
  bool grant = false;      // -g
  bool bypass_low_target = false;
  std::string installer;
};
struct InstallVerdict {
  bool done = false;
  std::string code;    // INSTALL_FAILED_OLDER_SDK
  std::string reason;  // may be empty
};

// Whether it could be installed, and if so installs it. The file itself is the caller's to keep at code_path.
InstallVerdict install(State& s, const std::shared_ptr<const Apk>& apk, const InstallWishes& wishes,
                       const std::vector<std::string>& device_abis);
// A failure to read the APK, in Android's words ("CODE: reason").
InstallVerdict parse_failure(const std::string& words);
bool uninstall(State& s, const std::string& package);
// pm clear: its data, its permissions, its processes.
bool clear_data(State& s, const std::string& package);
// pm disable-user, enable (COMPONENT_ENABLED_STATE_*).
bool set_enabled(State& s, const std::string& package, int state);
void force_stop(State& s, const std::string& package);

std::string apk_path(const State& s, const Package& package);

}  // namespace storesweep::simdroid::android
