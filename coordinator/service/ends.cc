// How a job ends, and what hangs on it: the run, the verdict with its tallies, the order for a confirming
// run.
#include <algorithm>

#include "common/evidence/verdict_codec.h"
#include "common/report/finding_id.h"
#include "common/report/people.h"
#include "coordinator/service/aggregates.h"
#include "coordinator/service/core.h"

namespace storesweep {

PlainVerdict Core::coded(const Verdict& verdict) { return {encode_verdict(verdict), tallies(verdict)}; }

// `job` is of a sweep; where that is over the queue knows it no more, so the sweep is told.
Judged Core::judged(JobId job, SweepId sweep, const Listing& listing, PlainVerdict verdict,
                    std::vector<RunId> runs, std::string why) {
  Judged j;
  j.job = job;
  j.sweep = sweep;
  j.verdict = std::move(verdict.verdict);
  j.groups = groups(listing);
  j.tallies = std::move(verdict.tallies);
  j.runs = std::move(runs);
  j.why = std::move(why);
  j.at_ms = now_.wall_ms;
  return j;
}

// What a run of its own makes of the verdict of its listing: nothing, when that has gone on meanwhile.
std::optional<Judged> Core::attached(const ExtraJob& order, const StoredResult& standing,
                                     const Listing& listing, std::optional<Amended> amended,
                                     std::string why) {
  if (!amended) return std::nullopt;
  Judged j = judged(order.parent, order.sweep, listing, coded(amended->verdict), std::move(amended->runs),
                    std::move(why));
  const bool whole_retest = order.kind == JobKind::kRetest && order.rules.empty();
  if (!whole_retest && !options_.bugs.amends_unchecked) j.made_from = standing.judgement;
  return j;
}

// A violation must be repeated on another device of the same kind.
std::optional<ExtraJob> Core::confirmation(JobId about, const Verdict& verdict, const RunRecord& first) {
  if (verdict.confirm_rules.empty()) return std::nullopt;
  // The run may be of an earlier sweep, and stand in for this job.
  const SweepId own = queue_.sweep_of(about);
  return second_run(about, own && !options_.bugs.wrong_sweep ? own : first.sweep, verdict.confirm_rules,
                    first);
}

ExtraJob Core::second_run(JobId about, SweepId sweep, std::vector<std::string> rules,
                          const RunRecord& first) {
  ExtraJob e;
  e.job = next_extra_;
  next_extra_ = JobId{next_extra_.value + 1};
  e.parent = about;
  e.sweep = sweep;
  e.rules = std::move(rules);
  e.base_run = first.id;
  e.not_on_device = first.device.identity;
  e.on_kind = first.device.kind;
  e.file_set = first.file_set;
  return e;
}

RunRecord Core::run_of(const Opening& o, const Verdict& verdict) {
  const Report& r = o.report;
  RunRecord run;
  run.id = next_run_;
  next_run_ = RunId{next_run_.value + 1};
  run.token = key(r.token);
  run.job = r.token.job;
  run.sweep = sweep_of(run.job);
  run.base_run = o.base;
  run.file_set = r.file_set;
  run.device = r.device;
  run.worker = o.worker;
  run.depth = r.depth;
  if (const ExtraJob* e = extra(run.job)) run.rules = e->rules;
  run.partial = !run.rules.empty();
  run.transient = transient(verdict);
  run.pack_version = verdict.pack_version;
  run.blobs = r.blobs;
  run.figures = r.figures;
  run.sdks = admitted(r.sdks, options_.sdks.get());
  run.at_ms = now_.wall_ms;
  return run;
}

EndJob Core::end_by_report(const Opening& o, const Verdict& verdict) {
  const Report& r = o.report;
  const JobId job = r.token.job;
  const ExtraJob* e = extra(job);
  const JobId about = e ? e->parent : job;
  EndJob end;
  end.job = job;
  end.sweep = sweep_of(job);
  end.token = key(r.token);
  RunRecord run = run_of(o, verdict);
  if (!e) {
    end.judged = judged(job, end.sweep, o.payload->listing, coded(verdict), {run.id}, "first");
  } else if (options_.bugs.confirms_superseded && o.base) {
    end.judged =
        judged(about, end.sweep, o.payload->listing, coded(verdict), {o.base, run.id}, "confirmation");
  } else if (!e->finding.empty()) {
    end.answer = answer_of(*e, o, verdict);
  } else {
    end.judged = attached(*e, *o.standing, o.payload->listing, amended(*o.standing, *e, run.id, verdict),
                          o.base ? "confirmation" : "retest");
  }
  if (!o.base && !end.answer) end.order = confirmation(about, verdict, run);
  // A confirmation is judged with the run that it repeats: of its journal alone nothing is known here.
  if (!o.base && !r.hint.empty() && r.hint != encode_verdict(verdict)) {
    ++workers_[o.worker].overruled;
    ++counted_.overruled;
    happened("trouble", end.sweep, job,
             o.worker + " reported a verdict that its journal does not bear: overruled");
  }
  end.run = std::move(run);
  end.close_with = options_.closing_key;
  return end;
}

// The retest of a finding ends with an answer, whatever became of it; without a run it says nothing.
FindingAct Core::answer_of(const ExtraJob& order, const Opening& o, const Verdict& verdict) const {
  const StoredResult& standing = *o.standing;
  Finding about;
  about.rule = order.rules.empty() ? "" : order.rules[0];
  if (const auto stands = decode_verdict_untrusted(standing.verdict); stands.ok()) {
    if (const Finding* f = find_finding(*stands, order.finding)) about = *f;
  }
  const bool other_version = standing.run && standing.run->file_set != o.report.file_set;
  FindingAct act = answer_to(order, retest_outcome(about, verdict, other_version), now_.wall_ms);
  act.verdict = encode_verdict(verdict);
  act.journal_sha256 = to_hex(o.report.blobs[0].sha256);
  act.judgement = standing.judgement;
  return act;
}

void Core::end_job(EndJob end, Then then) {
  end.at_ms = now_.wall_ms;
  if (const ExtraJob* e = extra(end.job); e && !e->finding.empty() && !end.answer) {
    end.answer = answer_to(*e, RetestOutcome::kNotTested, now_.wall_ms);
    end.answer->reason = end.reason;
  }
  auto known = [this, job = end.job, sweep = end.sweep, how = end.how, order = end.order] {
    job_ended(job, sweep, how);
    if (order) confirmation_ordered(*order);
    sweep_may_be_done(sweep);
  };
  commit(Box<EndJob>(std::move(end)),
         [known = std::move(known), then = std::move(then)](const WriteOutcome& o) {
           if (o.state == WriteState::kDone) known();
           if (then) then(o);
         });
}

// Never run to an end: buried, visible and counted. A job that ended otherwise meanwhile stays so.
void Core::bury(JobId job, const std::string& reason, TokenKey token, const std::function<void()>& after) {
  if (control(job, token)) {
    EndToken e;
    e.token = token;
    e.job = job;
    e.detail = reason;
    return control_not_run(e, std::nullopt, after);
  }
  with_payload(job, [this, job, reason, token, after](const std::shared_ptr<const JobPayload>& p) {
    EndJob end;
    end.job = job;
    end.sweep = sweep_of(job);
    end.how = EndKind::kBuried;
    end.reason = reason;
    end.token = token;
    if (!extra(job)) end.judged = judged(job, end.sweep, p->listing, *buried_, {}, "first");
    end_job(std::move(end), [after](const WriteOutcome&) {
      if (after) after();
    });
  });
}

void Core::job_ended(JobId job, SweepId sweep, EndKind how) {
  const bool listing = !is_extra(job);
  happened("ended", sweep, job, std::string(name(how)));  // first: it is still known whose second run it was
  queue_.set(job, JobState::kEnded);
  lease_over(job, how == EndKind::kVerdict);
  info_.erase(job);
  taken_.erase(job);
  listings_.erase(job);
  if (listing) {
    ++ended_by_[sweep][std::string(name(how))];
    auto& recent = ended_recently_[sweep];
    const std::int64_t slot = now_.steady_ms / 10'000;
    if (recent.empty() || recent.back().first != slot) recent.emplace_back(slot, 0);
    ++recent.back().second;
    if (recent.size() > 30) recent.pop_front();
  }
}

void Core::confirmation_ordered(const ExtraJob& order) {
  queue_.add_extra(order.job, order.sweep, order.kind == JobKind::kRetest);
  info(order.job).extra = order;
  happened("finding", order.sweep, order.parent, "to be confirmed");
  resolve(order.job);
}

// Only with the bug confirm_later.
void Core::order_confirmation(const ExtraJob& order) {
  commit(OrderJob{order}, [this, order](const WriteOutcome& o) {
    if (o.state == WriteState::kDone) confirmation_ordered(order);
  });
}

void Core::sweep_may_be_done(SweepId sweep) {
  if (!sweeps_.count(sweep) || !queue_.all_ended(sweep)) return;
  commit(SetSweep{sweep, SweepState::kDone, now_.wall_ms}, [this, sweep](const WriteOutcome&) {
    happened("progress", sweep, {}, "done");
    forget_sweep(sweep);
  });
}

// The listing of the job, or of its parent.
void Core::with_payload(JobId job, const std::function<void(std::shared_ptr<const JobPayload>)>& then) {
  if (const Info* i = find_info(job); i && i->payload) return then(i->payload);
  const ExtraJob* e = extra(job);
  const JobId wanted = e ? e->parent : job;
  read_jobs({wanted}, [this, job, then](std::vector<JobPayload> read) {
    // Where there is none the job has ended (a retest's parent is known no more), and the commit will say so.
    auto p = std::make_shared<const JobPayload>(read.empty() ? JobPayload{} : std::move(read[0]));
    if (read.empty() && queue_.state(job) != JobState::kEnded) {
      happened("trouble", {}, job, "the store does not know this job");
    }
    if (queue_.state(job) != JobState::kEnded) info(job).payload = p;
    then(p);
  });
}

}  // namespace storesweep
