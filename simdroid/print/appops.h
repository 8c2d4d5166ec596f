// `dumpsys appops` and `appops get P` (`cmd appops get P`) in the three grammars: up to 8.1 one line an op, 9
// a line of times for each uid state, from 11 on "key=[" lists by attribution tag. Which one is a matter of
// the blocks that the shape has ("appops.op" with "appops.line" or with "appops.access"). Pure. AOSP:
// services/core/java/com/android/server/AppOpsService.java (9), appop/AppOpsService.java (13).
#pragma once

#include <string>
#include <vector>

#include "simdroid/print/moment.h"
#include "simdroid/print/template.h"

namespace storesweep::simdroid {

// Uid states in the order in which they are printed.
enum class UidState { kPersistent, kTop, kForegroundService, kForeground, kBackground, kCached };

// The last use of an op in one uid state.
struct OpUse {
  UidState state = UidState::kTop;
  std::int64_t access_wall_ms = 0;  // 0: never
  std::int64_t reject_wall_ms = 0;  // 0: never
  std::int64_t duration_ms = -1;    // of the access; -1: none was measured
};
struct OpRecord {
  std::string op;              // "FINE_LOCATION", without OP_
  std::string mode = "allow";  // allow, ignore, deny, default, foreground (4.4: by number)
  std::string switch_op;  // the op whose mode counts, where it is another: COARSE_LOCATION of FINE_LOCATION
  std::string switch_mode;
  std::vector<OpUse> uses;  // at most one a state
  bool running = false;     // started and not finished
  std::int64_t started_wall_ms = 0;
};
struct PackageOps {
  std::string package;
  std::vector<OpRecord> ops;
};
struct UidOps {
  int uid = 0;
  UidState state = UidState::kCached;
  std::vector<OpRecord> modes;  // uid modes: op and mode only
  std::vector<PackageOps> packages;
};

// `dumpsys appops`, or of one package (`dumpsys appops --package P`, 10 and later).
std::string print_appops(const Templates& t, const std::vector<UidOps>& uids, Moment now);
// `appops get P [OP]`: uid modes first. Nothing noted gives "No operations." with, where given, the default
// mode.
std::string print_appops_get(const Templates& t, const UidOps& uid, const PackageOps& package, Moment now);
std::string print_appops_none(const Templates& t, const std::string& default_mode = "");

}  // namespace storesweep::simdroid
