// The windows that Android itself puts up, in the shape of its version, with its own labels in Chinese
// (zh-rCN) or English. A tap on one gives the action that is named here. Pure. Labels and layouts: see the
// shape's file system.tmpl.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "simdroid/print/layout.h"

namespace storesweep::simdroid {

struct PermissionRequest {
  std::string package;
  std::string label;  // of the app
  std::string group;  // "android.permission-group.CAMERA" or, where there is none, the permission's own name
  int index = 0, count = 1;        // of the groups that are asked in a row: "1 of 2"
  bool asked_before = false;       // 6.0 to 10: with "don't ask again"; 11 and later: deny says so by itself
  bool ask_again_checked = false;  // state of that box
  bool background = false;         // 10 and later: "allow all the time" is asked
  bool precise = true;             // 12 and later, location: which picture is chosen
  bool coarse_only = false;        // 12 and later: only the coarse one was asked for
};
// Actions: allow, allow_foreground, allow_one_time, deny, deny_and_dont_ask_again, do_not_ask (the check
// box), precise, approximate.
Window permission_dialog(const DeviceShape& shape, const std::string& locale,
                         const PermissionRequest& request);

struct ReviewLine {
  std::string group;
  bool checked = true;
};
// Permission review of an app for API below 23 (7 and later). Actions: review_toggle:<n>, review_continue,
// review_cancel.
Window permission_review(const DeviceShape& shape, const std::string& locale, const std::string& package,
                         const std::string& label, const std::vector<ReviewLine>& groups, bool updated);
// "This app was built for an older version of Android": 9 and later. Action: ok.
Window old_target_warning(const DeviceShape& shape, const std::string& locale, const std::string& package,
                          const std::string& label);
// "X has stopped" / "X keeps stopping". Actions: close, restart, app_info.
Window crash_dialog(const DeviceShape& shape, const std::string& locale, const std::string& package,
                    const std::string& label, bool repeating);
// "X isn't responding". Actions: close, wait.
Window not_responding_dialog(const DeviceShape& shape, const std::string& locale, const std::string& package,
                             const std::string& label);
// The home screen; icons of these apps. Actions: launch:<package>.
Window launcher(const DeviceShape& shape, const std::string& locale,
                const std::vector<std::pair<std::string, std::string>>& apps);  // package, label
// Action of a card: task:<id>; of the cross or the swipe: remove:<id>; clear_all.
Window recents_screen(const DeviceShape& shape, const std::string& locale,
                      const std::vector<std::pair<int, std::string>>& tasks);  // id, label
// Settings: the page of an app. Actions: force_stop, uninstall, permissions, notifications.
Window app_info_page(const DeviceShape& shape, const std::string& locale, const std::string& package,
                     const std::string& label, const std::string& version);
// Any other page of Settings, by its title; and the browser with an address.
Window settings_page(const DeviceShape& shape, const std::string& locale, const std::string& title);
Window browser_page(const DeviceShape& shape, const std::string& locale, const std::string& url);
// A toast has a window of its own that takes no touches.
Window toast(const DeviceShape& shape, const std::string& package, const std::string& text);
Window notification_shade(
    const DeviceShape& shape, const std::string& locale,
    const std::vector<std::pair<std::string, std::string>>& notifications);  // label, text
// How the system names a permission group: "相机".
std::string permission_group_label(const DeviceShape& shape, const std::string& locale,
                                   const std::string& group);

}  // namespace storesweep::simdroid
