// App-ops: which use of what is recorded, when, under which state of the uid. Acts on State.
#pragma once

#include <string>
#include <string_view>

#include "simdroid/android/state.h"

namespace storesweep::simdroid::android {

// Notes a use: true when the mode allows it. What is rejected is noted too.
bool note_op(State& s, int uid, const std::string& package, const std::string& op,
             std::int64_t duration_ms = -1);
// The mode in force for the package: "allow", "ignore", "deny", "default", "foreground".
std::string op_mode(const State& s, int uid, const std::string& package, const std::string& op);
std::string default_op_mode(const State& s, std::string_view op);
// Where the uid's processes are now, as app-ops counts it.
UidState current_uid_state(const State& s, int uid);
// Has app-ops and the background limits follow where the uid is now; called after anything moved.
void follow_uid(State& s, int uid);
void follow_all_uids(State& s);
// Where app-ops believes it to be.
UidState believed_uid_state(State& s, int uid);

}  // namespace storesweep::simdroid::android
