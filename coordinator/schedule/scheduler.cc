#include "coordinator/schedule/scheduler.h"

#include "common/net/client.h"

namespace storesweep {
namespace {
constexpr std::int64_t kLookMs = 5'000;
constexpr std::int64_t kImportMs = 2 * 3'600'000, kChangeMs = 60'000;
}  // namespace

void Scheduler::start() {
  for (const DailySweep& daily : table_.sweeps) {
    if (const auto next = next_of(table_, daily, clock_.wall_ms()))
      log_.info("the next sweep of the timetable", {{"sweep", daily.name}, {"at", format_time(next->at_ms)}});
  }
  thread_ = std::thread([this] {
    while (!stop_.cancelled()) {
      look();
      (void)sleep_ms(kLookMs, Deadline::in_ms(2 * kLookMs, &stop_));
    }
  });
}

Scheduler::~Scheduler() {
  stop_.cancel();
  if (thread_.joinable()) thread_.join();
}

void Scheduler::look() {
  if (!service_.leading().ok()) {
    quiet_.reset();  // another leads, and does what is to be done
    return;
  }
  const std::int64_t now_ms = clock_.wall_ms();
  begin_due(now_ms);
  keep_quiet_hours(now_ms);
}

void Scheduler::begin_due(std::int64_t now_ms) {
  for (const DailySweep& daily : table_.sweeps) {
    const auto last = last_of(table_, daily, now_ms);
    if (!last || now_ms - last->at_ms > table_.late_ms || begun_[daily.name] == last->date) continue;
    const Status s = begin(daily, last->date);
    if (s.ok()) {
      begun_[daily.name] = last->date;
      continue;
    }
    log_.error("a sweep of the timetable has not begun; it is tried again",
               {{"sweep", name_on(daily, last->date)}, {"why", s.text()}});
  }
}

Status Scheduler::begin(const DailySweep& daily, const std::string& date) {
  const std::string name = name_on(daily, date), key = "timetable: " + name;
  for (std::size_t i = 0; i < daily.imports.size(); ++i) {
    ImportRequest import = daily.imports[i];
    import.idempotency_key = key + " " + std::to_string(i);
    // One store that cannot be reached does not keep the others from being swept.
    const auto report = service_.import_catalogue(import, Deadline::in_ms(kImportMs, &stop_));
    if (stop_.cancelled()) return report.status();
    if (!report.ok())
      log_.error(
          "a catalogue of the timetable was not imported",
          {{"sweep", name}, {"catalogue", net::shown_url(import.source)}, {"why", report.status().text()}});
  }
  SweepRequest request = daily.sweep;
  request.name = name;
  request.idempotency_key = key;
  TRY_ASSIGN(const SweepStatus status, service_.start_sweep(request, Deadline::in_ms(kChangeMs, &stop_)));
  log_.info("a sweep of the timetable has begun", {{"sweep", name},
                                                   {"id", static_cast<long>(status.id.value)},
                                                   {"apps", static_cast<long>(status.total)}});
  return ok_status();
}

void Scheduler::keep_quiet_hours(std::int64_t now_ms) {
  if (!table_.quiet) return;
  const QuietNow now = quiet_at(table_, now_ms);
  if (quiet_ == now.quiet) return;
  const Status s = change_sweeps(now);
  if (s.ok()) quiet_ = now.quiet;
  if (!s.ok()) log_.error("the quiet hours are not kept yet; it is tried again", {{"why", s.text()}});
}

Status Scheduler::change_sweeps(const QuietNow& now) {
  PageRequest page;
  do {
    TRY_ASSIGN(const Page<SweepStatus> sweeps, service_.sweeps(page, Deadline::in_ms(kChangeMs, &stop_)));
    for (const auto& [sweep, action] : changes_for(table_, now, sweeps.rows)) {
      TRY(service_.change_sweep(sweep, action, std::nullopt, Deadline::in_ms(kChangeMs, &stop_)).status());
      log_.info(now.quiet ? "quiet hours: a sweep rests" : "the quiet hours are over: a sweep goes on",
                {{"sweep", static_cast<long>(sweep.value)}});
    }
    page.cursor = sweeps.next;
  } while (!page.cursor.empty());
  return ok_status();
}

}  // namespace storesweep
