// The state of a simulated Android: plain values, nothing but. It is stepped by platform.h (state, event,
// now); the other files of this room each act on one part of it. One thread; the templates outlive it.
//
// Times are the device's: `now_ms` counts from the start of the simulation and never jumps; uptime counts
// from boot_ms; the wall clock is wall_zero_ms + now_ms.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "simdroid/android/apk.h"
#include "simdroid/print/activities.h"
#include "simdroid/print/appops.h"
#include "simdroid/print/layout.h"
#include "simdroid/print/log.h"
#include "simdroid/print/processes.h"
#include "simdroid/print/scheduled.h"
#include "simdroid/print/shape.h"

namespace storesweep::simdroid::android {

inline constexpr int kSystemUid = 1000;
inline constexpr int kShellUid = 2000;
inline constexpr int kFirstAppUid = 10'050;

struct Intent {
  std::string action;
  std::string data;
  std::vector<std::string> categories;
  std::string package;         // restricts; may be empty
  std::string target_package;  // of the component
  std::string target_class;    // full; empty: no component given
  std::uint32_t flags = 0;
  bool has_extras = false;
};

// A runtime permission of a package.
struct Grant {
  bool granted = false;
  bool user_set = false;
  bool user_fixed = false;
  bool one_time = false;
  bool background = true;  // location from API 29 on: "all the time"
  bool review_required = false;
};

struct Channel {
  std::string id;
  std::string name;
};

// An installed package. Those of the image have no `apk`.
struct Package {
  std::string name;
  int uid = 0;
  std::string label;
  Manifest manifest;
  std::shared_ptr<const Apk> apk;
  std::string code_path;  // folder; 4.4: the file
  std::string data_dir;
  std::int64_t first_install_wall_ms = 0;
  std::int64_t last_update_wall_ms = 0;
  std::string installer;
  bool system = false;
  bool stopped = false;
  bool not_launched = false;
  int enabled = 0;                       // COMPONENT_ENABLED_STATE_*
  std::set<std::string> install_grants;  // permissions given at install
  std::map<std::string, Grant> runtime;
  std::map<std::string, std::string> prefs;  // what is on its disk
  std::vector<Channel> channels;
  bool warned_of_age = false;
  int crashes = 0;

  const Behaviour* behaviour() const { return apk ? apk->behaviour.get() : nullptr; }
};

struct Process {
  int pid = 0;
  int uid = 0;
  std::string name;
  std::string package;
  std::int64_t started_ms = 0;
  std::int64_t last_active_ms = 0;
  int sequence = 0;
  bool bound = false;       // its Application was created
  bool persistent = false;  // of the system
  int receiving = 0;        // receivers that run now
  std::string waiting_to_kill;
  std::shared_ptr<const Behaviour> behaviour;
  std::map<std::string, std::string> prefs;  // as it read them when it started, and what it stored
  std::set<std::string> receivers;           // names of those that it registered
  int sendings = 0;
  bool read_android_id = false;
};

// What an app is about to send: the device's own business is how, and what stands for the {names} in it.
struct Sending {
  int uid = 0;
  int number = 0;  // of its process, from 1
  bool knows_android_id = false;
  std::string url, body;
  std::string trust;  // system, own, pinned
};
inline constexpr std::size_t kMaxSendings = 1'000;  // that nobody has taken yet

// What a call that reads about the user gave to the app.
enum class Got : std::uint8_t { kValue, kEmpty, kNull, kRefused };
// One such call, for whoever has hooks in the process.
struct ReadingDone {
  std::uint64_t order = 0;
  int pid = 0;
  Do what = Do::kReadAndroidId;
  std::string by;  // class; empty: the app's own
  Got got = Got::kValue;
  std::int64_t up_ms = 0;
};
inline constexpr std::size_t kMaxReadings = 1'000;  // that are kept

// A page or dialog on screen.
struct Shown {
  std::string screen;
  std::map<std::string, bool> checks;
  int scroll_px = 0;
};

// What a permission controller's activity asks for.
struct PermissionAsk {
  std::string package;  // whose permissions
  std::vector<std::string> permissions;
  std::vector<std::string> groups;  // left to be asked, in order; the first is on screen
  int group_count = 0;
  bool for_other = false;  // the system asks by itself
  bool computed = false;
  bool dont_ask_again = false;  // the box is ticked
};

enum class ActivityKind { kApp, kHome, kPermission, kReview, kPage, kRecents };
enum class Life { kNew, kResumed, kPausing, kPaused, kStopped, kDestroyed };

struct Activity {
  int id = 0;
  ActivityKind kind = ActivityKind::kApp;
  std::string package;
  std::string class_name;
  std::string process;
  int uid = 0;
  int pid = 0;  // of the process it was created in; 0: none
  Intent intent;
  int from_uid = kShellUid;
  std::string from_package;
  Life life = Life::kNew;
  bool created = false;
  bool finishing = false;
  bool was_stopped = false;
  bool translucent = false;
  std::int64_t launched_ms = 0;
  std::int64_t drawn_ms = -1;
  // of an app
  std::vector<Shown> pages;
  std::vector<Shown> dialogs;
  std::int64_t busy_until_ms = -1;  // a screen that changes all the time until then
  bool request_open = false;
  std::vector<std::pair<std::string, bool>> result;  // of a permission request, to be told at the next resume
  bool has_result = false;
  // of the system
  PermissionAsk ask;
  std::string page;                 // title or address
  std::vector<std::string> review;  // groups, of a review
  std::set<std::string> unchecked;  // of a review
  std::optional<Intent> after;      // what a review lets start
};

struct Task {
  int id = 0;
  std::string affinity;
  int uid = 0;
  int calling_uid = kShellUid;
  bool home = false;
  Intent intent;
  std::int64_t last_active_ms = 0;
  std::vector<int> activities;  // ids, root first
};

struct Service {
  int id = 0;
  std::string package;
  std::string class_name;
  std::string name;  // in the behaviour file; empty: unknown to it
  std::string process;
  int uid = 0;
  int pid = 0;  // 0: its process is gone
  bool created = false;
  bool started = false;  // asked for by startService
  bool sticky = false;
  bool foreground = false;
  bool must_show = false;  // startForegroundService was called, startForeground not yet
  bool from_foreground = false;
  int starts_waiting = 0;
  int start_id = 0;
  int restarts = 0;
  std::int64_t restart_delay_ms = 0;
  std::int64_t restart_at_ms = -1;
  std::int64_t created_ms = 0;
  std::int64_t last_active_ms = 0;
};

struct Alarm {
  int id = 0;
  std::string package;
  std::string name;
  int uid = 0;
  std::int64_t at_ms = 0;
  std::int64_t window_ms = 0;
  std::int64_t repeat_ms = 0;
  bool while_idle = false;
};

struct JobPlan {
  int id = 0;  // as dumpsys shows it: the place of its name in the behaviour file
  std::string package;
  std::string name;
  int uid = 0;
  bool persisted = false;
  std::int64_t period_ms = 0;
  std::int64_t latency_ms = 0;
  std::int64_t enqueued_ms = 0;
  std::int64_t at_ms = 0;
};

struct Notification {
  int id = 0;
  int number = 0;
  std::string package;
  int uid = 0;
  std::string channel;
  std::string text;
  int flags = 0;
  std::int64_t posted_wall_ms = 0;
};

struct OpState {
  std::string mode;  // empty: the default of the op
  std::map<UidState, OpUse> uses;
};

// A uid that apps run under: where app-ops believes it to be, and whether it is idle.
struct UidRecord {
  UidState committed = UidState::kCached;
  std::int64_t falls_at_ms = -1;         // when `committed` follows to a less important state
  std::int64_t background_since_ms = 0;  // -1: in the foreground
  bool idle = true;
  std::int64_t exempt_until_ms = 0;  // from background limits, for a while
};

// A dialog that system_server shows over everything.
struct SystemDialog {
  enum class Kind { kOldTarget, kCrash, kNotResponding };
  Kind kind = Kind::kCrash;
  std::string package;
  bool repeating = false;
};

struct Toast {
  std::string package;
  std::string text;
  std::int64_t until_ms = 0;
};

// What happens later. One kind of value for all, so that the whole future is plain data.
struct Event {
  enum class Kind {
    kCall,              // `calls` of process `pid`: one call whose time has come
    kProcessBound,      // pid
    kPaused,            // activity
    kDrawn,             // activity
    kSettle,            // stop what is hidden, destroy what is finished
    kReceive,           // broadcast `number`: its next receiver
    kReceiverDone,      // pid
    kServiceRestart,    // service
    kServiceRun,        // service: its callbacks
    kServiceIdle,       // uid: stop what may not run in the background
    kMustShow,          // service: startForeground was never called
    kAlarm,             // alarm
    kJob,               // text: package/name
    kUidIdle,           // uid
    kKill,              // pid, text: reason
    kBootStep,          // number
    kAskNotifications,  // text: package
    kScreenTimeout,
  };
  Kind kind = Kind::kSettle;
  int pid = 0;
  int number = 0;
  std::string text;
  const Call* call = nullptr;  // kept alive by `behaviour`
  std::shared_ptr<const Behaviour> behaviour;
  std::int64_t times_left = 0;
};

// A broadcast on its way: receivers one after the other.
struct Broadcast {
  int number = 0;
  Intent intent;
  int from_uid = kSystemUid;
  std::string from_package;
  struct Target {
    std::string package;
    std::string class_name;
    std::string name;  // in the behaviour file
    int pid = 0;       // of one that was registered in code
  };
  std::deque<Target> targets;
  BroadcastHistory history;
};

struct LogBuffers {
  static constexpr std::size_t kDefaultBytes = 256 * 1024;
  struct Buffer {
    std::deque<LogLine> lines;
    std::size_t bytes = 0;
    std::size_t capacity = kDefaultBytes;
    std::uint64_t pruned = 0;
  };
  std::map<LogBuffer, Buffer> buffers;
  std::vector<LogLine> fresh;  // since the followers were told
  bool followed = false;       // else `fresh` stays empty
};

struct Switches {
  bool wifi = true;
  bool data = true;
  bool bluetooth = false;
  bool airplane = false;
  bool ac = false;
  bool usb = true;
  bool wireless = false;
  bool battery_faked = false;
  int level_percent = 100;
  int status = 2;
};

struct State {
  const DeviceShape* shape = nullptr;
  const Templates* templates = nullptr;  // the device's own: a fault may alter them
  int api = 28;
  std::string locale = "zh-CN";
  std::uint64_t seed = 1;  // for names and ids; moved on by next_number()

  std::int64_t now_ms = 0;
  std::int64_t boot_ms = 0;
  std::int64_t wall_zero_ms = 0;
  bool running = true;  // the system is up
  bool booting = false;

  std::map<std::string, Package> packages;
  int next_uid = kFirstAppUid;
  std::map<int, Process> processes;  // by pid
  int next_pid = 1'700;
  int next_process = 1;
  int server_pid = 0;
  std::map<int, Activity> activities;
  std::vector<Task> tasks;  // front first
  int next_id = 1;
  int next_task = 1;
  int resumed = 0;  // activity, 0: none
  int pausing = 0;
  std::map<int, Service> services;
  std::map<int, Alarm> alarms;
  std::map<std::string, JobPlan> jobs;  // by package/name
  std::vector<Notification> notifications;
  std::map<int, std::map<std::string, std::map<std::string, OpState>>> ops;  // uid, package, op
  std::map<int, std::map<std::string, std::string>> uid_modes;               // uid, op
  std::map<int, UidRecord> uids;
  std::vector<SystemDialog> dialogs;  // topmost last
  std::optional<Toast> toast;
  std::string clipboard;
  std::vector<Sending> sendings;
  std::deque<ReadingDone> readings;  // the last ones
  std::uint64_t readings_done = 0;
  std::deque<UsageLine> usage;
  std::deque<BroadcastHistory> broadcasts;  // latest first
  std::map<int, Broadcast> sending;
  std::set<std::string> disabled_components;  // package/class
  Switches switches;
  bool screen_on = true;
  bool keyguard = false;
  bool shade = false;
  std::int64_t last_wake_ms = 0;
  std::int64_t last_sleep_ms = 0;
  std::int64_t crash_dialogs = 0;
  LogBuffers log;
  std::map<std::pair<std::int64_t, std::uint64_t>, Event> future;  // by due time and order
  std::uint64_t next_order = 0;
};

// Small helpers that every file needs (state.cc).
inline std::int64_t wall_ms(const State& s) { return s.wall_zero_ms + s.now_ms; }
inline std::int64_t uptime_ms(const State& s) { return s.now_ms - s.boot_ms; }
Moment moment(const State& s);
void plan(State& s, std::int64_t in_ms, Event event);
std::uint64_t next_number(State& s);  // pseudo-random, from the seed
std::string hex_id(State& s, int bytes);
Package* find_package(State& s, std::string_view name);
const Package* find_package(const State& s, std::string_view name);
Process* find_process(State& s, int pid);
const Process* find_process(const State& s, int pid);
Process* process_named(State& s, int uid, std::string_view name);
Activity* find_activity(State& s, int id);
const Activity* find_activity(const State& s, int id);
Task* task_of(State& s, int activity);
// "com.x/.Main"
std::string short_component(const std::string& package, const std::string& class_name);
std::string component_of(const Activity& activity);
IntentText text_of(const Intent& intent);
// Splits "com.x/.Main"; an empty class when there is no slash.
std::pair<std::string, std::string> split_component(const std::string& text);

}  // namespace storesweep::simdroid::android
