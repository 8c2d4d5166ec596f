// Lays out the screens of apps (behaviour file: a title and views below one another) as Android's own widgets
// on the device's screen. Pure.
#pragma once

#include <string>
#include <vector>

#include "simdroid/print/shape.h"
#include "simdroid/print/view.h"

namespace storesweep::simdroid {

enum class ViewKind { kText, kButton, kCheck, kLink, kImage, kWeb, kInput };

struct ViewSpec {
  ViewKind kind = ViewKind::kText;
  std::string id;
  std::string text;
  bool checked = false;
  std::string row;         // views of one row share a line
  bool clickable = false;  // it has taps
  std::string action;      // given back by hit_test; the caller's own
};
struct ScreenSpec {
  std::string title;
  bool dialog = false;
  std::vector<ViewSpec> views;
  bool drawn = false;  // by the app itself, in one view of its own
};

// Where things are on the device.
struct Geometry {
  int width_px = 1080, height_px = 1920, density_dpi = 420;
  int status_bar_px = 63, navigation_bar_px = 126;
  int api = 28;
  int dp(double v) const { return static_cast<int>(v * density_dpi / 160 + 0.5); }
};
Geometry geometry_of(const DeviceShape& shape);

// The window of a screen. `scroll_px` (in and out) is how far the content has been scrolled; it is cut to
// what there is. `activity` is "com.x/com.x.Main": title of the window. A page without title and views is a
// page.
struct AppScreen {
  std::string package;
  std::string activity;
  std::string label;  // of the app
  int target_sdk = 30;
};
Window lay_out(const Geometry& geometry, const AppScreen& app, const ScreenSpec& screen, int& scroll_px);
// Status bar and navigation bar: not focusable, above everything; what the clock shows is `clock` ("9:41").
std::vector<Window> system_bars(const Geometry& geometry, const std::string& clock);

}  // namespace storesweep::simdroid
