// Running processes: `dumpsys activity processes` (4.4 to 16) and `ps` (toolbox up to 7, toybox since 8, any
// columns). Pure; see dump.h.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

struct RunningProcess {
  int pid = -1;
  int uid = -1;
  std::string process;
  std::vector<std::string> packages;  // packageList={...}
  std::string importance;             // of the LRU list: pers, fore, vis, svc, cch+2, ...
  std::string state;                  // TOP, BFGS, SVC, CEM, ...; "P" and the like up to 7
  std::string reason;                 // why it is kept: top-activity, service, cch-empty, ...
};

// One record a process, from the process blocks and the LRU list together.
Parsed<RunningProcess> parse_activity_processes(std::string_view text);

struct PsRow {
  std::string user;  // root, u0_a12, 10057
  int uid = -1;      // of u0_a12 and numbers; -1 for names
  int pid = -1;
  int parent = -1;
  std::string state;
  std::string name;
};
Parsed<PsRow> parse_ps(std::string_view text);

}  // namespace storesweep::android
