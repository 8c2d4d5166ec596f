// Processes: start, death, and how important each is to the system. Acts on State.
#pragma once

#include <string>
#include <string_view>

#include "simdroid/android/state.h"

namespace storesweep::simdroid::android {

// The process of that name of the package, started if it does not run. `type` and `component` say for what,
// as the log does ("activity", "service", "broadcast", "content provider"). The package leaves its stopped
// state.
Process& need_process(State& s, Package& package, const std::string& name, std::string_view type,
                      const std::string& component);
// Killed by the system: am_kill and its death. Sticky services are planned anew unless `forced` (force-stop).
void kill_process(State& s, int pid, const std::string& reason, bool forced = false);
// It died by itself (exit, crash).
void process_died(State& s, int pid, bool forced = false);
// All processes of a package, with its services, alarms and activities: am force-stop, uninstall, update.
void kill_package(State& s, const std::string& package, const std::string& reason, bool forced);

struct Standing {
  int adj = 0;  // oom_score_adj; 4.4: oom_adj
  std::string adj_text;
  int proc_state = 0;  // ActivityManager.PROCESS_STATE_* of that version
  std::string reason;
  UidState uid_state = UidState::kCached;
  bool background = true;  // its scheduling group
};
Standing standing_of(const State& s, const Process& process);
bool has_visible_activity(const State& s, const Process& process);

// The processes that run on every device.
void start_system_processes(State& s);
void on_process_bound(State& s, int pid);

}  // namespace storesweep::simdroid::android
