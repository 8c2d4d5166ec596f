// Actions that the explorer and random tapping need on generated apps, one line of JSON an app: its seed, its
// screens, the actions until half of them by either, until 90 % by the explorer, and the explorer's share
// when random tapping had half.
//
// usage: storesweep-bench-explore RULES FIRST_SEED SEEDS
#include <fmt/format.h>

#include <cstdio>

#include "common/base/text.h"
#include "common/rules/pack.h"
#include "tests/graphs/players.h"

namespace storesweep::graphs {
namespace {

constexpr int kMostActions = 3'000;

int within(int actions) { return actions < 0 ? kMostActions : actions; }

int run(const std::string& folder, int first, int seeds) {
  const auto pack = load_rule_pack(folder);
  const auto profiles = load_profiles(folder);
  if (!pack.ok() || !profiles.ok()) return std::fputs("explore: no rules there\n", stderr), 1;
  const android::PhraseBook phrases(pack->phrases);
  for (int s = first; s < first + seeds; ++s) {
    const auto seed = static_cast<std::uint64_t>(s);
    const Graph g = random_graph(seed);
    const int half = actions_at_random(g, seed, 0.5, kMostActions);
    const Walk walk = explore(g, profiles->triage, phrases, kMostActions);
    fmt::print(
        "{{\"seed\": {}, \"screens\": {}, \"random_half\": {}, \"half\": {}, \"most\": {}, \"share\": "
        "{:.3f}, "
        "\"end\": {:.3f}, \"outside\": {}}}\n",
        s, walk.reachable, half, within(walk.until(0.5)), within(walk.until(0.9)), walk.share_after(half),
        walk.share_after(kMostActions), walk.longest_outside);
  }
  return 0;
}

}  // namespace
}  // namespace storesweep::graphs

int main(int argc, char** argv) {
  const auto first = argc == 4 ? storesweep::parse_int<int>(argv[2]) : std::nullopt;
  const auto seeds = argc == 4 ? storesweep::parse_int<int>(argv[3]) : std::nullopt;
  if (!first || !seeds)
    return std::fputs("usage: storesweep-bench-explore RULES FIRST_SEED SEEDS\n", stderr), 2;
  return storesweep::graphs::run(argv[1], *first, *seeds);
}
