// A mini program's package (.wxapkg): a table of files, their settings, and which platform calls their
// scripts contain. Calls are leads: a script may hold what it never runs. Hostile input, bounded. Pure; the
// bytes must outlive the table.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "worker/apk/budget.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxMiniFiles = 50'000;
inline constexpr std::size_t kMaxMiniCalls = 2'000;     // different ones
inline constexpr std::size_t kMaxMiniFilesOfACall = 8;  // told for each

struct MiniFile {
  std::string_view name;  // bytes of the package
  ByteView bytes;
};

struct PlatformCall {
  int count = 0;
  std::vector<std::string> files;  // the first of them
  bool operator==(const PlatformCall&) const = default;
};

struct MiniProgram {
  bool encrypted = false;  // as the desktop client stores them: nothing else is known then
  std::vector<MiniFile> files;
  std::string app_id;                              // of project or app settings, where it stands there
  std::map<std::string, std::string> permissions;  // scope -> the purpose that is shown
  std::vector<std::string> private_infos;          // requiredPrivateInfos
  std::vector<std::string> background_modes;
  std::vector<std::string> plugins;  // "provider version"
  std::vector<std::string> pages;
  std::map<std::string, PlatformCall> calls;  // "getLocation"
  std::vector<std::string> notes;
};

// By its first bytes; nothing else is looked at.
bool is_mini_program(ByteView file);
// kCorrupt names what is wrong with the table.
Result<MiniProgram> read_mini_program(ByteView file, Budget& budget);

// Counts PREFIX.name in a script ("wx.getLocation", and through brackets: wx["getLocation"]).
void find_platform_calls(std::string_view script, std::string_view object, const std::string& file,
                         std::map<std::string, PlatformCall>& calls);

}  // namespace storesweep::apk
