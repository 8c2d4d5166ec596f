// What wakes an app later or shows for it: `dumpsys alarm`, `dumpsys jobscheduler`, `dumpsys notification`.
// From AOSP's AlarmManagerService, JobSchedulerService and NotificationManagerService, 4.4 to 13. Pure; see
// dump.h.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

struct PendingAlarm {
  std::string clock;  // RTC_WAKEUP, RTC, ELAPSED_WAKEUP, ELAPSED
  std::string package;
  std::string tag;  // *walarm*:com.x.ACTION
  std::optional<std::int64_t> repeat_ms;
};
Parsed<PendingAlarm> parse_alarms(std::string_view text);

struct ScheduledJob {
  int uid = -1;  // who asked
  std::int64_t id = -1;
  std::string component;
  std::string source_package;               // for whom, where printed ("Source: ... pkg=")
  std::optional<std::int64_t> interval_ms;  // of a periodic one
  bool persisted = false;
};
Parsed<ScheduledJob> parse_jobs(std::string_view text);

struct ShownNotification {
  std::string package;
  int uid = -1;
  int user = -1;
  std::string key;
  int importance = -1;
};
Parsed<ShownNotification> parse_notifications(std::string_view text);

}  // namespace storesweep::android
