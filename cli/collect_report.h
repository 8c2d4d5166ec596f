// A sweep's report out of the coordinator's answers: the worst apps first, each with its verdict, and for
// findings the journals and screenshots they rest on, all within bounds. Evidence that is gone or broken is
// said to be so in the report and stops nothing. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>

#include "cli/verbs.h"
#include "common/report/report.h"

namespace storesweep::cli {

struct ReportBounds {
  std::size_t apps = 500;                    // shown; the summary counts all
  std::size_t screenshot_bytes = 16u << 20;  // of all screenshots in the file
  unsigned screenshot_width = 360;           // wider ones are shrunk
};

// A blob of evidence by its SHA-256, which need not be checked yet. kUnavailable, kCancelled and kPermission
// end the collecting; any other error is told in the report.
using BlobSource = std::function<Result<std::string>(const Digest&)>;

// Adds to apps what their findings rest on. One for a whole report: the bounds are those of all its apps.
class ReportEvidence {
 public:
  ReportEvidence(BlobSource source, const ReportBounds& bounds)
      : source_(std::move(source)),
        screenshot_width_(bounds.screenshot_width),
        screenshot_bytes_left_(bounds.screenshot_bytes) {}
  Status add(ReportApp& app);

 private:
  using Journals = std::map<Digest, Journal>;
  Result<std::string> blob(const Digest& digest);
  Status read_journal(ReportApp& app, const Digest& digest, Journals& journals);
  Status add_screenshots(const ReportApp& app, const Finding& f, const Journals& journals,
                         std::vector<ReportScreenshot>& out);
  Status fetch_screenshot(ReportScreenshot& shot);

  BlobSource source_;
  unsigned screenshot_width_;
  std::size_t screenshot_bytes_left_;
  std::set<Digest> embedded_;
};

Result<SweepReport> collect_report(Session& session, std::int64_t sweep, const ReportBounds& bounds);

Result<std::string> report_page(const Session& session, const SweepReport& report, const std::string& rules);
// Writes the page; the rule pack gives the statements of the rules. The value: its bytes.
Result<std::size_t> write_report(const Session& session, const SweepReport& report, const std::string& rules,
                                 const std::string& file);

}  // namespace storesweep::cli
