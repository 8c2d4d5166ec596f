// The activities that belong to the system: home, permission dialogs, the review of old apps, Settings, the
// browser, and when each comes up by itself. Acts on State.
#pragma once

#include <string>
#include <string_view>

#include "simdroid/android/activities.h"

namespace storesweep::simdroid::android {

std::string home_package(const State& s);
std::string home_class(const State& s);
std::string controller_package(const State& s);  // of permissions; empty before 6.0

// Intents that Settings or the browser answer; fills in the component.
bool resolve_system_page(const State& s, Intent& intent);
int start_system_page(State& s, const Intent& intent, const Starter& starter);

// Activity.requestPermissions.
void request_permissions(State& s, Activity& activity, const std::vector<std::string>& permissions);
// The controller's activity is in front: works out what to ask, and ends at once where there is nothing.
void permission_activity_up(State& s, int id);
// An answer to the dialog that it shows.
void permission_answered(State& s, int id, const std::string& action);
// Starts the review that an old app must pass first; false when it need not.
bool review_first(State& s, Package& package, const Intent& intent, const Starter& starter);
void review_answered(State& s, int id, const std::string& action);
// An app's activity came up for the first time: warnings of the system.
void app_came_up(State& s, int id);
// Android 13: asks for notifications on behalf of an old app that made a channel and is in front.
void ask_notifications(State& s, const std::string& package);

}  // namespace storesweep::simdroid::android
