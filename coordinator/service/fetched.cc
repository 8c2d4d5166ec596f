// After the fetch: run, reuse an earlier run, wait for a twin, or go to a device that has what the app needs.
// And what becomes of a job that has come back.
#include <algorithm>

#include "coordinator/service/aggregates.h"
#include "coordinator/service/core.h"

namespace storesweep {
Needs Core::merge_needs(Needs a, const Needs& b) {
  // Any one ABI of each list would do: the narrower list says more.
  if (a.abis.empty() || (!b.abis.empty() && b.abis.size() < a.abis.size())) a.abis = b.abis;
  a.min_api = std::max(a.min_api, b.min_api);
  for (const std::string& f : b.features) {
    if (std::find(a.features.begin(), a.features.end(), f) == a.features.end()) a.features.push_back(f);
  }
  a.quick_app_runtime |= b.quick_app_runtime;
  if (!b.other_than_class.empty()) a.other_than_class = b.other_than_class;
  return a;
}

void Core::answer_fetched(const Token& token, FileSetAnswer a) {
  send(token.worker, FetchedAnswer{lead_.epoch, token, a});
}

void Core::fetched(const std::string& worker, Fetched& m) {
  if (!genuine(m.token, worker)) return;
  auto w = workers_.find(worker);
  if (w == workers_.end() || !w->second.connected) return send(worker, WhoAreYou{lead_.epoch});
  touch(worker);
  Lease* lease = live(m.token);
  if (!lease) {
    const Info* i = find_info(m.token.job);
    bool waits = queue_.state(m.token.job) == JobState::kWaiting && i && i->waiting_token == key(m.token);
    return answer_fetched(m.token, waits ? FileSetAnswer::kWait : FileSetAnswer::kEnded);
  }
  if (lease->deciding || ending_.count(key(m.token))) return;
  if (lease->run_answered && lease->file_set == m.file_set) {
    return answer_fetched(m.token, FileSetAnswer::kRun);
  }
  decide(*lease, m);
}

// The lease is live and has not been answered "run" for this file set.
void Core::decide(Lease& lease, const Fetched& m) {
  const JobId job = m.token.job;
  const ExtraJob* e = extra(job);
  lease.file_set = m.file_set;
  if (control(job, key(m.token))) return decide_control(lease, m);
  Needs needs = merge_needs(find_info(job) ? info(job).needs : Needs{}, m.needs);
  if (Info& i = info(job); i.file_set != m.file_set || !(i.needs == needs)) {
    i.file_set = m.file_set;
    i.needs = needs;
    commit(PutKnown{job, i.file_set, i.needs, i.needs_by}, nullptr);
  }
  const std::vector<Device>& devices = workers_[m.token.worker].devices;
  const Wish wished = wish(job);
  if (std::none_of(devices.begin(), devices.end(), [&](const Device& d) { return serves(d, wished); })) {
    return drop_unbegun(job, m.token, FileSetAnswer::kNeedsMore);
  }
  if (e && e->kind == JobKind::kConfirmation && e->file_set != m.file_set) {
    return bury(job, "FILE_SET_CHANGED", {},
                [this, t = m.token] { answer_fetched(t, FileSetAnswer::kEnded); });
  }
  if (e) return run_it(job);
  if (buried_by_file_set(job, m.file_set)) {
    return bury(job, "APP", {}, [this, t = m.token] { answer_fetched(t, FileSetAnswer::kEnded); });
  }
  if (twin(job, m.file_set)) return make_wait(job, m.token);
  if (info(job).no_reuse) return run_it(job);
  look_for_run(job, m.token);
}

void Core::look_for_run(JobId job, const Token& token) {
  leases_.at(job).deciding = true;
  ReadRuns what;
  what.file_set = leases_.at(job).file_set;
  read_runs(what, [this, job, token](const std::vector<RunRecord>& runs) {
    Lease* lease = live(token);
    if (!lease) return answer_fetched(token, FileSetAnswer::kEnded);
    lease->deciding = false;
    if (const RunRecord* run = reusable(job, runs)) {
      const RunRecord chosen = *run;
      info(job).closed = std::max(info(job).closed, key(token));
      lease_over(job, false);
      answer_fetched(token, FileSetAnswer::kReuse);
      return reuse(job, chosen);
    }
    // A twin may have begun while the store was read.
    if (twin(job, lease->file_set)) return make_wait(job, token);
    run_it(job);
  });
}

// The worker drops the lease before anything began: no cost.
void Core::drop_unbegun(JobId job, const Token& token, FileSetAnswer a) {
  info(job).closed = std::max(info(job).closed, key(token));
  lease_over(job, false);
  answer_fetched(token, a);
  resolve(job);
}

void Core::make_wait(JobId job, const Token& token) {
  Info& i = info(job);
  i.closed = std::max(i.closed, key(token));
  i.waiting_token = key(token);
  const Digest file_set = leases_.at(job).file_set;
  lease_over(job, false);
  answer_fetched(token, FileSetAnswer::kWait);
  if (!wait_for_twin(job, file_set)) resolve(job);
}

void Core::run_it(JobId job) {
  Lease& lease = leases_.at(job);
  lease.run_answered = true;
  start_running(job, lease);
  answer_fetched(lease.token, FileSetAnswer::kRun);
}

void Core::began(const std::string& worker, const Began& m) {
  if (!genuine(m.token, worker)) return;
  touch(worker);
  Lease* lease = live(m.token);
  if (lease && lease->run_answered) lease->began = true;
}

// ---- twins

// What a lease runs, as far as others may wait for it: a file set for a sweep, a run that is being repeated.
std::string Core::runs_key(JobId job, const Digest& file_set) const {
  const ExtraJob* e = extra(job);
  if (e && e->kind == JobKind::kRetest) return "";
  return e ? "c" + std::to_string(e->base_run.value) : "f" + std::string(as_text(file_set));
}

void Core::start_running(JobId job, Lease& lease) {
  std::string runs = runs_key(job, lease.file_set);
  if (lease.runs_key == runs || lease.file_set == Digest{}) return;
  lease.runs_key = runs;
  if (!runs.empty()) runners_.emplace(runs, job);
  if (options_.bugs.wait_for_job) first_of_file_set_.emplace(runs, job);
}

// The job whose live lease runs this very file set, no shallower than this job wants it; zero: none.
JobId Core::twin(JobId job, const Digest& file_set) const {
  const std::string runs = runs_key(job, file_set);
  if (runs.empty()) return {};
  auto depth = [&](JobId of) {
    auto s = sweeps_.find(queue_.sweep_of(of));
    return s == sweeps_.end() ? Depth::kTriage : s->second.depth;
  };
  auto [from, to] = runners_.equal_range(runs);
  for (auto r = from; r != to; ++r) {
    if (r->second != job && (is_extra(job) || depth(r->second) >= depth(job))) return r->second;
  }
  if (options_.bugs.wait_for_job) {
    auto first = first_of_file_set_.find(runs);
    bool open = first != first_of_file_set_.end() && first->second != job &&
                queue_.state(first->second) != JobState::kEnded;
    if (open) return first->second;
  }
  return {};
}

bool Core::wait_for_twin(JobId job, const Digest& file_set) {
  JobId other = twin(job, file_set);
  if (!other) return false;
  queue_.set(job, JobState::kWaiting);
  if (auto l = leases_.find(other); l != leases_.end()) l->second.waiters.push_back(job);
  return true;
}

void Core::lease_over(JobId job, bool by_verdict) {
  auto at = leases_.find(job);
  if (at == leases_.end()) return;
  Lease lease = std::move(at->second);
  leases_.erase(at);
  if (auto w = workers_.find(lease.token.worker); w != workers_.end()) std::erase(w->second.leases, job);
  auto [from, to] = runners_.equal_range(lease.runs_key);
  for (auto r = from; r != to; ++r) {
    if (r->second == job) {
      runners_.erase(r);
      break;
    }
  }
  if (queue_.state(job) == JobState::kLeased) queue_.set(job, JobState::kBusy);
  if (options_.bugs.waiters_forgotten && !by_verdict) return;
  for (JobId waiter : lease.waiters) {
    if (queue_.state(waiter) == JobState::kWaiting) resolve(waiter);
  }
}

// ---- what has come back

bool Core::buried_by_file_set(JobId job, const Digest& file_set) const {
  if (options_.bugs.app_per_listing || is_extra(job) || file_set == Digest{}) return false;
  auto n = file_set_tokens_.find({queue_.sweep_of(job), file_set});
  return n != file_set_tokens_.end() && n->second >= options_.attempts[0];
}

// Why the job is to be buried; empty: it is not.
std::string Core::bury_reason(JobId job, const EndToken* more) const {
  static constexpr std::array<const char*, kFailureKinds> kReasons = {"APP", "DEVICE", "INFRASTRUCTURE",
                                                                      "EVASION", "JOURNAL_REFUSED"};
  const Info* i = find_info(job);
  for (std::size_t kind = 0; kind < kReasons.size(); ++kind) {
    std::int32_t ended = i ? i->ended_tokens[kind] : 0;
    if (more && static_cast<std::size_t>(more->kind) == kind) ++ended;
    if (ended >= options_.attempts[kind]) return kReasons[kind];
  }
  return i && buried_by_file_set(job, i->file_set) ? "APP" : "";
}

// Decides what becomes of a job that nobody runs: an end, a wait, an earlier run, or a place in its lane.
void Core::resolve(JobId job) {
  if (queue_.state(job) == JobState::kEnded) return;
  queue_.set(job, JobState::kBusy);
  if (std::string why = bury_reason(job, nullptr); !why.empty()) return bury(job, why, {}, nullptr);
  const Info* i = find_info(job);
  const ExtraJob* e = extra(job);
  Digest file_set = e ? e->file_set : i ? i->file_set : Digest{};
  if (file_set == Digest{} || (e && e->kind == JobKind::kRetest)) return back_to_lane(job);
  if (wait_for_twin(job, file_set)) return;
  if (i->no_reuse) return back_to_lane(job);
  ReadRuns what;
  if (e) {
    what.confirming = e->base_run;
  } else {
    what.file_set = file_set;
  }
  read_runs(what, [this, job](std::vector<RunRecord> runs) {
    if (queue_.state(job) != JobState::kBusy) return;
    std::erase_if(runs, [this](const RunRecord& r) { return suspect(r); });
    if (extra(job)) {
      runs.empty() ? back_to_lane(job) : reuse_confirmation(job, runs.front());
    } else if (const RunRecord* run = reusable(job, runs)) {
      reuse(job, RunRecord(*run));
    } else {
      back_to_lane(job);
    }
  });
}

// After a start the job may still run elsewhere, under a later lease of our predecessor's than the one that
// ended.
void Core::back_to_lane(JobId job) {
  const bool ours = is_extra(job) ? job >= first_extra_ : queue_.fresh(job);
  const bool at_once = options_.bugs.no_device_early || (is_extra(job) && options_.bugs.queue.extras_free);
  if (queue_.held() && !ours && !at_once) {
    queue_.set(job, JobState::kLater);
    later_.emplace(hold_until_ms_, job);
    return;
  }
  Wish here = wish(job);
  if (const Info* i = find_info(job)) here.avoid = i->avoid;
  queue_.give_back(job, here);
  work_changed_ = true;
}

void Core::later(JobId job, std::int64_t delay_ms) {
  if (queue_.state(job) == JobState::kEnded) return;
  queue_.set(job, JobState::kLater);
  later_.emplace(now_.steady_ms + delay_ms, job);
}

// ---- earlier runs

// The newest one that may stand in: same rule pack, a device kind that is here, no shallower, not too old,
// nothing left out for a passing reason; what was simulated never stands in for real.
const RunRecord* Core::reusable(JobId job, const std::vector<RunRecord>& runs) const {
  auto sweep = sweeps_.find(queue_.sweep_of(job));
  if (sweep == sweeps_.end()) return nullptr;
  bool real = false;
  auto here = [&](const DeviceKind& kind) {
    bool found = false;
    for (const auto& [name, w] : workers_) {
      for (const Device& d : w.devices) {
        real |= !d.kind.simulated();
        found |= d.kind == kind;
      }
    }
    return found;
  };
  for (const RunRecord& r : runs) {
    bool kind = here(r.device.kind);
    if (kind && !suspect(r) && !(real && r.device.kind.simulated()) && !r.partial && !r.transient &&
        !r.base_run && r.pack_version == options_.pack_version && r.depth >= sweep->second.depth &&
        now_.wall_ms - r.at_ms < options_.reuse_ms && !r.blobs.empty()) {
      return &r;
    }
  }
  return nullptr;
}

// Its evidence is gone, or is refused: the job runs itself. Where we cannot judge now it waits.
void Core::not_reused(JobId job, const Status& why) {
  if (why.kind() == ErrorKind::kUnavailable) return later(job, options_.retry_ms);
  info(job).no_reuse = true;
  resolve(job);
}

void Core::reuse(JobId job, const RunRecord& run) {
  ReadRuns what;
  what.confirming = run.id;
  read_runs(what, [this, job, run](std::vector<RunRecord> confirming) {
    std::erase_if(confirming, [this](const RunRecord& r) { return suspect(r); });
    with_payload(job, [this, job, run, confirming](const std::shared_ptr<const JobPayload>& p) {
      JudgeAction j;
      j.job = job;
      j.journals = {run.blobs[0].sha256};
      std::vector<RunId> runs{run.id};
      if (!confirming.empty()) {
        j.journals.push_back(confirming[0].blobs.at(0).sha256);
        runs.push_back(confirming[0].id);
      }
      j.listing = p->listing;
      j.depth = run.depth;
      judge(std::move(j), [this, job, run, confirming, runs, p](JudgedEvent& e) {
        if (queue_.state(job) != JobState::kBusy) return;
        if (suspect(run) || (!confirming.empty() && suspect(confirming[0]))) return resolve(job);
        if (!e.status.ok()) return not_reused(job, e.status);
        EndJob end;
        end.job = job;
        end.sweep = sweep_of(job);
        end.reused = run.id;
        end.judged = judged(job, end.sweep, p->listing, coded(e.verdict), runs, "first");
        if (runs.size() == 1) end.order = confirmation(job, e.verdict, run);
        end_job(std::move(end), nullptr);
      });
    });
  });
}

// A twin's confirmation has repeated the same run: it serves this one too.
void Core::reuse_confirmation(JobId job, const RunRecord& second) {
  ReadRuns what;
  what.run = extra(job)->base_run;
  read_runs(what, [this, job, second](std::vector<RunRecord> first) {
    if (queue_.state(job) != JobState::kBusy) return;
    if (first.empty()) {
      info(job).no_reuse = true;
      return resolve(job);
    }
    const std::uint64_t id = ++next_id_;
    result_reads_[id] = [this, job, first = first[0], second](Result<StoredResult>& parent) {
      if (queue_.state(job) != JobState::kBusy) return;
      if (!parent.ok()) return later(job, options_.retry_ms);
      judge_reused(job, first, second, std::move(*parent));
    };
    act(ReadResult{id, extra(job)->parent});
  });
}

void Core::judge_reused(JobId job, const RunRecord& first, const RunRecord& second, StoredResult standing) {
  JudgeAction j;
  j.job = job;
  j.journals = {first.blobs.at(0).sha256, second.blobs.at(0).sha256};
  j.listing = standing.listing;
  j.depth = second.depth;
  judge(std::move(j), [this, job, second, standing = std::move(standing)](JudgedEvent& e) {
    if (queue_.state(job) != JobState::kBusy) return;
    if (suspect(second)) return resolve(job);
    if (!e.status.ok()) return not_reused(job, e.status);
    EndJob end;
    end.job = job;
    end.sweep = sweep_of(job);
    end.reused = second.id;
    const ExtraJob& order = *extra(job);
    end.judged = attached(order, standing, standing.listing, amended(standing, order, second.id, e.verdict),
                          "confirmation");
    end_job(std::move(end), [this, job](const WriteOutcome& o) {
      if (o.state == WriteState::kStale) resolve(job);
    });
  });
}

}  // namespace storesweep
