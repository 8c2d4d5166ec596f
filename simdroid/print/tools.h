// What the tools print to whoever called them: `am start`, `am force-stop`, `am broadcast`, `monkey`,
// `input`, `wm size`, `uiautomator dump`. Blocks "am.*", "wm.*", "monkey.*", "uiautomator.*". Pure. AOSP:
// ActivityManagerShellCommand.java (4.4: cmds/am Am.java), Monkey.java, uiautomator DumpCommand.java.
#pragma once

#include <string>

#include "simdroid/print/activities.h"

namespace storesweep::simdroid {

struct StartAnswer {
  enum class Kind {
    kStarted,
    kBroughtToFront,  // "its current task has been brought to the front"
    kDeliveredToTop,  // "intent has been delivered to currently running top-most instance"
    kNotFound,        // "Error type 3": no such activity
    kDenied,          // not exported: SecurityException
  };
  Kind kind = Kind::kStarted;
  IntentText intent;                  // as given on the command line
  std::string component;              // what came up, "com.x/.Main"
  bool wait = false;                  // -W
  bool timed_out = false;             // with -W: nothing was drawn in time
  std::string launch_state = "COLD";  // COLD, WARM, HOT, UNKNOWN (10 and later)
  std::int64_t this_ms = 0, total_ms = 0, wait_ms = 0;
  int caller_pid = 0, caller_uid = 2000, target_uid = 0;  // of a denial
};
struct Answer {
  std::string out;
  std::string err;
  int exit = 0;
};
Answer print_start(const Templates& t, const StartAnswer& answer, int api);
// `am broadcast`: "Broadcasting: ..." and its result
std::string print_broadcast_sent(const Templates& t, const IntentText& intent, int api);
// `am startservice` and `am start-foreground-service`; error empty when it started.
Answer print_service_started(const Templates& t, const IntentText& intent, const std::string& error, int api);

// `monkey -p P -c android.intent.category.LAUNCHER 1`
struct MonkeyAnswer {
  std::string package;
  std::string component;
  bool found = true;
  int events = 1;
  int verbosity = 0;
  std::int64_t seed = 0;
  std::int64_t elapsed_ms = 0;
};
Answer print_monkey(const Templates& t, const MonkeyAnswer& answer);

// `uiautomator dump [FILE]`: after the file is written; and where no idle state came within its 10 s.
std::string print_uiautomator_dumped(const Templates& t, const std::string& path);
std::string print_uiautomator_not_idle(const Templates& t);
std::string print_uiautomator_no_root(const Templates& t);
// `wm size`, `wm density`
std::string print_wm_size(const Templates& t, int width_px, int height_px);
std::string print_wm_density(const Templates& t, int density_dpi);

}  // namespace storesweep::simdroid
