// Apps as graphs of screens, made from a seed: pages under tabs, dialogs, lists of many rows, loops, log-in
// walls, links out of the app, screens whose hierarchy cannot be read, and buttons of which nothing comes.
// Values; the same seed makes the same app everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace storesweep::graphs {

enum class Effect {
  kNothing,
  kOpen,     // a page on top of this one
  kReplace,  // a page in place of this one
  kTab,      // a page in place of all
  kUp,       // as Back on a page
  kLeave,    // a page of another app on top
};
struct Widget {
  std::string label;
  std::string id;
  Effect effect = Effect::kNothing;
  int page = -1;  // of kOpen, kReplace, kTab
};

enum class Kind {
  kPage,
  kDialog,   // alone in the hierarchy while it shows
  kLogin,    // a wall: nothing comes of what is typed
  kPicture,  // a hierarchy with one surface and no text: what takes taps is drawn
  kUnread,   // uiautomator gives no hierarchy
};
enum class Back { kPrevious, kAtTheSecond, kNothing, kEndsTheApp };

struct Page {
  Kind kind = Kind::kPage;
  std::string title;
  std::vector<Widget> widgets;
  std::vector<Widget> rows;  // of a list, which scrolls
  Back back = Back::kPrevious;
  bool asks = false;  // for a permission, when it is first opened
};
struct Graph {
  std::vector<Page> pages;  // the app begins with the first
};

Graph random_graph(std::uint64_t seed);
// How many pages a person could come to, blind taps included.
int reachable(const Graph& graph);

}  // namespace storesweep::graphs
