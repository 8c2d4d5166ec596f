// Who taps there: our exploration as a run carries it out, and random tapping of what takes taps. One action
// costs one, whatever it is; how many screens there were after each is what came of it.
#pragma once

#include "common/android/phrases.h"
#include "common/rules/profile.h"
#include "tests/graphs/app.h"

namespace storesweep::graphs {

struct Walk {
  int reachable = 0;
  std::vector<int> screens;  // reached after each action
  int longest_outside = 0;   // actions in a row that began outside of the app
  bool ended = false;        // by itself, not by the bound

  // Actions until this share of the reachable screens was reached; -1: it never was.
  int until(double share) const;
  // Share that was reached after so many.
  double share_after(int actions) const;
};

// Phase P6 with the profile's words and numbers, but for its bounds.
Walk explore(const Graph& graph, const Profile& profile, const android::PhraseBook& phrases,
             int most_actions);
// The same graph, its labels those of settings (我的, 设置, 隐私设置, 关于, ...), each by its old name.
Graph with_settings(Graph graph);
// Phase P12 on it, with the profile's bounds: until it ends. One look and what is done after it count as one.
Walk walk_settings(const Graph& graph, const Profile& profile, const android::PhraseBook& phrases,
                   int most_actions);
// Any of what takes taps, or Back, or a scroll, each as likely; where there is no hierarchy, a point of a
// grid. Outside of the app it comes back at once, as `monkey -p` is kept inside. Until `share` of the screens
// was reached.
Walk tap_at_random(const Graph& graph, std::uint64_t seed, double share, int most_actions);
// How many actions it needs for that share: the median of several walks, since they differ by far. A walk
// that does not come so far counts as most_actions.
int actions_at_random(const Graph& graph, std::uint64_t seed, double share, int most_actions);

}  // namespace storesweep::graphs
