// One worker without sockets, files and devices: its session with the coordinator, the stages of each lease,
// and which lease holds which device, put together. Pure: (state, event, now) -> effects, `now` in steady
// milliseconds; the shell (worker.h) carries the effects out, the simulation does so in one thread on its own
// clock. One thread.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "worker/job/stages.h"
#include "worker/link/session.h"

namespace storesweep::worker {

struct CoreOptions {
  link::SessionOptions session;
  job::StageLimits stages;
};

// ---- events
struct DevicesSeen {
  std::vector<Device> fit;  // all that may be used now
};
// What a lease's effect came to.
struct JobEvent {
  Token token;
  job::StageEvent event;
};
// A blob of this entry is no more what was written.
struct EntryBroken {
  Token token;
  std::string why;
};
using CoreEvent = std::variant<link::Received, link::Uploaded, link::Respooled, link::DrainAsked, link::Tick,
                               DevicesSeen, JobEvent, EntryBroken>;

// ---- effects. Each of a token's is answered before its next one comes, but for CancelJob.
struct Send {
  std::vector<FromWorker> turn;  // all that is said in this step
};
struct FetchJob {
  LeaseOffer offer;  // answer: FetchDone or FetchFailed
};
struct NoteJob {
  Token token;  // answer: StartNoted or KeepFailed
};
struct RunJob {
  LeaseOffer offer;
  Device device;
  Digest file_set{};  // answer: RunDone, RunFailed or RunNeeds
};
struct CancelJob {
  Token token;  // its fetch or run ends soon, with an answer
};
struct KeepJob {
  Outcome outcome;
  std::string evidence_address;  // answer: OutcomeKept or KeepFailed
};
struct ForgetJob {
  Token token;  // its noted start and its files
};
struct SuspectDevice {
  std::string identity;
};
struct UploadEntry {
  Token token;  // answer: Uploaded or EntryBroken
};
struct ReplaceEntry {
  Failure failure;
  std::string why;  // answer: Respooled
};
struct DropSpooled {
  Token token;
  ReportAnswer answer = ReportAnswer::kAcknowledged;
};
struct Finished {};  // drained: the worker may end
struct LogLine {
  std::string text;
};
using Effect = std::variant<Send, FetchJob, NoteJob, RunJob, CancelJob, KeepJob, ForgetJob, SuspectDevice,
                            UploadEntry, ReplaceEntry, DropSpooled, Finished, LogLine>;

class Core {
 public:
  Core(CoreOptions options, std::vector<Outcome> spooled);

  std::vector<Effect> on(const CoreEvent& event, std::int64_t now);
  // When to send the next Tick, steady ms.
  std::int64_t next_due() const;

  const link::Session& session() const { return session_; }
  std::size_t jobs() const { return jobs_.size(); }

 private:
  struct Job {
    job::JobStages stages;
    Digest file_set{};
    std::optional<job::WantDevice> wants;
  };

  void feed(const link::SessionEvent& event) { session_events_.push_back(event); }
  void to_job(const Token& token, const job::StageEvent& event);
  void to_all_jobs(const job::StageEvent& event);
  void handle(const DevicesSeen& e);
  void handle(const JobEvent& e);
  void handle(const EntryBroken& e);
  void handle(const link::Tick& e);
  void handle(const link::Received& e) { feed(e); }
  void handle(const link::Uploaded& e) { feed(e); }
  void handle(const link::Respooled& e) { feed(e); }
  void handle(const link::DrainAsked& e) { feed(e); }

  void carry(FromWorker& a) { said_.push_back(std::move(a)); }
  void carry(link::StartLease& a);
  void carry(link::FileSetAnswered& a);
  void carry(link::AbandonLease& a);
  void carry(link::UploadBlobs& a) { effect(UploadEntry{a.token}); }
  void carry(link::DropEntry& a) { effect(DropSpooled{a.token, a.answer}); }
  void carry(link::Drained&) { effect(Finished{}); }
  void carry(link::Warn& a) { effect(LogLine{std::move(a.text)}); }

  void carry(Job& job, job::StageAction& action);
  void give_devices();
  void tell_devices();
  void settle();
  template <class E>
  void effect(E e) {
    effects_.emplace_back(std::move(e));
  }

  CoreOptions options_;
  link::Session session_;
  std::map<TokenKey, Job> jobs_;
  std::vector<Device> devices_;
  std::map<std::string, TokenKey> held_;  // device identity -> lease
  bool devices_changed_ = false;
  std::deque<link::SessionEvent> session_events_;
  std::vector<Effect> effects_;
  std::vector<FromWorker> said_;
  std::vector<RunJob> runs_;
  std::int64_t now_ = 0;
};

}  // namespace storesweep::worker
