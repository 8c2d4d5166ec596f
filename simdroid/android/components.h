// Receivers, services, alarms, jobs, notifications: what runs without being seen. Acts on State.
#pragma once

#include <string>
#include <string_view>

#include "simdroid/android/state.h"

namespace storesweep::simdroid::android {

// Sends a broadcast to whom the platform lets have it; delivery is planned. The number of receivers.
int send_broadcast(State& s, Intent intent, int from_uid, const std::string& from_package = "");
void deliver_next(State& s, int broadcast);
void receiver_done(State& s, int pid);

enum class ServiceStart { kStarted, kNotFound, kNotExported, kBackground };
ServiceStart start_service(State& s, const std::string& package, const std::string& class_name, int from_uid,
                           bool foreground_wanted);
bool stop_service(State& s, const std::string& package, const std::string& class_name);
void services_of_dead(State& s, const Process& process, bool forced);
void restart_service(State& s, int service);
void bring_up_service(State& s, int service);
void service_process_bound(State& s, int pid);
void task_removed(State& s, const std::string& package);
void stop_idle_services(State& s, int uid);
void must_show_over(State& s, int service);
void run_planned_service(State& s, int service);  // its onCreate and onStartCommand

void set_alarm(State& s, const Package& package, const Call& call);
void cancel_alarm(State& s, const std::string& package, const std::string& name);
void alarm_due(State& s, int alarm);
void schedule_job(State& s, const Package& package, const Call& call);
void job_due(State& s, const std::string& key);
// After a reboot: what persists.
void reload_jobs(State& s);

void create_channel(State& s, Package& package, const std::string& id, const std::string& name);
void post_notification(State& s, const Package& package, const std::string& channel, const std::string& text,
                       int number, int flags);
void cancel_notifications(State& s, const std::string& package, int number = 0);

}  // namespace storesweep::simdroid::android
