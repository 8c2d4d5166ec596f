// Such an app while it runs: what it shows, as `uiautomator dump` would write it, and what a finger does to
// it. Holds no clock: what is done there is counted by whoever does it. One thread; the graph outlives it.
#pragma once

#include <set>

#include "common/android/hierarchy.h"
#include "tests/graphs/graph.h"

namespace storesweep::graphs {

inline constexpr std::string_view kPackage = "com.example.app";

class App {
 public:
  explicit App(const Graph& graph) : graph_(graph) { launch(); }

  enum class Where { kInside, kAsking, kOtherApp, kLauncher };
  Where where() const { return where_; }
  int page() const { return stack_.back().page; }  // shown where it is kInside
  const std::set<int>& seen() const { return seen_; }

  struct Spot {
    android::Bounds bounds;
    const Widget* widget;
  };
  std::vector<Spot> spots() const;  // what takes taps
  bool scrolls() const;
  // Empty: there is no hierarchy.
  std::string xml() const;

  void tap(int x, int y);
  void back();
  void scroll();
  void launch();

 private:
  struct Shown {
    int page = 0;
    std::size_t first_row = 0;
    bool back_once = false;
  };
  const Page& here() const { return graph_.pages[static_cast<std::size_t>(page())]; }
  void open(int page);
  void back_on_page();
  void arrive();
  void place(std::vector<Spot>& out) const;

  const Graph& graph_;
  std::vector<Shown> stack_;
  Where where_ = Where::kLauncher;
  std::set<int> seen_, asked_;
};

}  // namespace storesweep::graphs
