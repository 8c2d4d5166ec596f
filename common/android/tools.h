// What the tools on a device and `adb` itself print: installs, `am start`, `monkey`. Exit codes lie (0 after
// a failed install), so the text decides. Pure; see dump.h.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

struct InstallResult {
  bool ok = false;
  std::string code;    // INSTALL_FAILED_..., INSTALL_PARSE_FAILED_...; empty where the device named none
  std::string reason;  // the words after it, or the whole complaint
};
// `pm install`, `cmd package install`, `adb install`: chatter, progress, wrapped reasons. Without Success or
// a complaint it is not ok and says so (a device that died in the middle): ask `pm path` then.
InstallResult parse_install(std::string_view text);
// A text with the answers of several installs, one record each: "Success", "Failure [...]", a complaint of
// adb, of pm or of a shell. Progress, transfers and `pm install-create`'s own "Success: created ..." are no
// answers.
Parsed<InstallResult> parse_installs(std::string_view text);

struct StartResult {
  bool ok = false;
  std::string component;  // what came up
  std::int64_t total_ms = -1;
  bool brought_to_front = false;  // it ran already
  std::string error;
};
// `am start [-W]`.
StartResult parse_start(std::string_view text);
// A text with several of them: each begins with "Starting: " or "Stopping: ".
Parsed<StartResult> parse_starts(std::string_view text);

struct MonkeyRun {
  std::int64_t seed = -1;
  std::int64_t count = -1;     // asked for
  std::int64_t injected = -1;  // done; -1 when it was stopped
  bool finished = false;
  bool crashed = false;         // "// CRASH: com.x (pid 12)"
  bool not_responding = false;  // "// NOT RESPONDING: com.x"
  std::string victim;
  std::vector<std::string> packages;    // allowed
  std::vector<std::string> components;  // started or refused, in order, at most 1000
  std::size_t rejected = 0;             // starts of other packages that it refused
};
struct MonkeyEvent {
  std::string kind;  // Touch, Trackball, Key, Switch, Flip, ...
  std::string text;
};
// `monkey -v[ -v -v]`: records are its events; what went around them comes by `run`.
Parsed<MonkeyEvent> parse_monkey(std::string_view text, MonkeyRun& run);

}  // namespace storesweep::android
