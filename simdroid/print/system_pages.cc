// Whole screens of the system: launcher, recents, Settings, browser, notification shade, toasts. Ids of
// AOSP's Launcher3, Settings and SystemUI; only what a test needs to find its way back is on them.
#include "simdroid/print/boxes.h"
#include "simdroid/print/labels.h"
#include "simdroid/print/system_windows.h"
#include "simdroid/print/text_flow.h"

namespace storesweep::simdroid {
namespace {
// The shape's package whose name ends so, for the window's owner.
std::string package_ending(const DeviceShape& shape, std::string_view part, std::string_view fallback) {
  for (const SystemPackage& p : shape.packages) {
    if (p.name.find(part) != std::string::npos) return p.name;
  }
  return std::string(fallback);
}

Window full_screen(const BoxMaker& make, const std::string& title, const std::string& package, Box content,
                   Look ground) {
  const Geometry& g = make.geometry();
  Box area = make.box("FrameLayout", "android:id/content", g.width_px, g.height_px - g.navigation_bar_px);
  move_to(content, 0, g.status_bar_px);
  area.children.push_back(std::move(content));
  Box root = make.box("FrameLayout", "", g.width_px, g.height_px);
  root.look = ground;
  root.children.push_back(std::move(area));
  clip(root, root.bounds);
  return window_of(title, package, std::move(root));
}

Window settings_window(const DeviceShape& shape, const std::string& activity, const std::string& title,
                       std::vector<Box> rows, const BoxMaker& make) {
  const Geometry& g = make.geometry();
  Box bar = make.row("android.view.ViewGroup", "action_bar", g.width_px, make.dp(16),
                     {make.text("", title, g.width_px - make.dp(32), 20, Look::kTitle)});
  Box list = make.column("LinearLayout", "list", g.width_px, 0, std::move(rows));
  Box page = make.column("LinearLayout", "main_content", g.width_px, 0, {std::move(bar), std::move(list)});
  (void)shape;
  return full_screen(make, "com.android.settings/com.android.settings." + activity, "com.android.settings",
                     std::move(page), Look::kPage);
}

Box settings_row(const BoxMaker& make, const std::string& label, const std::string& action) {
  const int width = make.geometry().width_px;
  Box line = make.row("LinearLayout", "", width, make.dp(16),
                      {make.text("android:id/title", label, width - make.dp(32), 16, Look::kTitle)});
  line.clickable = line.focusable = true;
  line.action = action;
  return line;
}
}  // namespace

Window launcher(const DeviceShape& shape, const std::string& /*locale*/,
                const std::vector<std::pair<std::string, std::string>>& apps) {
  constexpr int kColumns = 4, kRows = 5;
  const std::string package = package_ending(shape, "launcher", "com.android.launcher3");
  const BoxMaker make(geometry_of(shape), package);
  const Geometry& g = make.geometry();
  const int cell_width = g.width_px / kColumns;
  const int height = g.height_px - g.status_bar_px - g.navigation_bar_px;
  Box grid = make.box("android.view.ViewGroup", "workspace", g.width_px, height);
  for (std::size_t i = 0; i < apps.size() && i < kColumns * kRows; ++i) {
    Box icon = make.box("TextView", "", cell_width, make.dp(96));
    icon.text = icon.description = apps[i].second;
    icon.clickable = icon.focusable = icon.long_clickable = true;
    icon.action = "launch:" + apps[i].first;
    const int column = static_cast<int>(i) % kColumns;
    const int row = static_cast<int>(i) / kColumns;
    icon.look = Look::kAppIcon;
    icon.text_px = make.dp(12);
    move_to(icon, column * cell_width, make.dp(16) + row * make.dp(112));
    grid.children.push_back(std::move(icon));
  }
  Box drag = make.column("FrameLayout", "drag_layer", g.width_px, 0, {std::move(grid)});
  const std::string activity = package == "com.google.android.apps.nexuslauncher"
                                   ? package + ".NexusLauncherActivity"
                                   : package + ".uioverrides.QuickstepLauncher";
  return full_screen(make, package + "/" + activity, package,
                     make.column("FrameLayout", "launcher", g.width_px, 0, {std::move(drag)}), Look::kBar);
}

Window recents_screen(const DeviceShape& shape, const std::string& locale,
                      const std::vector<std::pair<int, std::string>>& tasks) {
  const Labels labels(shape, locale);
  const std::string package = package_ending(shape, "launcher", "com.android.systemui");
  const BoxMaker make(geometry_of(shape), package);
  const Geometry& g = make.geometry();
  const int width = g.width_px - 2 * make.dp(48);
  std::vector<Box> cards;
  if (tasks.empty()) cards.push_back(make.text("", labels("recents.empty"), width, 16, Look::kBar));
  for (const auto& [id, label] : tasks) {
    Box card = make.row("FrameLayout", "task", width, make.dp(24),
                        {make.text("title", label, width - 2 * make.dp(24), 18, Look::kTitle)});
    card.description = label;
    card.clickable = card.focusable = true;
    card.look = Look::kCard;
    card.action = "task:" + std::to_string(id);
    cards.push_back(std::move(card));
    if (cards.size() == 8) break;
  }
  if (!tasks.empty())
    cards.push_back(make.button("clear_all", labels("recents.clear_all"), width, "clear_all", Look::kButton));
  Box panel =
      make.column("ScrollView", "overview_panel", g.width_px, make.dp(48), std::move(cards), make.dp(8));
  return full_screen(make, package + "/com.android.quickstep.RecentsActivity", package, std::move(panel),
                     Look::kBar);
}

Window app_info_page(const DeviceShape& shape, const std::string& locale, const std::string& /*package*/,
                     const std::string& label, const std::string& version) {
  const Labels labels(shape, locale);
  const BoxMaker make(geometry_of(shape), "com.android.settings");
  const int width = make.geometry().width_px;
  const int inner = width - 2 * make.dp(16);
  std::vector<Box> rows;
  rows.push_back(make.column("LinearLayout", "entity_header", width, make.dp(16),
                             {make.icon("entity_header_icon", make.dp(48)),
                              make.text("entity_header_title", label, inner, 20, Look::kTitle)}));
  rows.push_back(make.row("LinearLayout", "", width, make.dp(16),
                          {make.button("button1", labels("settings.uninstall"), inner / 2, "uninstall"),
                           make.button("button2", labels("settings.force_stop"), inner / 2, "force_stop")}));
  rows.push_back(settings_row(make, labels("settings.notifications"), "notifications"));
  rows.push_back(settings_row(make, labels("settings.permissions"), "permissions"));
  rows.push_back(make.column(
      "LinearLayout", "", width, make.dp(16),
      {make.text("android:id/summary", labels("settings.version", {{"version", version}}), inner, 14)}));
  return settings_window(shape, "applications.InstalledAppDetails", labels("settings.app_info"),
                         std::move(rows), make);
}

Window settings_page(const DeviceShape& shape, const std::string& /*locale*/, const std::string& title) {
  const BoxMaker make(geometry_of(shape), "com.android.settings");
  return settings_window(shape, "SubSettings", title, {}, make);
}

Window browser_page(const DeviceShape& shape, const std::string& /*locale*/, const std::string& url) {
  const std::string package = package_ending(shape, "chrome", "org.chromium.webview_shell");
  const BoxMaker make(geometry_of(shape), package);
  const Geometry& g = make.geometry();
  Box bar = make.box("EditText", "url_bar", g.width_px, make.dp(48));
  bar.text = url;
  bar.text_px = make.dp(14);
  bar.look = Look::kInput;
  bar.clickable = bar.focusable = true;
  Box web = make.box("android.webkit.WebView", "", g.width_px, make.dp(320));
  web.look = Look::kWeb;
  web.focusable = true;
  web.text_px = make.dp(14);
  web.painted = url;
  Box page =
      make.column("FrameLayout", "compositor_view_holder", g.width_px, 0, {std::move(bar), std::move(web)});
  const std::string activity = package == "com.android.chrome"
                                   ? "com.google.android.apps.chrome.Main"
                                   : "org.chromium.webview_shell.WebViewBrowserActivity";
  return full_screen(make, package + "/" + activity, package, std::move(page), Look::kPage);
}

Window toast(const DeviceShape& shape, const std::string& package, const std::string& text) {
  const BoxMaker make(geometry_of(shape), "android");
  const Geometry& g = make.geometry();
  const int width = std::min(g.width_px - make.dp(64), text_width(text, make.dp(14)) + make.dp(40));
  Box words = make.text("message", text, width - make.dp(24), 14, Look::kBar);
  words.centered = true;
  Box root = make.column("LinearLayout", "", width, make.dp(12), {std::move(words)});
  root.look = Look::kBar;
  move_to(root, (g.width_px - width) / 2,
          g.height_px - g.navigation_bar_px - make.dp(64) - root.whole.height());
  Window w = window_of("Toast", package, std::move(root));
  w.modal = w.focusable = w.touchable = false;
  return w;
}

Window notification_shade(const DeviceShape& shape, const std::string& locale,
                          const std::vector<std::pair<std::string, std::string>>& notifications) {
  const Labels labels(shape, locale);
  const BoxMaker make(geometry_of(shape), "com.android.systemui");
  const Geometry& g = make.geometry();
  const int width = g.width_px - 2 * make.dp(16);
  std::vector<Box> rows;
  for (std::size_t i = 0; i < notifications.size() && i < 8; ++i) {
    Box row = make.column(
        "FrameLayout", "expandableNotificationRow", width, make.dp(12),
        {make.text("android:id/app_name_text", notifications[i].first, width - 2 * make.dp(12), 12),
         make.text("android:id/title", notifications[i].second, width - 2 * make.dp(12), 14, Look::kTitle)});
    row.clickable = row.focusable = true;
    row.look = Look::kCard;
    row.action = "notification:" + std::to_string(i);
    rows.push_back(std::move(row));
  }
  if (rows.empty())
    rows.push_back(make.text("no_notifications", labels("shade.empty"), width, 14, Look::kBar));
  Box stack = make.column("android.view.ViewGroup", "notification_stack_scroller", g.width_px, make.dp(16),
                          std::move(rows), make.dp(4));
  Window w = full_screen(make, "StatusBar", "com.android.systemui", std::move(stack), Look::kBar);
  return w;
}

}  // namespace storesweep::simdroid
