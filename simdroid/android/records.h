// The state as the records that print/ takes: what dumpsys shows of packages, activities, processes and the
// rest. Pure.
#pragma once

#include <string>
#include <vector>

#include "simdroid/android/state.h"
#include "simdroid/print/device_state.h"
#include "simdroid/print/package.h"

namespace storesweep::simdroid::android {

PackageRecord package_record(const State& s, const Package& package);
ActivityState activity_state(State& s);
std::vector<TaskRecord> recent_tasks(State& s);
std::vector<ProcessRecord> process_records(State& s);
std::vector<ServiceRecord> service_records(State& s);
std::vector<PsLine> ps_lines(State& s);
std::vector<UidOps> uid_ops(State& s);
std::vector<AlarmLine> alarm_lines(State& s);
std::vector<JobLine> job_lines(State& s);
std::vector<NotificationLine> notification_lines(State& s);
std::vector<NotificationChannels> notification_channels(State& s);
PowerLine power_line(const State& s);
BatteryLine battery_line(const State& s);
std::vector<WindowLine> window_lines(State& s);

}  // namespace storesweep::simdroid::android
