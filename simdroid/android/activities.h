// Activities: what is in front, and how it gets there (activity_starts.cc: how it is started). Acts on State.
// Every change ends in settle(), which pauses what must give way, starts what is to come up and plans the
// rest.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simdroid/android/state.h"

namespace storesweep::simdroid::android {

struct StartOutcome {
  enum class Kind { kStarted, kBroughtToFront, kDelivered, kNotFound, kDenied, kBlocked };
  Kind kind = Kind::kStarted;
  int activity = 0;
  std::string component;
  int target_uid = 0;
};
struct Starter {
  int uid = kShellUid;
  int pid = 0;
  std::string package = "com.android.shell";
  int from_activity = 0;  // started by an activity, in its task unless NEW_TASK
};
inline constexpr std::uint32_t kFlagNewTask = 0x10000000;
inline constexpr std::uint32_t kFlagLauncher = 0x10200000;  // NEW_TASK | RESET_TASK_IF_NEEDED

// Fills in the component of an intent; false when nothing answers it.
bool resolve_activity(const State& s, Intent& intent);
StartOutcome start_activity(State& s, Intent intent, const Starter& starter);
// An activity of the system in the task of another (a permission dialog), or in a task of its own.
int start_system_activity(State& s, ActivityKind kind, const std::string& package,
                          const std::string& class_name, Intent intent, const Starter& starter,
                          int in_task_of);
void settle(State& s);
void finish_activity(State& s, int id, const std::string& reason);
// Removes finished records of a dead process from the tasks; a task without activities goes.
void forget_activities(State& s, int pid);
void go_home(State& s, const std::string& why);
Activity* front_activity(State& s);
const Activity* front_activity(const State& s);
// Whether something of it can be seen.
bool is_visible(const State& s, int activity);
void launch_home(State& s);

void on_paused(State& s, int activity);
void on_drawn(State& s, int activity);
void on_settled(State& s);
void activity_process_bound(State& s, int pid);

}  // namespace storesweep::simdroid::android
