// `dumpsys activity exit-info [PACKAGE]`, Android 11 and later: how processes ended, by the system's own
// account. From AOSP's AppExitInfoTracker.dumpHistoryProcessExitInfo and ApplicationExitInfo.dump: 11 puts
// each field on a line of its own, 12 and later several; 17 puts the description behind state and trace.
// Pure; see dump.h.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

// ApplicationExitInfo.REASON_...; a number behind the last one is a later version's.
enum class ExitReason {
  kUnknown = 0,
  kExitSelf = 1,
  kSignaled = 2,
  kLowMemory = 3,
  kCrash = 4,
  kCrashNative = 5,
  kAnr = 6,
  kInitializationFailure = 7,
  kPermissionChange = 8,
  kExcessiveResourceUsage = 9,
  kUserRequested = 10,  // force-stop, removed from recents; before 14 updates too
  kUserStopped = 11,
  kDependencyDied = 12,
  kOther = 13,
  kFreezer = 14,
  kPackageStateChange = 15,
  kPackageUpdated = 16
};

struct ProcessExit {
  std::string package;
  int uid = -1;      // whose history it stands in
  std::string time;  // by the device's clock, with its year
  int pid = -1;
  int real_uid = -1, package_uid = -1, defining_uid = -1;  // real: an isolated process has one of its own
  int user = -1;
  std::string process;
  int reason = -1;
  std::string reason_name;  // USER REQUESTED, APP CRASH(EXCEPTION), ...; makers have their own
  int subreason = -1;       // printed since 12 and by late builds of 11
  std::string subreason_name;
  int status = -1;          // exit code or signal; which of them, the reason says
  int importance = -1;      // RunningAppProcessInfo.IMPORTANCE_..., just before
  std::string pss, rss;     // as printed: 697MB, 0.00
  std::string description;  // at times the app's own words (appNotResponding), line ends and all
  std::string state;        // "46 bytes": of what the app itself left; empty without
  std::string trace;        // the file with it
  bool is(ExitReason r) const { return reason == static_cast<int>(r); }
};
Parsed<ProcessExit> parse_exits(std::string_view text);

}  // namespace storesweep::android
