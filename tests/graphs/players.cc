#include "tests/graphs/players.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "worker/exercise/phases.h"

namespace storesweep::graphs {
namespace {

constexpr std::int64_t kLookMs = 1'000;
constexpr std::uint64_t kWalks = 5;
constexpr double kTiny = 1e-9;

// Counts what was done to an app.
class Count {
 public:
  explicit Count(const Graph& graph) { walk_.reachable = graphs::reachable(graph); }
  void before(const App& app) {
    const bool outside = app.where() == App::Where::kOtherApp || app.where() == App::Where::kLauncher;
    outside_ = outside ? outside_ + 1 : 0;
    walk_.longest_outside = std::max(walk_.longest_outside, outside_);
  }
  void after(const App& app) { walk_.screens.push_back(static_cast<int>(app.seen().size())); }
  bool reached(double share) const {
    return !walk_.screens.empty() && walk_.screens.back() >= share * walk_.reachable - kTiny;
  }
  int actions() const { return static_cast<int>(walk_.screens.size()); }
  Walk& walk() { return walk_; }

 private:
  Walk walk_;
  int outside_ = 0;
};

// Reads what the app shows, each screen once.
class Eyes {
 public:
  explicit Eyes(const android::PhraseBook& phrases) : phrases_(phrases) {}
  observe::ScreenLook look(const App& app) {
    const std::string xml = app.xml();
    observe::ScreenLook unread;
    unread.why = Reason::kNotIdle;
    if (xml.empty()) return unread;
    auto [known, fresh] = known_.try_emplace(xml);
    if (fresh) {
      known->second.readable = true;
      known->second.tree = *android::parse_hierarchy(xml);
      known->second.screen = android::read_screen(known->second.tree, phrases_);
    }
    return known->second;
  }

 private:
  const android::PhraseBook& phrases_;
  std::map<std::string, observe::ScreenLook> known_;
};

void carry_out(App& app, const exercise::Action& action) {
  if (const auto* tap = std::get_if<exercise::TapOn>(&action))
    app.tap(tap->bounds.center_x(), tap->bounds.center_y());
  if (std::holds_alternative<exercise::GoBack>(action)) app.back();
  if (std::holds_alternative<exercise::ScrollIn>(action)) app.scroll();
  if (std::holds_alternative<exercise::LaunchApp>(action)) app.launch();
}

}  // namespace

int Walk::until(double share) const {
  const int wanted = static_cast<int>(std::ceil(share * reachable - kTiny));
  const auto there = std::lower_bound(screens.begin(), screens.end(), wanted);
  return there == screens.end() ? -1 : static_cast<int>(there - screens.begin()) + 1;
}

double Walk::share_after(int actions) const {
  if (screens.empty() || actions < 1) return 0;
  const std::size_t last = std::min(screens.size(), static_cast<std::size_t>(actions)) - 1;
  return static_cast<double>(screens[last]) / reachable;
}

namespace {
// What a phase does to the app, until it ends or has done so much.
Walk play(exercise::PhaseMachine& phase, const Graph& graph, const android::PhraseBook& phrases,
          int most_actions) {
  App app(graph);
  Eyes eyes(phrases);
  Count count(graph);
  exercise::Event event = exercise::Begun{};
  bool looked = false;
  for (std::int64_t now = 1; count.actions() < most_actions; ++now) {
    const auto action = phase.on(event, now);
    if (!action) return count.walk().ended = true, count.walk();
    if (std::holds_alternative<exercise::LookAt>(*action)) {
      event = exercise::Shown{eyes.look(app)};
      looked = true;
      continue;
    }
    // One action a look; the rest that follows it lets the screen settle and is anybody's.
    if (looked) count.before(app);
    carry_out(app, *action);
    if (looked) count.after(app);
    looked = false;
    event = exercise::Done{};
  }
  return count.walk();
}
}  // namespace

Walk explore(const Graph& graph, const Profile& profile, const android::PhraseBook& phrases,
             int most_actions) {
  Profile unbounded = profile;
  unbounded.explore_ms = kLookMs * 1'000'000;
  unbounded.explore_steps = most_actions + 1;
  exercise::PhaseOrder order;
  order.package = kPackage;
  order.profile = &unbounded;
  return play(*exercise::make_phase(Phase::kP6, order), graph, phrases, most_actions);
}

Graph with_settings(Graph graph) {
  static constexpr std::string_view kLabels[] = {"我的",       "设置",     "隐私设置", "账号与安全",
                                                 "关于我们",   "推荐管理", "注销账号", "联系客服",
                                                 "个性化推荐", "帮助",     "通用",     "更多"};
  std::map<std::string, std::size_t> names;
  const auto rename = [&](Widget& w) {
    w.label = kLabels[names.try_emplace(w.label, names.size()).first->second % std::size(kLabels)];
  };
  for (Page& p : graph.pages) {
    std::for_each(p.widgets.begin(), p.widgets.end(), rename);
    std::for_each(p.rows.begin(), p.rows.end(), rename);
  }
  return graph;
}

Walk walk_settings(const Graph& graph, const Profile& profile, const android::PhraseBook& phrases,
                   int most_actions) {
  exercise::PhaseOrder order;
  order.package = kPackage;
  order.profile = &profile;
  order.phrases = &phrases;
  order.switch_watch_ms = kLookMs;
  return play(*exercise::make_phase(Phase::kP12, order), graph, phrases, most_actions);
}

Walk tap_at_random(const Graph& graph, std::uint64_t seed, double share, int most_actions) {
  std::mt19937_64 random(seed);
  App app(graph);
  Count count(graph);
  while (count.actions() < most_actions && !count.reached(share)) {
    count.before(app);
    const bool drawn = app.where() == App::Where::kInside &&
                       (graph.pages[static_cast<std::size_t>(app.page())].kind >= Kind::kPicture);
    const std::vector<App::Spot> spots = app.spots();
    const std::size_t taps = drawn ? 8 : spots.size();
    const std::size_t choice = random() % (taps + 1 + (app.scrolls() ? 1 : 0));
    if (app.where() == App::Where::kLauncher) {
      app.launch();
    } else if (app.where() == App::Where::kOtherApp || choice == taps) {
      app.back();
    } else if (choice > taps) {
      app.scroll();
    } else if (drawn) {
      app.tap(static_cast<int>(random() % 1080), static_cast<int>(random() % 1920));
    } else {
      app.tap(spots[choice].bounds.center_x(), spots[choice].bounds.center_y());
    }
    count.after(app);
  }
  return count.walk();
}

int actions_at_random(const Graph& graph, std::uint64_t seed, double share, int most_actions) {
  std::vector<int> out;
  for (std::uint64_t walk = 0; walk < kWalks; ++walk) {
    const int needed = tap_at_random(graph, seed * kWalks + walk, share, most_actions).until(share);
    out.push_back(needed < 0 ? most_actions : needed);
  }
  std::nth_element(out.begin(), out.begin() + kWalks / 2, out.end());
  return out[kWalks / 2];
}

}  // namespace storesweep::graphs
