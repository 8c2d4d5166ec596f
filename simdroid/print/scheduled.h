// What waits and what is shown: `dumpsys alarm | jobscheduler | notification | usagestats`. Pure.
// AOSP: AlarmManagerService.java, job/controllers/JobStatus.java, notification/NotificationRecord.java,
// usage/UserUsageStatsService.java.
#pragma once

#include <string>
#include <vector>

#include "simdroid/print/activities.h"

namespace storesweep::simdroid {

struct AlarmLine {
  std::string id;
  int type = 2;  // 0 RTC_WAKEUP, 1 RTC, 2 ELAPSED_WAKEUP, 3 ELAPSED
  std::string package;
  int uid = 0;
  std::string tag;  // "com.x/.AlarmReceiver" or an action; printed behind "*walarm*:" or "*alarm*:"
  std::int64_t when_elapsed_ms = 0;
  std::int64_t window_ms = 0;  // 0: exact
  std::int64_t repeat_ms = 0;
  int flags = 0;
  std::string operation = "broadcastIntent";
};
std::string print_alarms(const Templates& t, const std::vector<AlarmLine>& alarms, Moment now);

struct JobLine {
  std::string id;  // hex digits
  int uid = 0;
  int job = 0;
  std::string component;  // "com.x/.ProbeJobService"
  std::string package;
  std::int64_t period_ms = 0;   // 0: not periodic
  std::int64_t latency_ms = 0;  // 0: none
  bool persisted = false;
  bool ready = false;
  bool running = false;
  std::string bucket = "ACTIVE";
  std::int64_t enqueued_elapsed_ms = 0;
  std::int64_t earliest_elapsed_ms = 0;
  std::int64_t latest_elapsed_ms = 0;  // 0: none
};
std::string print_jobs(const Templates& t, const std::vector<JobLine>& jobs, Moment now);

struct NotificationLine {
  std::string record_id;  // 8 hex digits
  std::string package;
  int uid = 0;
  int id = 1;
  std::string tag;  // empty prints null
  std::string channel;
  std::string channel_name;
  int importance = 3;  // 0 none to 4 high
  int flags = 0;       // 0x62: of a foreground service
  std::int64_t posted_wall_ms = 0;
};
struct NotificationChannels {
  std::string package;
  int uid = 0;
  bool enabled = true;                                        // importance not NONE, on 13 the permission
  std::vector<std::pair<std::string, std::string>> channels;  // id, name
};
std::string print_notifications(const Templates& t, const std::vector<NotificationLine>& notifications,
                                const std::vector<NotificationChannels>& packages, Moment now);

struct UsageLine {
  std::int64_t wall_ms = 0;
  std::string type;  // MOVE_TO_FOREGROUND or ACTIVITY_RESUMED, ...: as that version names it
  std::string package;
  std::string class_name;  // empty: none
};
// Oldest first.
std::string print_usage(const Templates& t, const std::vector<UsageLine>& events, Moment now);

}  // namespace storesweep::simdroid
