#include "tests/sim/world.h"

#include <cstdio>

#include "tests/sim/coordinator.h"
#include "tests/sim/worker.h"

namespace storesweep::sim {
namespace {
constexpr std::int64_t kMaxSteps = 400'000;
constexpr std::int64_t kHeardOfMs = 500;  // from a commit until the leader that made it has heard of it
constexpr int kMaxAppFailures = 5;        // two bury it; a few more may be under way when the second one ends
}  // namespace

Result<Lead> SimStore::take_lead(std::uint64_t incarnation) {
  if (bugs_.same_epoch && last_.epoch > 1 && !doubled_) {
    doubled_ = true;
    return last_;
  }
  auto lead = MemoryStore::take_lead(incarnation);
  last_ = *lead;
  return lead;
}

World::World(const Options& o) : options(o), store(o.seed, o.other), random_(o.seed * 7919 + 17) {}
World::~World() = default;

// To the address of a token. False: try later.
bool World::put(const Token& token, const Digest& blob) {
  SimCoordinator& to = *coordinators_.back();
  if (!to.up() || to.stalled()) return false;
  if (!to.take_evidence(token, blob)) return true;  // its report's answer will say why
  auto ended = ended_ms.find(token.job);
  if (ended != ended_ms.end() && now_ms_ > ended->second + kHeardOfMs)
    violated("13: a blob was taken after its job's end");
  if (!chance(faults.blob_lost)) blobs.insert(blob);
  return true;
}

void World::after(std::int64_t ms, std::function<void()> what) {
  due_.push({now_ms_ + ms, ++order_, std::move(what)});
}

std::int64_t World::delay_ms() {
  std::int64_t ms = 1 + static_cast<std::int64_t>(random_.below(20));
  return chance(faults.late) ? ms + static_cast<std::int64_t>(random_.below(4'000)) : ms;
}

void World::violated(const std::string& what) {
  if (violation_.empty()) violation_ = what + " (at " + std::to_string(now_ms_) + " ms)";
  trace("VIOLATION " + what);
}

void World::trace(const std::string& line) {
  if (options.trace) std::printf("%7lld %s\n", static_cast<long long>(now_ms_), line.c_str());
}

const JournalFacts* World::any_journal() {
  if (journals.empty()) return nullptr;
  auto at = journals.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(random_.below(journals.size())));
  return &at->second;
}

SimWorker* World::worker(const std::string& name) {
  for (auto& w : workers_) {
    if (w->name() == name) return w.get();
  }
  return nullptr;
}

bool World::served(const Wish& wish) const {
  for (const auto& w : workers_) {
    for (std::size_t d = 0; d < w->devices().size(); ++d) {
      const Device& device = w->devices()[d];
      const bool for_second_look = wish.not_on_device.empty() || long_free(device.identity);
      if (w->well() && serves(device, wish) && for_second_look) return true;
    }
  }
  return false;
}

// Messages go to the newest coordinator, or (late ones) to one that believes that it leads.
void World::to_coordinator(const std::string& worker, std::vector<FromWorker> turn) {
  for (const FromWorker& message : turn) {
    if (said_.size() < 4'000) said_.emplace_back(worker, message);
  }
  carry<FromWorker>(std::move(turn), [this, worker](std::vector<FromWorker> arrived) {
    SimCoordinator* to = coordinators_.back().get();
    if (coordinators_.size() > 1 && random_.chance(0.3)) to = coordinators_[coordinators_.size() - 2].get();
    if (!to->up()) to = coordinators_.back().get();
    to->deliver(worker, std::move(arrived));
  });
}

void World::to_worker(const std::string& name, std::vector<ToWorker> turn) {
  carry<ToWorker>(std::move(turn), [this, name](std::vector<ToWorker> arrived) {
    SimWorker* w = worker(name);
    if (w && !w->cut_off()) w->receive(std::move(arrived));
  });
}

template <class Message>
void World::carry(std::vector<Message> turn, const std::function<void(std::vector<Message>)>& arrive) {
  if (turn.size() > 1 && chance(faults.split)) {
    const auto middle = turn.begin() + static_cast<std::ptrdiff_t>(1 + random_.below(turn.size() - 1));
    carry<Message>({middle, turn.end()}, arrive);
    turn.erase(middle, turn.end());
  }
  int copies = chance(faults.drop) ? 0 : chance(faults.repeat) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    after(delay_ms(), [turn, arrive] { arrive(turn); });
  }
}

void World::make_apps() {
  const std::size_t packages = 4 + random_.below(6);
  std::vector<Listing> rows;
  for (std::size_t i = 0; i < packages; ++i) {
    App a;
    a.package = "app" + std::to_string(i);
    a.file_set = sha256(a.package);
    switch (random_.below(12)) {
      case 0:
        a.fails = 1;
        break;
      case 1:
        a.fails = 0.5;
        break;
      case 2:
      case 3:
        a.violates = true;
        break;
      case 4:
        a.needs.min_api = 33;
        break;
      case 5:
        a.needs.features = {"nfc"};
        break;  // that no device may have
      case 6:
        a.evades = true;
        break;
      case 7:
        (random_.chance(0.3) ? a.kills_worker : a.violates) = true;
        break;
      case 8:
        (random_.chance(0.3) ? a.kills_judge : a.kills_coordinator) = random_.chance(0.4);
        break;
      case 9:
        a.needs_in_vain = random_.chance(0.3);
        break;
      default:
        break;
    }
    apps_[a.package] = a;
    for (const char* shop : {"a", "b", "c"}) {
      if (*shop != 'a' && random_.chance(0.6)) continue;
      Listing l;
      l.store = shop;
      l.package = a.package;
      l.apk_bytes = static_cast<std::int64_t>(random_.below(100'000'000));
      rows.push_back(l);
    }
  }
  std::uint64_t epoch = store.take_lead(1)->epoch;
  auto import = store.begin_import(epoch, "", "", 0);
  (void)store.import_rows(epoch, *import, rows);
}

void World::make_workers() {
  const std::size_t n = 2 + random_.below(3);
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<Device> devices;
    for (std::size_t d = 0; d < 1 + random_.below(2); ++d) {
      Device device;
      device.identity = "w" + std::to_string(i) + "d" + std::to_string(d);
      device.kind = {random_.chance(0.8) ? "emulator" : "phone", random_.chance(0.7) ? 28 : 33};
      devices.push_back(device);
    }
    workers_.push_back(std::make_unique<SimWorker>(*this, "w" + std::to_string(i), devices));
    after(static_cast<std::int64_t>(random_.below(500)), [this, i] { workers_[i]->start(); });
  }
}

void World::start_coordinator() {
  coordinators_.push_back(std::make_unique<SimCoordinator>(*this, static_cast<int>(coordinators_.size())));
  coordinators_.back()->start();
}

// One that died comes back, unless another has taken over meanwhile.
void World::coordinator_down(SimCoordinator* which) {
  after(50 + static_cast<std::int64_t>(random_.below(1'500)), [this, which] {
    if (coordinators_.back().get() == which && !which->up()) which->start();
  });
}

void World::plan_faults() {
  static constexpr double kRates[] = {0, 0, 0.02, 0.1};
  auto draw = [&] { return kRates[random_.below(4)]; };
  faults = {draw(), draw(), draw(), draw() / 4, draw(), draw(), draw() / 2, draw(), kFaultsMs};
  const std::uint64_t n = random_.below(10);
  for (std::uint64_t i = 0; i < n; ++i) {
    std::int64_t at = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(kFaultsMs)));
    std::int64_t ms = 200 + static_cast<std::int64_t>(random_.below(6'000));
    std::uint64_t what = random_.below(9), who = random_.next_u64();
    after(at, [this, what, who, ms] {
      SimWorker& w = *workers_[who % workers_.size()];
      SimCoordinator& c = *coordinators_.back();
      if (what == 0) c.crash("killed");
      if (what == 1) c.stall(ms);
      if (what == 2) {  // another takes over while this one is stalled, and wakes believing that it leads
        c.stall(ms);
        start_coordinator();
      }
      if (what == 3) w.crash(true, ms / 2);
      if (what == 4) w.crash(who & 256, ms / 2);
      if (what == 5) w.cut_off(ms);
      if (what == 6) w.vanish((who >> 9) % w.devices().size(), ms);
      if (what == 8) forge();
      if (what == 7) {
        for (auto& one : workers_) one->cut_off(ms);
      }
    });
  }
}

// A worker that lies: a report of a job that it was never given, under a token that it made up.
void World::forge() {
  const JobId job{1 + static_cast<std::int64_t>(random_.below(8))};
  auto payload = store.jobs(std::vector<JobId>{job});
  if (payload->empty()) return;
  SimWorker& w = *workers_[random_.below(workers_.size())];
  Report r;
  r.token = {store.current_epoch(), 1'000'000 + random_.below(1'000), 7, job, w.name(), {}};
  r.file_set = app(payload->at(0).listing.package).file_set;
  r.device = w.devices()[0];
  r.blobs = {{"journal", sha256("forged " + std::to_string(random_.next_u64())), 100}};
  JournalHeader h;
  h.token = key(r.token);
  h.job = job;
  h.worker = w.name();
  h.device = r.device.identity;
  h.device_kind = r.device.kind;
  h.file_set = r.file_set;
  h.package = payload->at(0).listing.package;
  journals[r.blobs[0].sha256] = {h, false, false, false};
  blobs.insert(r.blobs[0].sha256);
  for (const auto& [k, old] : tokens) {  // and what it can find room for at addresses that it was given once
    if (old.token.worker == w.name()) put(old.token, sha256("junk " + std::to_string(random_.next_u64())));
  }
  to_coordinator(w.name(), {r});
}

// What people do: a sweep, now and then a pause, a retest, a second sweep, a cancel.
void World::operate() {
  StartSweep s;
  s.write.name = "nightly";
  s.write.shards = 1 + static_cast<std::uint32_t>(random_.below(3));
  s.write.idempotency_key = "one";
  auto again = std::make_shared<std::function<void()>>();
  *again = [this, s, weak = std::weak_ptr(again)] {
    auto self = weak.lock();
    if (store.all_sweeps().empty()) {
      coordinators_.back()->command({1, s});
      after(700, [self] { (*self)(); });
    }
  };
  after(20, [again] { (*again)(); });
  auto at = [&](std::int64_t ms, auto command) {
    after(ms, [this, command] {
      if (!store.all_sweeps().empty()) coordinators_.back()->command({2, command});
    });
  };
  if (random_.chance(0.3)) {
    StartSweep second = s;
    second.write.idempotency_key = "two";
    at(4'000 + static_cast<std::int64_t>(random_.below(9'000)), second);
  }
  if (random_.chance(0.2)) {
    at(3'000, ChangeSweep{SweepId{1}, SweepAction::kPause, {}});
    at(5'000, ChangeSweep{SweepId{1}, SweepAction::kResume, {}});
    at(kFaultsMs + 1'000, ChangeSweep{SweepId{1}, SweepAction::kResume, {}});
    for (std::int64_t ms = 6'000; ms < 60'000; ms += 5'000) {  // until one is heard
      at(kFaultsMs + ms, ChangeSweep{SweepId{1}, SweepAction::kResume, {}});
    }
  }
  if (random_.chance(0.1)) at(6'000, ChangeSweep{SweepId{1}, SweepAction::kCancel, {}});
  if (!random_.chance(0.5)) return;
  // Retests of one listing, of all rules or of some, close enough to meet each other and confirmations.
  RetestRequest r;
  r.job = JobId{1 + static_cast<std::int64_t>(random_.below(8))};
  for (std::uint64_t n = 1 + random_.below(4); n > 0; --n) {
    r.idempotency_key = "again " + std::to_string(n);
    r.rules = random_.chance(0.4) ? std::vector<std::string>{} : std::vector{kRules[random_.below(2)]};
    const auto first = static_cast<std::int64_t>(3'000 + random_.below(5'000));
    for (std::int64_t ms : {first, first + 4'000, first + 8'000}) at(ms, StartRetest{r});
  }
}

bool World::finished() const {
  for (const auto& [id, s] : store.all_sweeps()) {
    if (s.state != SweepState::kDone && s.state != SweepState::kCancelled) return false;
  }
  for (const auto& [job, e] : store.extras()) {
    if (!store.ends().count(job)) return false;
  }
  for (const auto& [token, c] : store.all_controls()) {
    if (c.end == ControlEnd::kBad && !c.voided) return false;
  }
  for (const auto& w : workers_) {
    if (!w->up() || !w->spool_empty()) return false;
  }
  return !store.all_sweeps().empty();
}

void World::check_end() {
  if (!finished()) {
    std::string open;
    for (const auto& [id, s] : store.all_sweeps()) {
      for (const ShardRecord& shard : s.shards) {
        for (std::int64_t i = 0; i < shard.count; ++i) {
          JobId job{shard.first.value + i};
          if (store.ends().count(job)) continue;
          open += " " + std::to_string(job.value);
          if (auto* core = coordinators_.back()->core()) {
            open += "/" + std::to_string(static_cast<int>(core->queue().state(job)));
          }
        }
      }
    }
    for (const auto& [job, e] : store.extras()) {
      if (store.ends().count(job)) continue;
      open += " x" + std::to_string(job.value - kFirstExtraJob);
      if (auto* core = coordinators_.back()->core()) {
        open += "/" + std::to_string(static_cast<int>(core->queue().state(job)));
      }
    }
    for (const auto& w : workers_) {
      if (!w->spool_empty()) open += " spool of " + w->name() + ": " + std::to_string(w->spooled());
    }
    return violated("11: the faults have stopped and not everything has ended:" + open);
  }
  for (const auto& [job, judged] : store.judgements()) {  // 10
    const Judged& first = judged.front();
    bool alone = first.runs.size() == 1 && !journals.at(store.run(first.runs[0])->blobs[0].sha256).blind;
    const auto& app = apps_.at(store.jobs(std::vector<JobId>{job})->at(0).listing.package);
    if (!alone || !app.violates) continue;
    int orders = 0;
    for (const auto& [id, e] : store.extras()) {
      if (e.kind == JobKind::kConfirmation && e.parent == job && e.base_run == first.runs[0]) ++orders;
    }
    if (orders != 1) violated("10: a violation with " + std::to_string(orders) + " confirmations");
  }
  for (const auto& [id, s] : store.all_sweeps()) {  // 1
    std::int64_t ended = 0;
    for (const auto& [job, e] : store.ends()) ended += e.sweep == id && !is_extra(job);
    if (ended != s.total) violated("1: " + std::to_string(ended) + " ends of " + std::to_string(s.total));
  }
  std::map<std::pair<SweepId, Digest>, int> app_failures;  // 4: a broken app is not tried once a listing
  for (const auto& [k, t] : store.tokens()) {
    const bool counts = t.kind == FailureKind::kApp && t.file_set != Digest{} && !is_extra(t.job);
    if (counts && ++app_failures[{t.sweep, t.file_set}] > kMaxAppFailures) {
      violated("4: a file set failed more often than buries it");
    }
  }
  check_controls();
  replay_everything();
}

// Invariant 5: whatever a worker said, said again, changes nothing.
void World::replay_everything() {
  replaying_ = true;
  const Digest before = store.fingerprint();
  for (const auto& [worker, message] : said_) {
    if (std::holds_alternative<Report>(message) || std::holds_alternative<Failure>(message) ||
        std::holds_alternative<NeedsMore>(message)) {
      coordinators_.back()->deliver(worker, {message});
    }
  }
  const std::int64_t until = now_ms_ + 3'000;
  while (!due_.empty() && due_.top().at_ms < until && !broken()) {
    Due d = due_.top();
    due_.pop();
    now_ms_ = d.at_ms;
    d.what();
  }
  if (store.fingerprint() != before) violated("5: repeated messages changed the store");
}

RunResult World::run() {
  make_apps();
  make_workers();
  plan_faults();
  plan_controls();
  start_coordinator();
  operate();
  std::int64_t next_look = 0;
  while (!due_.empty() && !broken()) {
    Due d = due_.top();
    due_.pop();
    now_ms_ = d.at_ms;
    d.what();
    if (now_ms_ < faults.until_ms + 7'000 || now_ms_ < next_look) continue;
    next_look = now_ms_ + 200;
    if (finished() || now_ms_ > faults.until_ms + kPatienceMs || result.steps > kMaxSteps) break;
  }
  if (!broken()) check_end();
  result.violation = violation_;
  return result;
}

RunResult simulate(const Options& options) { return World(options).run(); }

const std::vector<NamedBug>& bugs() {
  static const std::vector<NamedBug> kBugs = {
      {"token_ends_twice", [](Options& o) { o.core.token_ends_twice = true; }},
      {"ack_before_commit", [](Options& o) { o.core.ack_before_commit = true; }},
      {"extend_unproven", [](Options& o) { o.core.extend_unproven = true; }},
      {"grant_unproven", [](Options& o) { o.core.grant_unproven = true; }},
      {"expire_before_drain", [](Options& o) { o.core.expire_before_drain = true; }},
      {"wait_for_job", [](Options& o) { o.core.wait_for_job = true; }},
      {"waiters_forgotten", [](Options& o) { o.core.waiters_forgotten = true; }},
      {"confirm_later", [](Options& o) { o.core.confirm_later = true; }},
      {"confirm_anywhere", [](Options& o) { o.core.confirm_anywhere = true; }},
      {"unbegun_counts", [](Options& o) { o.core.unbegun_counts = true; }},
      {"later_token_refused", [](Options& o) { o.core.later_token_refused = true; }},
      {"ended_unproven", [](Options& o) { o.core.ended_unproven = true; }},
      {"no_notes", [](Options& o) { o.core.no_notes = true; }},
      {"no_device_early", [](Options& o) { o.core.no_device_early = true; }},
      {"silence_counts", [](Options& o) { o.core.silence_counts = true; }},
      {"evidence_unchecked", [](Options& o) { o.core.evidence_unchecked = true; }},
      {"claim_unchecked", [](Options& o) { o.core.claim_unchecked = true; }},
      {"early_proof", [](Options& o) { o.core.early_proof = true; }},
      {"wrong_sweep", [](Options& o) { o.core.wrong_sweep = true; }},
      {"intake_unchecked", [](Options& o) { o.core.intake_unchecked = true; }},
      {"amends_unchecked", [](Options& o) { o.core.amends_unchecked = true; }},
      {"confirms_superseded", [](Options& o) { o.core.confirms_superseded = true; }},
      {"control_counts", [](Options& o) { o.core.control_counts = true; }},
      {"control_unstored", [](Options& o) { o.core.control_unstored = true; }},
      {"quarantine_ignored", [](Options& o) { o.core.quarantine_ignored = true; }},
      {"voiding_forgotten", [](Options& o) { o.core.voiding_forgotten = true; }},
      {"voided_reused", [](Options& o) { o.core.voided_reused = true; }},
      {"needs_free", [](Options& o) { o.core.needs_free = true; }},
      {"app_per_listing", [](Options& o) { o.core.app_per_listing = true; }},
      {"mac_unchecked", [](Options& o) { o.core.mac_unchecked = true; }},
      {"mark_late", [](Options& o) { o.core.queue.mark_late = true; }},
      {"no_hold", [](Options& o) { o.core.queue.no_hold = true; }},
      {"extras_free", [](Options& o) { o.core.queue.extras_free = true; }},
      {"unfenced_store", [](Options& o) { o.other.unfenced_store = true; }},
      {"same_epoch", [](Options& o) { o.other.same_epoch = true; }},
      {"spool_dropped", [](Options& o) { o.other.spool_dropped = true; }},
      {"lease_from_answer", [](Options& o) { o.other.lease_from_answer = true; }},
  };
  return kBugs;
}

}  // namespace storesweep::sim
