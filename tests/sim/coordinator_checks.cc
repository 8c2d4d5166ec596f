// What must hold of whatever a coordinator says and commits (schemas/PROTOCOL.md, "The invariants").
#include <algorithm>

#include "common/evidence/verdict_codec.h"
#include "tests/sim/coordinator.h"
#include "tests/sim/worker.h"

namespace storesweep::sim {

void SimCoordinator::check(const SendAction& a) {
  if (auto* g = std::get_if<Grant>(&a.message)) check_grant(a.worker, *g);
  if (auto* f = std::get_if<FetchedAnswer>(&a.message)) {
    TokenFacts& facts = world_.tokens[key(f->token)];
    facts.token = f->token;
    world_.trace("answer " + std::to_string(static_cast<int>(f->answer)) + " to the fetch of " +
                 std::to_string(f->token.job.value) + " by " + a.worker);
    (f->answer == FileSetAnswer::kRun ? facts.run_answered : facts.sent_off) = true;
  }
  if (auto* m = std::get_if<Answer>(&a.message)) check_answer(*m);
  if (auto* m = std::get_if<HeartbeatAnswer>(&a.message);
      m && proven_ms_ < beats_ms_[{a.worker, m->sequence}]) {
    world_.violated("6: a lease was extended without a proof of the epoch later than the heartbeat");
  }
}

// Invariants 6 and 8, for a leader of the current epoch.
void SimCoordinator::check_grant(const std::string& worker, const Grant& g) {
  if (!g.leases.empty() && proven_ms_ < asks_ms_[{worker, g.request}]) {
    world_.violated("6: a lease was given without a proof of the epoch later than the request");
  }
  for (const LeaseOffer& o : g.leases) {
    for (const auto& [k, facts] : world_.tokens) {
      if (core_->epoch() != world_.store.current_epoch() || facts.token.job != o.token.job) continue;
      if (facts.sent_off) continue;
      if (facts.token.worker != worker && world_.worker(facts.token.worker)->holds(facts.token)) {
        world_.violated("6: job " + std::to_string(o.token.job.value) + " is given to " + worker + " while " +
                        facts.token.worker + " holds it");
      }
    }
    TokenFacts& facts = world_.tokens[key(o.token)];
    if (!facts.token.worker.empty() && !(facts.token == o.token)) world_.violated("a token was given twice");
    facts.token = o.token;
    facts.run_answered |= o.file_set.has_value();
    world_.trace("grant " + std::to_string(o.token.job.value) + " to " + worker + ": " + o.listing.package);
    if (o.listing.package == kProbe && !world_.store.all_controls().count(key(o.token)))
      world_.violated("14: a control went out before it was stored");
    if (is_extra(o.token.job)) continue;
    const SweepRecord& s = world_.store.all_sweeps().at(o.sweep);
    const ShardRecord& shard = s.shards.at(o.shard);
    const std::int64_t position = o.token.job.value - shard.first.value;
    if (position >= shard.mark) world_.violated("8: a lease beyond the durable mark");
    auto at_start = mark_at_start_.find({o.sweep, o.shard});
    bool waited = world_.now() >= led_since_ms_ + core_options(world_.options).lease_ms;
    bool new_here = granted_here_.insert(o.token.job).second;
    if (new_here && !waited && at_start != mark_at_start_.end() && position < at_start->second) {
      world_.violated("8: a lease at or before the mark that was not made to wait");
    }
  }
}

// Invariants 2, 3 and 7.
void SimCoordinator::check_answer(const Answer& a) {
  if (a.answer != ReportAnswer::kAcknowledged && a.answer != ReportAnswer::kEnded) return;
  auto arrived = arrived_ms_.find(key(a.token));
  if (arrived == arrived_ms_.end() || proven_ms_ < arrived->second) {
    world_.violated("7: an answer without a proof of the epoch later than what it answers");
  }
  auto end = world_.store.ends().find(a.token.job);
  bool ended = end != world_.store.ends().end();
  bool token_ended = world_.store.tokens().count(key(a.token)) != 0;
  bool is_report = false;
  if (a.answer == ReportAnswer::kEnded && !ended)
    world_.violated("3: `ended` is said of a job that has not ended");
  if (a.answer == ReportAnswer::kAcknowledged && ended && end->second.token == key(a.token) &&
      end->second.run) {
    is_report = true;
    for (const BlobRef& b : end->second.run->blobs) {
      if (!world_.blobs.count(b.sha256)) world_.violated("2: acknowledged without its evidence");
    }
  }
  (void)is_report;
  (void)token_ended;
}

void SimCoordinator::check_committed(const std::vector<Write>& writes, const CommitResult& r) {
  if (r.state != CommitState::kCommitted) return;
  if (core_->epoch() != world_.store.current_epoch()) {
    bool wrote = std::any_of(writes.begin(), writes.end(),
                             [](const Write& w) { return !std::holds_alternative<ProbeJob>(w); });
    if (wrote) world_.violated("7: a commit of an old epoch");
  }
  std::set<JobId> listings;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (r.outcomes[i].state == WriteState::kRefused) {
      world_.violated("the store refused a write: " + r.outcomes[i].message);
    }
    if (r.outcomes[i].state != WriteState::kDone) continue;
    note_control(writes[i]);
    if (auto* e = std::get_if<Box<EndJob>>(&writes[i])) {
      check_end(**e);
      world_.ended_ms.emplace((*e)->job, world_.now());
      listings.insert(note_last_word(**e));
    }
    if (auto* o = std::get_if<OrderJob>(&writes[i])) {
      world_.trace("retest " + std::to_string(o->order.job.value) + " of " +
                   std::to_string(o->order.parent.value));
    }
    if (auto* t = std::get_if<EndToken>(&writes[i])) {
      world_.trace("token of " + std::to_string(t->job.value) + " ended: " + std::string(name(t->kind)) +
                   " " + t->detail);
      check_silence(*t);
      if (world_.store.all_controls().count(t->token)) world_.violated("14: a control counted as an attempt");
      if (r.outcomes[i].value == 1) {
        check_end(world_.store.ends().at(t->job));
        world_.ended_ms.emplace(t->job, world_.now());
      }
    }
  }
  for (JobId listing : listings) check_last_word(listing);
}

// A whole run has the word on every rule, a retest on those of its order, a confirmation on those that are
// still as the run has left them that it repeats.
JobId SimCoordinator::note_last_word(const EndJob& end) {
  auto e = world_.store.extras().find(end.job);
  const bool is_listing = e == world_.store.extras().end();
  const JobId listing = is_listing ? end.job : e->second.parent;
  const RunId run = end.run ? end.run->id : end.reused;
  if (end.how != EndKind::kVerdict || !run) return listing;
  for (const std::string& rule : kRules) {
    RunId& last = world_.last_word[listing][rule];
    const auto& rules = is_listing ? std::vector<std::string>{} : e->second.rules;
    const bool of_it = rules.empty() || std::find(rules.begin(), rules.end(), rule) != rules.end();
    const bool confirms = !is_listing && e->second.kind == JobKind::kConfirmation;
    if (of_it && (!confirms || last == e->second.base_run)) last = run;
  }
  return listing;
}

// Invariant 12.
void SimCoordinator::check_last_word(JobId listing) {
  auto stored = world_.store.result(listing);
  if (!stored.ok() || stored->verdict.empty()) return;
  const Verdict verdict = decode_verdict_untrusted(stored->verdict).value_or(Verdict{});
  for (const auto& word : world_.last_word[listing]) {
    const std::string& rule = word.first;
    const RunId run = word.second;
    if (!run) continue;
    const Digest journal = world_.store.run(run)->blobs[0].sha256;
    const bool there = std::any_of(verdict.findings.begin(), verdict.findings.end(), [&](const Finding& f) {
      return f.rule == rule && std::any_of(f.evidence.begin(), f.evidence.end(),
                                           [&](const EvidenceRef& r) { return r.journal == journal; });
    });
    if (!there)
      world_.violated("12: the verdict of " + std::to_string(listing.value) + " lost what run " +
                      std::to_string(run.value) + " found of " + rule);
  }
}

void SimCoordinator::check_end(const EndJob& end) {
  world_.trace("end " + std::to_string(end.job.value) + " " + std::string(name(end.how)) + " " + end.reason +
               (end.order ? ", orders " + std::to_string(end.order->job.value) : ""));
  if (end.token != TokenKey{} && !world_.tokens.count(end.token))
    world_.violated("an invented token ended a job");
  if (end.how == EndKind::kVerdict) {
    ++world_.result.verdicts;
    if (end.reused) ++world_.result.reused;
    if (is_extra(end.job)) ++world_.result.confirmations;
    if (end.run) {
      check_run(*end.run);
      const JournalHeader& h = world_.journals.at(end.run->blobs[0].sha256).header;
      if (h.token != end.token || h.job != end.job)
        world_.violated("2: a verdict rests on another run's journal");
      for (const BlobRef& b : end.run->blobs) {
        if (!world_.blobs.count(b.sha256)) world_.violated("2: a verdict without its evidence");
      }
    }
  }
  if (end.judged) {
    const auto of = world_.store.jobs(std::vector<JobId>{end.judged->job});
    if (of->empty() || of->at(0).sweep != end.judged->sweep)
      world_.violated("1: a verdict counted in another sweep");
  }
  if (end.order && end.judged && end.order->sweep != end.judged->sweep) {
    world_.violated("10: a second run booked to another sweep");
  }
  if (end.how == EndKind::kBuried) check_buried(end);
  if (end.how == EndKind::kNoDevice) {  // a true reason
    auto i = world_.store.extras().find(end.job);
    Wish wish;
    if (i != world_.store.extras().end()) {
      auto parent = world_.store.jobs(std::vector<JobId>{i->second.parent});
      const App& app = world_.app(parent->at(0).listing.package);
      wish.needs = app.needs;
      if (app.evades) wish.needs.other_than_class = "emulator";
      wish.not_on_device = i->second.not_on_device;
      wish.on_kind = i->second.on_kind;
      if (world_.served(wish)) {
        world_.violated("10: SINGLE_DEVICE though there is a second one: not on " + wish.not_on_device +
                        " on " + (wish.on_kind ? text(*wish.on_kind) : "any"));
      }
    } else {
      auto payload = world_.store.jobs(std::vector<JobId>{end.job});
      const App& app = world_.app(payload->at(0).listing.package);
      wish.needs = app.needs;
      if (app.evades) wish.needs.other_than_class = "emulator";
      if (world_.served(wish)) {
        std::string known;
        for (const DeviceStatus& d : core_->devices())
          known += " " + d.device.identity + "=" + text(d.device.kind);
        world_.violated("10: NO_DEVICE_KIND for " + wish_key(wish) + " though there is one; known:" + known);
      }
    }
  }
}

// Invariant 4.
void SimCoordinator::check_buried(const EndJob& end) {
  ++world_.result.buried;
  auto payload = world_.store.jobs(std::vector<JobId>{end.job});
  if (end.reason == "FILE_SET_CHANGED") return;
  if (end.reason == "JUDGE_FAILED") {
    auto notes = world_.store.notes().find(end.token);
    bool noted = notes != world_.store.notes().end() && notes->second > 2;
    auto e = world_.store.extras().find(end.job);
    JobId listing = e == world_.store.extras().end() ? end.job : e->second.parent;
    const App& app = world_.app(world_.store.jobs(std::vector<JobId>{listing})->at(0).listing.package);
    if (!noted && !app.kills_judge) world_.violated("4: buried as JUDGE_FAILED without two notes");
    return;
  }
  const CoreOptions o = core_options(world_.options);
  static const std::map<std::string, FailureKind> kKinds = {{"APP", FailureKind::kApp},
                                                            {"DEVICE", FailureKind::kDevice},
                                                            {"INFRASTRUCTURE", FailureKind::kInfrastructure},
                                                            {"EVASION", FailureKind::kEvasion},
                                                            {"JOURNAL_REFUSED", FailureKind::kJournal}};
  const FailureKind kind = kKinds.at(end.reason);
  Digest file_set{};
  if (!payload->empty()) file_set = world_.app(payload->at(0).listing.package).file_set;
  std::int32_t n = 0;
  for (const auto& [k, t] : world_.store.tokens()) {
    bool mine = t.job == end.job || (kind == FailureKind::kApp && !is_extra(end.job) && !is_extra(t.job) &&
                                     t.file_set == file_set && t.sweep == end.sweep);
    if (!mine || t.kind != kind) continue;
    if (kind == FailureKind::kApp && !world_.tokens[k].run_answered) {
      world_.violated("4: an attempt of a token that was never answered `run`");
    }
    ++n;
  }
  if (n < o.attempts[static_cast<std::size_t>(kind)]) {
    world_.violated("4: buried (" + end.reason + ") after " + std::to_string(n) + " tokens");
  }
}

// The silence of one worker counts only when others lived through the same period.
void SimCoordinator::check_silence(const EndToken& e) {
  if (e.detail != "silence") return;
  const std::int64_t lease_ms = core_options(world_.options).lease_ms;
  for (const auto& [worker, times] : world_.delivered_ms) {
    if (worker == e.worker || times.empty()) continue;
    if (times.back() >= world_.now() - lease_ms && times.front() <= world_.now() - lease_ms) return;
  }
  world_.violated("silence was counted though nobody else lived");
}

// Invariant 9: those that wait are exactly those that some live lease's end will free.
void SimCoordinator::check_waiters() {
  std::int64_t waiting = 0, counted = 0;
  for (const auto& [job, lease] : core_->leases()) {
    granted_here_.insert(job);  // also what was taken up again: this leader knows when its lease ends
    for (JobId w : lease.waiters) {
      if (is_extra(w) || core_->queue().state(w) != JobState::kWaiting) continue;
      ++waiting;
    }
  }
  for (SweepId s : core_->queue().sweeps()) {
    for (const auto& c : core_->queue().counts(s)) counted += c.waiting;
  }
  if (counted != waiting) world_.violated("9: a job waits without a live lease that runs its file set");
}

}  // namespace storesweep::sim
