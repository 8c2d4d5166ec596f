// What a report takes from journals.
#include <algorithm>
#include <map>

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "common/report/report.h"

namespace storesweep {
namespace {
bool is_screenshot(const Record& r) {
  return r.kind == RecordKind::kBlob &&
         (r.name == record_name::kScreenshot || starts_with(r.name, "screen-"));
}
}  // namespace

ReportRun report_run(const Journal& journal) {
  const JournalHeader& h = journal.header;
  ReportRun run;
  run.journal = journal.sha256;
  run.worker = h.worker;
  run.device = h.device;
  run.fingerprint = h.fingerprint;
  run.kind = h.device_kind;
  run.clock_rate_permille = h.clock_rate_permille;
  run.started_wall_ms = h.started_wall_ms;
  run.sealed = journal.sealed && journal.signature_valid;
  run.complete = journal.complete;
  run.incomplete_why = journal.incomplete_reason;
  run.scripted = h.scripted;
  return run;
}

std::vector<ScreenshotRef> screenshots_around(const Journal& journal, Phase phase, std::int64_t device_ms) {
  const Record* before = nullptr;
  const Record* after = nullptr;
  // The nearer one on each side; one of the finding's own phase beats any of another.
  auto nearer = [&](const Record& r, const Record* than) {
    if (than == nullptr) return true;
    if ((r.phase == phase) != (than->phase == phase)) return r.phase == phase;
    return std::abs(r.device_ms - device_ms) < std::abs(than->device_ms - device_ms);
  };
  for (const Record& r : journal.records) {
    if (!is_screenshot(r)) continue;
    const Record*& side = r.device_ms <= device_ms ? before : after;
    if (nearer(r, side)) side = &r;
  }
  std::vector<ScreenshotRef> out;
  for (const Record* r : {before, after}) {
    if (r != nullptr) out.push_back({r->sha256, r->bytes, r->sequence, r->device_ms, r->phase});
  }
  return out;
}

std::int64_t record_device_ms(const Journal& journal, std::uint64_t record) {
  for (const Record& r : journal.records) {
    if (r.sequence == record) return r.device_ms;
  }
  return 0;
}

std::vector<ReportCount> count_rows(const std::vector<ReportApp>& apps) {
  std::map<std::pair<int, Level>, std::int64_t> counts;
  for (const ReportApp& app : apps) {
    for (const RowVerdict& row : app.verdict.rows) ++counts[{row.task, row.level}];
  }
  std::vector<ReportCount> out;
  for (const auto& [key, apps_at] : counts) out.push_back({key.first, key.second, apps_at});
  return out;
}

}  // namespace storesweep
