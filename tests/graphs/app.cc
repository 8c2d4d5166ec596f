#include "tests/graphs/app.h"

#include <fmt/format.h>

#include <algorithm>

namespace storesweep::graphs {
namespace {

constexpr std::size_t kRowsShown = 8, kRowsScrolled = 6;
constexpr int kColumns = 3;
constexpr android::Bounds kScreen{0, 0, 1080, 1920}, kList{0, 820, 1080, 1740};
const Widget kAllow{"允许", "permission_allow_button"}, kDeny{"拒绝", "permission_deny_button"},
    kElsewhere{"链接", ""};

std::string node(const std::string& package, std::string_view kind, const Widget& w, const android::Bounds& b,
                 bool clickable, bool scrollable, bool open) {
  const std::string id = w.id.empty() ? "" : package + ":id/" + w.id;
  return fmt::format(
      "<node index=\"0\" text=\"{}\" resource-id=\"{}\" class=\"android.{}\" package=\"{}\" "
      "content-desc=\"\" "
      "checkable=\"false\" checked=\"false\" clickable=\"{}\" enabled=\"true\" focusable=\"true\" "
      "focused=\"false\" "
      "scrollable=\"{}\" long-clickable=\"false\" password=\"false\" selected=\"false\" "
      "bounds=\"[{},{}][{},{}]\"{}",
      w.label, id, kind, package, clickable, scrollable, b.left, b.top, b.right, b.bottom,
      open ? ">" : " />");
}

std::string document(const std::string& package, const std::string& inside) {
  return "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">" +
         node(package, "widget.FrameLayout", {}, kScreen, false, false, true) + inside +
         "</node></hierarchy>";
}

std::string text(const std::string& package, const std::string& what) {
  return node(package, "widget.TextView", {what, "title"}, {140, 60, 1000, 180}, false, false, false);
}

std::string other_window(App::Where where, const std::vector<App::Spot>& spots) {
  const std::string package = where == App::Where::kAsking     ? "com.android.permissioncontroller"
                              : where == App::Where::kLauncher ? "com.android.launcher3"
                                                               : "com.android.browser";
  std::string inside =
      text(package, where == App::Where::kAsking ? "要允许“示例”拍摄照片和录制视频吗？" : "其他");
  for (const App::Spot& s : spots)
    inside += node(package, "widget.Button", *s.widget, s.bounds, true, false, false);
  return document(package, inside);
}

}  // namespace

void App::place(std::vector<Spot>& out) const {
  const Page& page = here();
  int n = 0, tab = 0;
  for (const Widget& w : page.widgets) {
    if (w.effect == Effect::kTab) {
      out.push_back({{tab * 216, 1760, tab * 216 + 216, 1920}, &w});
      ++tab;
    } else if (w.id == "up") {
      out.push_back({{0, 60, 120, 180}, &w});
    } else {
      const int left = n % kColumns * 360, top = 200 + n / kColumns * 100;
      out.push_back({{left, top, left + 350, top + 90}, &w});
      ++n;
    }
  }
  const std::size_t first = stack_.back().first_row;
  for (std::size_t r = first; r < std::min(page.rows.size(), first + kRowsShown); ++r) {
    const int top = kList.top + static_cast<int>(r - first) * 115;
    out.push_back({{0, top, 1080, top + 110}, &page.rows[r]});
  }
}

std::vector<App::Spot> App::spots() const {
  std::vector<Spot> out;
  if (where_ == Where::kInside) {
    place(out);
  } else if (where_ == Where::kAsking) {
    out = {{{100, 340, 980, 440}, &kAllow}, {{100, 460, 980, 560}, &kDeny}};
  } else {
    for (int i = 0; i < 5; ++i) out.push_back({{100, 340 + i * 120, 980, 440 + i * 120}, &kElsewhere});
  }
  return out;
}

bool App::scrolls() const { return where_ == Where::kInside && here().rows.size() > kRowsShown; }

std::string App::xml() const {
  const std::string package(kPackage);
  if (where_ != Where::kInside) return other_window(where_, spots());
  if (here().kind == Kind::kUnread) return "";
  if (here().kind == Kind::kPicture)
    return document(package, node(package, "view.SurfaceView", {}, kScreen, false, false, false));
  std::string inside = text(package, here().title), rows;
  if (here().kind == Kind::kLogin)
    inside +=
        node(package, "widget.EditText", {"请输入手机号", "phone"}, {0, 600, 1080, 700}, true, false, false);
  for (const Spot& s : spots())
    (s.widget->id == "row" ? rows : inside) +=
        node(package, s.widget->id == "row" ? "view.ViewGroup" : "widget.Button", *s.widget, s.bounds, true,
             false, false);
  if (!rows.empty()) {
    inside +=
        node(package, "widget.ListView", {"", "list"}, kList, false, scrolls(), true) + rows + "</node>";
  }
  return document(package, inside);
}

void App::arrive() {
  if (here().asks && asked_.insert(page()).second) {
    where_ = Where::kAsking;
    return;
  }
  where_ = Where::kInside;
  seen_.insert(page());
}

void App::open(int page) {
  stack_.push_back({page});
  arrive();
}

void App::launch() {
  if (stack_.empty()) stack_.push_back({});
  arrive();
}

void App::tap(int x, int y) {
  const std::vector<Spot> all = spots();
  const auto spot = std::find_if(all.begin(), all.end(), [&](const Spot& s) { return s.bounds.holds(x, y); });
  if (spot == all.end()) return;
  if (where_ == Where::kAsking) return arrive();
  if (where_ != Where::kInside) return;
  const Widget& w = *spot->widget;
  switch (w.effect) {
    case Effect::kNothing:
      return;
    case Effect::kUp:
      stack_.back().back_once = true;
      return back_on_page();
    case Effect::kLeave:
      where_ = Where::kOtherApp;
      return;
    case Effect::kTab:
      stack_.clear();
      return open(w.page);
    case Effect::kReplace:
      if (stack_.size() > 1) stack_.pop_back();
      return open(w.page);
    case Effect::kOpen:
      return open(w.page);
  }
}

void App::back_on_page() {
  if (stack_.size() == 1) {
    where_ = Where::kLauncher;
    return;
  }
  stack_.pop_back();
  arrive();
}

void App::back() {
  if (where_ == Where::kAsking || where_ == Where::kOtherApp) return arrive();
  if (where_ == Where::kLauncher) return;
  switch (here().back) {
    case Back::kNothing:
      return;
    case Back::kAtTheSecond:
      if (!std::exchange(stack_.back().back_once, true)) return;
      return back_on_page();
    case Back::kEndsTheApp:
      stack_.clear();
      stack_.push_back({});
      where_ = Where::kLauncher;
      return;
    case Back::kPrevious:
      return back_on_page();
  }
}

void App::scroll() {
  if (!scrolls()) return;
  std::size_t& first = stack_.back().first_row;
  first = std::min(first + kRowsScrolled, here().rows.size() - kRowsShown);
}

}  // namespace storesweep::graphs
