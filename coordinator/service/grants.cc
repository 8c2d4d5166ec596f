// Handing out leases: only as the answer to an open request, only after a proof of the epoch that is later
// than the request, and never beyond a shard's durable mark. And what no device can serve.
#include <algorithm>

#include "coordinator/service/address.h"
#include "coordinator/service/aggregates.h"
#include "coordinator/service/amend.h"
#include "coordinator/service/core.h"

namespace storesweep {

void Core::ask(const std::string& worker, Ask& m) {
  Worker* w = known_worker(worker, m.incarnation);
  if (!w || m.request <= w->request) return;
  w->request = m.request;
  for (std::size_t i = 0; i < m.free_devices.size(); ++i) {
    const std::string& identity = m.free_devices[i];
    const bool known =
        i < w->devices.size() && w->devices[i].identity == identity;  // as the hello named them
    if (known || device_owner_.count(identity)) continue;
    send(worker, WhoAreYou{lead_.epoch});  // the hello that told of it was lost
    break;
  }
  std::erase_if(asks_, [&](const OpenAsk& a) { return a.worker == worker; });
  auto open = [this, a = OpenAsk{worker, std::move(m), now_.steady_ms + options_.ask_hold_ms}] {
    auto at = workers_.find(a.worker);
    if (at == workers_.end() || at->second.request != a.ask.request ||
        at->second.incarnation != a.ask.incarnation) {
      return;
    }
    OpenAsk one = a;
    if (!serve(one)) asks_.push_back(std::move(one));
  };
  if (options_.bugs.grant_unproven) {
    open();
  } else if (writes_.size() > writes_before_) {
    when_committed(std::move(open));  // done and next: one answer
  } else {
    when_proven(std::move(open));
  }
}

void Core::serve_asks() {
  work_changed_ = false;
  std::deque<OpenAsk> asks;
  asks.swap(asks_);
  for (OpenAsk& a : asks) {
    if (!serve(a)) asks_.push_back(std::move(a));
  }
}

// False: there is nothing for it now, it stays open.
bool Core::serve(OpenAsk& a) {
  Worker& w = workers_[a.worker];
  if (!w.connected || draining_.count(a.worker) || !stopped_why_.empty()) {
    send(a.worker, Grant{lead_.epoch, a.ask.request, {}, options_.heartbeat_ms()});
    return true;
  }
  std::vector<const Device*> devices;
  const auto& free = a.ask.free_devices;
  for (std::size_t i = 0; i < w.devices.size(); ++i) {
    const Device& d = w.devices[i];
    if (!believed(d.identity)) continue;
    const bool same_place = i < free.size() && free[i] == d.identity;  // mostly all are free
    if (same_place || std::find(free.begin(), free.end(), d.identity) != free.end()) devices.push_back(&d);
  }
  std::vector<JobId> picks;
  std::size_t most = std::min<std::size_t>(a.ask.leases, kMaxLeasesPerWorker);
  while (picks.size() < most) {
    auto pick = queue_.next(a.worker, devices);
    if (!pick) break;
    const Info* i = find_info(pick->job);
    const ExtraJob* e = extra(pick->job);
    Digest file_set = e ? e->file_set : i ? i->file_set : Digest{};
    if (file_set != Digest{} && wait_for_twin(pick->job, file_set)) continue;
    picks.push_back(pick->job);
    if (devices.size() > 1) devices.erase(devices.begin() + static_cast<std::ptrdiff_t>(pick->device));
  }
  want_marks_ = true;  // a look that found nothing has moved on too
  if (picks.empty()) return false;
  look_ahead_ = true;
  grant(a.worker, a.ask.request, picks);
  return true;
}

// The leases begin here; the grant goes out once every listing is in memory.
void Core::grant(const std::string& worker, std::uint64_t request, const std::vector<JobId>& picks) {
  std::vector<Given> given;
  given.reserve(picks.size());
  std::vector<JobId> missing;
  Worker& w = workers_[worker];
  for (JobId job : picks) {
    Lease& lease = leases_[job];
    Token& t = lease.token;
    t = {lead_.epoch, ++next_token_, lead_.incarnation, job, worker, {}};
    t.mac = token_mac(mac_, t);
    lease.granted_ms = now_.steady_ms;
    lease.until_ms = now_.steady_ms + options_.lease_ms;
    lease.incarnation = w.incarnation;
    w.leases.push_back(job);
    choose_control(job, t);
    Given& one = given.emplace_back(Given{job, key(t), std::nullopt});
    if (auto p = listings_.extract(job)) {
      one.listing = std::move(p.mapped());
    } else if (const Info* i = find_info(job); i && i->payload) {
      one.listing = i->payload->listing;
    } else {
      const ExtraJob* e = extra(job);
      missing.push_back(e ? e->parent : job);
    }
  }
  if (missing.empty()) return give(worker, request, std::move(given), {});
  read_jobs(std::move(missing), [this, worker, request, given](const std::vector<JobPayload>& read) {
    give(worker, request, given, read);
  });
}

void Core::give(const std::string& worker, std::uint64_t request, std::vector<Given> given,
                const std::vector<JobPayload>& read) {
  Grant g{lead_.epoch, request, {}, 0};
  g.leases.reserve(given.size());
  for (Given& one : given) {
    auto at = leases_.find(one.job);
    if (at == leases_.end() || key(at->second.token) != one.token) continue;  // over meanwhile
    const ExtraJob* e = extra(one.job);
    const JobId wanted = e ? e->parent : one.job;
    for (std::size_t i = 0; !one.listing && i < read.size(); ++i) {
      if (read[i].job == wanted) one.listing = read[i].listing;
    }
    if (one.listing) {
      g.leases.push_back(offer(one.job, at->second, std::move(*one.listing)));
    } else {
      happened("trouble", {}, one.job, "the store does not know this job");
      lease_over(one.job, false);
      later(one.job, options_.lease_ms);
    }
  }
  send_grant(worker, std::move(g));
}

LeaseOffer Core::offer(JobId job, Lease& lease, Listing listing) {
  LeaseOffer o;
  o.token = lease.token;
  o.sweep = sweep_of(job);
  lease.groups = Burial::Groups{listing.store, listing.region, listing.category};
  if (const ControlRecord* c = control(job, key(lease.token)))
    listing = disguised_payload(*c, {job, o.sweep, std::move(listing)})->listing;
  o.listing = std::move(listing);
  o.lease_ms = options_.lease_ms;
  o.evidence_address = options_.evidence_base + "/" + address_key(lease.token);
  for (const Device& d : workers_[lease.token.worker].devices) {
    if (!believed(d.identity)) o.avoid_devices.push_back(d.identity);
  }
  const ExtraJob* e = extra(job);
  const Info* i = find_info(job);
  Digest file_set = i ? i->file_set : Digest{};
  if (i) o.needs = i->needs;
  if (e) {
    o.kind = e->kind;
    o.depth = e->depth;
    o.only_rules = e->rules;
    if (!e->apk_url.empty()) {  // another version, of which the listing says nothing
      o.listing.apk_url = e->apk_url;
      o.listing.apk_sha256.clear();
      o.listing.apk_bytes = 0;
      o.listing.version_name.clear();
      o.listing.version_code = 0;
    }
    if (!options_.bugs.confirm_anywhere) {
      o.not_on_device = e->not_on_device;
      o.on_kind = e->on_kind;
    }
    if (e->file_set != Digest{}) file_set = e->file_set;
  } else {
    o.shard = queue_.shard_of_job(job);
    o.depth = sweeps_.at(o.sweep).depth;
    if (i && i->avoid.size() == 1) o.not_on_device = i->avoid[0];
  }
  if (file_set != Digest{}) {  // known beforehand: run comes with the grant
    o.file_set = file_set;
    lease.file_set = file_set;
    lease.run_answered = true;
    start_running(job, lease);
  }
  return o;
}

void Core::read_ahead() {
  look_ahead_ = false;
  if (reading_ahead_ || listings_.size() >= options_.read_ahead / 2) return;
  std::size_t shards = 1;
  for (const auto& [id, sweep] : sweeps_) shards += sweep.shards.size();
  std::vector<JobId> soon;
  queue_.upcoming(options_.read_ahead / shards + 1, &soon);
  std::erase_if(soon, [&](JobId job) { return listings_.count(job) != 0; });
  if (soon.empty()) return;
  reading_ahead_ = true;
  read_jobs(std::move(soon), [this](std::vector<JobPayload> read) {
    reading_ahead_ = false;
    for (JobPayload& p : read) {
      if (queue_.state(p.job) != JobState::kPending) continue;
      listings_[p.job] = std::move(p.listing);
    }
  });
}

// Wanted after each look into the queue and whenever there is other work.
void Core::want_marks() {
  want_marks_ = false;
  for (const Queue::Mark& mark : queue_.marks_wanted()) {
    commit(PutMark{mark.sweep, mark.shard, mark.mark}, [this, mark](const WriteOutcome&) {
      queue_.mark_committed(mark);
      work_changed_ = look_ahead_ = want_marks_ = true;
    });
  }
}

Wish Core::wish(JobId job) const {
  Wish w;
  const Info* i = find_info(job);
  if (!i) return w;
  w.needs = i->needs;
  if (i->extra && !options_.bugs.confirm_anywhere) {
    w.not_on_device = i->extra->not_on_device;
    w.on_kind = i->extra->on_kind;
  }
  return w;
}

// Where a run has just failed it is not tried again while somebody else can: not on that device, nor, where
// the worker itself is to blame, on any of its devices.
void Core::avoid_place_of(const EndToken& failed) {
  const bool by_worker = failed.kind == FailureKind::kJournal ||
                         (failed.kind == FailureKind::kInfrastructure && failed.detail != kSilence &&
                          failed.reason != FailureReason::kDiedInToken);
  const bool by_device = failed.kind == FailureKind::kApp || failed.kind == FailureKind::kDevice;
  std::vector<std::string> avoid;
  if (by_device && !failed.device.empty()) avoid = {failed.device};
  if (auto w = workers_.find(failed.worker); by_worker && w != workers_.end()) {
    for (const Device& d : w->second.devices) avoid.push_back(d.identity);
  }
  std::sort(avoid.begin(), avoid.end());
  Wish elsewhere = wish(failed.job);
  elsewhere.avoid = avoid;
  const bool others = std::any_of(workers_.begin(), workers_.end(), [&](const auto& w) {
    const auto& devices = w.second.devices;
    return draining_.count(w.first) == 0 && std::any_of(devices.begin(), devices.end(), [&](const Device& d) {
             return serves(d, elsewhere) && believed(d.identity);
           });
  });
  info(failed.job).avoid = others ? avoid : std::vector<std::string>{};
}

// Jobs that no device of a living worker has served for a while end with that reason. Decided by the devices'
// identities, and only after the wait: until then workers may not have said what they have. Nor may a hello
// lie unread.
void Core::decide_unserved(std::int64_t drained_ms) {
  if (queue_.held() && !options_.bugs.no_device_early) return;
  bool anybody = std::any_of(workers_.begin(), workers_.end(),
                             [](const auto& w) { return w.second.connected && !w.second.devices.empty(); });
  if (!anybody) return;
  auto served = [&](const Wish& wish) {
    // A job waits for a quarantined device to be freed; a second look, which can do without, does not.
    const bool can_do_without = !wish.not_on_device.empty() || !wish.avoid.empty();
    return std::any_of(workers_.begin(), workers_.end(), [&](const auto& w) {
      return std::any_of(w.second.devices.begin(), w.second.devices.end(), [&](const Device& d) {
        return serves(d, wish) && (!can_do_without || believed(d.identity));
      });
    });
  };
  std::vector<std::pair<JobId, Wish>> unserved;
  std::vector<JobId> choosy;
  for (Lane* lane : queue_.lanes()) {
    for (auto& [name, kind] : lane->kinds()) {
      if (served(kind.wish)) {
        kind.unserved_since_ms = -1;
        continue;
      }
      if (!kind.wish.avoid.empty()) {  // those that could have served it instead have gone
        for (const auto& [entry, job] : kind.jobs) choosy.push_back(job);
        continue;
      }
      if (kind.unserved_since_ms < 0) kind.unserved_since_ms = drained_ms;
      bool long_enough = drained_ms - kind.unserved_since_ms >= options_.no_device_ms;
      if (!long_enough && !options_.bugs.no_device_early) continue;
      for (const auto& [entry, job] : kind.jobs) unserved.emplace_back(job, kind.wish);
    }
  }
  for (JobId job : choosy) {
    if (queue_.state(job) != JobState::kBack || info(job).avoid.empty()) continue;
    info(job).avoid.clear();
    back_to_lane(job);
  }
  for (const auto& [job, why] : unserved) {
    if (queue_.state(job) == JobState::kBack && wish_key(wish(job)) == wish_key(why)) no_device(job, why);
  }
}

void Core::no_device(JobId job, const Wish& why) {
  queue_.set(job, JobState::kBusy);
  const ExtraJob* e = extra(job);
  if (e && e->kind == JobKind::kConfirmation) return no_second_device(job);
  EndJob end;
  end.job = job;
  end.sweep = sweep_of(job);
  end.how = EndKind::kNoDevice;
  Reason reason = why.needs.other_than_class.empty() ? Reason::kNoDeviceKind : Reason::kEmuDetected;
  end.reason = name(reason);
  if (e) return end_job(std::move(end), nullptr);
  with_payload(job, [this, end, reason](const std::shared_ptr<const JobPayload>& p) mutable {
    end.judged = judged(end.job, end.sweep, p->listing, coded(untested_verdict(reason)), {}, "first");
    end_job(std::move(end), nullptr);
  });
}

// The finding stays suspected, and says that it is because there is no second device of this kind.
void Core::no_second_device(JobId job) {
  const ExtraJob e = *extra(job);
  std::uint64_t id = ++next_id_;
  result_reads_[id] = [this, e](Result<StoredResult>& parent) {
    if (queue_.state(e.job) != JobState::kBusy) return;
    EndJob end;
    end.job = e.job;
    end.sweep = e.sweep;
    end.how = EndKind::kNoDevice;
    end.reason = "SINGLE_DEVICE";
    if (!parent.ok()) return later(e.job, options_.retry_ms);
    end.judged =
        attached(e, *parent, parent->listing, amended_for_want_of_a_device(*parent, e), "single_device");
    end_job(std::move(end), [this, job = e.job](const WriteOutcome& o) {
      if (o.state == WriteState::kStale) no_second_device(job);
    });
  };
  act(ReadResult{id, e.parent});
}

}  // namespace storesweep
