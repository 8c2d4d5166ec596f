#include "simdroid/print/view.h"

#include <algorithm>

namespace storesweep::simdroid {
namespace {
const Box* deepest_touchable(const Box& box, int x, int y) {
  if (!box.bounds.contains(x, y)) return nullptr;
  for (auto child = box.children.rbegin(); child != box.children.rend(); ++child) {
    if (const Box* hit = deepest_touchable(*child, x, y)) return hit;
  }
  return box.enabled && (box.clickable || box.scrollable) ? &box : nullptr;
}
}  // namespace

Rect intersection(const Rect& a, const Rect& b) {
  return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
          std::min(a.bottom, b.bottom)};
}

Hit hit_test(const Display& display, int x, int y) {
  for (auto w = display.windows.rbegin(); w != display.windows.rend(); ++w) {
    if (!w->touchable) continue;
    if (w->frame.contains(x, y)) return {&*w, deepest_touchable(w->root, x, y)};
    if (w->modal) return {&*w, nullptr};
  }
  return {};
}

const Window* focused_window(const Display& display) {
  for (auto w = display.windows.rbegin(); w != display.windows.rend(); ++w) {
    if (w->focusable) return &*w;
  }
  return nullptr;
}

}  // namespace storesweep::simdroid
