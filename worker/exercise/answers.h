// How a dialog is answered: where to tap on a screen that was read, and what that tap means. Pure.
#pragma once

#include "worker/exercise/step.h"

namespace storesweep::exercise {

// A tap on the first element of this role; nothing without one.
std::optional<Action> tap_role(const android::Screen& screen, android::Role role, std::string_view record);

// The system's permission dialog: denied or allowed. Nothing on other screens.
std::optional<Action> answer_permission(const android::Screen& screen, bool allow);
// Dialogs that the system shows by itself (review for old targets, warning of age, crash, not responding):
// the way on. Tapping there touches nothing of the app's.
std::optional<Action> answer_system(const observe::ScreenLook& look);

// On a consent dialog: first the box, then the agreeing element. Nothing when there is none.
std::optional<Action> agree(const android::Screen& screen);
// An advertisement or notice with a way past it.
std::optional<Action> pass_by(const android::Screen& screen);

bool is_consent(const android::Screen& screen);
// Words of the app's own that press for a permission.
bool is_pressing(const android::Screen& screen);
bool is_of(const android::Screen& screen, std::string_view package);
// The most certain permission group of a dialog.
std::string permission_group(const android::Screen& screen);
// The elements that take taps: what a person could do on this screen.
int tappable(const observe::ScreenLook& look);
// The only one of them; nothing when there are none or several, or when a picture may not show all.
std::optional<Action> only_way(const observe::ScreenLook& look, std::string_view record);

}  // namespace storesweep::exercise
