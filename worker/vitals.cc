#include "worker/vitals.h"

#include <algorithm>

namespace storesweep::worker {
namespace {
std::string_view name_of(const Outcome& outcome) {
  if (const auto* failure = std::get_if<Failure>(&outcome)) return name(failure->kind);
  return std::holds_alternative<Report>(outcome) ? "report" : "needs_more";
}

DoorAnswer said(const Status& status, const char* good) {
  if (status.ok()) return {200, "text/plain; charset=utf-8", std::string(good) + "\n"};
  return {503, "text/plain; charset=utf-8", status.message() + "\n"};
}
}  // namespace

Vitals::Vitals(Metrics& metrics, const Clock& clock, std::int64_t silence_ms,
               std::function<bool()> adb_answers)
    : metrics_(metrics),
      clock_(clock),
      silence_ms_(silence_ms),
      adb_answers_(std::move(adb_answers)),
      turned_ms_(clock.steady_ms()) {
  // Those that have not happened yet are there as 0, so that their first time is a rise.
  for (const char* outcome : {"report", "needs_more", "app", "device", "infrastructure", "evasion"})
    metrics_.counter(metric::kWorkerRuns, {outcome}).add(0);
}

void Vitals::works_for(std::size_t workers) {
  std::lock_guard lock(mutex_);
  heard_ms_.assign(workers, clock_.steady_ms());
}

void Vitals::heard(std::size_t worker) {
  std::lock_guard lock(mutex_);
  heard_ms_.at(worker) = clock_.steady_ms();
}

void Vitals::turned(const Load& load) {
  metrics_.gauge(metric::kWorkerLeases).set(static_cast<double>(load.leases));
  metrics_.gauge(metric::kSpoolReports).set(static_cast<double>(load.reports));
  metrics_.gauge(metric::kSpoolBytes).set(static_cast<double>(load.spool_bytes));
  std::lock_guard lock(mutex_);
  turned_ms_ = clock_.steady_ms();
}

void Vitals::over(const Outcome& outcome) {
  metrics_.counter(metric::kWorkerRuns, {name_of(outcome)}).add();
  const auto* report = std::get_if<Report>(&outcome);
  if (!report) return;
  const RunFigures& f = report->figures;
  for (std::size_t phase = 0; phase < kPhaseCount; ++phase) {
    if (f.phase_ms[phase] <= 0) continue;
    metrics_.histogram(metric::kPhaseSeconds, {"P" + std::to_string(phase)})
        .observe(static_cast<double>(f.phase_ms[phase]) / 1e3);
  }
  metrics_.histogram(metric::kFetchSeconds).observe(static_cast<double>(f.fetch_ms) / 1e3);
  metrics_.counter(metric::kAdbCommands).add(static_cast<double>(f.commands));
  metrics_.counter(metric::kAdbBytes, {"from_device"}).add(static_cast<double>(f.bytes_from_device));
  metrics_.counter(metric::kAdbBytes, {"to_device"}).add(static_cast<double>(f.bytes_to_device));
}

void Vitals::scripted_devices(std::size_t count) {
  metrics_.gauge(metric::kWorkerDevices, {"scripted"}).set(static_cast<double>(count));
}

std::int64_t Vitals::silence_of_the_longest_ms() const {
  const auto longest = std::min_element(heard_ms_.begin(), heard_ms_.end());
  return longest == heard_ms_.end() ? 0 : clock_.steady_ms() - *longest;
}

Status Vitals::alive() const {
  std::lock_guard lock(mutex_);
  const std::int64_t ago_ms = clock_.steady_ms() - turned_ms_;
  if (ago_ms <= kLongestTurnMs) return ok_status();
  return unavailable("hangs: it has not gone round for " + std::to_string(ago_ms / 1'000) + " s");
}

Status Vitals::well() const {
  TRY(alive());
  {
    std::lock_guard lock(mutex_);
    if (const std::int64_t ms = silence_of_the_longest_ms(); ms > silence_ms_)
      return unavailable("no coordinator was heard for " + std::to_string(ms / 1'000) + " s");
  }
  if (adb_answers_ && !adb_answers_()) return unavailable("the adb server does not answer");
  return ok_status();
}

std::string Vitals::page() {
  {
    std::lock_guard lock(mutex_);
    metrics_.gauge(metric::kCoordinatorSilence).set(static_cast<double>(silence_of_the_longest_ms()) / 1e3);
  }
  return metrics_.page();
}

DoorAnswer Vitals::answer(std::string_view path) {
  if (path == "/livez") return said(alive(), "alive");
  if (path == "/healthz") return said(well(), "well");
  if (path == "/metrics") return {200, "text/plain; version=0.0.4; charset=utf-8", page()};
  return {404, "text/plain; charset=utf-8", "/metrics, /healthz, /livez\n"};
}

}  // namespace storesweep::worker
