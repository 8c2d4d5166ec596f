// A sweep's report out of the coordinator's answers: the worst apps first, each with its verdict, and for
// findings the journals and screenshots they rest on, all within bounds. Evidence that is gone or broken is
// said to be so in the report and stops nothing. One thread.
#pragma once

#include <cstdint>

#include "cli/verbs.h"
#include "common/report/report.h"

namespace storesweep::cli {

struct ReportBounds {
  std::size_t apps = 500;                    // shown; the summary counts all
  std::size_t screenshot_bytes = 16u << 20;  // of all screenshots in the file
  unsigned screenshot_width = 360;           // wider ones are shrunk
};

Result<SweepReport> collect_report(Session& session, std::int64_t sweep, const ReportBounds& bounds);

}  // namespace storesweep::cli
