// What findings rest on: the journals they name and the screenshots around them.
#include <algorithm>

#include "cli/collect_report.h"
#include "common/base/hash.h"
#include "common/report/screenshot.h"

namespace storesweep::cli {
namespace {
// Evidence that is gone is told; a source that is gone ends it.
bool stops(const Status& s) {
  return s.kind() == ErrorKind::kUnavailable || s.kind() == ErrorKind::kCancelled ||
         s.kind() == ErrorKind::kPermission;
}

auto run_of(const ReportApp& app, const Digest& journal) {
  return std::find_if(app.runs.begin(), app.runs.end(),
                      [&](const ReportRun& r) { return r.journal == journal; });
}
}  // namespace

Status ReportEvidence::add(ReportApp& app) {
  Journals journals;
  for (const Finding& f : app.verdict.findings) {
    for (const EvidenceRef& e : f.evidence) {
      if (run_of(app, e.journal) == app.runs.end()) TRY(read_journal(app, e.journal, journals));
    }
  }
  for (const Finding& f : app.verdict.findings) {
    app.screenshots.emplace_back();
    TRY(add_screenshots(app, f, journals, app.screenshots.back()));
  }
  return ok_status();
}

Result<std::string> ReportEvidence::blob(const Digest& digest) {
  TRY_ASSIGN(std::string bytes, source_(digest));
  if (sha256(bytes) != digest) return corrupt("its SHA-256 differs");
  return bytes;
}

Status ReportEvidence::read_journal(ReportApp& app, const Digest& digest, Journals& journals) {
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
Status ReportEvidence::add_screenshots(const ReportApp& app, const Finding& f, const Journals& journals,
                                       std::vector<ReportScreenshot>& out) {
  std::set<Digest> done;
  for (const EvidenceRef& e : f.evidence) {
    const auto journal = journals.find(e.journal);
    if (journal == journals.end() || !done.insert(e.journal).second) continue;
    const bool first = e.journal == f.evidence.front().journal;
    const std::int64_t at_ms = first ? f.device_ms : record_device_ms(journal->second, e.record);
    const auto run = static_cast<std::size_t>(run_of(app, e.journal) - app.runs.begin());
    for (const ScreenshotRef& ref : screenshots_around(journal->second, f.phase, at_ms)) {
      ReportScreenshot shot{ref, run, at_ms, ""};
      TRY(fetch_screenshot(shot));
      out.push_back(std::move(shot));
    }
  }
  return ok_status();
}

Status ReportEvidence::fetch_screenshot(ReportScreenshot& shot) {
  if (embedded_.contains(shot.ref.sha256) || screenshot_bytes_left_ == 0) return ok_status();
  const auto bytes = blob(shot.ref.sha256);
  if (!bytes.ok()) return stops(bytes.status()) ? bytes.status() : ok_status();
  auto png = small_png_untrusted(*bytes, screenshot_width_);
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

}  // namespace storesweep::cli
