// Who holds which permission, and what becomes of an answer. Acts on State.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simdroid/android/state.h"

namespace storesweep::simdroid::android {

// Context.checkPermission. Of an app for API below 23 every permission of its manifest counts as granted.
bool has_permission(const State& s, const Package& package, std::string_view permission);
// Whether the manifest names it for this API level.
bool requests_permission(const State& s, const Package& package, std::string_view permission);
// Fills install_grants and runtime; `all` grants everything (pm install -g). Keeps what an update brought
// along.
void grant_at_install(State& s, Package& package, bool all);
// Grants or revokes one runtime permission, with the op's mode behind it. Revoking kills, as on Android.
void set_granted(State& s, Package& package, const std::string& permission, bool granted);
// As a device of some vendor's that keeps no refusal over an update: a fault, no Android does it.
void forget_refusals(Package& package);
void mirror_in_ops(State& s, const Package& package);

// The groups that a dialog must be shown for, in the order of the request. What its group holds already is
// granted at once, what is fixed or not in the manifest is passed over.
std::vector<std::string> groups_to_ask(State& s, Package& package,
                                       const std::vector<std::string>& permissions, bool for_other);
// The answer of one dialog: an action of print/system_windows.h. Dismissed by Back is "cancel" or "deny".
void answer_group(State& s, Package& package, const PermissionAsk& ask, const std::string& group,
                  std::string_view action);
// Whether the dialog of that group has been refused before.
bool asked_before(const State& s, const Package& package, const PermissionAsk& ask, const std::string& group);
std::string group_of(const State& s, std::string_view permission);

}  // namespace storesweep::simdroid::android
