#include "tests/sim/worker.h"

#include <algorithm>

namespace storesweep::sim {
namespace {
constexpr std::int64_t kLeaseSlack = 20;
}

SimWorker::SimWorker(World& world, std::string name, std::vector<Device> devices)
    : world_(world), name_(std::move(name)), devices_(std::move(devices)) {}

void SimWorker::later(std::int64_t ms, std::function<void()> what) {
  world_.after(ms, [this, life = life_, what = std::move(what)] {
    if (life == life_ && session_) what();
  });
}

void SimWorker::start() {
  ++life_;
  well_since_ms_ = std::max(well_since_ms_, world_.now());
  std::vector<Outcome> spooled;
  for (const auto& [token, note] : notes_) {  // it died in this token
    Failure f;
    f.token = note.first;
    f.sequence = ++sequence_;
    f.reason = FailureReason::kDiedInToken;
    f.file_set = note.second;
    spool_[f.sequence] = f;
  }
  notes_.clear();
  for (const auto& [sequence, outcome] : spool_) spooled.push_back(outcome);
  link::SessionOptions o;
  o.worker = name_;
  o.incarnation = static_cast<std::uint64_t>(world_.now() + 1) << 20 | (world_.random().next_u64() & 0xfffff);
  o.scripted = true;
  o.slots = devices_.size() + 1;
  o.hello_again_ms = 300;
  o.hello_again_max_ms = 2'000;
  o.ask_again_ms = 600;
  o.outbox = {900, 4'000, 200, 2'000};
  session_ = std::make_unique<link::Session>(o, std::move(spooled));
  devices_changed();
  feed(link::Connected{});
  later(20, [this] { tick(); });
}

void SimWorker::tick() {
  feed(link::Tick{});
  std::vector<Token> due;
  for (auto& [k, job] : jobs_) {
    if (job.stages->next_due() <= world_.now()) due.push_back(job.offer.token);
  }
  for (const Token& t : due) feed(t, job::StageTick{});
  later(std::clamp<std::int64_t>(session_->next_due() - world_.now(), 5, 100), [this] { tick(); });
}

void SimWorker::crash(bool keep_spool, std::int64_t back_after_ms) {
  if (!session_) return;
  ++world_.result.crashes;
  world_.trace(name_ + " dies, spool " + (keep_spool ? "kept" : "lost"));
  ++life_;
  session_.reset();
  for (auto& [k, job] : jobs_) {
    if (!job.device.empty()) world_.held_devices.erase(job.device);
  }
  jobs_.clear();
  if (!keep_spool) {
    spool_.clear();
    notes_.clear();
  }
  world_.after(back_after_ms, [this, life = life_] {
    if (life == life_) start();
  });
}

void SimWorker::vanish(std::size_t device, std::int64_t back_after_ms) {
  if (!gone_.insert(devices_[device].identity).second) return;
  if (session_) devices_changed();
  world_.after(back_after_ms, [this, device] {
    gone_.erase(devices_[device].identity);
    well_since_ms_ = std::max(well_since_ms_, world_.now());
    if (session_) devices_changed();
  });
}

void SimWorker::devices_changed() {
  link::DevicesChanged e;
  for (const Device& d : devices_) {
    if (gone_.count(d.identity)) continue;
    e.all.push_back(d);
    bool held =
        std::any_of(jobs_.begin(), jobs_.end(), [&](auto& j) { return j.second.device == d.identity; });
    if (!held) e.free_devices.push_back(d.identity);
  }
  feed(e);
}

void SimWorker::receive(std::vector<ToWorker> turn) {
  if (!session_) return;
  for (ToWorker& message : turn) {
    auto* g = std::get_if<Grant>(&message);
    if (!g || !world_.options.other.lease_from_answer) continue;
    for (LeaseOffer& o : g->leases) o.lease_ms += o.lease_ms / 2;
  }
  feed(link::Received{std::move(turn)});
}

bool SimWorker::holds(const Token& token) const {
  if (!session_ || !jobs_.count(key(token))) return false;  // what is in the spool does not run any more
  auto until = session_->lease_expires_ms(token);
  return until && *until > world_.now() + kLeaseSlack;
}

SimWorker::Job* SimWorker::job_of(const Token& token) {
  auto j = jobs_.find(key(token));
  return j == jobs_.end() ? nullptr : &j->second;
}

void SimWorker::feed(const link::SessionEvent& event) {
  std::vector<FromWorker> turn;
  const std::vector<link::SessionAction> actions = session_->on(event, world_.now());
  for (const link::SessionAction& a : actions) {
    if (auto* m = std::get_if<FromWorker>(&a)) turn.push_back(*m);
  }
  if (!turn.empty() && !cut_off()) world_.to_coordinator(name_, std::move(turn));
  for (const link::SessionAction& a : actions) {
    if (!session_) return;
    act(a);
  }
}

void SimWorker::feed(const Token& token, const job::StageEvent& event) {
  Job* job = job_of(token);
  if (!job) return;
  std::vector<job::StageAction> actions = job->stages->on(event, world_.now());
  for (const job::StageAction& a : actions) {
    if (!session_) return;
    act(token, a);
  }
}

void SimWorker::act(const link::SessionAction& action) {
  if (auto* m = std::get_if<FromWorker>(&action)) {
    if (auto* r = std::get_if<Report>(m); r && world_.options.other.spool_dropped) spool_.erase(r->sequence);
  } else if (auto* s = std::get_if<link::StartLease>(&action)) {
    Job& job = jobs_[key(s->offer.token)];
    job.offer = s->offer;
    job.stages = std::make_unique<job::JobStages>(s->offer, job::StageLimits{20'000, 4'000, 20'000, 20'000});
    feed(s->offer.token, job::LeaseTaken{});
  } else if (auto* f = std::get_if<link::FileSetAnswered>(&action)) {
    feed(f->token, job::RunAnswered{f->answer});
  } else if (auto* a = std::get_if<link::AbandonLease>(&action)) {
    feed(a->token, job::GiveUp{});
  } else if (auto* u = std::get_if<link::UploadBlobs>(&action)) {
    upload(u->token);
  } else if (auto* d = std::get_if<link::DropEntry>(&action)) {
    dropped(*d);
  }
}

void SimWorker::act(const Token& token, const job::StageAction& action) {
  Job* job = job_of(token);
  if (!job) return;
  if (std::get_if<job::StartFetch>(&action)) {
    fetch(token);
  } else if (std::get_if<job::CancelFetch>(&action)) {
    ++numbers_;
    job->under_way = 0;
    later(5, [this, token] { feed(token, job::FetchFailed{}); });
  } else if (auto* q = std::get_if<job::AskToRun>(&action)) {
    feed(link::FileSetKnown{q->question});
  } else if (auto* w = std::get_if<job::WantDevice>(&action)) {
    job->wants = *w;
    later(1, [this] { give_devices(); });
  } else if (std::get_if<job::NoteStart>(&action)) {
    notes_[key(token)] = {token, world_.app(job->offer.listing.package).file_set};
    later(1, [this, token] { feed(token, job::StartNoted{}); });
  } else if (std::get_if<job::SayBegan>(&action)) {
    feed(link::RunBegins{token});
  } else if (auto* r = std::get_if<job::StartRun>(&action)) {
    run(token, r->device);
  } else if (std::get_if<job::CancelRun>(&action)) {
    job->under_way = 0;
    later(5, [this, token] { feed(token, job::RunFailed{}); });
  } else if (auto* f = std::get_if<job::FreeDevice>(&action)) {
    job->device.clear();
    world_.held_devices.erase(f->identity);
    devices_changed();
    later(1, [this] { give_devices(); });
  } else if (auto* k = std::get_if<job::KeepOutcome>(&action)) {
    keep(token, k->outcome);
  } else if (auto* s = std::get_if<job::ShowStage>(&action)) {
    feed(link::StageReached{token, s->stage});
  } else if (auto* o = std::get_if<job::JobOver>(&action)) {
    if (!o->outcome) notes_.erase(key(token));
    std::optional<Outcome> outcome = o->outcome;
    later(0, [this, token, outcome] {
      jobs_.erase(key(token));
      feed(link::LeaseOver{token, outcome});
      devices_changed();
    });
  }
}

void SimWorker::give_devices() {
  std::vector<std::pair<Token, job::StageEvent>> answers;
  for (auto& [k, job] : jobs_) {
    if (!job.wants) continue;
    const Wish wish{job.wants->needs, job.wants->not_on_device, job.wants->on_kind, job.wants->avoid};
    bool fits = false;
    for (const Device& d : devices_) {
      if (gone_.count(d.identity) || !serves(d, wish)) continue;
      fits = true;
      if (world_.held_devices.count(d.identity)) continue;
      world_.held_devices.insert(d.identity);
      job.device = d.identity;
      job.wants.reset();
      answers.emplace_back(job.offer.token, job::DeviceGiven{d});
      break;
    }
    if (!fits) {
      job.wants.reset();
      answers.emplace_back(job.offer.token, job::NoDeviceFits{});
    }
  }
  for (auto& [token, answer] : answers) feed(token, answer);
  if (!answers.empty()) devices_changed();
}

void SimWorker::fetch(const Token& token) {
  Job& job = *job_of(token);
  const std::uint64_t number = job.under_way = ++numbers_;
  bool fails = world_.chance(world_.faults.run_fails / 2);
  later(5 + static_cast<std::int64_t>(world_.random().below(150)), [this, token, number, fails] {
    Job* j = job_of(token);
    if (!j || j->under_way != number) return;
    const App& app = world_.app(j->offer.listing.package);
    if (fails) {
      feed(token, job::FetchFailed{{FailureKind::kInfrastructure, FailureReason::kFetch, "no answer"}});
    } else {
      feed(token, job::FetchDone{app.file_set, app.needs});
    }
  });
}

void SimWorker::run(const Token& token, const Device& device) {
  Job& job = *job_of(token);
  const std::uint64_t number = job.under_way = ++numbers_;
  later(100 + static_cast<std::int64_t>(world_.random().below(900)), [this, token, device, number] {
    Job* j = job_of(token);
    if (j && j->under_way == number) run_ends(token, device);
  });
}

void SimWorker::run_ends(const Token& token, const Device& device) {
  const App& app = world_.app(job_of(token)->offer.listing.package);
  auto fail = [&](FailureKind kind, FailureReason reason) {
    feed(token, job::RunFailed{{kind, reason, ""}});
  };
  if (app.kills_worker) return crash(true, 200);
  if (app.needs_in_vain) return feed(token, job::RunNeeds{});
  if (gone_.count(device.identity)) return fail(FailureKind::kDevice, FailureReason::kDeviceLost);
  if (!satisfies(device, app.needs)) return feed(token, job::RunNeeds{app.needs});
  if (app.evades && device.kind.device_class == "emulator") {
    return fail(FailureKind::kEvasion, FailureReason::kEvaded);
  }
  if (world_.random().chance(app.fails)) return fail(FailureKind::kApp, FailureReason::kInstall);
  if (world_.chance(world_.faults.run_fails)) {
    return fail(world_.random().chance(0.5) ? FailureKind::kDevice : FailureKind::kInfrastructure,
                FailureReason::kTimeout);
  }
  BlobRef journal{"journal", sha256(name_ + std::to_string(world_.random().next_u64())), 100};
  JournalHeader h;
  h.token = key(token);
  h.job = token.job;
  h.worker = name_;
  h.device = device.identity;
  h.device_kind = device.kind;
  h.depth = job_of(token)->offer.depth;
  h.only_rules = job_of(token)->offer.only_rules;
  h.file_set = app.file_set;
  h.package = app.package;
  world_.journals[journal.sha256] = {h, app.kills_judge, app.kills_coordinator,
                                     world_.blind(device.identity)};
  const JournalFacts* other = world_.any_journal();
  if (other && !other->kills_judge && !other->kills_coordinator && world_.chance(world_.faults.mixed_up)) {
    world_.journals[journal.sha256].header = other->header;
  }
  feed(token, job::RunDone{{journal}, "", {}});
}

void SimWorker::keep(const Token& token, Outcome outcome) {
  std::uint64_t sequence = ++sequence_;
  std::visit([&](auto& o) { o.sequence = sequence; }, outcome);
  spool_[sequence] = outcome;
  notes_.erase(key(token));
  later(1, [this, token, outcome] { feed(token, job::OutcomeKept{outcome}); });
}

void SimWorker::upload(const Token& token) {
  later(10 + static_cast<std::int64_t>(world_.random().below(60)), [this, token] {
    if (cut_off()) return feed(link::Uploaded{token, link::UploadEnd::kLater});
    bool done = true;
    for (const auto& [sequence, outcome] : spool_) {
      const Report* r = std::get_if<Report>(&outcome);
      if (!r || key(r->token) != key(token)) continue;
      for (const BlobRef& b : r->blobs) done = done && world_.put(token, b.sha256);
    }
    feed(link::Uploaded{token, done ? link::UploadEnd::kDone : link::UploadEnd::kLater});
  });
}

// Invariants 2 and 3: a good report goes only when it is committed, or when its job has another end.
void SimWorker::dropped(const link::DropEntry& drop) {
  auto entry = spool_.find(drop.sequence);
  if (entry == spool_.end()) return;
  if (const Report* r = std::get_if<Report>(&entry->second)) {
    auto end = world_.store.ends().find(r->token.job);
    bool ended = end != world_.store.ends().end();
    bool refused = world_.store.tokens().count(key(r->token)) != 0;
    auto control = world_.store.all_controls().find(key(r->token));
    const bool over =
        control != world_.store.all_controls().end() && control->second.end != ControlEnd::kOpen;
    if (!ended && !refused && !over)
      world_.violated("3: a good report was dropped though its job has not ended");
    if (ended && end->second.token == key(r->token) && end->second.how == EndKind::kVerdict) {
      for (const BlobRef& b : r->blobs) {
        if (!world_.blobs.count(b.sha256)) world_.violated("2: acknowledged without its evidence");
      }
    }
  }
  spool_.erase(entry);
}

}  // namespace storesweep::sim
