// Results, summaries, announcements and retests.
#include "common/report/finding_id.h"
#include "coordinator/http/csv.h"
#include "coordinator/http/handlers_shared.h"

namespace storesweep::http {
namespace {
constexpr std::size_t kMaxApkUrlBytes = 4'000;

Response csv_response(std::string csv, const std::string& file) {
  Response r;
  r.content_type = "text/csv; charset=utf-8";
  r.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + file + "\"");
  r.body = std::move(csv);
  return r;
}

Result<SweepStatus> sweep_of(const Call& call) {
  return call.service.sweep(SweepId(call.id("sweep")), call.deadline);
}

Result<std::vector<SummaryRow>> summary_of(const Call& call) {
  static const std::set<std::string> kBy = {"", "store", "region", "developer", "category", "rule", "task"};
  const SummaryQuery query{SweepId(call.id("sweep")), call.query("by")};
  if (!kBy.contains(query.by)) {
    return invalid("by: wanted store, region, developer, category, rule or task, not `" + query.by + "`");
  }
  return call.service.summary(query, call.deadline);
}
}  // namespace

Result<Response> list_results(const Call& call) {
  TRY_ASSIGN(const PageRequest page, page_of(call));
  ResultQuery query;
  query.sweep = SweepId(call.id("sweep"));
  query.store = call.query("store");
  query.package = call.query("package");
  query.rule = call.query("rule");
  if (const std::string level = call.query("level"); !level.empty()) {
    query.level = level_named(level);
    if (!query.level) {
      return invalid("level: wanted violation, suspected, not_tested, not_found or not_applicable, not `" +
                     level + "`");
    }
  }
  TRY_ASSIGN([[maybe_unused]] const SweepStatus sweep, sweep_of(call));  // there may be none
  TRY_ASSIGN(const auto rows, call.service.results(query, page, call.deadline));
  return page_response(rows, brief_json);
}

Result<Response> get_result(const Call& call) {
  TRY_ASSIGN(const ResultRow row, call.service.result(JobId(call.id("job")), call.deadline));
  return json_response(to_json(row));
}

Result<Response> list_evidence(const Call& call) {
  TRY_ASSIGN(const ResultRow row, call.service.result(JobId(call.id("job")), call.deadline));
  Json blobs = Json::array();  // of every run that the verdict rests on
  for (const Json& run : evidence_json(row)) {
    for (Json blob : run.at("blobs")) {
      blob["run"] = run.at("run");
      blob["device"] = run.at("device");
      blobs.push_back(std::move(blob));
    }
  }
  return json_response({{"simulated", row.verdict.simulated}, {"job", row.job.value}, {"rows", blobs}});
}

Result<Response> get_summary(const Call& call) {
  TRY_ASSIGN(const auto rows, summary_of(call));
  TRY_ASSIGN(const SweepStatus sweep, sweep_of(call));
  Json all = Json::array();
  for (const SummaryRow& r : rows) all.push_back(to_json(r));
  return json_response({{"simulated", sweep.simulated}, {"sweep", call.id("sweep")}, {"rows", all}});
}

Result<Response> get_summary_csv(const Call& call) {
  TRY_ASSIGN(const auto rows, summary_of(call));
  TRY_ASSIGN(const SweepStatus sweep, sweep_of(call));
  return csv_response(summary_csv(rows, sweep.simulated), "summary-" + call.part("sweep") + ".csv");
}

Result<Response> get_sdks(const Call& call) {
  TRY_ASSIGN(const SweepStatus sweep, sweep_of(call));
  TRY_ASSIGN(const SdkReport report, call.service.sdks(sweep.id, call.deadline));
  Json all = {{"simulated", sweep.simulated}, {"sweep", call.id("sweep")}};
  all.update(to_json(report));
  return json_response(all);
}

Result<Response> get_sdks_csv(const Call& call) {
  TRY_ASSIGN(const SweepStatus sweep, sweep_of(call));
  TRY_ASSIGN(const SdkReport report, call.service.sdks(sweep.id, call.deadline));
  return csv_response(sdks_csv(report, sweep.simulated), "sdks-" + call.part("sweep") + ".csv");
}

Result<Response> get_figures(const Call& call) {
  TRY_ASSIGN([[maybe_unused]] const SweepStatus sweep, sweep_of(call));
  TRY_ASSIGN(const auto rows, call.service.figures(SweepId(call.id("sweep")), call.deadline));
  return list_response(rows);
}

Result<Response> get_announcement(const Call& call) {
  TRY_ASSIGN(const auto rows, call.service.announcement(SweepId(call.id("sweep")), call.deadline));
  TRY_ASSIGN(const SweepStatus sweep, sweep_of(call));
  Json all = Json::array();
  for (const AnnouncementRow& r : rows) all.push_back(to_json(r));
  return json_response({{"simulated", sweep.simulated}, {"sweep", call.id("sweep")}, {"rows", all}});
}

Result<Response> get_announcement_csv(const Call& call) {
  TRY_ASSIGN(const auto rows, call.service.announcement(SweepId(call.id("sweep")), call.deadline));
  TRY_ASSIGN(const SweepStatus sweep, sweep_of(call));
  return csv_response(announcement_csv(rows), std::string(sweep.simulated ? "simulated-" : "") +
                                                  "announcement-" + call.part("sweep") + ".csv");
}

Result<Response> order_retest(const Call& call) {
  TRY_ASSIGN(const Json body, body_of(call, {"job", "rules", "origin", "finding", "apk_url"}));
  JsonReader in(body);
  RetestRequest r;
  r.job = JobId(in.integer("job"));
  r.rules = in.texts("rules", 100);
  if (const std::string finding = in.text("finding"); !finding.empty()) {
    const auto id = finding_id_of(finding);
    if (!id) in.fail("finding", "wanted the id of a finding, like 17.3f2a9c1e07");
    if (in.has("job") || in.has("rules")) in.fail("finding", "says job and rules by itself");
    if (id) r.job = id->job, r.finding = id->key;
  }
  r.apk_url = in.text("apk_url");
  if (!r.apk_url.empty() && r.finding.empty()) in.fail("apk_url", "is for the retest of a finding alone");
  if (r.apk_url.size() > kMaxApkUrlBytes) in.fail("apk_url", "at most 4,000 bytes");
  if (r.job.value < 1) in.fail("job", "wanted the job of a result, or a finding");
  const std::string origin = in.text("origin", "retest");
  if (origin == "complaint") {
    r.origin = Origin::kComplaint;
  } else if (origin == "clue") {
    r.origin = Origin::kClue;
  } else if (origin != "retest") {
    in.fail("origin", "wanted retest, complaint or clue");
  }
  TRY(in.status());
  TRY_ASSIGN(r.idempotency_key, idempotency_key(call));
  TRY_ASSIGN(const JobId job, call.service.retest(r, call.deadline));
  return json_response({{"job", job.value}}, 201);
}

}  // namespace storesweep::http
