// Controls: probe apps among the jobs of a sweep. A control takes the place of one lease of a job that was
// never leased before: the worker sees an ordinary offer of that job, with a probe's listing. It is stored
// before it goes out, so that whoever leads when it comes back knows it. It ends by itself, never the job:
// that goes back to its lane and runs. What a failed one makes void is in voiding.cc.
#include <algorithm>

#include "common/base/bytes.h"
#include "common/model/amend.h"
#include "coordinator/service/core.h"

namespace storesweep {

void Core::load_controls(Loaded& loaded) {
  for (ControlRecord& c : loaded.controls) {
    Info& i = info(c.job);
    const bool ended = c.end != ControlEnd::kOpen;
    if (ended) i.closed = std::max(i.closed, c.token);
    i.controls.push_back({std::move(c), ended});
  }
  for (DeviceAct& act : loaded.quarantined) quarantined_[act.device] = std::move(act);
  for (const ControlRecord& bad : loaded.bad_controls) {
    if (!bad.voided && !options_.bugs.voiding_forgotten) voiding_wanted(bad);
  }
  bad_controls_ = std::move(loaded.bad_controls);
}

ControlRecord* Core::control(JobId job, TokenKey token) {
  const auto i = info_.find(job);
  if (i == info_.end()) return nullptr;
  for (KnownControl& c : i->second.controls) {
    if (c.record.token == token) return &c.record;
  }
  return nullptr;
}

// Null: the folder of probes holds it no more.
const Probe* Core::probe_of(const ControlRecord& c) const {
  for (const Probe& p : options_.controls.probes) {
    if (p.package == c.probe) return &p;
  }
  return nullptr;
}

// Drawn by a hash under our key: nobody else can foretell it, and the same token draws the same again.
void Core::choose_control(JobId job, const Token& token) {
  const ControlOptions& o = options_.controls;
  if (o.probes.empty() || is_extra(job) || find_info(job)) return;
  std::string drawn = "control";
  drawn.append(as_text(token.mac));
  const Digest draw = mac_.of(as_bytes(drawn));
  ByteReader in(draw);
  if (in.u64() % static_cast<std::uint64_t>(std::max<std::int64_t>(o.one_in, 1)) != 0) return;
  ControlRecord c;
  c.token = key(token);
  c.job = job;
  c.sweep = sweep_of(job);
  c.probe = o.probes[in.u64() % o.probes.size()].package;
  c.granted_ms = now_.wall_ms;
  info(job).controls.push_back({std::move(c), false});
}

std::shared_ptr<const JobPayload> Core::disguised_payload(const ControlRecord& c,
                                                          const JobPayload& of) const {
  auto out = std::make_shared<JobPayload>(of);
  if (const Probe* probe = probe_of(c))
    out->listing = disguised(*probe, of.listing, options_.controls.address);
  return out;
}

void Core::send_grant(const std::string& worker, Grant grant) {
  std::vector<ControlRecord> controls;
  for (const LeaseOffer& o : grant.leases) {
    if (const ControlRecord* c = control(o.token.job, key(o.token))) controls.push_back(*c);
  }
  if (controls.empty() || options_.bugs.control_unstored) return send(worker, std::move(grant));
  auto left = std::make_shared<std::size_t>(controls.size());
  auto last = std::make_shared<Grant>(std::move(grant));
  for (ControlRecord& c : controls) {
    commit(PutControl{std::move(c)}, [this, worker, left, last](const WriteOutcome&) {
      if (--*left == 0) send(worker, std::move(*last));
    });
  }
}

// What the probe needs is no fact about the job.
void Core::decide_control(Lease& lease, const Fetched& m) {
  lease.file_set = m.file_set;
  const std::vector<Device>& devices = workers_[m.token.worker].devices;
  const Wish wished{m.needs, "", std::nullopt, {}};
  if (std::any_of(devices.begin(), devices.end(), [&](const Device& d) { return serves(d, wished); }))
    return run_it(m.token.job);
  EndToken e;
  e.token = key(m.token);
  e.job = m.token.job;
  e.detail = "no device of this worker has what it needs";
  e.worker = m.token.worker;
  control_not_run(e, std::nullopt, [this, t = m.token] { answer_fetched(t, FileSetAnswer::kNeedsMore); });
}

void Core::load_control(TokenKey k) {
  Opening& o = openings_.at(k);
  const JobId job = o.report.token.job;
  const ControlRecord& c = *control(job, k);
  if (probe_of(c)) {
    o.payload = disguised_payload(c, *o.payload);
    return judge_report(k, {});
  }
  EndToken e;
  e.token = k;
  e.job = job;
  e.detail = "the folder of probes holds it no more";
  control_not_run(e, std::nullopt, [this, k] {
    answer(k, ReportAnswer::kAcknowledged);
    close_opening(k);
  });
}

void Core::control_judged(TokenKey k, const Verdict& verdict) {
  const Opening& o = openings_.at(k);
  const std::uint64_t id = ++next_id_;
  trail_reads_[id] = [this, k, verdict](Result<DeviceTrail>& trail) {
    const Opening* open = opening(k);
    if (!open) return;
    if (!trail.ok()) return not_judged_now(k, trail.status().message());
    ControlRecord* c = control(open->report.token.job, k);
    if (c && c->end == ControlEnd::kOpen) return end_control(k, *c, verdict, *trail);
    probe(open->worker, open->report.token, open->report.sequence);  // its job has ended, or itself
    close_opening(k);
  };
  act(ReadTrail{id, o.report.device.identity});
}

// From here on the device is not believed: what it reports meanwhile comes after this in the store, and would
// not be found among what is void.
void Core::end_control(TokenKey k, ControlRecord c, const Verdict& verdict, const DeviceTrail& trail) {
  const Opening& o = openings_.at(k);
  const Probe* probe = probe_of(c);
  const auto results = hold_to_probe(probe ? *probe : Probe{}, single_device(verdict, {}));
  EndControl end;
  end.run = run_of(o, verdict);
  end.run->partial = true;  // it stands in for nothing
  end.close_with = options_.closing_key;
  c.end = control_end(results);
  c.rules = control_outcomes(results, trail);
  c.ended_ms = now_.wall_ms;
  c.device = o.report.device.identity;
  c.worker = o.worker;
  c.run = end.run->id;
  control(c.job, k)->end = c.end;
  if (c.end == ControlEnd::kBad) {
    if (believed(c.device))
      end.act = DeviceAct{c.device, DeviceActKind::kQuarantined, c.run, "", now_.wall_ms};
    if (end.act) quarantined_[c.device] = *end.act;
    bad_controls_.push_back(c);
    happened("trouble", c.sweep, {},
             "device " + c.device + " failed control " + std::to_string(c.run.value) + " (" + c.probe +
                 "): quarantined, and what it said is void");
  }
  end.control = c;
  commit(Box<EndControl>(std::move(end)), [this, k, c](const WriteOutcome&) {
    answer(k, ReportAnswer::kAcknowledged);
    close_opening(k);
    control_left(c.job, k);
    if (c.end != ControlEnd::kBad) return;
    voiding_wanted(c);
    void_more();
  });
}

// Whatever kept it from a run: that is no attempt of the job whose place it took.
void Core::control_not_run(const EndToken& e, std::optional<Answer> answer, std::function<void()> after) {
  ControlRecord& c = *control(e.job, e.token);
  Write write = ProbeJob{e.job, e.token};  // it ends already, or has ended
  if (c.end == ControlEnd::kOpen) {
    c.end = ControlEnd::kNotRun;
    EndControl end;
    end.control = c;
    end.control.why = e.detail;
    end.control.worker = e.worker;
    end.control.device = e.device;
    end.control.ended_ms = now_.wall_ms;
    write = Box<EndControl>(std::move(end));
  }
  commit(std::move(write), [this, job = e.job, token = e.token, worker = e.worker, answer = std::move(answer),
                            after = std::move(after)](const WriteOutcome&) {
    if (answer) send(worker, *answer);
    if (after) after();
    control_left(job, token);
  });
}

// The job whose place it took is free again.
void Core::control_left(JobId job, TokenKey token) {
  if (queue_.state(job) == JobState::kEnded) return;
  Info& i = info(job);
  for (KnownControl& c : i.controls) c.end_stored |= c.record.token == token;
  i.closed = std::max(i.closed, token);
  const auto l = leases_.find(job);
  if (l == leases_.end() || key(l->second.token) != token) return;
  lease_over(job, false);
  resolve(job);
}

bool Core::believed(const std::string& device) const {
  return options_.bugs.quarantine_ignored || quarantined_.count(device) == 0;
}

// A run that was under way when its device failed a control: it is made again elsewhere.
void Core::refuse_device(TokenKey k) {
  const Opening& o = openings_.at(k);
  EndToken end;
  end.token = k;
  end.job = o.report.token.job;
  end.kind = FailureKind::kDevice;
  end.reason = FailureReason::kHygiene;
  end.detail = "the device is quarantined: it failed a control";
  end.file_set = o.report.file_set;
  end.device = o.report.device.identity;
  end.worker = o.worker;
  ++counted_.device_refused;
  end_token(std::move(end), std::nullopt, [this, k] {
    answer(k, ReportAnswer::kAcknowledged);
    close_opening(k);
  });
}

void Core::command(std::uint64_t ticket, FreeDevice& c) {
  if (quarantined_.count(c.device) == 0)
    return act(Reply{
        ticket,
        not_found("device " + c.device + " is not quarantined: `storesweep devices` shows those that are"),
        0});
  const DeviceAct freed{c.device, DeviceActKind::kFreed, RunId{next_run_.value - 1}, c.why, now_.wall_ms};
  commit(ActOnDevice{freed}, [this, ticket, device = c.device](const WriteOutcome&) {
    quarantined_.erase(device);
    work_changed_ = true;
    happened("worker", {}, {}, "device " + device + " is free again");
    act(Reply{ticket, {}, 0});
  });
}

}  // namespace storesweep
