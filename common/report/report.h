// The report of a sweep, or of one app: verdicts and their evidence as plain values -> one HTML file that
// loads nothing from outside, runs no script and opens without a server; Chinese and English in one file.
// Whatever an app, a store or a device wrote is hostile: it is escaped and shortened. Pure: who fetches the
// evidence is the caller (the CLI).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/evidence/journal.h"
#include "common/model/job.h"
#include "common/model/listing.h"
#include "common/model/verdict.h"
#include "common/report/catalogue.h"
#include "common/rules/pack.h"

namespace storesweep {

// A screenshot that a journal names.
struct ScreenshotRef {
  Digest sha256{};
  std::uint64_t bytes = 0;
  std::uint64_t record = 0;
  std::int64_t device_ms = 0;
  Phase phase = Phase::kP1;
};

// One journal that the verdict rests on.
struct ReportRun {
  Digest journal{};
  std::string unread_why;  // set: it could not be read, and what follows is unknown
  std::string worker, device, fingerprint;
  DeviceKind kind;
  std::int64_t clock_rate_permille = 1000;
  std::int64_t started_wall_ms = 0;
  bool sealed = false;  // and its signature is valid
  bool complete = false;
  std::string incomplete_why;
  bool scripted = false;
};
struct ReportScreenshot {
  ScreenshotRef ref;
  std::size_t run = 0;     // of ReportApp::runs
  std::int64_t of_ms = 0;  // device time of what it stands beside
  std::string png;         // empty: left out for the size of the report
};
struct ReportApp {
  JobId job;
  Listing listing;
  EndKind end = EndKind::kVerdict;
  std::string end_reason;
  std::string device;  // of the first run
  Verdict verdict;
  std::vector<ReportRun> runs;                             // the sweep's own first
  std::vector<std::vector<ReportScreenshot>> screenshots;  // of each finding, in the verdict's order
};
struct ReportCount {
  int task = 0;
  Level level = Level::kNotTested;
  std::int64_t apps = 0;
};
struct SweepReport {
  std::int64_t sweep = 0;  // 0: of one app, without a cluster
  std::string name;
  std::int64_t started_wall_ms = 0, ended_wall_ms = 0, written_wall_ms = 0;  // 0: not known
  std::int64_t total = 0;          // apps of the sweep, those that are not shown too
  std::vector<ReportCount> count;  // over all of them
  std::vector<ReportApp> apps;     // in the order in which they are shown
};

inline constexpr std::size_t kMaxScreenshotsPerRun = 2;  // of one finding: before it and after

// What a report says of a journal.
ReportRun report_run(const Journal& journal);
// The screenshot before the moment and the one after it, those of its phase before others.
std::vector<ScreenshotRef> screenshots_around(const Journal& journal, Phase phase, std::int64_t device_ms);
// The device time of the record; 0 when the journal has no such record.
std::int64_t record_device_ms(const Journal& journal, std::uint64_t record);
// How many rows stand at which level, where no service counted them.
std::vector<ReportCount> count_rows(const std::vector<ReportApp>& apps);

std::string report_html(const SweepReport& report, const Catalogue& catalogue, const RulePack& pack,
                        Language first);

}  // namespace storesweep
