// report: a sweep's verdicts and evidence as one HTML file.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>

#include "cli/collect_report.h"
#include "cli/screen_text.h"

namespace storesweep::cli {
namespace {
struct Arguments {
  std::int64_t sweep = 0;
  std::string out, rules;
  ReportBounds bounds;
  std::size_t screenshots_mib = 16;
};

Result<int> report(Session& s, Arguments& a) {
  a.bounds.screenshot_bytes = a.screenshots_mib << 20;
  TRY_ASSIGN(const SweepReport report, collect_report(s, a.sweep, a.bounds));
  TRY_ASSIGN(const std::size_t bytes, write_report(s, report, a.rules, a.out));
  return show(s, {{"file", a.out}, {"bytes", bytes}, {"apps", report.apps.size()}}, [&] {
    return s.style.text("saved",
                        {{"file", a.out}, {"bytes", with_commas(static_cast<std::int64_t>(bytes))}}) +
           "\n";
  });
}
}  // namespace

void add_report_verb(CLI::App& app, Program& program) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("report", "a sweep as one HTML file, with findings and their evidence");
  verb->add_option("--sweep", a->sweep, "the sweep's id")->required();
  verb->add_option("--out", a->out, "the file to write")->required();
  verb->add_option("--apps", a->bounds.apps, "show so many, the worst first")->check(CLI::Range(1, 20'000));
  verb->add_option("--screenshots-mib", a->screenshots_mib, "of all screenshots in the file")
      ->check(CLI::Range(0, 512));
  verb->add_option("--rules", a->rules, "folder of the rule pack (the statements of the rules)");
  verb->callback([a, &program] { program.verb = [a](Session& s) { return report(s, *a); }; });
}

}  // namespace storesweep::cli
