// What the system writes into its logs when something happens, and the buffers that keep it. The words are
// the shape's blocks (print/log.h); here stands which block is written when, and with which values. Acts on
// State.
#pragma once

#include <string>
#include <string_view>

#include "simdroid/android/state.h"

namespace storesweep::simdroid::android {

// Keeps a line, pruning the oldest when the buffer is full.
void keep_line(State& s, LogLine line);
// An app's own line.
void log_app(State& s, const Process& process, char priority, const std::string& tag,
             const std::string& message);
// A block of the shape, written by system_server (or by the process `pid`). Blocks that the shape lacks write
// nothing.
void log_block(State& s, std::string_view block, const Holes& values, int pid = 0, int uid = kSystemUid);

// Blocks and their holes. Everywhere: user (always 0), component "com.x/.Main", class "com.x.Main".
void log_start_intent(State& s, const Intent& intent, int uid,
                      int pid = 0);  // log.start_activity: intent, uid, caller_pid
void log_proc_start(State& s, const Process& process, std::string_view type, const std::string& component);
// event.proc_start: pid uid process type component; log.proc_start: pid process uid_name type component
void log_proc_bound(State& s, const Process& process);  // event.proc_bound: pid process
void log_proc_died(State& s, const Process& process, int adj,
                   int state);  // event.proc_died, log.proc_died: pid process adj state
void log_kill(State& s, const Process& process, int adj, const std::string& reason);
// event.kill: pid process adj reason; log.kill: pid process uid_name adj reason
// event.<what>_activity and the like: id task component action data flags reason
void log_activity(State& s, std::string_view block, const Activity& activity, int task,
                  const std::string& reason = "");
// event.on_<what>_called: id class reason; written by the app's process
void log_called(State& s, std::string_view block, const Activity& activity, const std::string& reason);
void log_crash(State& s, const Process& process, const std::string& message, const std::string& class_name);
// event.crash: pid process flags exception message; crash buffer: log.crash: process pid message class

}  // namespace storesweep::simdroid::android
