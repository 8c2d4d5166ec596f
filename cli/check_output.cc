#include "cli/check_output.h"

#include "cli/collect_report.h"
#include "cli/json_fields.h"
#include "cli/screen_text.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/report/finding_id.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
std::string_view word(Newness newness) {
  return newness == Newness::kNew ? "new" : newness == Newness::kRaised ? "raised" : "known";
}

Json runs_json(const worker::LocalResult& result) {
  Json runs = Json::array();
  for (const worker::LocalRun& run : result.runs) {
    Json blobs = Json::array();
    for (const BlobRef& blob : run.blobs) blobs.push_back(blob_json(blob));
    runs.push_back({{"device", run.device},
                    {"folder", run.folder},
                    {"figures", figures_json(run.figures)},
                    {"blobs", std::move(blobs)}});
  }
  return runs;
}

// The verdict without the findings that are no news.
Verdict news_of(const CheckReport& report) {
  Verdict v = report.verdict;
  v.findings.clear();
  for (std::size_t i = 0; i < report.verdict.findings.size(); ++i) {
    if (is_news(report, i)) v.findings.push_back(report.verdict.findings[i]);
  }
  return v;
}

bool lacks_a_device(const Verdict& v) {
  for (const Finding& f : v.findings) {
    for (const Missing m : f.missing) {
      if (m == Missing::kSingleDevice) return true;
    }
  }
  return false;
}
}  // namespace

Json check_json(const worker::LocalResult& result, const CheckReport& report) {
  Json findings = Json::array();
  const std::vector<std::string> keys = finding_keys(report.verdict.findings);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Json one = {{"key", keys[i]}, {"rule", report.verdict.findings[i].rule}};
    if (!report.newness.empty()) one["newness"] = word(report.newness[i]);
    findings.push_back(std::move(one));
  }
  return {{"simulated", result.verdict.simulated},
          {"end", "verdict"},
          {"exit_code", static_cast<int>(end_of(report))},
          {"fail_on", name(report.fail_on)},
          {"required_untested", untested_required(report)},
          {"findings", std::move(findings)},
          {"listing", listing_json(result.listing)},
          {"verdict", verdict_json(result.verdict)},
          {"runs", runs_json(result)}};
}

std::string check_table(const Style& style, const Json& json, const CheckReport& report) {
  const Verdict news = news_of(report);
  Json shown = json;
  shown["verdict"] = verdict_json(news);
  std::string all = render_verdict(style, shown);
  const std::size_t known = report.verdict.findings.size() - news.findings.size();
  if (known > 0) all += style.text("check_known", {{"count", std::to_string(known)}}) + "\n";
  const std::vector<std::string> lacking = untested_required(report);
  if (!lacking.empty()) all += style.text("check_required", {{"rules", joined(lacking)}}) + "\n";
  if (!tested(report.verdict)) all += style.text("check_untested") + "\n";
  if (report.fail_on == Level::kViolation && lacks_a_device(news)) all += style.text("check_single") + "\n";
  return all;
}

Result<std::string> check_html(const Session& session, const worker::LocalResult& result,
                               const CheckReport& report, const std::string& rules) {
  ReportApp app;
  app.listing = result.listing;
  app.verdict = news_of(report);
  if (!result.runs.empty()) app.device = result.runs.front().device;
  auto blob = [&](const Digest& digest) -> Result<std::string> {
    for (const worker::LocalRun& run : result.runs) {
      for (const BlobRef& b : run.blobs) {
        if (b.sha256 == digest) return read_file(run.folder + "/" + b.name, kMaxJournalBytes);
      }
    }
    return not_found("no run left it");
  };
  TRY(ReportEvidence(blob, {}).add(app));
  SweepReport page;
  page.written_wall_ms = SystemClock().wall_ms();
  page.total = 1;
  page.apps.push_back(std::move(app));
  page.count = count_rows(page.apps);
  return report_page(session, page, rules);
}

}  // namespace storesweep::cli
