// The main and system logs (`logcat -b main,system`): who started what, what the system blocked, how
// processes ended (crash, native crash, own exit, kill). Texts from AOSP: ActivityStarter ("START u0"),
// ProcessList ("Start proc"), RuntimeInit ("FATAL EXCEPTION"), BroadcastQueue, ActiveServices, AppErrors
// ("ANR in"). Pure; see dump.h.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

enum class SystemKind {
  kActivityStart,     // "START u0 {act=... cmp=...} from uid N": caller_uid, component, action
  kActivityBlocked,   // a start that the system stopped, or that came to nothing: reason
  kServiceBlocked,    // "Background start not allowed: service ..."
  kBroadcastBlocked,  // "Background execution not allowed: receiving ..."
  kProcStart,         // "Start proc 1987:name/u0a57 for service com.x/.S"
  kProcDied,          // "Process x (pid 12) has died"
  kKilled,            // "Killing 12:x/u0a1 (adj 900): reason"
  kCrash,             // a FATAL EXCEPTION block: reason = exception, message, frames
  kTrace,             // a stack trace that no FATAL EXCEPTION heads: logged by somebody, or cut; as kCrash
  kNativeCrash,       // "Fatal signal 11 (SIGSEGV) ..."
  kAnr,               // "ANR in x": reason
  kExit,              // the app ended itself: System.exit, Process.killProcess
};
std::string_view system_kind_name(SystemKind kind);

struct SystemRecord {
  SystemKind kind = SystemKind::kActivityStart;
  std::string time;
  int log_pid = -1;  // who wrote the line
  int log_uid =
      -1;  // only with -v uid: an app can write any tag, so evidence of the system asks for 1000 here
  int user = -1;
  int caller_uid = -1;  // who asked; -1 where the log names only a pid (up to 4.4) or nobody
  int caller_pid = -1;
  std::string caller_package;
  int pid = -1;  // whom it is about
  int uid = -1;
  std::string process;
  std::string component;
  std::string action;
  std::string data;  // of the intent: dat=
  std::string type;  // hosting type of a started process
  std::string reason;
  std::string message;
  std::string thread;
  std::vector<std::string> frames;  // of a crash, outermost exception first; at most kMaxFrames
  bool system_process = false;      // "FATAL EXCEPTION IN SYSTEM PROCESS": no app's crash
};

inline constexpr std::size_t kMaxFrames = 64;

// The first frame of a crash that is not the platform's own (android.*, java.*, kotlin.*, ...): who is at
// fault as far as a stack can tell. Empty when all are.
std::string crash_owner(const SystemRecord& crash);

// Traces tell what was logged, not what ended a process: only people want them.
enum class Traces { kSkip, kRead };
Parsed<SystemRecord> parse_system_log(std::string_view text, Traces traces = Traces::kSkip);

}  // namespace storesweep::android
