// summary, announcement, results, verdict, retest
#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/json_fields.h"
#include "cli/verbs.h"
#include "common/base/text.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
std::string sweep_path(std::int64_t sweep) { return "/api/v1/sweeps/" + std::to_string(sweep); }

Result<int> print_csv(Session& s, const std::string& path, const ApiClient::Query& query) {
  TRY_ASSIGN(const std::string csv, s.client.get_text(path, query, s.quick()));
  std::fwrite(csv.data(), 1, csv.size(), stdout);
  return kExitOk;
}

Result<int> sdks(Session& s, std::int64_t sweep, bool csv) {
  const std::string path = sweep_path(sweep) + "/sdks";
  if (csv) return print_csv(s, path + ".csv", {});
  TRY_ASSIGN(const Json all, s.client.get(path, {}, s.quick()));
  return show(s, all, [&] { return render_sdks(s.style, all); });
}

void add_summary(CLI::App& app, Program& program) {
  struct Arguments {
    std::int64_t sweep = 0;
    std::string by;
    bool csv = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("summary", "how many apps stand at which level, by task; or hold which SDKs");
  verb->add_option("sweep", a->sweep, "its id")->required();
  verb->add_option("--by", a->by, "store, region, developer, category, rule or task; sdk: SDKs and versions")
      ->check(CLI::IsMember({"store", "region", "developer", "category", "rule", "task", "sdk"}));
  verb->add_flag("--csv", a->csv, "for a spreadsheet");
  verb->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      if (a->by == "sdk") return sdks(s, a->sweep, a->csv);
      if (a->csv) return print_csv(s, sweep_path(a->sweep) + "/summary.csv", {{"by", a->by}});
      TRY_ASSIGN(const Json all, s.client.get(sweep_path(a->sweep) + "/summary", {{"by", a->by}}, s.quick()));
      return show(s, all, [&] { return render_summary(s.style, all, a->by); });
    };
  });
}

void add_figures(CLI::App& app, Program& program) {
  auto sweep = std::make_shared<std::int64_t>(0);
  CLI::App* verb = app.add_subcommand("figures", "what the runs of a sweep took, by kind of device");
  verb->add_option("sweep", *sweep, "its id")->required();
  verb->callback([sweep, &program] {
    program.verb = [sweep](Session& s) -> Result<int> {
      TRY_ASSIGN(const Json all, s.client.get(sweep_path(*sweep) + "/figures", {}, s.quick()));
      return show(s, all, [&] { return render_figures(s.style, all); });
    };
  });
}

void add_announcement(CLI::App& app, Program& program) {
  struct Arguments {
    std::int64_t sweep = 0;
    bool csv = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("announcement", "the six columns of the ministry's announcements");
  verb->add_option("sweep", a->sweep, "its id")->required();
  verb->add_flag("--csv", a->csv, "for a spreadsheet");
  verb->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      if (a->csv) return print_csv(s, sweep_path(a->sweep) + "/announcement.csv", {});
      TRY_ASSIGN(const Json all, s.client.get(sweep_path(a->sweep) + "/announcement", {}, s.quick()));
      return show(s, all, [&] { return render_announcement(s.style, all); });
    };
  });
}

// Beside each row that has findings, its verdict.
Status add_findings(Session& s, Json& page) {
  if (!page.is_object() || !page.contains("rows") || !page["rows"].is_array()) return ok_status();
  for (Json& row : page["rows"]) {
    if (int_of(row, "findings") == 0) continue;
    TRY_ASSIGN(const Json result,
               s.client.get("/api/v1/results/" + std::to_string(int_of(row, "job")), {}, s.quick()));
    row["verdict"] = below(result, "verdict");
  }
  return ok_status();
}

void add_results(CLI::App& app, Program& program) {
  struct Arguments {
    std::int64_t sweep = 0, rows = 100;
    std::string store, package, rule, level, cursor;
    bool findings = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("results", "the apps of a sweep, one a line");
  verb->add_option("sweep", a->sweep, "its id")->required();
  verb->add_option("--store", a->store);
  verb->add_option("--package", a->package);
  verb->add_option("--rule", a->rule, "R5.7");
  verb->add_option("--level", a->level)
      ->check(CLI::IsMember({"violation", "suspected", "not_tested", "not_found", "not_applicable"}));
  verb->add_option("--rows", a->rows)->check(CLI::Range(1, 1000));
  verb->add_option("--cursor", a->cursor, "from the end of the page before");
  verb->add_flag("--findings", a->findings, "and what was found, one line each");
  verb->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      TRY_ASSIGN(Json page, s.client.get(sweep_path(a->sweep) + "/results",
                                         {{"store", a->store},
                                          {"package", a->package},
                                          {"rule", a->rule},
                                          {"level", a->level},
                                          {"cursor", a->cursor},
                                          {"rows", std::to_string(a->rows)}},
                                         s.quick()));
      if (a->findings) TRY(add_findings(s, page));
      return show(s, page, [&] {
        const std::string next = text_of(page, "next");
        return render_results(s.style, page) + (a->findings ? "\n" + render_findings(s.style, page) : "") +
               (next.empty() ? "" : s.style.text("more", {{"next", next}}) + "\n");
      });
    };
  });
}

}  // namespace

Result<std::int64_t> job_of(Session& s, const std::string& app, std::int64_t sweep) {
  if (const auto job = parse_int<std::int64_t>(app)) return *job;
  if (sweep == 0) return invalid("`" + app + "` is a package: name its sweep too, with --sweep");
  TRY_ASSIGN(const Json page,
             s.client.get(sweep_path(sweep) + "/results", {{"package", app}, {"rows", "10"}}, s.quick()));
  const Json& rows = below(page, "rows");
  if (rows.empty()) return not_found("sweep " + std::to_string(sweep) + " has no result of " + app + " yet");
  if (rows.size() == 1) return int_of(rows[0], "job");
  std::string jobs;
  for (const Json& r : rows)
    jobs += " " + std::to_string(int_of(r, "job")) + " (" + text_of(r, "store") + ")";
  return invalid(app + " stands in several stores; name one of the jobs:" + jobs);
}

namespace {
// Whether a row of the verdict is of this level or worse.
bool reaches(const Json& result, const std::string& level) {
  const auto wanted = level_named(level);
  for (const Json& row : below(below(result, "verdict"), "rows")) {
    const auto has = level_named(text_of(row, "level"));
    if (wanted && has && *has <= *wanted) return true;
  }
  return false;
}

void add_verdict(CLI::App& app, Program& program) {
  struct Arguments {
    std::string app, fail_on;
    std::int64_t sweep = 0;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("verdict", "the ten rows of an app, its findings and their evidence");
  verb->add_option("app", a->app, "the job of its result, or its package with --sweep")->required();
  verb->add_option("--sweep", a->sweep, "the sweep's id");
  verb->add_option("--fail-on", a->fail_on, "end with 5 when a row is of this level or worse")
      ->check(CLI::IsMember({"violation", "suspected"}));
  verb->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      TRY_ASSIGN(const std::int64_t job, job_of(s, a->app, a->sweep));
      TRY_ASSIGN(const Json result, s.client.get("/api/v1/results/" + std::to_string(job), {}, s.quick()));
      show(s, result, [&] { return render_verdict(s.style, result); });
      return !a->fail_on.empty() && reaches(result, a->fail_on) ? kExitFindings : kExitOk;
    };
  });
}

constexpr std::int64_t kAskAgainMs = 1'000;

// A path of this machine is made whole; anything else is an address as it stands.
std::string apk_address(const std::string& apk) {
  std::error_code ignored;
  const bool file = std::filesystem::exists(apk, ignored) || apk.find(':') == std::string::npos;
  return apk.empty() || !file ? apk : std::filesystem::absolute(apk).lexically_normal().string();
}

Result<Json> answered(Session& s, const std::string& finding, std::int64_t job) {
  for (;;) {
    TRY_ASSIGN(Json now, s.client.get("/api/v1/findings/" + percent_encoded(finding), {}, s.quick()));
    if (int_of(now, "retest") != job) return exists("another retest was ordered meanwhile");
    if (text_of(now, "outcome") != "none") return now;
    TRY(sleep_ms(kAskAgainMs, Deadline::in_ms(2 * kAskAgainMs, &s.cancel)));
  }
}

Result<int> retest_finding(Session& s, const std::string& finding, const std::string& apk,
                           const std::string& key, bool wait) {
  Json body = {{"finding", finding}};
  if (!apk.empty()) body["apk_url"] = apk_address(apk);
  TRY_ASSIGN(const Json ordered, s.client.post("/api/v1/retests", body, key, s.quick()));
  if (!wait) {
    return show(s, ordered, [&] {
      return s.style.text("finding_ordered",
                          {{"job", std::to_string(int_of(ordered, "job"))}, {"id", finding}}) +
             "\n";
    });
  }
  TRY_ASSIGN(const Json now, answered(s, finding, int_of(ordered, "job")));
  show(s, now, [&] { return render_finding(s.style, now); });
  const std::string outcome = text_of(now, "outcome");
  return outcome == "not_fixed" ? kExitFindings : outcome == "not_tested" ? kExitFailed : kExitOk;
}

void add_retest(CLI::App& app, Program& program) {
  struct Arguments {
    std::string app, origin = "retest", key, finding, apk;
    std::int64_t sweep = 0;
    std::vector<std::string> rules;
    bool wait = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("retest", "test an app again, ahead of the sweeps");
  CLI::Option* of_app = verb->add_option("app", a->app, "the job of its result, or its package with --sweep");
  CLI::Option* finding =
      verb->add_option("--finding", a->finding, "replay this finding: fixed, not fixed, or not reproducible?")
          ->excludes(of_app);
  verb->add_option("--apk", a->apk,
                   "of a finding: the version to test, a file that workers can read or an address (otherwise "
                   "the one that the catalogue lists now)")
      ->needs(finding);
  verb->add_flag("--wait", a->wait,
                 "of a finding: until it is answered; ends with 5 when it is not fixed, 1 when the retest "
                 "could not tell")
      ->needs(finding);
  verb->add_option("--sweep", a->sweep, "the sweep's id");
  verb->add_option("--rule", a->rules, "only what this rule needs; may be given again");
  verb->add_option("--origin", a->origin)->check(CLI::IsMember({"retest", "complaint", "clue"}));
  verb->add_option("--idempotency-key", a->key, "the same key again orders nothing new");
  verb->callback([a, &program] {
    if (a->app.empty() && a->finding.empty()) throw CLI::RequiredError("app or --finding");
    program.verb = [a](Session& s) -> Result<int> {
      if (!a->finding.empty()) return retest_finding(s, a->finding, a->apk, a->key, a->wait);
      TRY_ASSIGN(const std::int64_t job, job_of(s, a->app, a->sweep));
      const Json body = {{"job", job}, {"rules", a->rules}, {"origin", a->origin}};
      TRY_ASSIGN(const Json ordered, s.client.post("/api/v1/retests", body, a->key, s.quick()));
      return show(s, ordered, [&] {
        return s.style.text("retest_ordered", {{"job", std::to_string(int_of(ordered, "job"))},
                                               {"parent", std::to_string(job)}}) +
               "\n";
      });
    };
  });
}
}  // namespace

void add_result_verbs(CLI::App& app, Program& program) {
  add_summary(app, program);
  add_figures(app, program);
  add_announcement(app, program);
  add_results(app, program);
  add_verdict(app, program);
  add_retest(app, program);
}

}  // namespace storesweep::cli
