// `dumpsys appops` and `cmd appops get P` (also `appops get`): what an app did or tried, and what it may do.
// Grammars from AOSP's AppOpsService.java: up to 8.1 "CAMERA: mode=0; time=+1h ago; rejectTime=...;
// duration=..." (dump) and "CAMERA: allow; time=..." (get, all versions); 9 with one line a process state
// under "CAMERA (allow):"; 10 and later with "[state-flags]" and, from 11, blocks "tag=[ ... ]" per
// attribution. Pure; see dump.h.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

// One access, one reject, or a use that is still going on.
struct OpUse {
  bool rejected = false;
  bool running = false;                // began and has not ended
  std::string attribution;             // 11+; empty where the dump says null
  std::string state;                   // pers, top, fgsvc, fg, bg, cch; empty where the grammar has none
  std::string flags;                   // s (self), tp (trusted proxy), ...: AppOpsManager.OP_FLAG_*
  std::string time;                    // as printed, the device's own clock; empty where only ago_ms is known
  std::optional<std::int64_t> ago_ms;  // before the dump
  std::optional<std::int64_t> duration_ms;  // of the use, where printed
  std::string proxy_package;                // who asked on the app's behalf
  int proxy_uid = -1;
};

struct AppOp {
  int uid = -1;         // -1 in `appops get`, which names none
  std::string package;  // empty: the mode is set for the whole uid
  std::string op;       // CAMERA; vendors' own: MIUIOP(10041)
  std::string mode;     // allow, ignore, deny, default, foreground (numbers of old dumps translated)
  std::string switch_op;
  std::vector<OpUse> uses;
};

// `package`: what `appops get` was asked for, put into its records, since that output names no package.
Parsed<AppOp> parse_appops(std::string_view text, std::string_view package = {});

}  // namespace storesweep::android
