#include "coordinator/service/core.h"

#include <algorithm>

#include "coordinator/service/aggregates.h"

namespace storesweep {

Core::Core(CoreOptions options, Lead lead, Loaded loaded, Now now)
    : options_(std::move(options)),
      lead_(std::move(lead)),
      mac_(lead_.secret),
      queue_(options_.mark_block, options_.bugs.queue),
      now_(now),
      hold_until_ms_(now.steady_ms + options_.lease_ms + options_.drift_ms),
      next_tick_ms_(now.steady_ms),
      next_run_(loaded.next_run),
      first_extra_(loaded.next_extra),
      next_extra_(loaded.next_extra),
      buried_(std::make_shared<const PlainVerdict>(coded(buried_verdict()))),
      draining_(loaded.draining.begin(), loaded.draining.end()) {
  queue_.hold();
  for (LoadedSweep& s : loaded.sweeps) add_sweep(s.sweep, s.ended, std::move(s.ended_by));
  std::set<JobId> waits;  // touched before the start: decided upon once the wait is over
  for (const PutKnown& k : loaded.known) {
    if (queue_.state(k.job) == JobState::kEnded && !is_extra(k.job)) continue;
    Info& i = info(k.job);
    i.file_set = k.file_set;
    i.needs = k.needs;
    i.needs_by = k.by;
    waits.insert(k.job);
  }
  for (const JobTokens& t : loaded.tokens) {
    Info& i = info(t.job);
    i.ended_tokens = t.by_kind;
    i.closed = t.last;
    waits.insert(t.job);
  }
  for (const FileSetTokens& f : loaded.file_sets) file_set_tokens_[{f.sweep, f.file_set}] = f.ended;
  for (const ExtraJob& e : loaded.extras) {
    queue_.add_extra(e.job, e.sweep, e.kind == JobKind::kRetest);
    info(e.job).extra = e;
    waits.insert(e.job);
  }
  load_controls(loaded);
  const bool at_once = options_.bugs.queue.extras_free;
  for (JobId job : waits) {
    queue_.set(job, JobState::kLater);
    later_.emplace(at_once ? now.steady_ms : hold_until_ms_, job);
  }
}

std::vector<Action> Core::on(CoreEvent event, Now now) {
  std::vector<CoreEvent> one;
  one.push_back(std::move(event));
  return on(std::move(one), now);
}

std::vector<Action> Core::on(std::vector<CoreEvent> events, Now now) {
  actions_.clear();
  now_ = now;
  for (CoreEvent& event : events) {
    if (over_) break;
    std::visit([this](auto& e) { handle(e); }, event);
  }
  if (!over_) finish_turn();
  return std::exchange(actions_, {});
}

void Core::handle(FromWorkerEvent& e) {
  const std::string& w = e.worker;
  struct Visitor {
    Core& core;
    const std::string& w;
    void operator()(Hello& m) { core.hello(w, m); }
    void operator()(Ask& m) { core.ask(w, m); }
    void operator()(Fetched& m) { core.fetched(w, m); }
    void operator()(Began& m) { core.began(w, m); }
    void operator()(Heartbeat& m) { core.heartbeat(w, m); }
    void operator()(Report& m) { core.report(w, m); }
    void operator()(Failure& m) { core.failure(w, m); }
    void operator()(NeedsMore& m) { core.needs_more(w, m); }
    void operator()(Bye& m) { core.bye(w, m); }
  };
  writes_before_ = writes_.size();
  for (FromWorker& message : e.turn) std::visit(Visitor{*this, w}, message);
}

void Core::handle(Committed& e) {
  auto at = commits_.find(e.id);
  if (at == commits_.end()) return;
  const Commit commit = std::move(at->second);
  const std::vector<Then>& thens = commit.thens;
  commits_.erase(at);
  if (e.result.state != CommitState::kCommitted || e.result.outcomes.size() != thens.size()) {
    step_down(e.result.state == CommitState::kNotLeader ? "another coordinator leads" : e.result.message);
    return;
  }
  for (std::size_t i = 0; i < thens.size(); ++i) {
    if (e.result.outcomes[i].state == WriteState::kRefused) {
      happened("trouble", {}, {}, "the store refused a write: " + e.result.outcomes[i].message);
    }
    if (thens[i]) thens[i](e.result.outcomes[i]);
  }
  for (const auto& then : commit.proven) then();
}

void Core::handle(EpochRead& e) {
  if (!e.epoch.ok()) return step_down("the epoch cannot be read: " + e.epoch.status().text());
  if (e.epoch.value() != lead_.epoch) return step_down("another coordinator leads");
  proof_under_way_ = false;
  while (!unproven_.empty() && unproven_.front().first <= e.id) {
    auto then = std::move(unproven_.front().second);
    unproven_.pop_front();
    then();
  }
}

namespace {
// Takes the continuation of an answer out of its map; empty when there is none.
template <class Map>
typename Map::mapped_type taken(Map& map, std::uint64_t id) {
  auto at = map.find(id);
  if (at == map.end()) return {};
  auto then = std::move(at->second);
  map.erase(at);
  return then;
}
}  // namespace

void Core::handle(JobsRead& e) {
  if (!e.jobs.ok()) return step_down("jobs cannot be read: " + e.jobs.status().text());
  if (auto then = taken(job_reads_, e.id)) then(std::move(e.jobs).value());
}
void Core::handle(RunsRead& e) {
  if (!e.runs.ok()) return step_down("runs cannot be read: " + e.runs.status().text());
  if (auto then = taken(run_reads_, e.id)) then(std::move(e.runs).value());
}
void Core::handle(ResultRead& e) {
  if (auto then = taken(result_reads_, e.id)) then(e.result);
}
void Core::handle(SweepRead& e) {
  if (auto then = taken(sweep_reads_, e.id)) then(e.sweep);
}
void Core::handle(TrailRead& e) {
  if (auto then = taken(trail_reads_, e.id)) then(e.trail);
}
void Core::handle(RestingRead& e) {
  if (auto then = taken(resting_reads_, e.id)) then(e.jobs);
}
void Core::handle(BlobsChecked& e) {
  if (auto then = taken(blob_checks_, e.id)) then(e.there);
}
void Core::handle(JudgedEvent& e) {
  if (auto then = taken(judgings_, e.id)) then(e);
}

void Core::handle(StopLeasing& e) {
  if (stopped_why_ == e.why) return;
  stopped_why_ = e.why;
  happened("stopped", {}, {}, e.why);
  work_changed_ = true;
}

void Core::handle(Tick& e) {
  const std::int64_t drained = drained_ms_ = std::min(e.drained_ms, now_.steady_ms);
  if (queue_.held() && drained >= hold_until_ms_) {
    queue_.release();
    work_changed_ = look_ahead_ = want_marks_ = true;
    for (SweepId sweep : queue_.sweeps())
      sweep_may_be_done(sweep);  // the last end may have been our predecessor's
  }
  while (!later_.empty() && later_.begin()->first <= drained) {
    JobId job = later_.begin()->second;
    later_.erase(later_.begin());
    if (queue_.state(job) == JobState::kLater) resolve(job);
  }
  expire(options_.bugs.expire_before_drain ? now_.steady_ms : drained);
  for (auto& [name, w] : workers_) {
    if (w.connected && w.heard_ms + options_.lease_ms + options_.drift_ms <= drained) worker_gone(w);
  }
  if (now_.steady_ms >= next_unserved_ms_) {
    next_unserved_ms_ = now_.steady_ms + std::max<std::int64_t>(options_.no_device_ms / 4, 1);
    decide_unserved(drained);
  }
  while (!asks_.empty() && asks_.front().until_ms <= now_.steady_ms) {
    // It may ask again at once: what comes next shall find an open request.
    send(asks_.front().worker, Grant{lead_.epoch, asks_.front().ask.request, {}, 0});
    asks_.pop_front();
  }
  pump();
  void_more();
  next_tick_ms_ = now_.steady_ms + options_.tick_ms();
}

void Core::finish_turn() {
  if (work_changed_) serve_asks();
  if (want_marks_) want_marks();
  if (look_ahead_) read_ahead();
  if (!writes_.empty()) {
    std::uint64_t id = ++next_id_;
    commits_[id] = {std::exchange(thens_, {}), std::exchange(proven_thens_, {})};
    act(CommitAction{id, std::exchange(writes_, {})});
  }
  if (!proof_under_way_ && !unproven_.empty()) {
    proof_under_way_ = true;
    act(ReadEpoch{++proofs_begun_});
  }
}

void Core::commit(Write write, Then then) {
  writes_.push_back(std::move(write));
  thens_.push_back(std::move(then));
}

// A read that is under way may have looked before this moment: only the next one proves it.
void Core::when_proven(std::function<void()> then) {
  unproven_.emplace_back(proofs_begun_ + 1, std::move(then));
}

// The commit of this turn begins later than everything that this turn has heard, and looks at the epoch
// itself.
void Core::when_committed(std::function<void()> then) {
  if (options_.bugs.early_proof && !commits_.empty()) {
    commits_.begin()->second.proven.push_back(std::move(then));
  } else {
    proven_thens_.push_back(std::move(then));
  }
}

void Core::happened(std::string kind, SweepId sweep, JobId job, std::string text) {
  act(Happened{std::move(kind), sweep, job, std::move(text), app_of(job)});
}

void Core::step_down(const std::string& why) {
  over_ = true;
  actions_.clear();
  act(StepDown{why});
}

void Core::read_jobs(std::vector<JobId> jobs, std::function<void(std::vector<JobPayload>)> then) {
  std::uint64_t id = ++next_id_;
  job_reads_[id] = std::move(then);
  act(ReadJobs{id, std::move(jobs)});
}

void Core::read_runs(ReadRuns what, std::function<void(std::vector<RunRecord>)> then) {
  what.id = ++next_id_;
  run_reads_[what.id] = std::move(then);
  act(what);
}

void Core::judge(JudgeAction what, std::function<void(JudgedEvent&)> then) {
  what.id = ++next_id_;
  what.app = app_of(what.job);
  judgings_[what.id] = std::move(then);
  act(Box<JudgeAction>(std::move(what)));
}

bool Core::genuine(const Token& token, const std::string& worker) const {
  if (options_.bugs.mac_unchecked) return true;
  if (token.worker != worker) return false;
  auto l = leases_.find(token.job);  // mostly it is the one that we hold, and was proven when we took it
  if (l != leases_.end() && key(l->second.token) == key(token) && l->second.token.worker == worker &&
      l->second.token.incarnation == token.incarnation) {
    return equal_secret(l->second.token.mac, token.mac);
  }
  return equal_secret(token_mac(mac_, token), token.mac);
}

const Core::Info* Core::find_info(JobId job) const {
  auto i = info_.find(job);
  return i == info_.end() ? nullptr : &i->second;
}

Core::Lease* Core::live(const Token& token) {
  auto l = leases_.find(token.job);
  return l != leases_.end() && key(l->second.token) == key(token) ? &l->second : nullptr;
}

const ExtraJob* Core::extra(JobId job) const {
  const Info* i = find_info(job);
  return i && i->extra ? &*i->extra : nullptr;
}

JobId Core::app_of(JobId job) const {
  const ExtraJob* e = extra(job);
  return e ? e->parent : job;
}

SweepId Core::sweep_of(JobId job) const {
  const ExtraJob* e = extra(job);
  return e ? e->sweep : queue_.sweep_of(job);
}

}  // namespace storesweep
