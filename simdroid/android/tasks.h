// Tasks: which stand in front of which, and what lies in them. Acts on State.
#pragma once

#include <string>

#include "simdroid/android/state.h"

namespace storesweep::simdroid::android {

// In front of all others; the reference holds until the list of tasks changes.
Task& new_task(State& s, const Intent& intent, const Package& package, int calling_uid, bool home);
Task* task_by_id(State& s, int id);
void task_to_front(State& s, int task, const std::string& reason);
// Out of its task and gone; a task without activities goes with it.
void drop_activity(State& s, int id);

void move_task_back(State& s, int activity);
bool bring_task_front(State& s, int task, const std::string& reason);
// As swiping a card from recents does.
bool remove_task(State& s, int task);

}  // namespace storesweep::simdroid::android
