// `dumpsys activity processes | services | broadcasts` and `ps`. Pure.
// AOSP: 9 services/core/java/com/android/server/am/{ActivityManagerService,ProcessRecord,ServiceRecord,
// ActiveServices,BroadcastQueue,BroadcastRecord}.java; 13 the same folder with ProcessList and the
// Process*Record parts; `ps`: 4.4 toolbox, later toybox.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "simdroid/print/activities.h"

namespace storesweep::simdroid {

struct ProcessRecord {
  std::string id;  // hex digits of its record
  int pid = 0;
  int parent_pid = 0;
  int uid = 0;
  std::string name;  // "com.x:remote"
  std::vector<std::string> packages;
  std::string code_path, data_dir, application_class;
  // Where it stands: adjustment and state as of that Android version.
  int adj = 0;             // oom_adj (4.4: -16 to 15) or oom_score_adj (-900 to 1001)
  std::string adj_text;    // "fore", "vis", "prcp", "svc", "cch", "prev", "home", "pers", "sys", "bak"
  int proc_state = 2;      // ActivityManager.PROCESS_STATE_*
  std::string adj_reason;  // "top-activity", "service", "cch-empty"
  std::string adj_target;  // what keeps it there, or empty
  bool foreground_activities = false;
  bool foreground_services = false;
  bool started_services = false;
  bool persistent = false;
  std::int64_t started_elapsed_ms = 0;
  std::int64_t last_activity_elapsed_ms = 0;
  int start_seq = 0;
  std::vector<std::string> services;    // "{4432b25 u0 com.x/.S}"
  std::vector<std::string> receivers;   // "{7283cdc 8931 com.x/10036/u0 remote:2319d4f}"
  std::vector<std::string> activities;  // "{25f1806 u0 com.x/.Main t12}"
};
// Least important last, as the caller orders them.
std::string print_processes(const Templates& t, const std::vector<ProcessRecord>& processes, Moment now);

struct ServiceRecord {
  std::string id;
  std::string component;  // "com.x/.S"
  IntentText intent;
  std::string process, process_id;
  int pid = 0;  // 0: its process is gone, it waits for its restart
  int uid = 0;
  std::string base_dir, data_dir;
  std::int64_t created_elapsed_ms = 0;
  std::int64_t last_activity_elapsed_ms = 0;
  std::int64_t restart_elapsed_ms = 0;  // when it started, or, without process, when it will start again
  bool created_from_foreground = false;
  bool start_requested = false;
  bool stop_if_killed = false;  // START_NOT_STICKY
  bool call_start = false;
  int last_start_id = 0;
  int restart_count = 0;
  bool foreground = false;
  int foreground_id = 0;
  std::string channel;  // of the foreground notification
};
std::string print_services(const Templates& t, const std::vector<ServiceRecord>& services, Moment now);

struct BroadcastReceiverLine {
  std::string component;  // of the manifest; or
  std::string process;    // of one that a running process registered,
  int pid = 0;            // with its pid and uid
  int uid = 0;
  std::string delivery = "Deliver";  // Deliver, Pending, Skipped, Timeout
};
struct BroadcastHistory {
  std::string id;
  IntentText intent;
  std::string caller_package;
  int caller_pid = 0;
  int caller_uid = 1000;
  std::int64_t dispatched_wall_ms = 0;
  std::int64_t finished_wall_ms = 0;
  bool foreground = false;
  std::vector<BroadcastReceiverLine> receivers;
};
// Latest first.
std::string print_broadcasts(const Templates& t, const std::vector<BroadcastHistory>& history, Moment now);

struct PsLine {
  std::string user;
  int pid = 0, parent_pid = 0;
  std::int64_t virtual_kib = 0, resident_kib = 0;
  std::string wait_channel = "0";
  char state = 'S';
  std::string name;
};
std::string print_ps(const Templates& t, const std::vector<PsLine>& processes);

}  // namespace storesweep::simdroid
