// The permission dialogs: AOSP 9 packages/apps/PackageInstaller res/layout/grant_permissions.xml and
// permission_description.xml; 13 packages/modules/Permission
// PermissionController/res/layout/grant_permissions.xml and GrantPermissionsActivity (which buttons for which
// group); the review res/layout/review_permissions.xml.
#include <algorithm>

#include "simdroid/print/boxes.h"
#include "simdroid/print/labels.h"
#include "simdroid/print/system_windows.h"

namespace storesweep::simdroid {
namespace {
constexpr int kFirstControllerApi = 29, kFirstOneTimeApi = 30, kFirstPrecisionApi = 31;
constexpr std::string_view kGroupPrefix = "android.permission-group.";

std::string group_name(std::string_view group) {
  std::string out(starts_with(group, kGroupPrefix) ? group.substr(kGroupPrefix.size()) : group);
  return out;
}

// The package that owns the dialog, and the one that its resource ids carry.
struct Owner {
  std::string package, ids;
};
Owner owner_of(const DeviceShape& shape) {
  for (const SystemPackage& p : shape.packages) {
    if (ends_with(p.name, ".permissioncontroller")) return {p.name, "com.android.permissioncontroller"};
  }
  for (const SystemPackage& p : shape.packages) {
    if (ends_with(p.name, ".packageinstaller")) return {p.name, "com.android.packageinstaller"};
  }
  return {"com.android.packageinstaller", "com.android.packageinstaller"};
}
void owned_by(Box& box, const std::string& package) {
  box.package = package;
  for (Box& child : box.children) owned_by(child, package);
}

std::string message_of(const Labels& labels, const PermissionRequest& r) {
  std::string name = "permission." + group_name(r.group);
  if (r.background && labels.has(name + ".background")) name += ".background";
  if (r.coarse_only && labels.has(name + ".coarse")) name += ".coarse";
  return labels.app(labels.has(name) ? name : "permission.other", r.label);
}

Window framed(const Owner& owner, const BoxMaker& make, Box content, bool at_the_bottom) {
  Box root = make.frame("", make.frame("android:id/content", std::move(content)));
  root.look = Look::kCard;
  owned_by(root, owner.package);
  const Geometry& g = make.geometry();
  const int free = g.height_px - g.status_bar_px - g.navigation_bar_px - root.whole.height();
  move_to(root, (g.width_px - root.whole.width()) / 2,
          g.status_bar_px + (at_the_bottom ? free - g.dp(16) : free / 2));
  Window w = window_of(owner.package + "/com.android.packageinstaller.permission.ui.GrantPermissionsActivity",
                       owner.package, std::move(root));
  w.dims = true;
  return w;
}

// 6.0 to 9: "Deny" and "Allow" beside one another, from the second time on with a box "don't ask again".
Window old_dialog(const DeviceShape& shape, const Labels& labels, const PermissionRequest& r) {
  const Owner owner = owner_of(shape);
  const BoxMaker make(geometry_of(shape), owner.ids);
  const int width = make.geometry().width_px - 2 * make.dp(26);
  const int inner = width - 2 * make.dp(24);
  Box head = make.row(
      "LinearLayout", "perm_desc_root", inner, 0,
      {make.icon("permission_icon", make.dp(24)), make.box("Space", "", make.dp(20), make.dp(24)),
       make.text("permission_message", message_of(labels, r), inner - make.dp(44), 18, Look::kTitle)});
  std::erase_if(head.children, [](const Box& b) { return b.class_name == "android.widget.Space"; });
  std::vector<Box> parts;
  parts.push_back(make.column("LinearLayout", "desc_container", width, make.dp(24), {std::move(head)}));
  if (r.asked_before) {
    parts.push_back(make.check("do_not_ask_checkbox", labels("permission.never_ask_again"), width,
                               r.ask_again_checked, "do_not_ask"));
  }
  std::vector<Box> line;
  if (r.count > 1) {
    line.push_back(make.text("current_page_text",
                             labels("permission.page", {{"index", std::to_string(r.index + 1)},
                                                        {"count", std::to_string(r.count)}}),
                             width - 2 * make.dp(88) - 2 * make.dp(8), 12));
  }
  Box allow = make.button("permission_allow_button", labels("permission.allow"), make.dp(88), "allow");
  allow.enabled = !(r.asked_before && r.ask_again_checked);
  line.push_back(make.button("permission_deny_button", labels("permission.deny"), make.dp(88), "deny"));
  line.push_back(std::move(allow));
  parts.push_back(make.row("LinearLayout", "button_group", width, make.dp(8), std::move(line), true));
  Box dialog = make.column("LinearLayout", "dialog_container", width, 0, std::move(parts));
  Window w = framed(owner, make, std::move(dialog), false);
  w.title = owner.package + "/com.android.packageinstaller.permission.ui.GrantPermissionsActivity";
  return w;
}

// Camera, microphone and location: only while the app is used, or this once.
bool foreground_group(const std::string& name) {
  return name == "CAMERA" || name == "MICROPHONE" || name == "LOCATION";
}

std::vector<Box> new_buttons(const BoxMaker& make, const Labels& labels, const PermissionRequest& r,
                             int width) {
  std::vector<Box> out;
  auto add = [&](const char* id, const char* label, const char* action) {
    out.push_back(make.button(id, labels(label), width, action, Look::kButton));
  };
  const bool in_use = foreground_group(group_name(r.group));
  if (r.background) {
    add("permission_no_upgrade_button", "permission.no_upgrade", "deny");
    return out;
  }
  if (in_use) {
    add("permission_allow_foreground_only_button", "permission.allow_foreground", "allow_foreground");
  } else {
    add("permission_allow_button", "permission.allow", "allow");
  }
  if (in_use && make.geometry().api >= kFirstOneTimeApi)
    add("permission_allow_one_time_button", "permission.allow_one_time", "allow_one_time");
  if (r.asked_before) {
    add("permission_deny_and_dont_ask_again_button", "permission.deny_again", "deny_and_dont_ask_again");
  } else {
    add("permission_deny_button", "permission.deny", "deny");
  }
  return out;
}

Box precision_choice(const BoxMaker& make, const Labels& labels, const PermissionRequest& r, int width) {
  auto radio = [&](const char* id, const char* label, bool checked, const char* action) {
    Box b = make.check(id, labels(label), width / 2, checked, action);
    b.class_name = "android.widget.RadioButton";
    b.look = Look::kRadio;
    return b;
  };
  Box group =
      make.row("RadioGroup", "permission_location_accuracy_radio_group", width, 0,
               {radio("permission_location_accuracy_radio_fine", "permission.precise", r.precise, "precise"),
                radio("permission_location_accuracy_radio_coarse", "permission.approximate", !r.precise,
                      "approximate")});
  return make.column("LinearLayout", "permission_location_accuracy", width, 0, {std::move(group)});
}

// 10 and later: the buttons below one another.
Window new_dialog(const DeviceShape& shape, const Labels& labels, const PermissionRequest& r) {
  const Owner owner = owner_of(shape);
  const BoxMaker make(geometry_of(shape), owner.ids);
  const int width = make.geometry().width_px - 2 * make.dp(24);
  const int inner = width - 2 * make.dp(24);
  Box icon = make.icon("permission_icon", make.dp(24));
  Box message = make.text("permission_message", message_of(labels, r), inner, 18, Look::kTitle);
  message.centered = true;
  std::vector<Box> parts;
  Box head = make.column("LinearLayout", "", inner, 0, {std::move(icon), std::move(message)}, make.dp(12));
  move_by(head.children[0], (inner - make.dp(24)) / 2, 0);
  parts.push_back(make.column("LinearLayout", "content_container", width, make.dp(24), {std::move(head)}));
  if (group_name(r.group) == "LOCATION" && make.geometry().api >= kFirstPrecisionApi && !r.coarse_only &&
      !r.background) {
    parts.push_back(precision_choice(make, labels, r, width));
  }
  Box buttons = make.column("LinearLayout", "", width, make.dp(16),
                            new_buttons(make, labels, r, width - 2 * make.dp(16)));
  parts.push_back(std::move(buttons));
  Box dialog = make.column("LinearLayout", "grant_dialog", width, 0, std::move(parts));
  Box single = make.column("LinearLayout", "grant_singleton", width, 0, {std::move(dialog)});
  Box scroll = make.column("ScrollView", "", width, 0, {std::move(single)});
  Window w = framed(owner, make, std::move(scroll), true);
  w.title = owner.package + "/com.android.permissioncontroller.permission.ui.GrantPermissionsActivity";
  return w;
}
}  // namespace

Window permission_dialog(const DeviceShape& shape, const std::string& locale,
                         const PermissionRequest& request) {
  const Labels labels(shape, locale);
  return shape.api >= kFirstControllerApi ? new_dialog(shape, labels, request)
                                          : old_dialog(shape, labels, request);
}

std::string permission_group_label(const DeviceShape& shape, const std::string& locale,
                                   const std::string& group) {
  const Labels labels(shape, locale);
  const std::string name = "group." + group_name(group);
  return labels.has(name) ? labels(name) : group_name(group);
}

Window permission_review(const DeviceShape& shape, const std::string& locale, const std::string& /*package*/,
                         const std::string& label, const std::vector<ReviewLine>& groups, bool updated) {
  const Labels labels(shape, locale);
  const Owner owner = owner_of(shape);
  const BoxMaker make(geometry_of(shape), owner.ids);
  const Geometry& g = make.geometry();
  const int inner = g.width_px - 2 * make.dp(16);
  std::vector<Box> list;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    Box toggle = make.check("android:id/switch_widget", "", make.dp(48), groups[i].checked, "");
    toggle.class_name = "android.widget.Switch";
    toggle.clickable = toggle.focusable = false;
    Box line = make.row("LinearLayout", "", inner, make.dp(8),
                        {make.text("android:id/title", permission_group_label(shape, locale, groups[i].group),
                                   inner - make.dp(64), 16, Look::kTitle),
                         std::move(toggle)});
    line.clickable = line.focusable = true;
    line.action = "review_toggle:" + std::to_string(i);
    list.push_back(std::move(line));
  }
  Box recycler =
      make.column(g.api >= kFirstControllerApi ? "androidx.recyclerview.widget.RecyclerView"
                                               : "android.support.v7.widget.RecyclerView",
                  g.api >= kFirstControllerApi ? "recycler_view" : "list", inner, 0, std::move(list));
  Box buttons =
      make.row("LinearLayout", "", inner, make.dp(8),
               {make.button("cancel_button", labels("review.cancel"), make.dp(96), "review_cancel"),
                make.button("continue_button", labels("review.continue"), make.dp(96), "review_continue")},
               true);
  Box page =
      make.column("LinearLayout", "", g.width_px, make.dp(16),
                  {make.text("permissions_message",
                             labels.app(updated ? "review.title_update" : "review.title_install", label),
                             inner, 20, Look::kTitle),
                   std::move(recycler), std::move(buttons)},
                  make.dp(12));
  Window w = framed(owner, make, std::move(page), false);
  w.title = owner.package + "/com.android.packageinstaller.permission.ui.ReviewPermissionsActivity";
  w.dims = false;
  return w;
}

}  // namespace storesweep::simdroid
