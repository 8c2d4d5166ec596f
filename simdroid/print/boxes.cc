#include "simdroid/print/boxes.h"

#include <algorithm>

#include "common/base/text.h"
#include "simdroid/print/text_flow.h"

namespace storesweep::simdroid {
namespace {
constexpr int kFirstMaterialApi = 21, kFirstMaterialYouApi = 31;
}

std::string BoxMaker::full_id(std::string_view id) const {
  if (id.empty() || id.find(':') != std::string_view::npos) return std::string(id);
  return package_ + ":id/" + std::string(id);
}

std::string BoxMaker::button_label(std::string_view text) const {
  std::string out(text);
  if (g_.api < kFirstMaterialApi || g_.api >= kFirstMaterialYouApi) return out;
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

Box BoxMaker::box(std::string_view class_name, std::string_view id, int width, int height) const {
  Box b;
  b.class_name = class_name.find('.') == std::string_view::npos ? "android.widget." + std::string(class_name)
                                                                : class_name;
  b.resource_id = full_id(id);
  b.package = package_;
  b.whole = b.bounds = {0, 0, width, height};
  return b;
}

Box BoxMaker::text(std::string_view id, std::string_view text, int width, double sp, Look look) const {
  const int size = dp(sp);
  const auto lines = static_cast<int>(wrap_text(text, size, width).size());
  Box b = box("TextView", id, width, lines * line_height(size) + dp(4));
  b.text = text;
  b.text_px = size;
  b.look = look;
  return b;
}

Box BoxMaker::button(std::string_view id, std::string_view text, int width, std::string_view action,
                     Look look) const {
  const int size = dp(14);
  const std::string label = button_label(text);
  const auto lines = static_cast<int>(wrap_text(label, size, width - dp(16)).size());
  Box b = box("Button", id, width, std::max(dp(48), lines * line_height(size) + dp(24)));
  b.text = label;
  b.text_px = size;
  b.centered = true;
  b.clickable = b.focusable = true;
  b.look = look;
  b.action = action;
  return b;
}

Box BoxMaker::check(std::string_view id, std::string_view text, int width, bool checked,
                    std::string_view action) const {
  const int size = dp(14);
  const auto lines = static_cast<int>(wrap_text(text, size, width - dp(32)).size());
  Box b = box("CheckBox", id, width, std::max(dp(32), lines * line_height(size) + dp(8)));
  b.text = text;
  b.text_px = size;
  b.checkable = b.clickable = b.focusable = true;
  b.checked = checked;
  b.look = Look::kCheck;
  b.action = action;
  return b;
}

Box BoxMaker::icon(std::string_view id, int size) const {
  Box b = box("ImageView", id, size, size);
  b.look = Look::kIcon;
  return b;
}

Box BoxMaker::column(std::string_view class_name, std::string_view id, int width, int padding,
                     std::vector<Box> children, int gap) const {
  int y = padding;
  for (Box& child : children) {
    move_to(child, padding, y);
    y += child.whole.height() + gap;
  }
  Box b = box(class_name, id, width, y - (children.empty() ? 0 : gap) + padding);
  b.children = std::move(children);
  return b;
}

Box BoxMaker::row(std::string_view class_name, std::string_view id, int width, int padding,
                  std::vector<Box> children, bool to_the_right) const {
  int height = 0;
  int used = 0;
  for (const Box& child : children) {
    height = std::max(height, child.whole.height());
    used += child.whole.width();
  }
  int x = to_the_right ? width - padding - used : padding;
  for (Box& child : children) {
    move_to(child, x, padding);
    x += child.whole.width();
  }
  Box b = box(class_name, id, width, height + 2 * padding);
  b.children = std::move(children);
  return b;
}

Box BoxMaker::frame(std::string_view id, Box child) const {
  Box b = box("FrameLayout", id, child.whole.width(), child.whole.height());
  move_to(child, 0, 0);
  b.children.push_back(std::move(child));
  return b;
}

void move_by(Box& box, int dx, int dy) {
  for (Rect* r : {&box.bounds, &box.whole}) {
    r->left += dx;
    r->right += dx;
    r->top += dy;
    r->bottom += dy;
  }
  for (Box& child : box.children) move_by(child, dx, dy);
}

void clip(Box& box, const Rect& area) {
  box.bounds = intersection(box.bounds, area);
  for (Box& child : box.children) clip(child, box.bounds);
  std::erase_if(box.children, [](const Box& child) { return child.bounds.empty(); });
}

Window window_of(std::string title, std::string package, Box root) {
  Window w;
  w.title = std::move(title);
  w.package = std::move(package);
  w.frame = root.whole;
  w.root = std::move(root);
  return w;
}

}  // namespace storesweep::simdroid
