// Building blocks of layouts: boxes that know their height for a width, stacked below or beside one another.
// Boxes are built with their upper left corner at 0,0 and put in place by move_to. For this room only. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simdroid/print/layout.h"

namespace storesweep::simdroid {

// Makes the boxes of one window: the package and the device's geometry go into each.
class BoxMaker {
 public:
  BoxMaker(const Geometry& geometry, std::string package) : g_(geometry), package_(std::move(package)) {}
  const Geometry& geometry() const { return g_; }
  int dp(double v) const { return g_.dp(v); }

  // A box of a class ("TextView" is android.widget.TextView) and size.
  Box box(std::string_view class_name, std::string_view id, int width, int height) const;
  // Text of that size, wrapped.
  Box text(std::string_view id, std::string_view text, int width, double sp, Look look = Look::kText) const;
  Box button(std::string_view id, std::string_view text, int width, std::string_view action,
             Look look = Look::kFlatButton) const;
  Box check(std::string_view id, std::string_view text, int width, bool checked,
            std::string_view action) const;
  Box icon(std::string_view id, int size) const;
  // Children below one another within padding; as high as they are.
  Box column(std::string_view class_name, std::string_view id, int width, int padding,
             std::vector<Box> children, int gap = 0) const;
  // Children beside one another as they are; as high as the highest.
  Box row(std::string_view class_name, std::string_view id, int width, int padding, std::vector<Box> children,
          bool to_the_right = false) const;
  // A frame around one child, of the child's size.
  Box frame(std::string_view id, Box child) const;
  std::string full_id(std::string_view id) const;
  // Buttons of Material before 12 show their Latin letters as capitals.
  std::string button_label(std::string_view text) const;

 private:
  Geometry g_;
  std::string package_;
};

void move_by(Box& box, int dx, int dy);
inline void move_to(Box& box, int x, int y) { move_by(box, x - box.whole.left, y - box.whole.top); }
// What lies outside of `area` no longer shows; children that do not show at all are gone.
void clip(Box& box, const Rect& area);
// A window around a root that stands in place already.
Window window_of(std::string title, std::string package, Box root);

}  // namespace storesweep::simdroid
