#include "tests/graphs/graph.h"

#include <algorithm>
#include <array>
#include <random>

namespace storesweep::graphs {
namespace {

constexpr std::array kWords = {"新闻", "视频", "音乐", "课程", "天气", "地图", "菜谱", "健身",
                               "相册", "日历", "直播", "社区", "活动", "榜单", "专题", "问答"};
constexpr std::array kCommon = {"分享", "收藏", "点赞",
                                "刷新"};  // the same on many pages, and nothing comes of them

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  Graph make() {
    graph_.pages.resize(static_cast<std::size_t>(between(12, 60)));
    const int tabs = chance(60) ? between(2, 5) : 1;
    for (int p = 0; p < count(); ++p) at(p) = page(p, p < tabs);
    for (int p = tabs; p < count(); ++p) hang(p);
    for (int p = 0; p < count(); ++p) furnish(p);
    if (tabs > 1) bar(tabs);
    return std::move(graph_);
  }

 private:
  // Not of the standard library's distributions: those differ from one library to another.
  int between(int least, int most) {
    return least + static_cast<int>(random_() % static_cast<std::uint64_t>(most - least + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  int count() const { return static_cast<int>(graph_.pages.size()); }
  Page& at(int p) { return graph_.pages[static_cast<std::size_t>(p)]; }
  std::string word() { return std::string(kWords[random_() % kWords.size()]) + std::to_string(++named_); }

  Page page(int p, bool first) {
    Page out;
    out.title = "页面" + std::to_string(p);
    const int kind = first ? 0 : between(1, 100);
    out.kind = kind <= 73   ? Kind::kPage
               : kind <= 87 ? Kind::kDialog
               : kind <= 93 ? Kind::kLogin
               : kind <= 97 ? Kind::kPicture
                            : Kind::kUnread;
    if (out.kind == Kind::kDialog && chance(20)) out.back = Back::kNothing;
    if (out.kind == Kind::kLogin && chance(30)) out.back = Back::kAtTheSecond;
    if (out.kind == Kind::kPage && !first && chance(2)) out.back = Back::kEndsTheApp;
    out.asks = !first && chance(5);
    return out;
  }

  // From which page one comes to it: from any before it, seldom from one that is no page; by a button or a
  // row.
  void hang(int p) {
    int parent = between(0, p - 1);
    for (int again = 0; again < 3 && at(parent).kind != Kind::kPage; ++again) parent = between(0, p - 1);
    if (at(parent).kind == Kind::kLogin) parent = 0;  // nobody comes past a wall
    Page& from = at(parent);
    if (from.kind == Kind::kPage && at(p).kind == Kind::kPage && chance(30)) {
      from.rows.push_back({word(), "row", Effect::kOpen, p});
      return;
    }
    const Effect effect = from.kind == Kind::kDialog || chance(5) ? Effect::kReplace : Effect::kOpen;
    // "More" stands on many pages and leads to another one from each.
    from.widgets.push_back({chance(15) ? "更多" : word(), "item", effect, p});
  }

  // What is on it besides the ways to the pages that hang there.
  void furnish(int p) {
    Page& page = at(p);
    if (page.kind == Kind::kDialog) return dialog(page);
    if (page.kind == Kind::kLogin) page.widgets.push_back({"登录", "login", Effect::kNothing});
    if (page.kind != Kind::kPage) return;
    for (int n = between(0, 4); n > 0; --n) page.widgets.push_back({word(), "item", Effect::kNothing});
    for (int n = between(0, 2); n > 0; --n) {
      const std::string label = kCommon[random_() % kCommon.size()];
      page.widgets.push_back({label, "item", Effect::kNothing});
    }
    for (int n = between(0, 2); n > 0; --n)  // loops
      page.widgets.push_back({word(), "item", Effect::kOpen, between(0, count() - 1)});
    if (chance(12)) page.widgets.push_back({word(), "item", Effect::kLeave});
    shuffle(page.widgets);
    if (p > 0 && chance(70)) page.widgets.insert(page.widgets.begin(), {"返回", "up", Effect::kUp});
    if (!page.rows.empty() || chance(20)) list(page);
  }

  void dialog(Page& page) {
    page.widgets.push_back({"知道啦", "negative", Effect::kUp});
    if (chance(40)) page.widgets.push_back({"确定", "positive", Effect::kUp});
    shuffle(page.widgets);
  }

  // Rows that look alike: a menu has a page for each and some of which nothing comes; a feed has many that
  // lead to the same page (as articles do), now and then to another one among them.
  void list(Page& page) {
    if (!page.rows.empty() && chance(60)) {
      for (int n = between(0, 5); n > 0; --n) page.rows.push_back({word(), "row", Effect::kNothing});
      return shuffle(page.rows);
    }
    const int one = page.rows.empty() ? between(0, count() - 1) : page.rows.front().page;
    for (int n = between(8, 40); n > 0; --n) page.rows.push_back({word(), "row", Effect::kOpen, one});
    if (chance(20)) shuffle(page.rows);
  }

  void bar(int tabs) {
    for (int p = 0; p < tabs; ++p) {
      for (int to = 0; to < tabs; ++to)
        at(p).widgets.push_back({"栏目" + std::to_string(to), "tab", Effect::kTab, to});
    }
  }

  void shuffle(std::vector<Widget>& widgets) {
    for (std::size_t i = widgets.size(); i > 1; --i) std::swap(widgets[i - 1], widgets[random_() % i]);
  }

  std::mt19937_64 random_;
  Graph graph_;
  int named_ = 0;
};

}  // namespace

Graph random_graph(std::uint64_t seed) { return Maker(seed).make(); }

int reachable(const Graph& graph) {
  std::vector<bool> known(graph.pages.size());
  std::vector<int> open = {0};
  known[0] = true;
  int found = 0;
  while (!open.empty()) {
    const Page& page = graph.pages[static_cast<std::size_t>(open.back())];
    open.pop_back();
    ++found;
    for (const auto* widgets : {&page.widgets, &page.rows}) {
      for (const Widget& w : *widgets) {
        if (w.page < 0 || known[static_cast<std::size_t>(w.page)]) continue;
        known[static_cast<std::size_t>(w.page)] = true;
        open.push_back(w.page);
      }
    }
  }
  return found;
}

}  // namespace storesweep::graphs
