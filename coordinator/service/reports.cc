// Reports, failures and needs, and their answers. What counts is decided inside the commit; what is said
// comes after it.
#include <algorithm>

#include "common/evidence/verdict_codec.h"
#include "coordinator/judging/claim.h"
#include "coordinator/service/core.h"

namespace storesweep {
namespace {
constexpr std::int64_t kNotesThatBury = 2;
constexpr int kJudgeDeathsThatBury = 2;
constexpr std::size_t kMaxDetail = 2000;

bool adds_nothing(const Needs& known, const Needs& more) {
  auto has_all = [](const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return std::all_of(b.begin(), b.end(),
                       [&](const std::string& x) { return std::find(a.begin(), a.end(), x) != a.end(); });
  };
  return (more.abis.empty() || known.abis == more.abis) && more.min_api <= known.min_api &&
         has_all(known.features, more.features) && (!more.quick_app_runtime || known.quick_app_runtime) &&
         (more.other_than_class.empty() || known.other_than_class == more.other_than_class);
}
}  // namespace

void Core::answer(const std::string& worker, const Token& token, std::uint64_t sequence, ReportAnswer a) {
  send(worker, Answer{lead_.epoch, token, sequence, a});
}

void Core::answer(TokenKey k, ReportAnswer a) {
  if (Opening* o = opening(k)) answer(o->worker, o->report.token, o->report.sequence, a);
}

Core::Opening* Core::opening(TokenKey k) {
  auto o = openings_.find(k);
  return o == openings_.end() ? nullptr : &o->second;
}

// The job has ended as far as is known here: the store says how, in a transaction that proves the epoch.
void Core::probe(const std::string& worker, const Token& token, std::uint64_t sequence) {
  if (options_.bugs.ended_unproven) return answer(worker, token, sequence, ReportAnswer::kEnded);
  commit(ProbeJob{token.job, key(token)}, [this, worker, token, sequence](const WriteOutcome& o) {
    if (o.state == WriteState::kAlready) answer(worker, token, sequence, ReportAnswer::kAcknowledged);
    if (o.state == WriteState::kOtherEnd) answer(worker, token, sequence, ReportAnswer::kEnded);
  });
}

void Core::report(const std::string& worker, Report& m) {
  if (!genuine(m.token, worker) || m.blobs.empty() || m.blobs.size() > kMaxBlobsPerReport) return;
  const TokenKey k = key(m.token);
  Worker& w = touch(worker);
  if (openings_.count(k)) return;  // it is on its way
  if (queue_.state(m.token.job) == JobState::kEnded) return probe(worker, m.token, m.sequence);
  if (const ControlRecord* c = control(m.token.job, k); c && c->end != ControlEnd::kOpen) {
    return commit(ProbeJob{m.token.job, k},
                  [this, worker, token = m.token, sequence = m.sequence](const WriteOutcome&) {
                    answer(worker, token, sequence, ReportAnswer::kAcknowledged);
                  });
  }
  auto later_lease = leases_.find(m.token.job);
  if (options_.bugs.later_token_refused && later_lease != leases_.end() &&
      k < key(later_lease->second.token)) {
    return answer(worker, m.token, m.sequence, ReportAnswer::kEnded);
  }
  if (options_.bugs.ack_before_commit) answer(worker, m.token, m.sequence, ReportAnswer::kAcknowledged);
  ++w.reports;
  const bool again = m.again && !options_.bugs.no_notes;
  Opening& o = openings_[k];
  o.worker = worker;
  o.report = std::move(m);
  o.arrived_ms = now_.steady_ms;
  o.alone = again;
  (again ? again_ : first_).push_back(k);
  pump();
}

// First-time reports are opened as they come. One that came again is opened alone, after those; once it has
// waited for a while no new ones are let in before it.
void Core::pump() {
  while (!alone_) {
    auto first_again = again_.empty() ? nullptr : opening(again_.front());
    bool gate = first_again && now_.steady_ms - first_again->arrived_ms >= options_.gate_ms;
    if (!first_.empty() && !gate) {
      TokenKey k = first_.front();
      first_.pop_front();
      ++opening_first_;
      open(k);
    } else if (!again_.empty() && opening_first_ == 0) {
      TokenKey k = again_.front();
      again_.pop_front();
      alone_ = true;
      open(k);
    } else {
      break;
    }
  }
}

void Core::open(TokenKey k) {
  Opening& o = openings_.at(k);
  if (queue_.state(o.report.token.job) == JobState::kEnded) {
    probe(o.worker, o.report.token, o.report.sequence);
    return close_opening(k);
  }
  auto next = [this, k](bool there) {
    Opening* open = opening(k);
    if (!open) return;
    if (!there) {
      answer(k, ReportAnswer::kEvidenceMissing);
      return close_opening(k);
    }
    open->alone ? note(k) : load_for(k);
  };
  if (options_.bugs.evidence_unchecked) return next(true);
  std::uint64_t id = ++next_id_;
  blob_checks_[id] = next;
  act(CheckBlobs{id, o.report.blobs});
}

// Written down before it is opened: if it kills us, the next leader knows.
void Core::note(TokenKey k) {
  const Opening& o = openings_.at(k);
  commit(NoteReport{k, o.report.token.job}, [this, k](const WriteOutcome& outcome) {
    Opening* open = opening(k);
    if (!open) return;
    if (outcome.value <= kNotesThatBury) return load_for(k);
    bury(open->report.token.job, "JUDGE_FAILED", k, [this, k] {
      answer(k, ReportAnswer::kEnded);
      close_opening(k);
    });
  });
}

void Core::load_for(TokenKey k) {
  with_payload(openings_.at(k).report.token.job, [this, k](std::shared_ptr<const JobPayload> p) {
    Opening* o = opening(k);
    if (!o) return;
    o->payload = std::move(p);
    if (control(o->report.token.job, k)) return load_control(k);
    const ExtraJob* e = extra(o->report.token.job);
    if (!e) return judge_report(k, {});
    if (e->kind != JobKind::kConfirmation) return load_standing(k, {});
    ReadRuns base;
    base.run = e->base_run;
    read_runs(base, [this, k](std::vector<RunRecord> runs) { load_standing(k, std::move(runs)); });
  });
}

// What the run is added to. What is committed between this and the run's own end makes that stale.
void Core::load_standing(TokenKey k, std::vector<RunRecord> base) {
  const Opening* o = opening(k);
  const ExtraJob* e = o ? extra(o->report.token.job) : nullptr;
  if (!e) return judge_report(k, base);  // the job has ended meanwhile
  const std::uint64_t id = ++next_id_;
  result_reads_[id] = [this, k, base = std::move(base)](Result<StoredResult>& parent) {
    Opening* open = opening(k);
    if (!open) return;
    if (!parent.ok()) return not_judged_now(k, parent.status().message());
    open->standing = std::move(*parent);
    judge_report(k, base);
  };
  act(ReadResult{id, e->parent});
}

std::string Core::claim_of(const Opening& o) const {
  if (options_.bugs.claim_unchecked) return "";
  const Report& r = o.report;
  const ExtraJob* e = extra(r.token.job);
  return encode_claim({key(r.token), r.token.job, o.worker, r.device.identity, r.device.kind, r.file_set,
                       r.depth, e ? e->rules : std::vector<std::string>{}});
}

// What came is no journal of this run: the run is lost, and that is the worker's doing.
void Core::refuse_journal(TokenKey k, const std::string& why) {
  const Opening& o = openings_.at(k);
  EndToken end;
  end.token = k;
  end.job = o.report.token.job;
  end.kind = FailureKind::kJournal;
  end.reason = FailureReason::kJournalRefused;
  end.detail = ("the journal was refused: " + why).substr(0, kMaxDetail);
  end.file_set = o.report.file_set;
  end.device = o.report.device.identity;
  end.worker = o.worker;
  happened("trouble", sweep_of(end.job), end.job, o.worker + ": " + end.detail);
  end_token(std::move(end), std::nullopt, [this, k] {
    answer(k, ReportAnswer::kAcknowledged);
    close_opening(k);
  });
}

void Core::judge_report(TokenKey k, const std::vector<RunRecord>& base) {
  Opening* o = opening(k);
  if (!o) return;
  const ExtraJob* e = extra(o->report.token.job);
  if (queue_.state(o->report.token.job) == JobState::kEnded) {
    probe(o->worker, o->report.token, o->report.sequence);
    return close_opening(k);
  }
  const bool confirms = e && e->kind == JobKind::kConfirmation;
  if (confirms && (base.empty() || base[0].blobs.empty() || e->file_set != o->report.file_set)) {
    return bury(o->report.token.job, "FILE_SET_CHANGED", k, [this, k] {
      answer(k, ReportAnswer::kEnded);
      close_opening(k);
    });
  }
  auto sweep = sweeps_.find(sweep_of(o->report.token.job));
  const Depth ordered = e ? e->depth : sweep != sweeps_.end() ? sweep->second.depth : Depth::kTriage;
  if (o->report.depth < ordered) return refuse_journal(k, "the run is shallower than was ordered");
  JudgeAction j;
  j.job = o->report.token.job;
  j.claim = claim_of(*o);
  if (confirms) {
    j.journals.push_back(base[0].blobs[0].sha256);
    o->base = base[0].id;
  }
  j.journals.push_back(o->report.blobs[0].sha256);
  j.listing = o->payload->listing;
  j.depth = o->report.depth;
  if (e) j.rules = e->rules;
  j.hint = o->report.hint;
  judge(std::move(j), [this, k](JudgedEvent& event) { judged_report(k, event); });
}

void Core::judged_report(TokenKey k, JudgedEvent& e) {
  Opening* o = opening(k);
  if (!o) return;
  const ErrorKind kind = e.status.kind();
  const bool is_control = control(o->report.token.job, k) != nullptr && !options_.bugs.control_counts;
  if (e.status.ok() && is_control) return control_judged(k, e.verdict);
  if (e.status.ok() && !believed(o->report.device.identity)) return refuse_device(k);
  if (e.status.ok() || (kind == ErrorKind::kNotFound && options_.bugs.evidence_unchecked)) {
    EndJob end = end_by_report(*o, e.verdict);
    std::optional<ExtraJob> order;
    if (options_.bugs.confirm_later) order.swap(end.order);
    return end_job(std::move(end), [this, k, order](const WriteOutcome& outcome) {
      if (outcome.state == WriteState::kStale) return load_for(k);
      if (outcome.state == WriteState::kDone && order) order_confirmation(*order);
      if (outcome.state == WriteState::kOtherEnd) answer(k, ReportAnswer::kEnded);
      if (outcome.state == WriteState::kDone || outcome.state == WriteState::kAlready) {
        answer(k, ReportAnswer::kAcknowledged);
      }
      close_opening(k);
    });
  }
  if (kind == ErrorKind::kNotFound) {
    answer(k, ReportAnswer::kEvidenceMissing);
    return close_opening(k);
  }
  if (kind == ErrorKind::kCorrupt || kind == ErrorKind::kInvalid || kind == ErrorKind::kUnsupported) {
    return refuse_journal(k, e.status.message());
  }
  if (kind == ErrorKind::kUnavailable) return not_judged_now(k, e.status.message());
  if (++o->judge_deaths < kJudgeDeathsThatBury) {
    happened("trouble", sweep_of(o->report.token.job), o->report.token.job,
             "the judge died: " + e.status.message());
    return load_for(k);
  }
  bury(o->report.token.job, "JUDGE_FAILED", k, [this, k] {
    answer(k, ReportAnswer::kEnded);
    close_opening(k);
  });
}

// The worker keeps it and says it again later.
void Core::not_judged_now(TokenKey k, const std::string& why) {
  const Token& token = openings_.at(k).report.token;
  happened("trouble", sweep_of(token.job), token.job, "not judged now: " + why);
  answer(k, ReportAnswer::kNotLeader);
  close_opening(k);
}

void Core::close_opening(TokenKey k) {
  auto o = openings_.find(k);
  if (o == openings_.end()) return;
  if (o->second.alone) {
    alone_ = false;
  } else {
    --opening_first_;
  }
  openings_.erase(o);
  pump();
}

void Core::failure(const std::string& worker, Failure& m) {
  if (!genuine(m.token, worker)) return;
  Worker& w = touch(worker);
  ++w.failures;
  if (ending_.count(key(m.token))) return;
  if (queue_.state(m.token.job) == JobState::kEnded) return probe(worker, m.token, m.sequence);
  const Lease* lease = live(m.token);
  EndToken e;
  e.token = key(m.token);
  e.job = m.token.job;
  e.kind = m.kind;
  e.reason = m.reason;
  // A fact about the app needs a run; the death of a worker says nothing certain about the app.
  bool no_run = lease && !lease->run_answered;
  if (m.kind == FailureKind::kApp && (no_run || m.reason == FailureReason::kDiedInToken)) {
    e.kind = FailureKind::kInfrastructure;
  }
  e.detail = std::move(m.detail);
  if (e.detail.size() > kMaxDetail) e.detail.resize(kMaxDetail);
  e.file_set = m.file_set != Digest{} || !lease ? m.file_set : lease->file_set;
  e.device = m.device;
  e.worker = worker;
  if (e.kind == FailureKind::kEvasion && !control(e.job, e.token)) evaded(e);
  end_token(std::move(e), Answer{lead_.epoch, m.token, m.sequence, ReportAnswer::kAcknowledged});
}

// The app evades this class of device: another one is needed.
void Core::evaded(const EndToken& e) {
  for (const Device& d : workers_[e.worker].devices) {
    if (d.identity != e.device) continue;
    Info& i = info(e.job);
    i.needs.other_than_class = d.kind.device_class;
    commit(PutKnown{e.job, i.file_set, i.needs, i.needs_by}, nullptr);
  }
}

void Core::needs_more(const std::string& worker, NeedsMore& m) {
  if (!genuine(m.token, worker)) return;
  touch(worker);
  const JobId job = m.token.job;
  if (ending_.count(key(m.token))) return;
  if (queue_.state(job) == JobState::kEnded) return probe(worker, m.token, m.sequence);
  const Answer ack{lead_.epoch, m.token, m.sequence, ReportAnswer::kAcknowledged};
  if (control(job, key(m.token))) {
    EndToken e;
    e.token = key(m.token);
    e.job = job;
    e.detail = "no device of this worker has what it needs";
    e.worker = worker;
    return control_not_run(e, ack, nullptr);
  }
  Info& i = info(job);
  const bool same = adds_nothing(i.needs, m.needs);
  if (same && live(m.token) && i.needs_by != key(m.token) && !options_.bugs.needs_free) {
    EndToken e;  // it would go round for ever
    e.token = key(m.token);
    e.job = job;
    e.detail = "the needs add nothing to what is known";
    e.file_set = live(m.token)->file_set;
    e.worker = worker;
    return end_token(std::move(e), ack);
  }
  if (!same) {
    i.needs = merge_needs(i.needs, m.needs);
    i.needs_by = key(m.token);
  }
  i.closed = std::max(i.closed, key(m.token));
  commit(PutKnown{job, i.file_set, i.needs, i.needs_by},
         [this, worker, ack](const WriteOutcome&) { send(worker, ack); });
  if (live(m.token)) {
    lease_over(job, false);
    resolve(job);
  }
}

// A token ends once. Whether it had ended already is known inside the commit alone.
void Core::end_token(EndToken e, std::optional<Answer> answer, std::function<void()> after) {
  if (control(e.job, e.token)) return control_not_run(e, std::move(answer), std::move(after));
  e.sweep = sweep_of(e.job);
  e.at_ms = now_.wall_ms;
  e.burial = buried_with(e);
  auto [known, first] = ending_.try_emplace(e.token);
  Ending& ending = known->second;
  if (!first) {  // it ends already: a worker that reports a run and its failure, say
    ending.after = [one = std::move(ending.after), other = std::move(after)] {
      if (one) one();
      if (other) other();
    };
    return;
  }
  std::string detail = std::move(e.detail);  // for the store alone
  ending = {e, std::move(answer), std::move(after)};
  e.detail = std::move(detail);
  commit(std::move(e), [this, at = &ending](const WriteOutcome& o) { token_ended(*at, o); });
}

void Core::token_ended(Ending& at, const WriteOutcome& o) {
  const Ending ending = std::move(at);
  const EndToken& e = ending.end;
  ending_.erase(e.token);
  if (ending.answer) send(e.worker, *ending.answer);
  if (ending.after) ending.after();
  if (queue_.state(e.job) == JobState::kEnded) return;
  const bool now =
      o.state == WriteState::kDone || (o.state == WriteState::kAlready && options_.bugs.token_ends_twice);
  if (now && e.kind == FailureKind::kApp && e.file_set != Digest{} && !is_extra(e.job)) {
    ++file_set_tokens_[{e.sweep, e.file_set}];
  }
  if (o.state == WriteState::kDone && o.value == 1) {
    job_ended(e.job, e.sweep, EndKind::kBuried);
    return sweep_may_be_done(e.sweep);
  }
  Info& i = info(e.job);
  i.closed = std::max(i.closed, e.token);
  if (now) ++i.ended_tokens[static_cast<std::size_t>(e.kind)];
  auto l = leases_.find(e.job);
  if (l != leases_.end() && key(l->second.token) == e.token) {
    lease_over(e.job, false);
    avoid_place_of(e);
    after_attempt(e.job, e.kind);
  } else if (std::string why = bury_reason(e.job, nullptr); !why.empty()) {
    bury(e.job, why, {}, nullptr);
  }
}

// Whether the job is buried by the end of this token, in the same write; otherwise it goes on, or only the
// store can tell. A live lease's token beyond all that are closed has certainly not ended before.
std::optional<Burial> Core::buried_with(const EndToken& e) const {
  auto l = leases_.find(e.job);
  if (l == leases_.end() || key(l->second.token) != e.token || !l->second.groups) return std::nullopt;
  if (const ExtraJob* order = extra(e.job); order && !order->finding.empty())
    return std::nullopt;  // it answers
  const Info* i = find_info(e.job);
  const bool closed = i && e.token <= i->closed;
  if (closed || options_.bugs.token_ends_twice || queue_.state(e.job) == JobState::kEnded)
    return std::nullopt;
  std::string why = bury_reason(e.job, &e);
  if (why.empty()) return std::nullopt;
  Burial burial{std::move(why), nullptr, *l->second.groups, i != nullptr};
  if (!extra(e.job)) burial.verdict = buried_;
  return burial;
}

// Where the surroundings failed it is tried again later, each time later.
void Core::after_attempt(JobId job, FailureKind kind) {
  if (kind != FailureKind::kInfrastructure || !bury_reason(job, nullptr).empty()) return resolve(job);
  const std::int32_t n = info(job).ended_tokens[static_cast<std::size_t>(kind)];
  std::int64_t delay = options_.retry_ms << std::clamp(n - 1, 0, 10);
  later(job, std::min(delay, 40 * options_.retry_ms));
}

}  // namespace storesweep
