// The screen as boxes: what a window shows, where, and what a tap there hits. One layout is the ground of
// both the hierarchy (hierarchy.h) and the picture (picture.h), so the two always agree. Pure values.
#pragma once

#include <string>
#include <vector>

namespace storesweep::simdroid {

struct Rect {
  int left = 0, top = 0, right = 0, bottom = 0;
  int width() const { return right - left; }
  int height() const { return bottom - top; }
  int center_x() const { return (left + right) / 2; }
  int center_y() const { return (top + bottom) / 2; }
  bool empty() const { return right <= left || bottom <= top; }
  bool contains(int x, int y) const { return x >= left && x < right && y >= top && y < bottom; }
  bool operator==(const Rect&) const = default;
};
Rect intersection(const Rect& a, const Rect& b);

// What is painted for a box.
enum class Look {
  kNothing,
  kPage,
  kCard,
  kText,
  kTitle,
  kButton,
  kPrimaryButton,
  kFlatButton,
  kCheck,
  kRadio,
  kLink,
  kImage,
  kIcon,
  kAppIcon,
  kWeb,
  kInput,
  kBar,
  kDivider
};

struct Box {
  std::string class_name;   // android.widget.Button
  std::string resource_id;  // com.x:id/agree; empty: none
  std::string text;
  std::string description;  // content-desc
  std::string package;
  Rect bounds;  // what shows of it on the screen
  Rect whole;   // where all of it would be, scrolled parts too: what is painted, cut to bounds
  bool checkable = false, checked = false, clickable = false, enabled = true, focusable = false,
       focused = false, scrollable = false, long_clickable = false, password = false, selected = false;
  Look look = Look::kNothing;
  int text_px = 0;  // size of its letters
  bool centered = false;
  std::string painted;  // what eyes read where it is not `text` (pictures, web pages)
  std::string action;   // the caller's own name of the view; "" is nobody's
  bool drawn = false;   // it draws its children by itself: eyes and fingers find them, the hierarchy does not
  std::vector<Box> children;
};

struct Window {
  std::string title;  // "com.x/com.x.Main"
  std::string package;
  Rect frame;             // what it covers
  bool modal = true;      // takes the touches outside of its frame too (and keeps them)
  bool dims = false;      // what is behind is darker
  bool focusable = true;  // can be what uiautomator dumps
  bool touchable = true;  // bars and toasts let touches through
  Box root;
};

// The screen: windows from the bottom to the top.
struct Display {
  int width_px = 1080, height_px = 1920, density_dpi = 420;
  std::vector<Window> windows;
  bool on = true;
};

struct Hit {
  const Window* window = nullptr;
  const Box* box = nullptr;  // the clickable or scrollable one; null: the window swallowed the touch
};
// Who gets a touch: the topmost window there, in it the deepest clickable box.
Hit hit_test(const Display& display, int x, int y);
// The topmost focusable window: what `uiautomator dump` shows (before 5.0 and since).
const Window* focused_window(const Display& display);

}  // namespace storesweep::simdroid
