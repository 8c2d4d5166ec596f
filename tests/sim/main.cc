// storesweep-sim --seeds N [--start S] [--bug NAME] [--trace]: the protocol under seeded chaos. A failing
// seed prints the command that replays it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "tests/sim/options.h"

int main(int argc, char** argv) {
  using namespace storesweep::sim;
  std::uint64_t seeds = 1000, start = 1;
  std::string bug;
  Options options;
  CLI::App app{"Seeded simulation of queue, service and worker"};
  app.add_option("--seeds", seeds, "how many seeds");
  app.add_option("--start", start, "the first one");
  app.add_option("--bug", bug, "a deliberate bug, to see it caught");
  app.add_flag("--trace", options.trace, "print what happens");
  CLI11_PARSE(app, argc, argv);
  bool known = bug.empty();
  for (const NamedBug& b : bugs()) {
    if (b.name == bug) b.set(options), known = true;
  }
  if (!known) {
    std::fprintf(stderr, "no such bug: %s\n", bug.c_str());
    for (const NamedBug& b : bugs()) std::fprintf(stderr, "  %s\n", b.name.c_str());
    return 2;
  }
  const char* commit = std::getenv("STORESWEEP_COMMIT");
  RunResult sum;
  std::uint64_t failed = 0;
  for (std::uint64_t s = start; s < start + seeds; ++s) {
    options.seed = s;
    RunResult r = simulate(options);
    sum.steps += r.steps, sum.verdicts += r.verdicts, sum.buried += r.buried;
    sum.confirmations += r.confirmations, sum.crashes += r.crashes, sum.reused += r.reused;
    sum.controls += r.controls, sum.quarantined += r.quarantined, sum.voided += r.voided;
    if (r.violation.empty()) continue;
    std::printf("seed %llu: %s\n  replay: ./dev sim --seeds 1 --start %llu%s%s --trace   (commit %s)\n",
                static_cast<unsigned long long>(s), r.violation.c_str(), static_cast<unsigned long long>(s),
                bug.empty() ? "" : " --bug ", bug.c_str(), commit ? commit : "of this build");
    if (++failed == 5) break;
  }
  std::printf(
      "%llu seeds, %llu failed; %lld steps, %lld verdicts (%lld reused, %lld confirming), %lld buried, "
      "%lld crashes, %lld controls (%lld failed), %lld results voided\n",
      static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(failed),
      static_cast<long long>(sum.steps), static_cast<long long>(sum.verdicts),
      static_cast<long long>(sum.reused), static_cast<long long>(sum.confirmations),
      static_cast<long long>(sum.buried), static_cast<long long>(sum.crashes),
      static_cast<long long>(sum.controls), static_cast<long long>(sum.quarantined),
      static_cast<long long>(sum.voided));
  return failed ? 1 : 0;
}
