#include "cli/collect_report.h"

#include <algorithm>
#include <map>
#include <set>

#include "cli/json_fields.h"
#include "common/base/clock.h"
#include "common/base/hash.h"
#include "common/report/screenshot.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
constexpr std::int64_t kPageRows = 500;

class Collector {
 public:
  Collector(Session& session, const ReportBounds& bounds)
      : session_(session), bounds_(bounds), screenshot_bytes_left_(bounds.screenshot_bytes) {}

  Result<SweepReport> collect(std::int64_t sweep) {
    sweep_ = "/api/v1/sweeps/" + std::to_string(sweep);
    TRY(describe(sweep));
    TRY(count());
    TRY_ASSIGN(const std::vector<std::int64_t> jobs, worst_first());
    for (const std::int64_t job : jobs) {
      auto app = read_app(job);
      if (!app.ok()) return app.status().within("job " + std::to_string(job));
      TRY(add_evidence(*app));
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

  // ---- evidence, for apps with findings alone

  Status add_evidence(ReportApp& app) {
    std::map<Digest, Journal> journals;
    for (const Finding& f : app.verdict.findings) {
      for (const EvidenceRef& e : f.evidence) {
        if (!read_already(app, e.journal)) TRY(read_journal(app, e.journal, journals));
      }
    }
    for (const Finding& f : app.verdict.findings) {
      app.screenshots.emplace_back();
      TRY(add_screenshots(app, f, journals, app.screenshots.back()));
    }
    return ok_status();
  }

  static bool read_already(const ReportApp& app, const Digest& journal) {
    return std::any_of(app.runs.begin(), app.runs.end(),
                       [&](const ReportRun& r) { return r.journal == journal; });
  }

  Status read_journal(ReportApp& app, const Digest& digest, std::map<Digest, Journal>& journals) {
    const auto bytes = blob(digest);
    auto journal = bytes.ok() ? read_journal_untrusted(as_bytes(*bytes)) : Result<Journal>(bytes.status());
    if (journal.ok()) {
      app.runs.push_back(report_run(*journal));
      journals.emplace(digest, *std::move(journal));
      return ok_status();
    }
    ReportRun unread;
    unread.journal = digest;
    unread.unread_why = journal.status().message();
    app.runs.push_back(std::move(unread));
    return stops(journal.status()) ? journal.status() : ok_status();
  }

  // For each run that the finding rests on, what was on its screen just before and just after.
  Status add_screenshots(const ReportApp& app, const Finding& f, const std::map<Digest, Journal>& journals,
                         std::vector<ReportScreenshot>& out) {
    std::set<Digest> done;
    for (const EvidenceRef& e : f.evidence) {
      const auto journal = journals.find(e.journal);
      if (journal == journals.end() || !done.insert(e.journal).second) continue;
      const bool first = e.journal == f.evidence.front().journal;
      const std::int64_t at_ms = first ? f.device_ms : record_device_ms(journal->second, e.record);
      const auto run = std::find_if(app.runs.begin(), app.runs.end(),
                                    [&](const ReportRun& r) { return r.journal == e.journal; });
      for (const ScreenshotRef& ref : screenshots_around(journal->second, f.phase, at_ms)) {
        ReportScreenshot shot{ref, static_cast<std::size_t>(run - app.runs.begin()), at_ms, ""};
        TRY(fetch_screenshot(shot));
        out.push_back(std::move(shot));
      }
    }
    return ok_status();
  }

  Status fetch_screenshot(ReportScreenshot& shot) {
    if (embedded_.contains(shot.ref.sha256) || screenshot_bytes_left_ == 0) return ok_status();
    const auto bytes = blob(shot.ref.sha256);
    if (!bytes.ok()) return stops(bytes.status()) ? bytes.status() : ok_status();
    auto png = small_png_untrusted(*bytes, bounds_.screenshot_width);
    if (!png.ok()) return ok_status();
    if (png->size() > screenshot_bytes_left_) {
      screenshot_bytes_left_ = 0;
      return ok_status();
    }
    screenshot_bytes_left_ -= png->size();
    embedded_.insert(shot.ref.sha256);
    shot.png = *std::move(png);
    return ok_status();
  }

  Result<std::string> blob(const Digest& digest) {
    TRY_ASSIGN(std::string bytes,
               session_.client.get_text("/api/v1/blobs/" + to_hex(digest), {}, session_.slow()));
    if (sha256(bytes) != digest) return corrupt("its SHA-256 differs");
    return bytes;
  }

  // Evidence that is gone is told; a coordinator that is gone ends it.
  static bool stops(const Status& s) {
    return s.kind() == ErrorKind::kUnavailable || s.kind() == ErrorKind::kCancelled ||
           s.kind() == ErrorKind::kPermission;
  }

  Session& session_;
  const ReportBounds& bounds_;
  std::string sweep_;  // its address
  SweepReport report_;
  std::size_t screenshot_bytes_left_;
  std::set<Digest> embedded_;
};
}  // namespace

Result<SweepReport> collect_report(Session& session, std::int64_t sweep, const ReportBounds& bounds) {
  return Collector(session, bounds).collect(sweep);
}

}  // namespace storesweep::cli
