#include "worker/exercise/explorer.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/worker/exercise/fake_app.h"
#include "worker/exercise/stack_list.h"

namespace storesweep::exercise {
namespace {

// An app as a graph: each page has buttons that lead to pages; Back goes to the page before.
struct Graph {
  std::vector<std::vector<int>> leads;  // of page, of button
  std::vector<int> stack = {0};
  std::set<int> seen = {0};

  static Graph random(std::mt19937& random, int pages) {
    Graph g;
    g.leads.resize(static_cast<std::size_t>(pages));
    // Every page can be reached: a tree first, then some more ways and dead buttons (-1).
    for (int p = 1; p < pages; ++p) g.leads[random() % static_cast<unsigned>(p)].push_back(p);
    for (auto& of_page : g.leads) {
      for (unsigned i = random() % 3; i > 0; --i)
        of_page.push_back(static_cast<int>(random() % static_cast<unsigned>(pages + 2)) - 2);
      std::shuffle(of_page.begin(), of_page.end(), random);
    }
    return g;
  }
  int at() const { return stack.back(); }
  void show(int p) {
    stack.push_back(p);
    seen.insert(p);
  }
  void tap(std::size_t button) {
    const auto& here = leads[static_cast<std::size_t>(at())];
    if (button < here.size() && here[button] >= 0) show(here[button]);
  }
  bool back() {
    if (stack.size() > 1) stack.pop_back();
    return stack.size() > 1;
  }
  observe::ScreenLook look() const {
    std::vector<std::string> buttons;
    for (std::size_t i = 0; i < leads[static_cast<std::size_t>(at())].size(); ++i)
      buttons.push_back("按钮" + std::to_string(at()) + "号" + std::to_string(i));
    return page(buttons, "页面" + std::to_string(at()));
  }
};

// Steps until every page was seen, or `most`.
int explored(Graph g, int most) {
  Explorer explorer({}, 2);
  for (int step = 1; step <= most; ++step) {
    auto action = explorer.next(g.look());
    if (!action) return g.seen.size() == g.leads.size() ? step : most + 1;
    if (const auto* tap = std::get_if<TapOn>(&*action)) {
      g.tap(static_cast<std::size_t>((tap->bounds.top - 220) / 120));
    } else {
      g.back();
    }
    if (g.seen.size() == g.leads.size()) return step;
  }
  return most + 1;
}

int tapped_at_random(Graph g, std::mt19937& random, int most) {
  for (int step = 1; step <= most; ++step) {
    const std::size_t buttons = g.leads[static_cast<std::size_t>(g.at())].size();
    const std::size_t choice = random() % (buttons + 1);
    if (choice == buttons) {
      g.back();
    } else {
      g.tap(choice);
    }
    if (g.seen.size() == g.leads.size()) return step;
  }
  return most;
}

TEST(Explorer, ReachesEveryPageInFarFewerStepsThanRandomTapping) {
  std::mt19937 random(7);
  double systematic = 0, by_chance = 0;
  for (int i = 0; i < 40; ++i) {
    const Graph g = Graph::random(random, 5 + static_cast<int>(random() % 20));
    const int steps = explored(g, 2'000);
    ASSERT_LE(steps, 2'000) << "a page was never reached, graph " << i;
    systematic += steps;
    by_chance += tapped_at_random(g, random, 20'000);
  }
  EXPECT_LT(systematic * 4, by_chance) << systematic << " against " << by_chance;
}

TEST(Explorer, LeavesAloneWhatSpendsCallsOrRemoves) {
  Explorer explorer(test_profile().never_tap, 2);
  std::vector<std::string> tapped;
  for (int i = 0; i < 20; ++i) {
    auto action = explorer.next(
        page({"立即支付", "拨打客服", "删除照片", "Buy now", "Call us", "Calligraphy", "帮助"}));
    if (!action) break;
    if (const auto* tap = std::get_if<TapOn>(&*action)) tapped.push_back(tap->target);
  }
  EXPECT_EQ(tapped, (std::vector<std::string>{"Calligraphy", "帮助"}));
}

TEST(Explorer, TriesSomeRowsOfAListAndScrollsIt) {
  Explorer explorer({}, 2);
  int taps = 0, scrolls = 0, shown = 0;
  for (int i = 0; i < 60; ++i) {
    std::vector<View> rows;
    for (int r = 0; r < 12; ++r)
      rows.push_back(
          {.text = "新闻 " + std::to_string(shown + r), .clickable = true, .id = "com.example.app:id/row"});
    auto action = explorer.next(window(kApp, rows, true));
    if (!action) break;
    taps += std::holds_alternative<TapOn>(*action);
    if (std::holds_alternative<ScrollIn>(*action)) {
      ++scrolls;
      shown += 8;
    }
  }
  EXPECT_EQ(taps, 2) << "rows that look alike are not all tried";
  EXPECT_EQ(scrolls, 3);
}

TEST(Explorer, AScreenWhoseTextsChangeIsTheSameScreen) {
  EXPECT_EQ(screen_id(page({"刷新"}, "10:01")), screen_id(page({"刷新"}, "10:02")));
  EXPECT_NE(screen_id(page({"刷新"})), screen_id(page({"刷新", "设置"})));
}

TEST(StackList, FindsTheStacksOfAPackageOn9And13) {
  const std::string nine =
      "Stack id=0 bounds=[0,0][1080,1920] displayId=0 userId=0\n configuration={1.0 ?mcc?mnc}\n"
      "  taskId=2: com.android.launcher3/com.android.launcher3.Launcher bounds=[0,0][1080,1920] userId=0 "
      "visible=false\n\n"
      "Stack id=5 bounds=[0,0][1080,1920] displayId=0 userId=0\n configuration={1.0 ?mcc?mnc}\n"
      "  taskId=7: com.example.app/com.example.app.MainActivity bounds=[0,0][1080,1920] userId=0 "
      "visible=true "
      "topActivity=ComponentInfo{com.example.app/com.example.app.MainActivity}\n";
  auto found = stacks_of(nine, kApp);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].stack, 5);
  EXPECT_EQ(found[0].task, 7);
  found = stacks_of(
      "RootTask id=41 bounds=[0,0][1080,2400] displayId=0 userId=0\n configuration={1.0}\n"
      "  taskId=41: com.example.app/.MainActivity bounds=[0,0][1080,2400] userId=0 visible=true\n",
      kApp);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].stack, 41);
  EXPECT_TRUE(stacks_of("Error: unknown command 'stack list'\n", kApp).empty());
}

}  // namespace
}  // namespace storesweep::exercise
