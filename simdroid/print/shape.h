// The shape of a device: what one Android version says and how, loaded from a folder of data files
// (shapes/<api>/). Each file names its source in its first line. Values; read-only once loaded.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "simdroid/print/template.h"

namespace storesweep::simdroid {

struct SystemPackage {
  std::string name;
  int uid = 0;
  std::string path;
  std::string label;
};

struct DeviceShape {
  int api = 0;
  std::vector<std::string> features;              // of adbd, for the banner
  std::vector<std::string> hardware;              // `pm list features`, without "feature:"
  std::map<std::string, std::string> properties;  // getprop
  std::vector<SystemPackage> packages;            // what the image brings
  std::map<std::string, std::string> files;       // path -> content
  std::map<std::string, std::string> settings;    // "global/airplane_mode_on" -> value
  std::map<std::string, std::string> texts;       // command -> what it prints, unchanged
  Templates templates;
  int width_px = 1080;
  int height_px = 1920;
  int density_dpi = 420;
  int status_bar_dp = 24;
  int navigation_bar_dp = 48;

  bool old_shell = false;          // 4.4: no exec:, no shell protocol, a terminal always
  bool says_inaccessible = false;  // mksh from Android 10 on: "inaccessible or not found"
  bool user_in_prompt = false;     // 4.4's prompt

  bool has_feature(std::string_view name) const;
  // "device::ro.product.name=...;features=..."
  std::string banner() const;
};

// Reads <folder>/<api>/*. Errors name file and line.
Result<DeviceShape> load_shape(const std::string& folder, int api);

}  // namespace storesweep::simdroid
