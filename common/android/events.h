// The event log (`logcat -b events`): process and activity life, crashes, kills, notifications. From AOSP's
// am/EventLogTags.logtags and wm/EventLogTags.logtags; the tags of both eras (am_ up to 9, wm_ since 10) give
// the same records. Pure; see dump.h.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

enum class EventKind {
  kProcStart,     // am_proc_start: process, uid, type (why), component
  kProcBound,     // am_proc_bound
  kProcDied,      // am_proc_died
  kKill,          // am_kill: reason
  kCrash,         // am_crash: reason = exception, detail = its message
  kAnr,           // am_anr: reason
  kActivity,      // {am,wm}_*_activity and on_*_called: action names which ("create", "resume",
                  // "on_resume_called")
  kNotification,  // notification_enqueue, notification_cancel...: detail holds the raw fields
  kUid,           // am_uid_running, am_uid_stopped, ...
  kMetrics,  // sysui_multi_action: detail holds the raw fields (permission dialogs count themselves here)
};
std::string_view event_kind_name(EventKind kind);

struct EventRecord {
  EventKind kind = EventKind::kProcStart;
  std::string time;  // as printed: the device's clock, without a year
  std::string tag;   // am_proc_start
  int log_pid = -1;  // who wrote the line
  int log_uid =
      -1;  // only with -v uid: an app can write any tag, so evidence of the system asks for 1000 here
  int user = -1;
  int pid = -1;  // whom it is about
  int uid = -1;
  std::string process;  // may differ from the package: "com.tencent.mobileqq:TMAssistant..."
  std::string
      type;  // of a start: activity, service, broadcast, content provider, ...; of kActivity: the step
  std::string component;  // as printed, braces taken off
  std::string reason;
  std::string detail;
};

// True for the screens by which the system itself asks for permissions (any era's package).
bool is_permission_screen(std::string_view component);

// A record for each line that has one of the tags above; lines of other tags are known and skipped.
Parsed<EventRecord> parse_events(std::string_view text);

}  // namespace storesweep::android
