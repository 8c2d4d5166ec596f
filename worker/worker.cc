#include "worker/worker.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "common/model/trace.h"
#include "common/net/client.h"
#include "common/wire/wire.h"
#include "worker/job/upload.h"
#include "worker/pool.h"

namespace storesweep::worker {
namespace {
constexpr int kBatch = 256;                      // messages between two looks at the clock
constexpr std::int64_t kDevicesEveryMs = 1'000;  // how often the runner is asked for its devices
constexpr std::int64_t kLongestRunMs = 24 * 3'600'000;
constexpr std::int64_t kUploadMs = 10 * 60'000;

job::StageEvent as_stage_event(job::FetchEnd end) {
  return std::visit([](auto& e) { return job::StageEvent(std::move(e)); }, end);
}
job::StageEvent as_stage_event(job::RunEnd end) {
  return std::visit([](auto& e) { return job::StageEvent(std::move(e)); }, end);
}

// One worker of this process.
struct Member {
  const WorkerSetup* setup = nullptr;
  std::size_t number = 0;         // of it in this process
  std::size_t first_channel = 0;  // one to each coordinator
  std::size_t leader = 0;         // the channel by which the highest epoch was heard
  std::string evidence_base;      // of that one
  std::shared_ptr<Cancel> uploads = std::make_shared<Cancel>();  // of those that go there
  std::unique_ptr<job::Spool> spool;
  std::unique_ptr<Core> core;
  std::map<TokenKey, std::shared_ptr<Cancel>> cancels;  // of fetches and runs under way
  bool finished = false;
};
struct Completion {
  Member* member = nullptr;
  CoreEvent event;
};

class Shell {
 public:
  Shell(const std::vector<WorkerSetup>& setups, const ShellOptions& options, const Cancel& drain,
        const Clock& clock, Random& random, Log& log)
      : setups_(setups),
        drain_(drain),
        clock_(clock),
        random_(random),
        log_(log),
        vitals_(options.vitals),
        client_(net_options(options), random),
        pool_(options.threads) {}

  ~Shell() {  // where it ended early: whatever is under way gives up
    for (auto& m : members_) {
      m->uploads->cancel();
      for (auto& [token, cancel] : m->cancels) cancel->cancel();
    }
  }

  Status run() {
    TRY(open());
    while (std::any_of(members_.begin(), members_.end(), [](const auto& m) { return !m->finished; })) {
      TRY(turn());
    }
    return ok_status();
  }

 private:
  static net::Options net_options(const ShellOptions& options) {
    net::Options out;
    out.ca_file = options.ca_file;
    return out;
  }

  Status open() {
    std::vector<WorkerEndpoint> endpoints;
    for (const WorkerSetup& setup : setups_) {
      auto member = std::make_unique<Member>();
      member->setup = &setup;
      member->number = members_.size();
      member->first_channel = member->leader = endpoints.size();
      endpoints.insert(endpoints.end(), setup.coordinators.begin(), setup.coordinators.end());
      owners_.resize(endpoints.size(), member.get());
      TRY_ASSIGN(member->spool, job::Spool::open(setup.spool_folder, setup.spool, clock_.wall_ms()));
      for (const std::string& text : member->spool->damaged()) {
        log_.error("damaged in the spool, set aside", {{"worker", setup.name}, {"what", text}});
      }
      CoreOptions options;
      options.session.worker = setup.name;
      // A later process has a greater one (common/model/messages.h, Hello).
      options.session.incarnation =
          static_cast<std::uint64_t>(clock_.wall_ms()) << 20 | (random_.next_u64() & 0xfffff);
      options.session.scripted = setup.scripted;
      options.session.slots = setup.slots;
      options.stages = setup.stages;
      member->core = std::make_unique<Core>(options, member->spool->found());
      log_.info("worker starts",
                {{"worker", setup.name}, {"spooled", static_cast<long>(member->spool->found().size())}});
      members_.push_back(std::move(member));
    }
    if (vitals_) vitals_->works_for(members_.size());
    TRY_ASSIGN(channels_, connect_worker_channels(endpoints));
    return ok_status();
  }

  Status turn() {
    look_at_devices();
    if (drain_.cancelled() && !std::exchange(draining_, true)) {
      log_.info("draining: finishing what began");
      for (auto& m : members_) carry_out(*m, link::DrainAsked{});
    }
    bool drained_inbox = false;
    for (int n = 0; n < kBatch && !drained_inbox; ++n) {
      TRY_ASSIGN(bool got, take(Deadline::in_ms(0)));
      drained_inbox = !got;
    }
    take_completions();
    std::int64_t due = next_devices_ms_;
    for (auto& m : members_) {
      if (m->finished) continue;
      if (drained_inbox && m->core->next_due() <= clock_.steady_ms()) carry_out(*m, link::Tick{});
      due = std::min(due, m->core->next_due());
    }
    if (!drained_inbox) return ok_status();
    const std::int64_t wait_ms = std::clamp<std::int64_t>(due - clock_.steady_ms(), 0, kDevicesEveryMs);
    return take(Deadline::in_ms(wait_ms, draining_ ? nullptr : &drain_)).status();
  }

  // Whether a message came.
  Result<bool> take(const Deadline& deadline) {
    auto message = channels_->receive(deadline);
    if (!message.ok()) {
      return message.status().kind() == ErrorKind::kCancelled ? Result<bool>(false) : message.status();
    }
    if (!*message) return false;
    Member& member = *owners_.at((*message)->channel);
    Result<std::vector<ToWorker>> decoded = decode_to_worker_untrusted(as_bytes((*message)->bytes));
    if (decoded.ok()) {
      if (vitals_) vitals_->heard(member.number);
      follow(member, (*message)->channel, *decoded);
      carry_out(member, link::Received{std::move(*decoded)});
    } else {
      log_.warning("a malformed message of the coordinator",
                   {{"worker", member.setup->name}, {"error", decoded.status().text()}});
    }
    return true;
  }

  // Who speaks under the highest epoch leads, whatever the others still believe.
  static void follow(Member& member, std::size_t channel, const std::vector<ToWorker>& turn) {
    for (const ToWorker& message : turn) {
      const auto epoch = std::visit([](const auto& m) { return m.epoch; }, message);
      if (epoch < member.core->session().epoch()) continue;
      member.leader = channel;
      if (const auto* welcome = std::get_if<Welcome>(&message))
        send_evidence_to(member, welcome->evidence_base);
    }
  }

  // What is on its way to another that led may hang for long: it goes anew.
  static void send_evidence_to(Member& member, const std::string& base) {
    if (std::exchange(member.evidence_base, base) == base) return;
    std::exchange(member.uploads, std::make_shared<Cancel>())->cancel();
  }

  void tell_vitals() {
    Vitals::Load load;
    std::size_t scripted = 0;
    for (auto& m : members_) {
      load.leases += m->core->session().leases();
      load.reports += m->core->session().spooled();
      load.spool_bytes += m->spool->bytes();
      scripted += m->setup->scripted ? devices_[m.get()].size() : 0;
    }
    vitals_->turned(load);
    if (scripted > 0) vitals_->scripted_devices(scripted);
  }

  void look_at_devices() {
    if (clock_.steady_ms() < next_devices_ms_) return;
    next_devices_ms_ = clock_.steady_ms() + kDevicesEveryMs;
    for (auto& m : members_) {
      std::vector<Device> devices = m->setup->runner->devices();
      if (auto& known = devices_[m.get()]; known != devices || devices.empty()) {
        known = devices;
        carry_out(*m, DevicesSeen{std::move(devices)});
      }
    }
    if (vitals_) tell_vitals();
  }

  void take_completions() {
    std::vector<Completion> done;
    {
      std::lock_guard lock(mutex_);
      done.swap(completions_);
    }
    for (Completion& c : done) {
      if (const auto* e = std::get_if<JobEvent>(&c.event)) c.member->cancels.erase(key(e->token));
      carry_out(*c.member, c.event);
    }
  }

  // From a thread of the pool.
  void complete(Member& member, CoreEvent event) {
    {
      std::lock_guard lock(mutex_);
      completions_.push_back({&member, std::move(event)});
    }
    channels_->wake();
  }

  // ---- effects

  void carry_out(Member& member, const CoreEvent& event) {
    if (member.finished) return;
    for (Effect& effect : member.core->on(event, clock_.steady_ms())) {
      std::visit([&](auto& e) { carry(member, e); }, effect);
    }
  }

  void carry(Member& member, Send& e) {
    Result<std::vector<std::string>> turns = encode_all(e.turn);
    Status sent = turns.status();
    for (std::size_t i = 0; sent.ok() && i < turns->size(); ++i)
      sent = channels_->send(member.leader, (*turns)[i]);
    if (!sent.ok()) log_.debug("not sent", {{"worker", member.setup->name}, {"error", sent.text()}});
    if (std::any_of(e.turn.begin(), e.turn.end(), by_which_we_are_known)) tell_the_others(member, *turns);
  }
  // Those that stand by answer nothing. Whoever takes the lead has heard of us so, and asks at once.
  static bool by_which_we_are_known(const FromWorker& m) {
    return std::holds_alternative<Hello>(m) || std::holds_alternative<Heartbeat>(m);
  }
  void tell_the_others(Member& member, const std::vector<std::string>& turns) {
    const std::size_t end = member.first_channel + member.setup->coordinators.size();
    for (std::size_t channel = member.first_channel; channel < end; ++channel) {
      if (channel == member.leader) continue;
      for (const std::string& bytes : turns) (void)channels_->send(channel, bytes);  // it may not be there
    }
  }
  void carry(Member& member, FetchJob& e) {
    const LeaseOffer& o = e.offer;
    const TraceScope trace(trace_id(o.token.job));
    log_.info("lease taken", {{"worker", member.setup->name},
                              {"package", o.listing.package},
                              {"sweep", o.sweep.value},
                              {"job", o.token.job.value},
                              {"kind", name(o.kind)}});
    start(member, e.offer.token, [&member, offer = std::move(e.offer)](const Deadline& deadline) {
      return as_stage_event(member.setup->runner->fetch(offer, deadline));
    });
  }
  void carry(Member& member, NoteJob& e) {
    start(member, e.token, [&member, token = e.token](const Deadline&) -> job::StageEvent {
      Status s = member.spool->note_start(token);
      if (s.ok()) return job::StartNoted{};
      return job::KeepFailed{s.text()};
    });
  }
  void carry(Member& member, RunJob& e) {
    const TraceScope trace(trace_id(e.offer.token.job));
    log_.info("run starts", {{"worker", member.setup->name},
                             {"device", e.device.identity},
                             {"package", e.offer.listing.package},
                             {"job", e.offer.token.job.value}});
    start(member, e.offer.token, [&member, e](const Deadline& deadline) -> job::StageEvent {
      Result<std::string> folder = member.spool->run_folder(e.offer.token);
      if (!folder.ok()) {
        return job::RunFailed{
            {FailureKind::kInfrastructure, FailureReason::kDiskFull, folder.status().text()}};
      }
      return as_stage_event(member.setup->runner->run({e.offer, e.device, e.file_set, *folder}, deadline));
    });
  }
  void carry(Member& member, CancelJob& e) {
    if (auto at = member.cancels.find(key(e.token)); at != member.cancels.end()) at->second->cancel();
  }
  void carry(Member& member, KeepJob& e) {
    if (vitals_) vitals_->over(e.outcome);
    const Token& token = token_of(e.outcome);
    const TraceScope trace(trace_id(token.job));
    const auto* failure = std::get_if<Failure>(&e.outcome);
    log_.info("lease is over", {{"worker", member.setup->name},
                                {"job", token.job.value},
                                {"outcome", failure                                     ? name(failure->kind)
                                            : std::holds_alternative<Report>(e.outcome) ? "report"
                                                                                        : "needs more"},
                                {"detail", failure ? failure->detail : ""}});
    start(member, token_of(e.outcome), [&member, e](const Deadline&) -> job::StageEvent {
      Result<Outcome> kept = member.spool->keep(e.outcome, e.evidence_address);
      if (kept.ok()) return job::OutcomeKept{*kept};
      return job::KeepFailed{kept.status().text()};
    });
  }
  void carry(Member& member, ForgetJob& e) {
    pool_.add([&member, token = e.token] { member.spool->forget_start(token); });
  }
  void carry(Member& member, SuspectDevice& e) {
    log_.warning("a device is suspect", {{"worker", member.setup->name}, {"device", e.identity}});
    member.setup->runner->suspect(e.identity);
  }
  void carry(Member& member, UploadEntry& e) {
    pool_.add([this, &member, token = e.token, base = member.evidence_base, cancel = member.uploads] {
      const TraceScope trace(trace_id(token.job));
      const Status s =
          job::upload_blobs(client_, *member.spool, token, base, Deadline::in_ms(kUploadMs, cancel.get()));
      if (s.kind() == ErrorKind::kCorrupt) return complete(member, EntryBroken{token, s.message()});
      if (!s.ok()) log_.warning("evidence not taken", {{"worker", member.setup->name}, {"error", s.text()}});
      const auto end = s.ok()                               ? link::UploadEnd::kDone
                       : s.kind() == ErrorKind::kPermission ? link::UploadEnd::kRefused
                                                            : link::UploadEnd::kLater;
      complete(member, link::Uploaded{token, end});
    });
  }
  void carry(Member& member, ReplaceEntry& e) {
    const TraceScope trace(trace_id(e.failure.token.job));
    log_.error("damaged in the spool, set aside", {{"worker", member.setup->name}, {"what", e.why}});
    pool_.add([this, &member, e] {
      Result<Outcome> outcome = member.spool->replace(e.failure, e.why);
      if (outcome.ok()) complete(member, link::Respooled{*outcome});
    });
  }
  void carry(Member& member, DropSpooled& e) {
    const TraceScope trace(trace_id(e.token.job));
    log_.info("answered", {{"worker", member.setup->name},
                           {"job", e.token.job.value},
                           {"answer", e.answer == ReportAnswer::kAcknowledged ? "acknowledged" : "ended"}});
    pool_.add([&member, token = e.token] { member.spool->drop(token); });
  }
  void carry(Member& member, Finished&) {
    log_.info("worker has finished", {{"worker", member.setup->name}});
    member.finished = true;
  }
  void carry(Member& member, LogLine& e) { log_.warning(e.text, {{"worker", member.setup->name}}); }

  // Work of one lease on the pool; its answer goes to the lease's stages.
  template <class Work>
  void start(Member& member, const Token& token, Work work) {
    std::shared_ptr<Cancel>& cancel = member.cancels[key(token)];
    cancel = std::make_shared<Cancel>();
    pool_.add([this, &member, token, held = cancel, work = std::move(work)] {
      const TraceScope trace(trace_id(token.job));
      complete(member, JobEvent{token, work(Deadline::in_ms(kLongestRunMs, held.get()))});
    });
  }

  const std::vector<WorkerSetup>& setups_;
  const Cancel& drain_;
  const Clock& clock_;
  Random& random_;
  Log& log_;
  Vitals* const vitals_;
  net::Client client_;
  std::unique_ptr<WorkerChannels> channels_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<Member*> owners_;  // of the channels
  std::map<Member*, std::vector<Device>> devices_;
  std::int64_t next_devices_ms_ = 0;
  bool draining_ = false;
  std::mutex mutex_;
  std::vector<Completion> completions_;
  Pool pool_;  // last: its threads use all of the above
};
}  // namespace

Status run_workers(const std::vector<WorkerSetup>& setups, const ShellOptions& options, const Cancel& drain,
                   const Clock& clock, Random& random, Log& log) {
  return Shell(setups, options, drain, clock, random, log).run();
}

}  // namespace storesweep::worker
