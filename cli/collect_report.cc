#include "cli/collect_report.h"

#include <set>

#include "cli/json_fields.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/hash.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
constexpr std::int64_t kPageRows = 500;

class Collector {
 public:
  Collector(Session& session, const ReportBounds& bounds)
      : session_(session), bounds_(bounds), evidence_([this](const Digest& d) { return blob(d); }, bounds) {}

  Result<SweepReport> collect(std::int64_t sweep) {
    sweep_ = "/api/v1/sweeps/" + std::to_string(sweep);
    TRY(describe(sweep));
    TRY(count());
    TRY_ASSIGN(const std::vector<std::int64_t> jobs, worst_first());
    for (const std::int64_t job : jobs) {
      auto app = read_app(job);
      if (!app.ok()) return app.status().within("job " + std::to_string(job));
      TRY(evidence_.add(*app));
      report_.apps.push_back(*std::move(app));
    }
    return std::move(report_);
  }

 private:
  Status describe(std::int64_t sweep) {
    TRY_ASSIGN(const Json json, session_.client.get(sweep_, {}, session_.quick()));
    report_.sweep = sweep;
    report_.name = text_of(json, "name");
    report_.total = int_of(json, "ended_total");
    report_.started_wall_ms = parse_time(text_of(json, "created")).value_or(0);
    report_.ended_wall_ms = parse_time(text_of(json, "ended_at")).value_or(0);
    report_.written_wall_ms = SystemClock().wall_ms();
    return ok_status();
  }

  Status count() {
    TRY_ASSIGN(const Json json, session_.client.get(sweep_ + "/summary", {{"by", "task"}}, session_.quick()));
    for (const Json& row : below(json, "rows")) {
      const auto level = level_named(text_of(row, "level"));
      if (!level || !text_of(row, "rule").empty()) continue;
      report_.count.push_back({static_cast<int>(int_of(row, "task")), *level, int_of(row, "count")});
    }
    return ok_status();
  }

  // Jobs with a row of a violation, then those with something suspected, then the others; up to the bound.
  Result<std::vector<std::int64_t>> worst_first() {
    std::vector<std::int64_t> jobs;
    std::set<std::int64_t> seen;
    for (const char* level : {"violation", "suspected", ""}) {
      std::string cursor;
      do {
        TRY_ASSIGN(
            const Json page,
            session_.client.get(sweep_ + "/results",
                                {{"level", level}, {"cursor", cursor}, {"rows", std::to_string(kPageRows)}},
                                session_.quick()));
        for (const Json& row : below(page, "rows")) {
          const std::int64_t job = int_of(row, "job");
          if (jobs.size() < bounds_.apps && seen.insert(job).second) jobs.push_back(job);
        }
        cursor = text_of(page, "next");
      } while (!cursor.empty() && jobs.size() < bounds_.apps);
    }
    return jobs;
  }

  Result<ReportApp> read_app(std::int64_t job) {
    TRY_ASSIGN(const Json json,
               session_.client.get("/api/v1/results/" + std::to_string(job), {}, session_.quick()));
    ReportApp app;
    app.job = JobId(job);
    TRY_ASSIGN(app.listing, listing_from_json(below(json, "listing")));
    TRY_ASSIGN(app.verdict, verdict_from_json(below(json, "verdict")));
    for (int k = static_cast<int>(EndKind::kVerdict); k <= static_cast<int>(EndKind::kNoDevice); ++k) {
      if (name(static_cast<EndKind>(k)) == text_of(json, "end")) app.end = static_cast<EndKind>(k);
    }
    app.end_reason = text_of(json, "end_reason");
    app.device = text_of(json, "device");
    return app;
  }

  Result<std::string> blob(const Digest& digest) {
    return session_.client.get_text("/api/v1/blobs/" + to_hex(digest), {}, session_.slow());
  }

  Session& session_;
  const ReportBounds& bounds_;
  std::string sweep_;  // its address
  SweepReport report_;
  ReportEvidence evidence_;
};
}  // namespace

Result<SweepReport> collect_report(Session& session, std::int64_t sweep, const ReportBounds& bounds) {
  return Collector(session, bounds).collect(sweep);
}

Result<std::string> report_page(const Session& session, const SweepReport& report, const std::string& rules) {
  auto pack = load_rule_pack(rules_folder(rules));
  if (!pack.ok()) return pack.status().within("--rules");
  return report_html(report, session.style.catalogue, *pack, session.style.language);
}

Result<std::size_t> write_report(const Session& session, const SweepReport& report, const std::string& rules,
                                 const std::string& file) {
  TRY_ASSIGN(const std::string html, report_page(session, report, rules));
  TRY(write_file_durably(file, html));
  return html.size();
}

}  // namespace storesweep::cli
