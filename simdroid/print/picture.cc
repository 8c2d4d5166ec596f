#include "simdroid/print/picture.h"

#include <algorithm>

#include "simdroid/print/canvas.h"
#include "simdroid/print/text_flow.h"

namespace storesweep::simdroid {
namespace {
constexpr Color kWallpaper = 0x37474F, kPaper = 0xFAFAFA, kCard = 0xFFFFFF, kInk = 0x212121,
                kSoftInk = 0x616161, kAccent = 0x1565C0, kPaleButton = 0xE3EAF3, kLine = 0xD5D8DC,
                kPictureGround = 0xDDE6EE, kBarGround = 0x263238, kBarInk = 0xECEFF1;
constexpr std::string_view kSimulated = "模拟设备 simulated";

class Scene {
 public:
  Scene(const Display& display, Font& font)
      : canvas_(display.width_px, display.height_px, display.on ? kWallpaper : 0),
        font_(font),
        dpi_(display.density_dpi) {
    if (!display.on) return;
    for (const Window& window : display.windows) {
      if (window.dims) canvas_.dim();
      paint(window.root);
    }
    say_simulated();
  }
  const Canvas& canvas() const { return canvas_; }

 private:
  int dp(int v) const { return v * dpi_ / 160; }

  void paint(const Box& box) {
    paint_itself(box);
    for (const Box& child : box.children) paint(child);
  }

  void paint_itself(const Box& box) {
    const Rect& r = box.bounds;
    switch (box.look) {
      case Look::kPage:
        canvas_.fill(r, kPaper);
        break;
      case Look::kCard:
        canvas_.fill_round(r, dp(6), kCard);
        break;
      case Look::kText:
        words(box, box.whole, kSoftInk);
        break;
      case Look::kTitle:
        words(box, box.whole, kInk);
        break;
      case Look::kLink:
        words(box, box.whole, kAccent);
        break;
      case Look::kButton:
        canvas_.fill_round(shrunk(r), dp(4), kPaleButton);
        words(box, box.whole, box.enabled ? kInk : kLine);
        break;
      case Look::kPrimaryButton:
        canvas_.fill_round(shrunk(r), dp(4), kAccent);
        words(box, box.whole, kCard);
        break;
      case Look::kFlatButton:
        words(box, box.whole, box.enabled ? kAccent : kLine);
        break;
      case Look::kCheck:
      case Look::kRadio:
        mark(box);
        break;
      case Look::kImage:
        canvas_.fill(r, kPictureGround);
        centered_words(box);
        break;
      case Look::kIcon:
        canvas_.fill_round(r, r.width() / 4, kAccent);
        canvas_.fill_round(inset(r, r.width() * 3 / 10), r.width(), kCard);
        break;
      case Look::kAppIcon:
        app_icon(box);
        break;
      case Look::kWeb:
        canvas_.outline_round(r, 0, 1, kLine, kCard);
        words(box, {box.whole.left + dp(8), box.whole.top + dp(8), box.whole.right - dp(8), box.whole.bottom},
              kInk);
        break;
      case Look::kInput:
        words(box, {r.left + dp(4), r.top + dp(12), r.right, r.bottom}, 0x9E9E9E);
        canvas_.fill({r.left + dp(4), r.bottom - dp(9), r.right - dp(4), r.bottom - dp(8)}, kSoftInk);
        break;
      case Look::kBar:
        canvas_.fill(r, kBarGround);
        words(box, {r.left, r.top + dp(4), r.right, r.bottom}, kBarInk);
        break;
      case Look::kDivider:
        canvas_.fill(r, kLine);
        break;
      case Look::kNothing:
        break;
    }
  }

  Rect shrunk(const Rect& r) const {
    return {r.left + dp(4), r.top + dp(6), r.right - dp(4), r.bottom - dp(6)};
  }

  static Rect inset(const Rect& r, int by) { return {r.left + by, r.top + by, r.right - by, r.bottom - by}; }

  // The box's own text, or what is painted in its place, in lines within `area` and cut to the box.
  void words(const Box& box, const Rect& area, Color color) {
    const std::string& text = box.painted.empty() ? box.text : box.painted;
    if (text.empty() || box.text_px <= 0) return;
    // Buttons and pictures have a margin; other text fills the width that its box was made for.
    const bool margin = box.centered && box.look != Look::kText && box.look != Look::kTitle;
    const int width = area.width() - (margin ? dp(16) : 0);
    const std::vector<std::string> lines = wrap_text(text, box.text_px, width);
    const int height = static_cast<int>(lines.size()) * line_height(box.text_px);
    int y = box.centered ? area.top + (area.height() - height) / 2 : area.top + dp(2);
    for (const std::string& line : lines) {
      int x = area.left;
      if (box.centered) x += (area.width() - Canvas::text_width(font_, line, box.text_px)) / 2;
      canvas_.text(font_, line, x, y, box.text_px, color, box.bounds);
      y += line_height(box.text_px);
    }
  }

  void centered_words(const Box& box) {
    Box centered = box;
    centered.children.clear();
    centered.centered = true;
    words(centered, box.whole, kInk);
  }

  // A square with the label's first letter, the label below.
  void app_icon(const Box& box) {
    const int side = dp(48);
    const Rect at{box.whole.center_x() - side / 2, box.whole.top + dp(8), box.whole.center_x() + side / 2,
                  box.whole.top + dp(8) + side};
    canvas_.fill_round(at, dp(12), kAccent);
    std::size_t end = 0;
    if (!box.text.empty()) next_character(box.text, end);
    const std::string letter = box.text.substr(0, end);
    const int size = dp(24);
    canvas_.text(font_, letter, at.center_x() - Canvas::text_width(font_, letter, size) / 2,
                 at.center_y() - line_height(size) / 2, size, kCard, box.bounds);
    const int width = Canvas::text_width(font_, box.text, box.text_px);
    canvas_.text(font_, box.text, box.whole.center_x() - width / 2, at.bottom + dp(6), box.text_px, kBarInk,
                 box.bounds);
  }

  void dot(const Box& box, const Rect& at) {
    const Color color = box.checked ? kAccent : kSoftInk;
    canvas_.outline_round(at, at.width() / 2, std::max(2, dp(2)), color, kCard);
    if (box.checked) canvas_.fill_round(inset(at, dp(5)), at.width(), kAccent);
  }

  void tick(const Box& box, const Rect& at) {
    const int stroke = std::max(2, dp(2));
    const int side = at.width();
    canvas_.outline_round(at, dp(2), stroke, box.checked ? kAccent : kSoftInk, box.checked ? kAccent : kCard);
    if (!box.checked) return;
    const int corner_x = at.left + side * 2 / 5;
    const int corner_y = at.top + side * 3 / 4;
    canvas_.line(at.left + side / 5, at.top + side / 2, corner_x, corner_y, stroke, kCard);
    canvas_.line(corner_x, corner_y, at.right - side / 6, at.top + side / 4, stroke, kCard);
  }

  void mark(const Box& box) {
    const int side = dp(18);
    const int top = box.whole.top + (box.whole.height() - side) / 2;
    const Rect at{box.whole.left + dp(6), top, box.whole.left + dp(6) + side, top + side};
    if (intersection(at, box.bounds) == at) box.look == Look::kRadio ? dot(box, at) : tick(box, at);
    const int height = static_cast<int>(wrap_text(box.text, box.text_px, box.whole.width() - dp(32)).size()) *
                       line_height(box.text_px);
    words(box,
          {box.whole.left + dp(32), box.whole.top + (box.whole.height() - height) / 2 - dp(2),
           box.whole.right, box.whole.bottom},
          kInk);
  }

  void say_simulated() {
    const int size = std::max(10, dp(11));
    const int width = Canvas::text_width(font_, kSimulated, size);
    canvas_.text(font_, kSimulated, canvas_.width() - width - dp(8), dp(6), size, 0xFFB74D,
                 {0, 0, canvas_.width(), canvas_.height()});
  }

  Canvas canvas_;
  Font& font_;
  int dpi_;
};
}  // namespace

class Painter::State {
 public:
  explicit State(const std::string& file) : font(file.empty() ? find_font() : file) {}
  Font font;
};

Painter::Painter(const std::string& font_file) : state_(std::make_unique<State>(font_file)) {}
Painter::~Painter() = default;

bool Painter::has_font() const { return state_->font.loaded(); }

std::string Painter::png(const Display& display) {
  return png_of(Scene(display, state_->font).canvas(), "simulated device (storesweep simdroid)");
}

std::string Painter::raw(const Display& display, int api) {
  constexpr int kFirstApiWithColorSpace = 26, kRgba8888 = 1, kSrgb = 1;
  const Scene scene(display, state_->font);
  std::string out;
  auto put = [&out](int v) {
    for (unsigned shift = 0; shift < 32; shift += 8)
      out += static_cast<char>((static_cast<unsigned>(v) >> shift) & 0xFFU);
  };
  put(display.width_px);
  put(display.height_px);
  put(kRgba8888);
  if (api >= kFirstApiWithColorSpace) put(kSrgb);
  const std::vector<std::uint8_t>& rgb = scene.canvas().rgb();
  out.reserve(out.size() + rgb.size() / 3 * 4);
  for (std::size_t i = 0; i < rgb.size(); i += 3) {
    out.append(
        {static_cast<char>(rgb[i]), static_cast<char>(rgb[i + 1]), static_cast<char>(rgb[i + 2]), '\xFF'});
  }
  return out;
}

}  // namespace storesweep::simdroid
