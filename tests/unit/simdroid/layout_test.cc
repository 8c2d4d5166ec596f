// Screens as boxes: every control is on the screen, a tap in its middle reaches it, and the hierarchy is XML.
#include "simdroid/print/layout.h"

#include <gtest/gtest.h>

#include <functional>

#include "common/base/text.h"
#include "shapes.h"
#include "simdroid/print/hierarchy.h"
#include "simdroid/print/system_windows.h"
#include "simdroid/print/text_flow.h"

namespace storesweep::simdroid {
namespace {
constexpr const char* kPackage = "cn.storesweep.probe.consent";

ScreenSpec consent() {
  ScreenSpec s{"用户协议与隐私政策", true, {}};
  s.views.push_back({ViewKind::kText, "message",
                     "欢迎使用邻里集市！请您阅读并同意《用户协议》和《隐私政策》。", false, "", false, ""});
  s.views.push_back({ViewKind::kLink, "policy", "《隐私政策》", false, "", true, "policy"});
  s.views.push_back(
      {ViewKind::kCheck, "read", "我已阅读并同意《用户协议》和《隐私政策》", true, "", true, "read"});
  s.views.push_back({ViewKind::kButton, "refuse", "不同意", false, "choice", true, "refuse"});
  s.views.push_back({ViewKind::kButton, "agree", "同意并继续", false, "choice", true, "agree"});
  return s;
}

Display display_of(const DeviceShape& shape, std::vector<Window> windows) {
  const Geometry g = geometry_of(shape);
  return {g.width_px, g.height_px, g.density_dpi, std::move(windows), true};
}

Window app_window(int api, const ScreenSpec& screen, int scroll = 0) {
  return lay_out(geometry_of(shape_of(api)),
                 {kPackage, std::string(kPackage) + "/.MainActivity", "邻里集市", 30}, screen, scroll);
}

void each_box(const Box& box, const std::function<void(const Box&)>& visit) {
  visit(box);
  for (const Box& child : box.children) each_box(child, visit);
}

const Box* find_id(const Box& box, const std::string& id) {
  if (box.resource_id == id) return &box;
  for (const Box& child : box.children) {
    if (const Box* found = find_id(child, id)) return found;
  }
  return nullptr;
}

// What must hold of every screen, whatever is on it.
void expect_usable(const Display& display, const std::string& what) {
  SCOPED_TRACE(what);
  const Window* top = focused_window(display);
  ASSERT_NE(top, nullptr);
  const Rect screen{0, 0, display.width_px, display.height_px};
  int clickable = 0;
  each_box(top->root, [&](const Box& box) {
    EXPECT_EQ(intersection(box.bounds, screen), box.bounds) << box.class_name << " " << box.resource_id;
    EXPECT_FALSE(box.package.empty());
    if (!box.clickable || !box.enabled) return;
    ++clickable;
    const Hit hit = hit_test(display, box.bounds.center_x(), box.bounds.center_y());
    EXPECT_EQ(hit.box, &box) << box.resource_id << " " << box.text;
  });
  EXPECT_GT(clickable, 0);
}

// A small reader of XML's rules: tags nest, attributes are quoted, no stray "<" or "&".
bool well_formed(std::string_view xml) {
  std::vector<std::string> open;
  for (std::size_t i = 0; i < xml.size();) {
    if (xml[i] != '<') return false;  // the dump has no text between tags
    const auto end = xml.find('>', i);
    if (end == std::string_view::npos) return false;
    std::string_view tag = xml.substr(i + 1, end - i - 1);
    i = end + 1;
    if (starts_with(tag, "?")) continue;
    if (tag.find('<') != std::string_view::npos) return false;
    if (starts_with(tag, "/")) {
      if (open.empty() || open.back() != tag.substr(1)) return false;
      open.pop_back();
      continue;
    }
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return false;
    for (auto at = tag.find('&'); at != std::string_view::npos; at = tag.find('&', at + 1)) {
      if (tag.find(';', at) == std::string_view::npos) return false;
    }
    if (!ends_with(tag, "/")) open.emplace_back(tag.substr(0, tag.find(' ')));
  }
  return open.empty();
}

class EveryShape : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Layout, EveryShape, ::testing::Values(19, 28, 33));

TEST_P(EveryShape, AConsentDialogStandsOnTheScreenAndItsButtonsAreHit) {
  const DeviceShape& shape = shape_of(GetParam());
  ScreenSpec home{"集市", false, {{ViewKind::kText, "hello", "今日推荐", false, "", false, ""}}};
  const Display display =
      display_of(shape, {app_window(GetParam(), home), app_window(GetParam(), consent())});
  expect_usable(display, "consent");
  const Box* agree = find_id(display.windows[1].root, std::string(kPackage) + ":id/agree");
  const Box* refuse = find_id(display.windows[1].root, std::string(kPackage) + ":id/refuse");
  ASSERT_TRUE(agree && refuse);
  EXPECT_EQ(agree->action, "agree");
  EXPECT_EQ(agree->bounds.top, refuse->bounds.top) << "one row, one line";
  EXPECT_EQ(hit_test(display, 1, display.height_px / 2).box, nullptr) << "a dialog keeps touches beside it";
  const std::string xml = print_hierarchy(display, GetParam());
  EXPECT_TRUE(well_formed(xml));
  EXPECT_NE(xml.find("text=\"同意并继续\""), std::string::npos);
  EXPECT_NE(xml.find("checkable=\"true\" checked=\"true\""), std::string::npos);
  EXPECT_EQ(xml.find("今日推荐"), std::string::npos) << "only the focused window is dumped";
}

TEST_P(EveryShape, ALongPageScrollsToItsLastButton) {
  ScreenSpec page{"长页", false, {}};
  for (int i = 0; i < 60; ++i)
    page.views.push_back({ViewKind::kButton, "b" + std::to_string(i), "按钮", false, "", true, "b"});
  const DeviceShape& shape = shape_of(GetParam());
  int scroll = 0;
  const Geometry g = geometry_of(shape);
  const AppScreen app{kPackage, "x/.Main", "长页", 30};
  Display display = display_of(shape, {lay_out(g, app, page, scroll)});
  EXPECT_EQ(find_id(display.windows[0].root, std::string(kPackage) + ":id/b59"), nullptr);
  scroll = 1'000'000;
  display = display_of(shape, {lay_out(g, app, page, scroll)});
  EXPECT_LT(scroll, 1'000'000);
  EXPECT_NE(find_id(display.windows[0].root, std::string(kPackage) + ":id/b59"), nullptr);
  each_box(display.windows[0].root, [&](const Box& box) {
    EXPECT_EQ(intersection(box.bounds, {0, 0, g.width_px, g.height_px}), box.bounds);
  });
}

TEST_P(EveryShape, SystemWindowsStandOnTheScreenAndTheirControlsAreHit) {
  const DeviceShape& shape = shape_of(GetParam());
  for (const char* locale : {"zh-CN", "en-US"}) {
    expect_usable(display_of(shape, {crash_dialog(shape, locale, kPackage, "邻里集市", false)}), "crash");
    expect_usable(display_of(shape, {crash_dialog(shape, locale, kPackage, "邻里集市", true)}),
                  "crash again");
    expect_usable(display_of(shape, {not_responding_dialog(shape, locale, kPackage, "邻里集市")}), "ANR");
    expect_usable(display_of(shape, {launcher(shape, locale, {{kPackage, "邻里集市"}, {"a.b", "Ab"}})}),
                  "launcher");
    expect_usable(display_of(shape, {recents_screen(shape, locale, {{7, "邻里集市"}})}), "recents");
    expect_usable(display_of(shape, {app_info_page(shape, locale, kPackage, "邻里集市", "1.0")}), "app info");
    expect_usable(display_of(shape, {browser_page(shape, locale, "https://example.invalid/privacy")}),
                  "browser");
    expect_usable(display_of(shape, {notification_shade(shape, locale, {{"邻里集市", "新消息"}})}), "shade");
  }
}

class RuntimePermissions : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Layout, RuntimePermissions, ::testing::Values(28, 33));

TEST_P(RuntimePermissions, EveryGroupHasItsDialogInBothLanguages) {
  const DeviceShape& shape = shape_of(GetParam());
  for (const char* group : {"CAMERA", "MICROPHONE", "LOCATION", "CONTACTS", "CALENDAR", "SMS", "PHONE",
                            "CALL_LOG", "STORAGE", "SENSORS", "SOMETHING_NEW"}) {
    for (const char* locale : {"zh-CN", "en-US"}) {
      for (bool again : {false, true}) {
        PermissionRequest r;
        r.package = kPackage;
        r.label = "邻里集市";
        r.group = std::string("android.permission-group.") + group;
        r.asked_before = again;
        r.count = 2;
        const Display display = display_of(shape, {permission_dialog(shape, locale, r)});
        expect_usable(display, group);
        const std::string xml = print_hierarchy(display, GetParam());
        EXPECT_TRUE(well_formed(xml));
        EXPECT_EQ(xml.find("text=\"<"), std::string::npos) << "a label that the shape lacks: " << xml;
        EXPECT_NE(xml.find("邻里集市"), std::string::npos);
      }
    }
  }
}

TEST(Layout, ThePermissionDialogIsThatOfItsVersion) {
  PermissionRequest r;
  r.package = kPackage;
  r.label = "邻里集市";
  r.group = "android.permission-group.CAMERA";
  auto dump = [&](int api) {
    return print_hierarchy(display_of(shape_of(api), {permission_dialog(shape_of(api), "zh-CN", r)}), api);
  };
  EXPECT_NE(dump(28).find("com.android.packageinstaller:id/permission_allow_button"), std::string::npos);
  EXPECT_NE(dump(28).find("text=\"允许邻里集市拍摄照片和录制视频吗？\""), std::string::npos);
  EXPECT_EQ(dump(28).find("do_not_ask_checkbox"), std::string::npos);
  EXPECT_NE(dump(33).find("text=\"仅在使用该应用时允许\""), std::string::npos);
  EXPECT_NE(dump(33).find("text=\"仅限这一次\""), std::string::npos);
  EXPECT_NE(dump(33).find(":id/permission_deny_button"), std::string::npos);
  r.asked_before = true;
  EXPECT_NE(dump(28).find("text=\"不再询问\""), std::string::npos);
  EXPECT_NE(dump(33).find(":id/permission_deny_and_dont_ask_again_button"), std::string::npos);
  r.group = "android.permission-group.LOCATION";
  EXPECT_NE(dump(33).find("text=\"大致位置\""), std::string::npos);
  EXPECT_EQ(dump(28).find("大致位置"), std::string::npos);
  r.group = "android.permission-group.NOTIFICATIONS";
  EXPECT_NE(dump(33).find("要允许“邻里集市”向您发送通知吗？"), std::string::npos);
}

TEST(Layout, PicturesAndWebPagesHaveNoTextInTheHierarchy) {
  ScreenSpec page{"", false, {}};
  page.views.push_back({ViewKind::kWeb, "w", "隐私政策全文", false, "", false, ""});
  page.views.push_back({ViewKind::kImage, "i", "同意", false, "", true, "tap"});
  const Display display = display_of(shape_of(28), {app_window(28, page)});
  const std::string xml = print_hierarchy(display, 28);
  EXPECT_EQ(xml.find("隐私政策全文"), std::string::npos);
  EXPECT_EQ(xml.find("同意"), std::string::npos);
  EXPECT_NE(xml.find("class=\"android.webkit.WebView\""), std::string::npos);
  EXPECT_NE(xml.find("NAF=\"true\" index=\"1\" text=\"\" resource-id=\"cn.storesweep.probe.consent:id/i\""),
            std::string::npos);
}

TEST(Layout, WhatTheAppDrawsItselfIsSeenAndTouchedButNotInTheHierarchy) {
  ScreenSpec drawn = consent();
  drawn.drawn = true;
  const Display display = display_of(shape_of(28), {app_window(28, drawn)});
  const std::string xml = print_hierarchy(display, 28);
  EXPECT_TRUE(well_formed(xml));
  EXPECT_EQ(xml.find("同意"), std::string::npos);
  EXPECT_EQ(xml.find("android.widget.Button"), std::string::npos);
  const Box* agree = find_id(display.windows[0].root, std::string(kPackage) + ":id/agree");
  ASSERT_TRUE(agree);
  const Hit hit = hit_test(display, agree->bounds.center_x(), agree->bounds.center_y());
  ASSERT_TRUE(hit.box);
  EXPECT_EQ(hit.box->action, "agree");
  ScreenSpec plain = drawn;
  plain.drawn = false;
  const Display other = display_of(shape_of(28), {app_window(28, plain)});
  EXPECT_EQ(find_id(other.windows[0].root, agree->resource_id)->bounds, agree->bounds)
      << "only the tree differs";
}

TEST(Layout, TextIsEscapedAsAndroidsSerializerDoes) {
  ScreenSpec page{"", false, {}};
  page.views.push_back({ViewKind::kText, "t", "a<b> & \"c\"\nd\x01 '", false, "", false, ""});
  const std::string xml = print_hierarchy(display_of(shape_of(28), {app_window(28, page)}), 28);
  EXPECT_NE(xml.find("text=\"a&lt;b&gt; &amp; &quot;c&quot;&#10;d. '\""), std::string::npos);
}

TEST(Layout, LinesBreakBetweenChineseCharactersAndAtBlanks) {
  EXPECT_EQ(wrap_text("你好世界", 10, 20), (std::vector<std::string>{"你好", "世界"}));
  EXPECT_EQ(wrap_text("ab cd", 10, 20).size(), 2U);
  EXPECT_EQ(wrap_text("你好，世", 10, 20), (std::vector<std::string>{"你好，", "世"}))
      << "no comma begins a line";
  EXPECT_EQ(wrap_text("", 10, 20), (std::vector<std::string>{""}));
}
}  // namespace
}  // namespace storesweep::simdroid
