// What stands on the screen and what runs behind it: `dumpsys activity activities`, `recents`, `services` and
// `broadcasts`, and the focus lines of `dumpsys window`. From AOSP's ActivityStackSupervisor, RecentTasks,
// ActiveServices, BroadcastQueue, WindowManagerService (4.4 to 16).
// Pure; see dump.h.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

struct ActivityOnTop {
  enum class Kind { kResumed, kFocused };  // of activities; of windows
  Kind kind = Kind::kResumed;
  int user = -1;
  std::string component;  // "com.x/.Main"; of a window without activity its title ("StatusBar")
  int task = -1;
};
// `dumpsys activity activities` (mResumedActivity, ResumedActivity, topResumedActivity, mFocusedActivity) and
// `dumpsys window` (mCurrentFocus, mFocusedApp); "null" gives no record.
Parsed<ActivityOnTop> parse_top_activities(std::string_view text);

struct RecentTask {
  int id = -1;
  int user = -1;
  int uid = -1;         // effectiveUid
  std::string package;  // of the affinity or the root activity
  std::string component;
};
Parsed<RecentTask> parse_recents(std::string_view text);

struct RunningService {
  int user = -1;
  std::string component;
  std::string package;
  std::string process;
  int pid = -1;
  int uid = -1;
  bool foreground = false;
  bool start_requested = false;
  std::optional<std::int64_t> created_ago_ms;
};
Parsed<RunningService> parse_services(std::string_view text);

struct Broadcast {
  std::string action;
  int user = -1;
  std::string caller_package;
  int caller_uid = -1;
  std::string time;  // when it was dispatched, as printed
  struct Receiver {
    std::string component;  // of a receiver in a manifest: it may start its process
    std::string package;    // also of one that a running process registered
    int pid = -1;           // of a registered one
  };
  std::vector<Receiver> receivers;
};
// Historical and waiting broadcasts with their receivers; summaries and registered filters are known and
// skipped.
Parsed<Broadcast> parse_broadcasts(std::string_view text);

}  // namespace storesweep::android
