// What a failed control makes void: what its device has said of the rules that it failed, since it last
// proved them. Each result is amended, the order to run the rules again elsewhere given and the trail kept in
// one commit; a control is done with when the last one is. Whoever leads next goes on where this one stops.
#include <algorithm>

#include "common/evidence/verdict_codec.h"
#include "coordinator/service/amend.h"
#include "coordinator/service/core.h"

namespace storesweep {
namespace {
// The run after which something may be void.
RunId doubted_since(const ControlRecord& bad) {
  RunId since = bad.run;
  for (const RuleOutcome& r : bad.rules) {
    if (r.bad()) since = std::min(since, r.since);
  }
  return since;
}
}  // namespace

// It may be void, or be about to: it stands in for no other listing.
bool Core::suspect(const RunRecord& run) const {
  if (options_.bugs.voided_reused) return false;
  return std::any_of(bad_controls_.begin(), bad_controls_.end(), [&](const ControlRecord& bad) {
    return bad.device == run.device.identity && run.id > doubted_since(bad) && run.id <= bad.run;
  });
}

void Core::voiding_wanted(const ControlRecord& bad) { voidings_.push_back({bad, {}, 0, false}); }

// One step; its answer brings the next one. What could not be read is tried again at the next tick.
void Core::void_more() {
  if (voiding_ || voidings_.empty()) return;
  VoidingWork& work = voidings_.front();
  voiding_ = true;
  const std::uint64_t id = ++next_id_;
  if (!work.jobs.empty()) {
    result_reads_[id] = [this](Result<StoredResult>& standing) { void_result(standing); };
    return act(ReadResult{id, work.jobs.front()});
  }
  if (work.all_read) return voiding_done();
  resting_reads_[id] = [this](Result<RestingJobs>& read) {
    voiding_ = false;
    if (!read.ok()) return happened("trouble", {}, {}, "not voided now: " + read.status().message());
    VoidingWork& of = voidings_.front();
    of.jobs.assign(read->jobs.begin(), read->jobs.end());
    of.next = read->next;
    of.all_read = read->next == 0;
    void_more();
  };
  act(ReadResting{id, work.control.device, doubted_since(work.control), work.next});
}

void Core::void_result(Result<StoredResult>& standing) {
  VoidingWork& work = voidings_.front();
  voiding_ = false;
  if (!standing.ok())
    return happened("trouble", {}, work.jobs.front(), "not voided now: " + standing.status().message());
  const std::optional<Unsaid> what = unsaid(*standing, work.control);
  if (!what) {
    work.jobs.pop_front();
    return void_more();
  }
  VoidRules write = voiding_of(*standing, *what, work.control);
  voiding_ = true;
  commit(Box<VoidRules>(write), [this, order = write.order](const WriteOutcome& o) {
    voiding_ = false;
    if (o.state == WriteState::kDone) {
      happened("finding", order.sweep, order.parent, "void: its device failed a control");
      confirmation_ordered(order);
    }
    if (o.state != WriteState::kStale) voidings_.front().jobs.pop_front();
    void_more();
  });
}

VoidRules Core::voiding_of(const StoredResult& standing, const Unsaid& what, const ControlRecord& bad) {
  VoidRules write;
  write.judged = judged(standing.job, standing.sweep, standing.listing, coded(what.verdict),
                        runs_of(standing), "voided");
  write.judged.made_from = standing.judgement;
  ExtraJob& order = write.order;
  order.job = next_extra_;
  next_extra_ = JobId{next_extra_.value + 1};
  order.kind = JobKind::kRetest;
  order.origin = Origin::kControl;
  order.parent = standing.job;
  order.sweep = standing.sweep;
  order.not_on_device = bad.device;
  for (const VoidedRule& r : what.rules) order.rules.push_back(r.rule);
  write.voiding = {0,          standing.job,      standing.sweep,     bad.run,   bad.device,
                   what.rules, runs_of(standing), standing.judgement, order.job, now_.wall_ms};
  return write;
}

void Core::voiding_done() {
  commit(EndVoiding{voidings_.front().control.token}, [this](const WriteOutcome&) {
    voidings_.pop_front();
    voiding_ = false;
    void_more();
  });
}

}  // namespace storesweep
