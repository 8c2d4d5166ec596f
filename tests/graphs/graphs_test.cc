// The explorer beside random tapping on generated apps. Time is actions: nothing here looks at a clock.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "common/rules/pack.h"
#include "tests/graphs/players.h"

namespace storesweep::graphs {
namespace {

constexpr int kSeeds = 200, kMostActions = 3'000;

struct Rules {
  std::string folder = std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules";
  RulePack pack = *load_rule_pack(folder);
  Profiles profiles = *load_profiles(folder);
  android::PhraseBook phrases{pack.phrases};
};
const Rules& rules() {
  static const Rules kRules;
  return kRules;
}

TEST(Graphs, AreTheSameForASeedAndHoldWhatAppsHold) {
  std::set<Kind> kinds;
  bool leaves = false, loops = false, long_list = false, one_way = false;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Graph g = random_graph(seed), again = random_graph(seed);
    ASSERT_EQ(g.pages.size(), again.pages.size());
    EXPECT_EQ(reachable(g), static_cast<int>(g.pages.size()));
    for (std::size_t p = 0; p < g.pages.size(); ++p) {
      const Page& page = g.pages[p];
      EXPECT_EQ(page.widgets.size(), again.pages[p].widgets.size());
      kinds.insert(page.kind);
      long_list = long_list || page.rows.size() > 20;
      one_way = one_way || page.back == Back::kEndsTheApp;
      for (const Widget& w : page.widgets) {
        leaves = leaves || w.effect == Effect::kLeave;
        loops = loops || (w.effect == Effect::kOpen && w.page < static_cast<int>(p));
      }
    }
  }
  EXPECT_EQ(kinds.size(), 5u);
  EXPECT_TRUE(leaves && loops && long_list && one_way);
}

TEST(Graphs, AnAppGoesWhereItIsTapped) {
  Graph g;
  g.pages = {{.title = "a", .widgets = {{"到乙", "item", Effect::kOpen, 1}, {"外", "item", Effect::kLeave}}},
             {.kind = Kind::kLogin, .title = "b", .back = Back::kAtTheSecond}};
  App app(g);
  const auto tap = [&](std::size_t n) {
    const auto b = app.spots()[n].bounds;
    app.tap(b.center_x(), b.center_y());
  };
  tap(0);
  EXPECT_EQ(app.page(), 1);
  app.back();
  EXPECT_EQ(app.page(), 1) << "the first Back is swallowed";
  app.back();
  EXPECT_EQ(app.page(), 0);
  tap(1);
  EXPECT_EQ(app.where(), App::Where::kOtherApp);
  app.back();
  app.back();
  EXPECT_EQ(app.where(), App::Where::kLauncher);
  app.launch();
  EXPECT_EQ(app.where(), App::Where::kInside);
  EXPECT_EQ(app.seen().size(), 2u);
}

TEST(Explorer, Has90PercentOfTheScreensWhenRandomTappingHasHalf) {
  std::vector<double> share;
  double sooner = 0;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const Graph g = random_graph(static_cast<std::uint64_t>(seed));
    const int half = actions_at_random(g, static_cast<std::uint64_t>(seed), 0.5, kMostActions);
    const Walk walk = explore(g, rules().profiles.triage, rules().phrases, half);
    share.push_back(walk.share_after(half));
    const int ours = walk.until(0.5);
    sooner += ours > 0 && ours < half;
    EXPECT_LE(walk.longest_outside, 2) << "seed " << seed;
  }
  std::sort(share.begin(), share.end());
  EXPECT_GE(share[kSeeds / 2], 0.9) << "the median";
  EXPECT_GE(share[kSeeds / 10], 0.6) << "one app in ten has less";
  EXPECT_GE(sooner, 0.95 * kSeeds) << "half of the screens sooner than random tapping";
}

TEST(Explorer, ComesToNearlyEveryScreenAndToAnEnd) {
  int all = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Graph g = random_graph(seed);
    const Walk walk = explore(g, rules().profiles.triage, rules().phrases, kMostActions);
    EXPECT_TRUE(walk.ended) << "seed " << seed;
    all += walk.until(0.9) > 0;
    EXPECT_LE(walk.longest_outside, 2) << "seed " << seed;
  }
  EXPECT_GE(all, 19) << "apps of 20 of which 90 % of the screens were reached";
}

// The clock stands nearly still: what ends it are its steps alone.
TEST(Settings, TheWalkIsBoundedOnEveryGraph) {
  for (const Profile* profile : {&rules().profiles.triage, &rules().profiles.lab}) {
    int furthest = 0;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      const Graph g = with_settings(random_graph(seed));
      const Walk walk = walk_settings(g, *profile, rules().phrases, kMostActions);
      EXPECT_TRUE(walk.ended) << "seed " << seed;
      EXPECT_LE(static_cast<int>(walk.screens.size()), profile->settings_steps) << "seed " << seed;
      EXPECT_LE(walk.longest_outside, 3) << "seed " << seed;
      furthest = std::max(furthest, walk.screens.empty() ? 0 : walk.screens.back());
    }
    EXPECT_GE(furthest, 5) << "it goes into the apps at all";
  }
}

}  // namespace
}  // namespace storesweep::graphs
