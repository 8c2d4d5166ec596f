// `dumpsys activity activities | recents | containers`, `am stack list`, and the focus of `dumpsys window`.
// Pure. AOSP: 9
// services/core/java/com/android/server/am/{ActivityStackSupervisor,TaskRecord,ActivityRecord}.java, 13
// services/core/java/com/android/server/wm/{RootWindowContainer,Task,ActivityRecord,RecentTasks}.java.
#pragma once

#include <string>
#include <vector>

#include "simdroid/print/moment.h"
#include "simdroid/print/template.h"

namespace storesweep::simdroid {

struct IntentText {
  std::string action, data, component, package;
  std::vector<std::string> categories;
  std::uint32_t flags = 0;
  bool has_extras = false;
};
// "act=android.intent.action.MAIN cat=[...] flg=0x10000000 cmp=com.x/.Main" (Intent.toShortString, in its
// order). From 13 on the data of other schemes than a few is cut to "scheme:...". (has extras) behind.
std::string intent_text(const IntentText& intent, int api = 28);

struct ActivityRecord {
  std::string id;         // 1 to 8 hex digits; the same wherever the record is printed
  std::string component;  // "com.x/.Main"
  std::string process;
  std::string process_id;  // hex id of its ProcessRecord
  int pid = 0;             // 0: its process is gone
  int uid = 0;
  IntentText intent;
  int launched_from_uid = 2000;
  std::string launched_from_package;
  std::string state = "RESUMED";  // RESUMED PAUSED STOPPED STOPPING DESTROYED INITIALIZING FINISHING
  bool visible = true;
  bool finishing = false;
  std::int64_t launched_elapsed_ms = 0;
  std::string base_dir, data_dir;
};
struct TaskRecord {
  std::string id_hex;
  int id = 0;
  int stack = 0;         // up to 10
  std::string affinity;  // "com.x"; from 11 on printed with the uid before it
  int uid = 0;
  int calling_uid = 2000;
  std::string type = "standard";  // standard, home, recents
  IntentText intent;
  std::int64_t last_active_elapsed_ms = 0;
  std::vector<ActivityRecord> activities;  // top first; empty: a recent task without a living activity
};
struct ActivityState {
  std::vector<TaskRecord> tasks;  // front first
  std::string focused_window;     // hex id of the focused window; empty: none has focus
  std::string focused_title;      // "com.x/com.x.Main", "StatusBar", "Application Error: com.x"
  int width_px = 1080, height_px = 1920, density_dpi = 420;
  bool sleeping = false;
  std::string
      recents_component;  // "com.google.android.apps.nexuslauncher/com.android.quickstep.RecentsActivity"
  int recents_uid = 10000;
};

std::string print_activities(const Templates& t, const ActivityState& state, Moment now);
// `dumpsys activity recents`: the tasks that are in it, latest first.
std::string print_recents(const Templates& t, const ActivityState& state,
                          const std::vector<TaskRecord>& recent, Moment now);
std::string print_stack_list(const Templates& t, const ActivityState& state);  // am stack list

}  // namespace storesweep::simdroid
