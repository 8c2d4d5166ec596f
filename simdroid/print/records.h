// How records of the activity manager write themselves wherever they are named. For this room only. Pure.
#pragma once

#include <string>

#include "simdroid/print/activities.h"

namespace storesweep::simdroid {

std::string task_record_text(const Templates& t, const TaskRecord& task);
std::string activity_record_text(const Templates& t, const ActivityRecord& activity, int task);
std::string process_text(const Templates& t, const std::string& id, int pid, const std::string& name,
                         int uid);

}  // namespace storesweep::simdroid
