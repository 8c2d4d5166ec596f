// A behaviour file (schemas/BEHAVIOUR.md) as plain values: what an app calls, and when. Read-only once read.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep::simdroid::android {

inline constexpr std::size_t kMaxBehaviourBytes = 256 * 1024;

enum class Do {
  kShow,
  kDismiss,
  kBack,
  kFinish,
  kToBackground,
  kExit,
  kKill,
  kCrash,
  kToast,
  kBusy,
  kOpenUrl,
  kOpenSettings,
  kStartActivity,
  kSendBroadcast,
  kLog,
  kSet,
  kCount,
  kStamp,
  kRun,
  kRequestPermissions,
  kReadClipboard,
  kQueryUsageStats,
  kReadLocation,
  kOpenCamera,
  kRecordAudio,
  kReadContacts,
  kReadCalendar,
  kReadCallLog,
  kReadSms,
  kReadImei,
  kReadAndroidId,
  kReadMac,
  kListApps,
  kSend,
  kCreateChannel,
  kPostNotification,
  kStartService,
  kStartForegroundService,
  kStopService,
  kRegisterReceiver,
  kScheduleAlarm,
  kCancelAlarm,
  kScheduleJob,
};

struct Conditions {
  std::map<std::string, std::string> prefs;
  std::map<std::string, std::string> not_prefs;
  std::map<std::string, std::int64_t> older;  // hours since a pref was stamped
  std::vector<std::string> granted;
  std::vector<std::string> not_granted;
  std::vector<std::string> checked;
  std::vector<std::string> unchecked;
  int min_api = 0;
  int max_api = 10'000;
};

struct Call {
  Do what = Do::kLog;
  // The arguments by their names in the file; numbers and flags stand in `numbers`.
  std::string text;                      // text, url, screen, list, page, pref, service, receiver, alarm, job
  std::string second;                    // value, package, body, the text of a channel or notification
  std::string component;                 // of start_activity; of send: trust
  std::vector<std::string> permissions;  // of request_permissions
  std::string by;                        // of a reading: the class that makes it; empty: the app's own
  std::int64_t in_ms = 0;                // in_ms, for_ms
  std::int64_t repeat_ms = 0;            // repeat_ms, period_ms
  bool flag = false;                     // exact, persisted
  Conditions conditions;
  std::int64_t after_ms = 0;
  std::int64_t every_ms = 0;  // 0: once
  std::int64_t times = 0;     // 0: without end
};
using Calls = std::vector<Call>;

struct View {
  enum class Kind { kText, kButton, kCheck, kLink, kImage, kWeb, kInput };
  Kind kind = Kind::kText;
  std::string id;
  std::string text;
  std::string row;
  bool checked = false;
  bool tappable = false;
  Calls tap;
};

struct Screen {
  bool dialog = false, drawn = false;
  std::string title;
  bool has_back = false;
  Calls back;
  std::vector<View> views;
};

struct Answer {
  Calls granted;
  Calls denied;
};
struct Receiver {
  std::vector<std::string> actions;
  bool in_manifest = false;
  std::string process;
  Calls calls;
};
struct ServiceCode {
  bool sticky = false;
  bool foreground = false;
  std::string process;
  Calls create;
  Calls start;
  Calls task_removed;
};

struct Behaviour {
  std::string package;
  Calls start;
  Calls launch;
  Calls resume;
  Calls background;
  std::map<std::string, Screen> screens;
  std::map<std::string, Answer> permission_result;
  std::map<std::string, Receiver> receivers;
  std::map<std::string, ServiceCode> services;
  std::map<std::string, Calls> alarms;
  std::map<std::string, Calls> jobs;
  std::map<std::string, Calls> lists;
};

// The file, checked against every rule and bound of the page; the error is the first thing wrong with it,
// with its place ("screens.home.views[2].tap[0]: unknown call jump").
Result<std::shared_ptr<const Behaviour>> read_behaviour(std::string_view json, std::string_view package);

// "boot_done" is "BootDone".
std::string class_stem(std::string_view name);

}  // namespace storesweep::simdroid::android
