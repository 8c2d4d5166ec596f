#include "simdroid/print/layout.h"

#include <algorithm>

#include "simdroid/print/boxes.h"
#include "simdroid/print/text_flow.h"

namespace storesweep::simdroid {
namespace {
constexpr int kFirstMaterialApi = 21;
constexpr int kPaddingPx = 24;  // of the probes' form
constexpr int kWebHeightDp = 240, kImageHeightDp = 120;

Box input_box(const BoxMaker& make, const ViewSpec& view, int width) {
  Box b = make.box("EditText", view.id, width, make.dp(45));
  b.text = view.text;  // up to 9 the hint is what the node's text says
  b.text_px = make.dp(16);
  b.clickable = b.focusable = b.long_clickable = true;
  b.look = Look::kInput;
  return b;
}

// What a reader sees of a web page's text: tags end lines, the usual entities are signs.
std::string seen_of_html(std::string_view html) {
  std::string out;
  for (std::size_t i = 0; i < html.size(); ++i) {
    const auto end = html[i] == '<' ? html.find('>', i) : std::string_view::npos;
    if (end != std::string_view::npos) {
      if (!out.empty() && out.back() != '\n') out += '\n';
      i = end;
      continue;
    }
    bool entity = false;
    for (const auto& [name, sign] : {std::pair<std::string_view, const char*>{"&nbsp;", " "},
                                     {"&amp;", "&"},
                                     {"&lt;", "<"},
                                     {"&gt;", ">"},
                                     {"&quot;", "\""}}) {
      if (html.substr(i, name.size()) != name) continue;
      out += sign;
      i += name.size() - 1;
      entity = true;
      break;
    }
    if (!entity) out += html[i];
  }
  return out;
}

Box view_box(const BoxMaker& make, const ViewSpec& view, int width) {
  Box b;
  switch (view.kind) {
    case ViewKind::kText:
    case ViewKind::kLink:
      b = make.text(view.id, view.text, width, 14, view.kind == ViewKind::kLink ? Look::kLink : Look::kText);
      if (view.kind == ViewKind::kLink) b.whole.bottom = b.bounds.bottom = b.bounds.bottom + make.dp(12);
      break;
    case ViewKind::kButton:
      b = make.button(view.id, view.text, width, view.action, Look::kButton);
      break;
    case ViewKind::kCheck:
      b = make.check(view.id, view.text, width, view.checked, view.action);
      break;
    case ViewKind::kImage:
      b = make.box("ImageView", view.id, width, make.dp(kImageHeightDp));
      b.look = Look::kImage;
      break;
    case ViewKind::kWeb:
      b = make.box("android.webkit.WebView", view.id, width, make.dp(kWebHeightDp));
      b.look = Look::kWeb;
      b.focusable = true;
      break;
    case ViewKind::kInput:
      b = input_box(make, view, width);
      break;
  }
  if (view.kind == ViewKind::kImage || view.kind == ViewKind::kWeb) {
    b.painted = view.kind == ViewKind::kWeb ? seen_of_html(view.text) : view.text;
    b.text_px = make.dp(14);
  }
  if (view.clickable) b.clickable = b.focusable = true;
  b.action = view.action;
  return b;
}

// Views of one row share the line equally; all others have one of their own.
std::vector<Box> content_boxes(const BoxMaker& make, const ScreenSpec& screen, int width) {
  std::vector<Box> out;
  if (!screen.title.empty()) out.push_back(make.text("title", screen.title, width, 20, Look::kTitle));
  for (std::size_t i = 0; i < screen.views.size();) {
    std::size_t end = i + 1;
    const std::string& row = screen.views[i].row;
    while (!row.empty() && end < screen.views.size() && screen.views[end].row == row) ++end;
    if (row.empty()) {
      out.push_back(view_box(make, screen.views[i], width));
    } else {
      std::vector<Box> line;
      for (std::size_t v = i; v < end; ++v)
        line.push_back(view_box(make, screen.views[v], width / static_cast<int>(end - i)));
      out.push_back(make.row("LinearLayout", "", width, 0, std::move(line)));
    }
    i = end;
  }
  return out;
}

// The scrolled form in a view of that size: ScrollView > LinearLayout > views.
Box form(const BoxMaker& make, const ScreenSpec& screen, int width, int most_height, bool fill,
         int& scroll_px) {
  const int padding = screen.dialog ? std::max(kPaddingPx, make.dp(16)) : kPaddingPx;
  Box column = make.column("LinearLayout", "", width, padding,
                           content_boxes(make, screen, width - 2 * padding), make.dp(4));
  if (screen.drawn) {
    column = make.frame("", std::move(column));
    column.drawn = true;
  }
  const int height = fill ? most_height : std::min(most_height, column.whole.height());
  scroll_px = std::clamp(scroll_px, 0, std::max(0, column.whole.height() - height));
  Box scroll = make.box("ScrollView", "", width, height);
  scroll.scrollable = column.whole.height() > height;
  scroll.focusable = scroll.scrollable;
  move_to(column, 0, -scroll_px);
  scroll.children.push_back(std::move(column));
  clip(scroll, scroll.bounds);
  return scroll;
}

Box bar_view(const BoxMaker& make, std::string_view id, const Rect& bounds) {
  Box b = make.box("android.view.View", id, bounds.width(), bounds.height());
  move_to(b, bounds.left, bounds.top);
  return b;
}

// AOSP core/res/res/layout/screen_simple.xml in the decor; since 5.0 the bars' backgrounds are its children.
Box page_root(const BoxMaker& make, Box content) {
  const Geometry& g = make.geometry();
  const int bottom = g.height_px - g.navigation_bar_px;
  content.look = Look::kPage;
  Box frame = make.box("FrameLayout", "android:id/content", g.width_px, content.whole.height());
  frame.children.push_back(std::move(content));
  move_to(frame, 0, g.status_bar_px);
  Box column = make.box("LinearLayout", "", g.width_px, bottom);
  column.children.push_back(std::move(frame));
  Box root = make.box("FrameLayout", "", g.width_px, g.api >= kFirstMaterialApi ? g.height_px : bottom);
  root.children.push_back(std::move(column));
  if (g.api >= kFirstMaterialApi) {
    if (g.navigation_bar_px > 0) {
      root.children.push_back(
          bar_view(make, "android:id/navigationBarBackground", {0, bottom, g.width_px, g.height_px}));
    }
    root.children.push_back(
        bar_view(make, "android:id/statusBarBackground", {0, 0, g.width_px, g.status_bar_px}));
  }
  root.look = Look::kPage;
  return root;
}

Box dialog_root(const BoxMaker& make, Box content) {
  const Geometry& g = make.geometry();
  Box root = make.frame("", make.frame("android:id/content", std::move(content)));
  root.look = Look::kCard;
  const int area = g.height_px - g.status_bar_px - g.navigation_bar_px;
  move_to(root, (g.width_px - root.whole.width()) / 2, g.status_bar_px + (area - root.whole.height()) / 2);
  return root;
}
}  // namespace

Geometry geometry_of(const DeviceShape& shape) {
  Geometry g;
  g.width_px = shape.width_px;
  g.height_px = shape.height_px;
  g.density_dpi = shape.density_dpi;
  g.api = shape.api;
  g.status_bar_px = g.dp(shape.status_bar_dp);
  g.navigation_bar_px = g.dp(shape.navigation_bar_dp);
  return g;
}

Window lay_out(const Geometry& g, const AppScreen& app, const ScreenSpec& screen, int& scroll_px) {
  const BoxMaker make(g, app.package);
  const int area = g.height_px - g.status_bar_px - g.navigation_bar_px;
  Window w;
  if (screen.dialog) {
    const int width = std::min(g.width_px - g.dp(32), g.dp(480));
    w = window_of(app.activity, app.package,
                  dialog_root(make, form(make, screen, width, area * 9 / 10, false, scroll_px)));
    w.dims = true;
  } else {
    w = window_of(app.activity, app.package,
                  page_root(make, form(make, screen, g.width_px, area, true, scroll_px)));
  }
  return w;
}

std::vector<Window> system_bars(const Geometry& g, const std::string& clock) {
  const BoxMaker make(g, "com.android.systemui");
  Box status = make.box("FrameLayout", "", g.width_px, g.status_bar_px);
  status.look = Look::kBar;
  Box time = make.text("clock", clock, g.dp(60), 14);
  time.look = Look::kBar;
  time.whole.bottom = time.bounds.bottom = g.status_bar_px;
  move_to(time, g.dp(8), 0);
  status.children.push_back(std::move(time));
  std::vector<Window> out{window_of("StatusBar", "com.android.systemui", std::move(status))};
  if (g.navigation_bar_px > 0) {
    Box navigation = make.box("FrameLayout", "", g.width_px, g.navigation_bar_px);
    navigation.look = Look::kBar;
    for (const auto& [sign, third] : {std::pair{"◁", 0}, {"○", 1}, {"□", 2}}) {
      Box key = make.text("", sign, g.width_px / 3, 18, Look::kBar);
      key.centered = true;
      move_to(key, third * g.width_px / 3, (g.navigation_bar_px - key.whole.height()) / 2);
      navigation.children.push_back(std::move(key));
    }
    move_to(navigation, 0, g.height_px - g.navigation_bar_px);
    out.push_back(window_of("NavigationBar", "com.android.systemui", std::move(navigation)));
  }
  for (Window& w : out) w.modal = w.focusable = w.touchable = false;
  return out;
}

}  // namespace storesweep::simdroid
