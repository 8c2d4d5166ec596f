// Controls, what they did to devices and what they made void, in memory.
#include <algorithm>

#include "coordinator/store/memory_store.h"

namespace storesweep {
namespace {
WriteOutcome refused(std::string message) { return {WriteState::kRefused, 0, std::move(message)}; }
}  // namespace

WriteOutcome MemoryStore::apply(const PutControl& w) {
  const bool first = controls_.emplace(w.control.token, w.control).second;
  return {first ? WriteState::kDone : WriteState::kAlready, 0, {}};
}

WriteOutcome MemoryStore::apply(const Box<EndControl>& boxed) {
  const EndControl& w = *boxed;
  auto c = controls_.find(w.control.token);
  if (c == controls_.end()) return refused("no such control");
  if (c->second.end != ControlEnd::kOpen) return {WriteState::kAlready, 0, {}};
  if (w.run && runs_.count(w.run->id)) return refused("the run's id is taken");
  c->second = w.control;
  if (w.run) runs_.emplace(w.run->id, *w.run);
  if (w.run && w.close_with) close_journal(*w.run, w.control.job, w.control.ended_ms, *w.close_with);
  if (w.act) device_acts_.push_back(*w.act);
  return {};
}

WriteOutcome MemoryStore::apply(const ActOnDevice& w) {
  device_acts_.push_back(w.act);
  return {};
}

WriteOutcome MemoryStore::apply(const Box<VoidRules>& boxed) {
  const VoidRules& w = *boxed;
  if (!ends_.count(w.judged.job)) return refused("the job has not ended");
  std::vector<Judged>& judged = judged_[w.judged.job];
  if (w.judged.made_from && static_cast<std::int64_t>(judged.size()) != *w.judged.made_from)
    return {WriteState::kStale, 0, {}};
  if (!extras_.emplace(w.order.job, w.order).second) return refused("the order's id is taken");
  judged.push_back(w.judged);
  voidings_.push_back(w.voiding);
  voidings_.back().id = static_cast<std::int64_t>(voidings_.size());
  return {};
}

WriteOutcome MemoryStore::apply(const EndVoiding& w) {
  auto c = controls_.find(w.control);
  if (c == controls_.end()) return refused("no such control");
  c->second.voided = true;
  return {};
}

void MemoryStore::load_controls(Loaded& l) const {
  std::map<RunId, ControlRecord> bad;
  for (const auto& [token, c] : controls_) {
    const bool open = std::any_of(l.sweeps.begin(), l.sweeps.end(),
                                  [&of = c.sweep](const LoadedSweep& s) { return s.sweep.id == of; });
    if (open && !ends_.count(c.job)) l.controls.push_back(c);
    if (c.end == ControlEnd::kBad) bad.emplace(c.run, c);
  }
  for (const auto& [run, c] : bad) l.bad_controls.push_back(c);
  std::map<std::string, DeviceAct> last;
  for (const DeviceAct& act : device_acts_) last[act.device] = act;
  for (const auto& [device, act] : last) {
    if (act.kind == DeviceActKind::kQuarantined) l.quarantined.push_back(act);
  }
}

bool MemoryStore::is_control(RunId run) const {
  return std::any_of(controls_.begin(), controls_.end(), [&](const auto& c) { return c.second.run == run; });
}

Result<DeviceTrail> MemoryStore::trail_of(const std::string& device) {
  std::lock_guard lock(mutex_);
  DeviceTrail trail;
  for (const auto& [token, c] : controls_) {
    if (c.device == device && c.run) trail.controls.push_back(c);
  }
  std::sort(trail.controls.begin(), trail.controls.end(),
            [](const ControlRecord& a, const ControlRecord& b) { return a.run > b.run; });
  if (trail.controls.size() > kMaxTrail) trail.controls.resize(kMaxTrail);
  std::copy_if(device_acts_.begin(), device_acts_.end(), std::back_inserter(trail.acts),
               [&](const DeviceAct& act) { return act.device == device; });
  return trail;
}

Result<RestingJobs> MemoryStore::resting_on(const std::string& device, RunId since, std::int64_t) {
  std::lock_guard lock(mutex_);
  RestingJobs out;
  for (const auto& [job, all] : judged_) {
    const auto& runs = all.back().runs;
    const bool rests = std::any_of(runs.begin(), runs.end(), [&](RunId id) {
      auto run = runs_.find(id);
      return id > since && run != runs_.end() && run->second.device.identity == device;
    });
    if (rests) out.jobs.push_back(job);
  }
  return out;
}

Result<Page<ControlRecord>> MemoryStore::controls(const PageRequest& page) {
  std::lock_guard lock(mutex_);
  std::map<RunId, ControlRecord> by_run;
  for (const auto& [token, c] : controls_) {
    if (c.run) by_run.emplace(c.run, c);
  }
  Page<ControlRecord> out;
  for (auto c = by_run.rbegin(); c != by_run.rend(); ++c) {
    const bool before = page.cursor.empty() || c->first.value < std::stoll(page.cursor);
    if (!before) continue;
    if (out.rows.size() == std::min(page.rows, kMaxPageRows)) {
      out.next = std::to_string(out.rows.back().run.value);
      break;
    }
    out.rows.push_back(c->second);
  }
  return out;
}

}  // namespace storesweep
