#include "tests/sim/coordinator.h"

#include <algorithm>

#include "common/evidence/verdict_codec.h"
#include "coordinator/judging/claim.h"
#include "tests/sim/worker.h"

namespace storesweep::sim {

CoreOptions core_options(const Options& options, bool controls) {
  CoreOptions o;
  o.lease_ms = 2'000;
  o.drift_ms = 100;
  o.mark_block = 3;
  o.attempts = {2, 8, 10, 4, 3};
  o.retry_ms = 100;
  o.no_device_ms = 4'000;
  o.ask_hold_ms = 300;
  o.gate_ms = 300;
  o.read_ahead = 8;
  o.pack_version = "p1";
  o.evidence_base = "sim:";
  o.bugs = options.core;
  if (controls) {
    Probe probe{"probe.apk", kProbe, "", "", "", {}};
    for (const std::string& rule : kRules) probe.expected.push_back({rule, Level::kViolation});
    o.controls = {{probe}, "sim:", 4};
  }
  return o;
}

SimCoordinator::SimCoordinator(World& world, int number) : world_(world), number_(number) {}

void SimCoordinator::start() {
  ++life_;
  auto lead = world_.store.take_lead(world_.random().next_u64());
  auto loaded = world_.store.load();
  world_.trace("coordinator " + std::to_string(number_) + " leads epoch " + std::to_string(lead->epoch));
  mark_at_start_.clear();
  for (const auto& [id, s] : world_.store.all_sweeps()) {
    for (std::uint32_t i = 0; i < s.shards.size(); ++i) mark_at_start_[{id, i}] = s.shards[i].mark;
  }
  granted_here_.clear();
  arrived_ms_.clear();
  beats_ms_.clear();
  asks_ms_.clear();
  inbox_.clear();
  commits_.clear();
  committing_ = turning_ = false;
  proven_ms_ = world_.now();
  led_since_ms_ = drained_ms_ = world_.now();
  stalled_until_ms_ = 0;
  core_ = std::make_unique<Core>(core_options(world_.options, world_.controls), *lead, std::move(*loaded),
                                 Now{world_.now(), world_.now()});
  world_.after(1, [this, life = life_] {
    if (life == life_) tick();
  });
}

void SimCoordinator::crash(const std::string& why) {
  if (!core_) return;
  ++world_.result.crashes;
  world_.trace("coordinator " + std::to_string(number_) + " down: " + why);
  ++life_;
  core_.reset();
  world_.coordinator_down(this);
}

bool SimCoordinator::stalled() const { return world_.now() < stalled_until_ms_; }

void SimCoordinator::stall(std::int64_t ms) {
  if (!core_ || stalled()) return;
  world_.trace("coordinator " + std::to_string(number_) + " stalls " + std::to_string(ms));
  stalled_until_ms_ = world_.now() + ms;
  world_.after(ms, [this, life = life_] {
    if (life != life_) return;
    tick();  // on waking the timer goes off first
    turn();
  });
}

void SimCoordinator::deliver(const std::string& worker, std::vector<FromWorker> turn) {
  if (!core_) return;
  for (const FromWorker& message : turn) note_arrival(worker, message);
  feed(FromWorkerEvent{worker, std::move(turn)});
}

void SimCoordinator::note_arrival(const std::string& worker, const FromWorker& message) {
  auto note = [&](const Token& t) {
    arrived_ms_.try_emplace(key(t), world_.now());
    world_.trace(worker + " reports " + std::to_string(message.index()) + " of " +
                 std::to_string(t.job.value));
  };
  if (auto* m = std::get_if<Report>(&message)) note(m->token);
  if (auto* m = std::get_if<Ask>(&message)) asks_ms_.try_emplace({worker, m->request}, world_.now());
  if (auto* m = std::get_if<Heartbeat>(&message)) beats_ms_.try_emplace({worker, m->sequence}, world_.now());
  if (auto* m = std::get_if<Failure>(&message)) note(m->token);
  if (auto* m = std::get_if<NeedsMore>(&message)) note(m->token);
  if (auto* m = std::get_if<Hello>(&message)) {
    std::string line = worker + " says hello with";
    for (const Device& d : m->devices) line += " " + d.identity + "=" + text(d.kind);
    world_.trace(line);
  }
}

void SimCoordinator::command(Command c) {
  if (core_) feed(std::move(c));
}

bool SimCoordinator::take_evidence(const Token& token, const Digest& blob) {
  return core_->take_evidence(token, blob, 100).ok();
}

void SimCoordinator::feed(CoreEvent event) {
  inbox_.push_back(std::move(event));
  turn();
}

void SimCoordinator::turn() {
  if (turning_ || stalled()) return;
  turning_ = true;
  while (core_ && !inbox_.empty() && !world_.broken()) {
    std::vector<CoreEvent> events;  // what lies there is one turn of the core, or several
    for (std::size_t n = 1 + world_.random().below(inbox_.size()); n > 0; --n) {
      CoreEvent& e = events.emplace_back(std::move(inbox_.front()));
      inbox_.pop_front();
      if (auto* m = std::get_if<FromWorkerEvent>(&e)) world_.delivered_ms[m->worker].push_back(world_.now());
      ++world_.result.steps;
    }
    const std::uint64_t life = life_;
    carry_out(core_->on(std::move(events), Now{world_.now(), world_.now()}));
    if (life == life_) check_waiters();
  }
  turning_ = false;
  if (core_) drained_ms_ = world_.now();
}

void SimCoordinator::tick() {
  if (!core_) return;
  if (!stalled()) {
    std::set<TokenKey> before;
    for (const auto& [job, lease] : core_->leases()) before.insert(key(lease.token));
    std::vector<Action> actions =
        core_->on(Tick{inbox_.empty() ? world_.now() : drained_ms_}, Now{world_.now(), world_.now()});
    for (const auto& [job, lease] : core_->leases()) before.erase(key(lease.token));
    for (const CoreEvent& e : inbox_) {  // a lease that a heartbeat in the inbox still names was given up
      auto* m = std::get_if<FromWorkerEvent>(&e);
      for (const FromWorker& message : m ? m->turn : std::vector<FromWorker>{}) {
        auto* h = std::get_if<Heartbeat>(&message);
        for (const Running& r : h ? h->running : std::vector<Running>{}) {
          if (before.count(key(r.token))) world_.violated("a lease expired while its heartbeat lay unread");
        }
      }
    }
    carry_out(std::move(actions));
    if (!core_) return;
    check_waiters();
  }
  world_.after(core_options(world_.options).tick_ms(), [this, life = life_] {
    if (life == life_) tick();
  });
}

// An answer that takes its time and is lost when the process dies.
void SimCoordinator::answer_later(const std::function<std::optional<CoreEvent>()>& answer) {
  world_.after(1 + static_cast<std::int64_t>(world_.random().below(15)), [this, life = life_, answer] {
    if (life != life_) return;
    if (auto e = answer()) feed(std::move(*e));
  });
}

// What it says to a worker in one go is one turn.
void SimCoordinator::carry_out(std::vector<Action> actions) {
  const std::uint64_t life = life_;
  std::vector<std::pair<std::string, std::vector<ToWorker>>> turns;
  for (Action& action : actions) {
    if (life != life_) break;
    auto* said = std::get_if<SendAction>(&action);
    if (!said) {
      carry_out(action);
      continue;
    }
    check(*said);
    auto at =
        std::find_if(turns.begin(), turns.end(), [&](const auto& t) { return t.first == said->worker; });
    if (at == turns.end()) at = turns.insert(turns.end(), {said->worker, {}});
    at->second.push_back(said->message);
  }
  for (auto& [worker, turn] : turns) world_.to_worker(worker, std::move(turn));
}

void SimCoordinator::carry_out(Action& action) {
  MemoryStore& store = world_.store;
  if (auto* c = std::get_if<CommitAction>(&action)) {
    commits_.push_back(std::move(*c));
    commit_next();
  } else if (auto* r = std::get_if<ReadEpoch>(&action)) {
    answer_later([this, id = r->id] {
      auto epoch = world_.store.epoch();
      if (*epoch == core_->epoch()) proven_ms_ = world_.now();
      return std::optional<CoreEvent>(EpochRead{id, epoch});
    });
  } else if (auto* j = std::get_if<ReadJobs>(&action)) {
    answer_later([&store, j = *j] { return std::optional<CoreEvent>(JobsRead{j.id, store.jobs(j.jobs)}); });
  } else if (auto* u = std::get_if<ReadRuns>(&action)) {
    answer_later([&store, u = *u]() -> std::optional<CoreEvent> {
      if (u.run) {
        auto run = store.run(u.run);
        return RunsRead{u.id, run.ok() ? std::vector<RunRecord>{*run} : std::vector<RunRecord>{}};
      }
      return RunsRead{u.id, u.confirming ? store.runs_confirming(u.confirming) : store.runs_of(u.file_set)};
    });
  } else if (auto* x = std::get_if<ReadResult>(&action)) {
    answer_later([&store, x = *x] {
      return std::optional<CoreEvent>(ResultRead{x.id, store.result(x.job)});
    });
  } else if (auto* s = std::get_if<ReadSweep>(&action)) {
    answer_later([&store, s = *s] {
      return std::optional<CoreEvent>(SweepRead{s.id, store.sweep(s.sweep)});
    });
  } else if (auto* t = std::get_if<ReadTrail>(&action)) {
    answer_later([&store, t = *t] {
      return std::optional<CoreEvent>(TrailRead{t.id, store.trail_of(t.device)});
    });
  } else if (auto* rest = std::get_if<ReadResting>(&action)) {
    answer_later([&store, r = *rest] {
      return std::optional<CoreEvent>(RestingRead{r.id, store.resting_on(r.device, r.since, r.from)});
    });
  } else if (auto* b = std::get_if<CheckBlobs>(&action)) {
    answer_later([this, b = *b] {
      bool there = std::all_of(b.blobs.begin(), b.blobs.end(),
                               [&](const BlobRef& one) { return world_.blobs.count(one.sha256) != 0; });
      return std::optional<CoreEvent>(BlobsChecked{b.id, there});
    });
  } else if (auto* judge_it = std::get_if<Box<JudgeAction>>(&action)) {
    judge(**judge_it);
  } else if (std::get_if<StepDown>(&action)) {
    crash("steps down: " + std::get<StepDown>(action).why);
  } else if (auto* h = std::get_if<Happened>(&action); h && h->kind == "trouble") {
    world_.trace("trouble: " + h->text);
  }
}

void SimCoordinator::judge(const JudgeAction& a) {
  const JournalFacts* last = nullptr;
  std::set<std::string> on;
  bool blind = false;
  for (const Digest& d : a.journals) {
    if (!world_.blobs.count(d)) {
      answer_later([id = a.id] {
        return std::optional<CoreEvent>(JudgedEvent{id, not_found("journal"), {}});
      });
      return;
    }
    last = &world_.journals.at(d);
    on.insert(last->header.device);
    blind = blind || last->blind;
  }
  const App& app = world_.app(a.listing.package);
  Status fits = a.claim.empty() ? ok_status() : check_claim(a.claim, last->header);
  if (fits.ok() && !a.claim.empty() && last->header.package != app.package)
    fits = invalid("another app's journal");
  if (!fits.ok()) {
    answer_later([id = a.id, fits] { return std::optional<CoreEvent>(JudgedEvent{id, fits, {}}); });
    return;
  }
  if (last->kills_coordinator) return crash("a report killed it");
  if (last->kills_judge) {
    answer_later([id = a.id] { return std::optional<CoreEvent>(JudgedEvent{id, internal("died"), {}}); });
    return;
  }
  Verdict v;
  v.pack_version = "p1";
  v.depth = a.depth;
  v.runs = static_cast<int>(a.journals.size());
  for (int t = 0; t < kTaskCount; ++t)
    v.rows[static_cast<std::size_t>(t)] = {t + 1, Level::kNotFound, 1, 1, {}};
  const bool repeated = a.journals.size() > 1;
  if (app.violates && repeated && on.size() < 2)
    world_.violated("10: a confirmation on the device of the first run");
  for (const std::string& rule : kRules) {
    const bool asked = a.rules.empty() || std::find(a.rules.begin(), a.rules.end(), rule) != a.rules.end();
    const Level guilty = repeated ? Level::kViolation : Level::kSuspected;
    const bool seen = app.violates && !blind;
    v.items.push_back({rule, !asked ? Level::kNotTested : seen ? guilty : Level::kNotFound, {}});
    Finding f;  // names all that it was judged from
    f.rule = rule;
    for (const Digest& d : a.journals) f.evidence.push_back({d, 0, ""});
    if (seen && !repeated) f.missing = {Missing::kConfirmation};
    v.findings.push_back(f);
    if (seen && asked && !repeated) v.confirm_rules.push_back(rule);
  }
  answer_later([id = a.id, v] { return std::optional<CoreEvent>(JudgedEvent{id, {}, v}); });
}

void SimCoordinator::commit_next() {
  if (committing_ || commits_.empty()) return;
  committing_ = true;
  world_.after(2 + static_cast<std::int64_t>(world_.random().below(20)), [this, life = life_] {
    if (life != life_) return;
    CommitAction c = std::move(commits_.front());
    commits_.pop_front();
    committing_ = false;
    CommitResult r;
    if (world_.chance(world_.faults.unknown_commit)) {
      if (world_.random().chance(0.5))
        check_committed(c.writes, world_.store.commit(core_->epoch(), c.writes));
      r.state = CommitState::kUnknown;
      r.message = "the connection broke";
    } else {
      r = world_.store.commit(core_->epoch(), c.writes);
      check_committed(c.writes, r);
    }
    if (r.state == CommitState::kCommitted) proven_ms_ = world_.now();
    commit_next();
    // The committer is one thread: its answers come in the order of the commits.
    told_until_ms_ =
        std::max(told_until_ms_, world_.now() + 1 + static_cast<std::int64_t>(world_.random().below(15)));
    world_.after(told_until_ms_ - world_.now(), [this, mine = life_, id = c.id, r] {
      if (mine == life_) feed(Committed{id, r});
    });
  });
}

}  // namespace storesweep::sim
