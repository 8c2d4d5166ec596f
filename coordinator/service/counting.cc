#include "coordinator/service/counting.h"

#include <algorithm>
#include <array>

namespace storesweep {
namespace {
constexpr std::size_t kSweepsShown = 8;  // the newest, and whatever runs
constexpr double kMsPerSecond = 1000.0;
constexpr const char* kJobStates[] = {"pending", "waiting_for_a_twin", "paused", "second_run", "retest"};

std::string sweep_text(SweepId id) { return std::to_string(id.value); }
}  // namespace

void Counting::leads(std::uint64_t epoch) {
  metrics_.gauge(metric::kLeading).set(epoch != 0 ? 1 : 0);
  if (epoch != 0) metrics_.gauge(metric::kEpoch).set(static_cast<double>(epoch));
  if (epoch == 0) show_nothing();
}

// What stands in a queue is told by the one that leads: two that told it would be added up.
void Counting::show_nothing() {
  last_ = {};  // the next core counts from nothing
  for (const char* state : kJobStates) metrics_.gauge(metric::kJobs, {state}).set(0);
  for (const GaugeSpec* spec : {&metric::kLeasesLive, &metric::kQuarantined, &metric::kWorkersConnected})
    metrics_.gauge(*spec).set(0);
  for (auto& [kind, n] : kinds_) metrics_.gauge(metric::kDevices, {kind}).set(0);
  for (SweepId sweep : shown_) forget(sweep);
  shown_.clear();
  running_.clear();
}

void Counting::forget(SweepId sweep) {
  for (const GaugeSpec* spec :
       {&metric::kSweepListings, &metric::kSweepEnded, &metric::kVerdictRows, &metric::kVerdictItems}) {
    metrics_.forget(*spec, sweep_text(sweep));
  }
}

Counting::Counting(Metrics& metrics) : metrics_(metrics) {
  for (JobKind kind : {JobKind::kSweep, JobKind::kConfirmation, JobKind::kRetest}) {
    granted_.at(static_cast<std::size_t>(kind)) = &metrics.counter(metric::kLeasesGranted, {name(kind)});
  }
  constexpr std::array<std::string_view, 4> kAnswers = {"acknowledged", "ended", "evidence_missing",
                                                        "not_leader"};
  for (std::size_t i = 0; i < kAnswers.size(); ++i) {
    answered_.at(i) = &metrics.counter(metric::kReports, {kAnswers.at(i)});
  }
}

void Counting::said(const ToWorker& message) {
  if (auto* g = std::get_if<Grant>(&message)) {
    for (const LeaseOffer& o : g->leases) granted_.at(static_cast<std::size_t>(o.kind))->add();
  }
  if (auto* a = std::get_if<Answer>(&message)) answered_.at(static_cast<std::size_t>(a->answer))->add();
}

namespace {
void count_run(Metrics& metrics, const RunRecord& run) {
  const std::string sweep = sweep_text(run.sweep), kind = text(run.device.kind);
  const RunFigures& f = run.figures;
  auto add = [&](const CounterSpec& spec, double by) {
    metrics.counter(spec, {sweep, kind}).add(std::max(by, 0.0));
  };
  add(metric::kRuns, 1);
  add(metric::kRunSeconds, static_cast<double>(f.device_ms) / kMsPerSecond);
  add(metric::kRunCommands, static_cast<double>(f.commands));
  add(metric::kRunBytes, static_cast<double>(f.bytes_from_device + f.bytes_to_device));
  add(metric::kRunEventsLost, static_cast<double>(f.events_lost));
  add(metric::kRunCrashes, static_cast<double>(f.crashes));
  add(metric::kRunAnrs, static_cast<double>(f.anrs));
  for (std::size_t p = 0; p < f.phase_ms.size(); ++p) {
    if (f.phase_ms[p] <= 0) continue;
    metrics.counter(metric::kRunPhaseSeconds, {sweep, kind, name(static_cast<Phase>(p))})
        .add(static_cast<double>(f.phase_ms[p]) / kMsPerSecond);
  }
}
}  // namespace

void Counting::committed(std::span<const Write> writes, const CommitResult& result, double seconds) {
  metrics_.histogram(metric::kCommitSeconds).observe(seconds);
  if (result.state != CommitState::kCommitted) return;
  int reports = 0, buried = 0;
  std::array<int, kFailureKinds> failures{};
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (result.outcomes[i].state != WriteState::kDone) continue;
    if (auto* boxed = std::get_if<Box<EndJob>>(&writes[i])) {
      const EndJob* end = &**boxed;
      reports += end->run ? 1 : 0;
      metrics_.counter(metric::kJobsEnded, {name(end->how)}).add();
      if (end->reused) metrics_.counter(metric::kReuses).add();
      if (end->run) count_run(metrics_, *end->run);
      if (end->run && end->close_with) metrics_.counter(metric::kJournalsClosed).add();
      if (end->order) metrics_.counter(metric::kSecondRuns).add();
    } else if (auto* attach = std::get_if<Attach>(&writes[i])) {
      metrics_.counter(metric::kRejudged).add();
      if (!attach->orders.empty())
        metrics_.counter(metric::kSecondRuns).add(static_cast<double>(attach->orders.size()));
    } else if (auto* control = std::get_if<Box<EndControl>>(&writes[i])) {
      reports += (*control)->run ? 1 : 0;
      metrics_.counter(metric::kControls, {name((*control)->control.end)}).add();
      if ((*control)->run && (*control)->close_with) metrics_.counter(metric::kJournalsClosed).add();
    } else if (std::holds_alternative<Box<VoidRules>>(writes[i])) {
      metrics_.counter(metric::kVoidedResults).add();
    } else if (auto* token = std::get_if<EndToken>(&writes[i])) {
      ++reports;
      ++failures[static_cast<std::size_t>(token->kind)];
      buried += result.outcomes[i].value == 1 ? 1 : 0;
    }
  }
  for (std::size_t kind = 0; kind < failures.size(); ++kind) {
    if (failures[kind] == 0) continue;
    metrics_.counter(metric::kFailures, {name(static_cast<FailureKind>(kind))}).add(failures[kind]);
  }
  if (buried > 0) metrics_.counter(metric::kJobsEnded, {name(EndKind::kBuried)}).add(buried);
  if (reports > 0) metrics_.histogram(metric::kCommitReports).observe(reports);
}

void Counting::judging(std::uint64_t ticket, std::int64_t now_ms) {
  std::lock_guard lock(mutex_);
  judging_since_ms_[ticket] = now_ms;
}

void Counting::judged(std::uint64_t ticket, std::int64_t now_ms, bool killed) {
  if (killed) metrics_.counter(metric::kJudgeDeaths).add();
  std::lock_guard lock(mutex_);
  auto at = judging_since_ms_.find(ticket);
  if (at == judging_since_ms_.end()) return;
  metrics_.histogram(metric::kJudgeSeconds).observe(static_cast<double>(now_ms - at->second) / kMsPerSecond);
  judging_since_ms_.erase(at);
}

void Counting::blob(std::size_t bytes) {
  metrics_.counter(metric::kBlobBytes).add(static_cast<double>(bytes));
}

void Counting::disk(std::uint64_t free_bytes, bool low) {
  metrics_.gauge(metric::kDiskFree).set(static_cast<double>(free_bytes));
  metrics_.gauge(metric::kLeasingStopped, {"disk_low"}).set(low ? 1 : 0);
}

void Counting::look(const Core& core, Store& store, Now now) {
  const Core::Counted counted = core.counted();
  metrics_.counter(metric::kLeasesExpired, {"yes"})
      .add(static_cast<double>(counted.expired_begun - last_.expired_begun));
  metrics_.counter(metric::kLeasesExpired, {"no"})
      .add(static_cast<double>(counted.expired_unbegun - last_.expired_unbegun));
  metrics_.counter(metric::kHintsOverruled).add(static_cast<double>(counted.overruled - last_.overruled));
  metrics_.counter(metric::kQuarantinedReports)
      .add(static_cast<double>(counted.device_refused - last_.device_refused));
  last_ = counted;
  metrics_.gauge(metric::kQuarantined).set(static_cast<double>(core.quarantined().size()));
  metrics_.gauge(metric::kLeasesLive).set(static_cast<double>(core.live_leases()));
  const auto workers = core.workers(now);
  metrics_.gauge(metric::kWorkersConnected)
      .set(static_cast<double>(
          std::count_if(workers.begin(), workers.end(), [](const auto& w) { return w.connected; })));
  for (auto& [kind, n] : kinds_) n = 0;
  for (const DeviceStatus& d : core.devices()) {
    if (!d.worker.empty()) ++kinds_[text(d.device.kind)];
  }
  for (const auto& [kind, n] : kinds_) metrics_.gauge(metric::kDevices, {kind}).set(static_cast<double>(n));
  std::int64_t pending = 0, waiting = 0, paused = 0;
  const std::vector<SweepId> running = core.queue().sweeps();
  for (SweepId sweep : running) {
    std::int64_t total = 0, ended = 0;
    for (const Queue::ShardCounts& c : core.queue().counts(sweep)) {
      total += c.total, ended += c.ended, waiting += c.waiting;
      const bool still = c.paused || core.queue().paused(sweep);
      (still ? paused : pending) += c.total - c.ended - c.leased - c.waiting;
    }
    metrics_.gauge(metric::kSweepListings, {sweep_text(sweep)}).set(static_cast<double>(total));
    metrics_.gauge(metric::kSweepEnded, {sweep_text(sweep)}).set(static_cast<double>(ended));
    look_at_sweep(sweep, store);
  }
  metrics_.gauge(metric::kJobs, {"pending"}).set(static_cast<double>(pending));
  metrics_.gauge(metric::kJobs, {"waiting_for_a_twin"}).set(static_cast<double>(waiting));
  metrics_.gauge(metric::kJobs, {"paused"}).set(static_cast<double>(paused));
  const Queue::ExtraCounts extra = core.queue().extra_counts();
  metrics_.gauge(metric::kJobs, {"second_run"}).set(static_cast<double>(extra.confirmations));
  metrics_.gauge(metric::kJobs, {"retest"}).set(static_cast<double>(extra.retests));
  forget_old(running, store);
}

void Counting::look_at_sweep(SweepId sweep, Store& store) {
  if (std::find(shown_.begin(), shown_.end(), sweep) == shown_.end()) shown_.push_back(sweep);
  auto rows = store.summary({sweep, ""});
  if (!rows.ok()) return;
  for (const SummaryRow& r : *rows) {
    const auto n = static_cast<double>(r.count);
    if (r.rule.empty()) {
      metrics_.gauge(metric::kVerdictRows, {sweep_text(sweep), std::to_string(r.task), name(r.level)}).set(n);
    } else {
      metrics_.gauge(metric::kVerdictItems, {sweep_text(sweep), r.rule, name(r.level)}).set(n);
    }
  }
}

// A sweep that has just ended is shown once more as it ended; the oldest ended ones go.
void Counting::forget_old(const std::vector<SweepId>& running, Store& store) {
  for (SweepId was : std::set<SweepId>(std::move(running_))) {
    if (std::find(running.begin(), running.end(), was) != running.end()) continue;
    metrics_.gauge(metric::kSweepEnded, {sweep_text(was)}).set(0);
    if (auto done = store.sweep(was); done.ok()) {
      std::int64_t ended = 0;
      for (const auto& [how, n] : done->ended) ended += n;
      metrics_.gauge(metric::kSweepEnded, {sweep_text(was)}).set(static_cast<double>(ended));
    }
    look_at_sweep(was, store);
  }
  running_ = {running.begin(), running.end()};
  for (std::size_t i = 0; shown_.size() > kSweepsShown && i < shown_.size();) {
    if (running_.count(shown_[i]) != 0) {
      ++i;
      continue;
    }
    forget(shown_[i]);
    shown_.erase(shown_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace storesweep
