// Workers: who is there, what they still run, and what their silence means.
#include <algorithm>

#include "coordinator/service/core.h"

namespace storesweep {
namespace {
constexpr std::size_t kDeadIncarnations = 8;

bool names(const Hello& m, const Token& token) {
  auto same = [&](const auto& one) { return key(one.token) == key(token); };
  return std::any_of(m.running.begin(), m.running.end(), same) ||
         std::any_of(m.spooled.begin(), m.spooled.end(), same);
}
}  // namespace

// The worker of this name, heard just now; it is told to say hello when it has not yet.
Core::Worker& Core::touch(const std::string& worker) {
  Worker& w = workers_[worker];
  w.name = worker;
  w.heard_ms = now_.steady_ms;
  w.heard_wall_ms = now_.wall_ms;
  return w;
}

// Null (and asked who it is) unless this incarnation has said hello.
Core::Worker* Core::known_worker(const std::string& worker, std::uint64_t incarnation) {
  auto at = workers_.find(worker);
  if (at != workers_.end()) {
    Worker& w = at->second;
    if (w.dead(incarnation)) return nullptr;
    if (w.connected && w.incarnation == incarnation) return &touch(worker);
  }
  send(worker, WhoAreYou{lead_.epoch});
  return nullptr;
}

void Core::hello(const std::string& worker, Hello& m) {
  if (m.protocol != kProtocolVersion || m.worker != worker) return;
  Worker& w = workers_[worker];
  if (w.dead(m.incarnation)) return;
  // A late word of an earlier process, which we may have forgotten. (Were the clock of the worker's host set
  // back, its new process would be heard once the old one has been silent for a lease.)
  // Silent it was only if we have looked: after a stall its words lie unread.
  const bool heard = w.connected && drained_ms_ - w.heard_ms < options_.lease_ms;
  if (heard && m.incarnation < w.incarnation) return;
  touch(worker);
  if (!w.connected) w.since_ms = now_.steady_ms;
  w.connected = true;
  w.draining = draining_.count(worker) != 0;
  if (w.incarnation != m.incarnation) drop_old_incarnation(w, m);
  claim_devices(w, std::move(m.devices));
  w.spooled = m.spooled.size();
  queue_.worker_joined(worker);
  work_changed_ = true;
  happened("worker", {}, {}, worker + " is here with " + std::to_string(w.devices.size()) + " devices");

  when_proven([this, worker, running = std::move(m.running), spooled = std::move(m.spooled),
               incarnation = m.incarnation, arrived_ms = now_.steady_ms] {
    if (workers_[worker].incarnation != incarnation) return;  // it has started anew since
    Welcome answer{lead_.epoch, kProtocolVersion,      options_.lease_ms, options_.heartbeat_ms(),
                   {},          options_.evidence_base};
    for (const Running& r : running) {
      if (!adopt(worker, r, arrived_ms, false)) answer.ended.push_back(r.token);
    }
    for (const Spooled& s : spooled) {
      if (over(s.token)) {
        answer.ended.push_back(s.token);
      } else {
        adopt(worker, Running{s.token, Stage::kReporting, true, s.file_set}, arrived_ms, true);
      }
    }
    send(worker, std::move(answer));
    if (draining_.count(worker)) send(worker, Drain{lead_.epoch});
  });
}

// The process of before is dead. What it ran and does not name any more has ended with it: an attempt where
// the run had begun, nothing where it had not.
void Core::drop_old_incarnation(Worker& w, const Hello& m) {
  if (w.incarnation != 0) w.dead_incarnations.push_back(w.incarnation);
  if (w.dead_incarnations.size() > kDeadIncarnations) w.dead_incarnations.pop_front();
  w.incarnation = m.incarnation;
  w.request = w.heartbeat = 0;
  std::erase_if(asks_, [&](const OpenAsk& a) { return a.worker == w.name; });
  for (JobId job : std::vector<JobId>(w.leases.begin(), w.leases.end())) {
    Lease& lease = leases_.at(job);
    if (names(m, lease.token)) {
      lease.incarnation = m.incarnation;
    } else if (openings_.count(key(lease.token)) || ending_.count(key(lease.token))) {
      continue;
    } else if (lease.began) {
      EndToken e;
      e.token = key(lease.token);
      e.job = job;
      e.reason = FailureReason::kDiedInToken;
      e.detail = "the worker started anew and does not name it";
      e.file_set = lease.file_set;
      e.worker = w.name;
      end_token(std::move(e), std::nullopt);
    } else {
      lease_over(job, false);
      resolve(job);
    }
  }
}

// A device belongs to one worker; a second claimant is refused while the first one lives.
void Core::claim_devices(Worker& w, std::vector<Device> devices) {
  std::erase_if(device_owner_, [&](const auto& d) { return d.second == w.name; });
  w.devices.clear();
  for (Device& d : devices) {
    auto [at, mine] = device_owner_.emplace(d.identity, w.name);
    if (mine) {
      w.devices.push_back(std::move(d));
    } else {
      happened("trouble", {}, {}, w.name + " claims device " + d.identity + " of " + at->second);
    }
  }
}

void Core::heartbeat(const std::string& worker, Heartbeat& m) {
  Worker* w = known_worker(worker, m.incarnation);
  if (!w || m.sequence <= w->heartbeat) return;
  w->heartbeat = m.sequence;
  auto extend = [this, worker, m = std::move(m), arrived_ms = now_.steady_ms] {
    if (workers_[worker].incarnation != m.incarnation) return;
    HeartbeatAnswer answer{lead_.epoch, m.sequence, {}};
    for (const Running& r : m.running) {
      if (!adopt(worker, r, arrived_ms, false)) answer.ended.push_back(r.token);
    }
    send(worker, std::move(answer));
  };
  if (options_.bugs.extend_unproven) {
    extend();
  } else {
    when_proven(std::move(extend));
  }
}

void Core::bye(const std::string& worker, const Bye& m) {
  auto at = workers_.find(worker);
  if (at == workers_.end() || at->second.incarnation != m.incarnation) return;
  Worker& w = at->second;
  for (JobId job : std::vector<JobId>(w.leases.begin(), w.leases.end())) {
    TokenKey token = key(leases_.at(job).token);
    if (openings_.count(token) || ending_.count(token)) continue;
    lease_over(job, false);
    resolve(job);
  }
  w.dead_incarnations.push_back(w.incarnation);
  w.incarnation = 0;
  worker_gone(w);
}

void Core::worker_gone(Worker& w) {
  w.connected = false;
  std::erase_if(device_owner_, [&](const auto& d) { return d.second == w.name; });
  w.devices.clear();
  queue_.worker_left(w.name);
  std::erase_if(asks_, [&](const OpenAsk& a) { return a.worker == w.name; });
  happened("worker", {}, {}, w.name + " is gone");
}

// Whether the token's job has ended. Only true words: the worker drops good reports for it.
bool Core::over(const Token& token) const {
  if (queue_.state(token.job) == JobState::kEnded) return true;
  const Info* i = find_info(token.job);
  const auto is_it = [&](const KnownControl& c) { return c.end_stored && c.record.token == key(token); };
  return i && std::any_of(i->controls.begin(), i->controls.end(), is_it);
}

// Extends the lease that this worker names, or takes it up again where nobody else has the job. False: it is
// over. Only after a proof of the epoch that is later than the message's arrival.
bool Core::adopt(const std::string& worker, const Running& r, std::int64_t arrived_ms, bool spooled) {
  if (!genuine(r.token, worker)) return false;
  const JobId job = r.token.job;
  Lease* lease = live(r.token);
  if (!lease) {
    JobState state = queue_.state(job);
    bool free = state == JobState::kPending || state == JobState::kBack || state == JobState::kLater;
    const Info* i = find_info(job);
    if (!free || (i && key(r.token) <= i->closed)) return false;
    if (spooled && ending_.count(key(r.token))) return false;
    lease = &leases_[job];
    lease->token = r.token;
    lease->granted_ms = arrived_ms;
    workers_[worker].leases.push_back(job);
    queue_.set(job, JobState::kLeased);
  }
  auto w = workers_.find(worker);
  lease->incarnation = w->second.incarnation;
  lease->until_ms = std::max(lease->until_ms, arrived_ms + options_.lease_ms);
  lease->stage = r.stage;
  if (r.file_set != Digest{} && lease->file_set == Digest{}) lease->file_set = r.file_set;
  if (r.began) {
    lease->began = lease->run_answered = true;
    start_running(job, *lease);
  }
  return true;
}

bool Core::others_lived(const std::string& worker, std::int64_t since_ms) const {
  return std::any_of(workers_.begin(), workers_.end(), [&](const auto& at) {
    const Worker& o = at.second;
    return o.name != worker && o.connected && o.since_ms <= since_ms &&
           o.heard_ms >= now_.steady_ms - options_.lease_ms / 2;
  });
}

// Leases that nobody extended. `drained_ms`: the moment up to which every message that arrived has been read.
void Core::expire(std::int64_t drained_ms) {
  std::vector<JobId> expired;
  for (const auto& [job, lease] : leases_) {
    bool busy = openings_.count(key(lease.token)) || ending_.count(key(lease.token));
    if (lease.until_ms + options_.drift_ms <= drained_ms && !busy) expired.push_back(job);
  }
  std::sort(expired.begin(), expired.end());
  for (JobId job : expired) {
    auto at = leases_.find(job);
    if (at == leases_.end()) continue;
    const Lease& lease = at->second;
    ++(lease.began ? counted_.expired_begun : counted_.expired_unbegun);
    const std::string worker = lease.token.worker;
    const std::int64_t since_ms = lease.until_ms - options_.lease_ms;
    auto w = workers_.find(worker);
    bool silent = w == workers_.end() || w->second.heard_ms <= since_ms;
    bool counts = lease.began && silent && (others_lived(worker, since_ms) || options_.bugs.silence_counts);
    if (counts || (options_.bugs.unbegun_counts && !lease.began)) {
      EndToken e;
      e.token = key(lease.token);
      e.job = job;
      e.kind = lease.began ? FailureKind::kInfrastructure : FailureKind::kApp;
      e.reason = FailureReason::kTimeout;
      e.detail = kSilence;
      e.file_set = lease.file_set;
      e.worker = worker;
      end_token(std::move(e), std::nullopt);
    } else {
      lease_over(job, false);
      resolve(job);
    }
  }
}

std::vector<WorkerStatus> Core::workers(Now now) const {
  std::vector<WorkerStatus> out;
  for (const auto& [name, w] : workers_) {
    WorkerStatus s;
    s.name = name;
    s.connected = w.connected && w.heard_ms + options_.lease_ms > now.steady_ms;
    s.draining = draining_.count(name) != 0;
    s.last_seen_ms = w.heard_wall_ms;
    s.devices = static_cast<std::size_t>(std::count_if(
        w.devices.begin(), w.devices.end(), [this](const Device& d) { return believed(d.identity); }));
    s.leases = w.leases.size();
    s.spooled = w.spooled;
    s.reports = w.reports;
    s.failures = w.failures;
    s.overruled = w.overruled;
    out.push_back(std::move(s));
  }
  return out;
}

std::vector<DeviceStatus> Core::devices() const {
  std::vector<DeviceStatus> out;
  for (const auto& [name, w] : workers_) {
    for (const Device& d : w.devices) {
      DeviceStatus s{d, name, w.leases.size(), std::nullopt};
      if (auto q = quarantined_.find(d.identity); q != quarantined_.end()) s.quarantined = q->second;
      out.push_back(std::move(s));
    }
  }
  for (const auto& [identity, act] : quarantined_) {  // those that are away too: they will come back
    if (device_owner_.count(identity)) continue;
    DeviceStatus away;
    away.device.identity = identity;
    away.quarantined = act;
    out.push_back(std::move(away));
  }
  return out;
}

}  // namespace storesweep
