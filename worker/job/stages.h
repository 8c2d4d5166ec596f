// The stages of one lease, from its grant to the moment when its outcome is durable in the spool (what
// follows, upload and report, is the outbox's: worker/link/outbox.h):
//   fetch -> ask by the hash of the file set -> a device -> note the start -> begin -> run -> spool
// Pure: (state, event, now) -> actions, `now` in steady milliseconds of this host; the caller fetches, runs
// and writes. The APK is not opened for a test before the coordinator has answered `run`, the start is noted
// in the spool and Began was said: whoever dies afterwards leaves a note of the token. One thread; one object
// a lease.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/model/messages.h"

namespace storesweep::job {

struct StageLimits {
  std::int64_t fetch_ms = 15 * 60'000;
  std::int64_t device_wait_ms = 10 * 60'000;
  std::int64_t triage_run_ms = 60 * 60'000;
  std::int64_t lab_run_ms = 4 * 3'600'000;
};

struct JobFailure {
  FailureKind kind = FailureKind::kInfrastructure;
  FailureReason reason = FailureReason::kOther;
  std::string detail;
};

// ---- events
struct LeaseTaken {};
struct FetchDone {
  Digest file_set{};
  Needs needs;
  SdkList sdks;         // for the report
  std::string refused;  // why no Android would install it; empty: nothing speaks against it
};
struct FetchFailed {
  JobFailure failure;
};
struct RunAnswered {
  FileSetAnswer answer = FileSetAnswer::kRun;
};
struct DeviceGiven {
  Device device;
};
// No device of this worker, free or not, is fit for it.
struct NoDeviceFits {};
struct StartNoted {};  // durable
// The run's files lie in its scratch folder, hashed as named here; blobs[0] is the journal.
struct RunDone {
  std::vector<BlobRef> blobs;
  std::string hint;
  RunFigures figures;
  bool disturbed =
      false;  // something was lost on the way; the run was made again where there was time for it
};
struct RunFailed {
  JobFailure failure;
};
struct RunNeeds {
  Needs needs;
};
struct OutcomeKept {
  Outcome outcome;  // as it lies in the spool, with its sequence
};
struct KeepFailed {
  std::string why;
};
struct GiveUp {};  // the lease is over: stop, report nothing
struct StageTick {};
using StageEvent =
    std::variant<LeaseTaken, FetchDone, FetchFailed, RunAnswered, DeviceGiven, NoDeviceFits, StartNoted,
                 RunDone, RunFailed, RunNeeds, OutcomeKept, KeepFailed, GiveUp, StageTick>;

// ---- actions
struct StartFetch {};   // answer with FetchDone or FetchFailed
struct CancelFetch {};  // the same answer, soon
struct AskToRun {
  Fetched question;  // answer with RunAnswered, as often as needed until then
};
struct WantDevice {
  Needs needs;
  std::string not_on_device;
  std::optional<DeviceKind> on_kind;
  std::vector<std::string> avoid{};
};                    // answer with DeviceGiven or NoDeviceFits
struct NoteStart {};  // write it to the spool; answer with StartNoted or KeepFailed
struct SayBegan {};   // before StartRun, which follows in the same list
struct StartRun {
  Device device;  // answer with RunDone, RunFailed or RunNeeds
};
struct CancelRun {};  // the same answers, soon
struct FreeDevice {
  std::string identity;
  bool suspect = false;  // it failed: to be looked at before it serves again
};
struct KeepOutcome {
  Outcome outcome;  // sequence 0: the spool gives it; the start's note goes with the same step. Answer with
                    // OutcomeKept or KeepFailed
};
struct ShowStage {
  Stage stage = Stage::kQueued;  // for the heartbeats
};
// The slot is free. `outcome`: what was kept, if anything; without one a noted start is to be forgotten.
struct JobOver {
  std::optional<Outcome> outcome;
};
using StageAction = std::variant<StartFetch, CancelFetch, AskToRun, WantDevice, NoteStart, SayBegan, StartRun,
                                 CancelRun, FreeDevice, KeepOutcome, ShowStage, JobOver>;

class JobStages {
 public:
  JobStages(LeaseOffer offer, const StageLimits& limits) : offer_(std::move(offer)), limits_(limits) {}

  std::vector<StageAction> on(const StageEvent& event, std::int64_t now);
  // When to send the next StageTick; INT64_MAX: no need.
  std::int64_t next_due() const { return due_ms_; }

  const LeaseOffer& offer() const { return offer_; }
  bool over() const { return step_ == Step::kOver; }
  bool began() const { return began_; }

 private:
  enum class Step : std::uint8_t {
    kNew,
    kFetching,
    kAsking,
    kWaitingForDevice,
    kNoting,
    kRunning,
    kStopping,  // cancelled: waits for the answer of what was under way
    kKeeping,
    kOver
  };

  void handle(const LeaseTaken&);
  void handle(const FetchDone&);
  void handle(const FetchFailed&);
  void handle(const RunAnswered&);
  void handle(const DeviceGiven&);
  void handle(const NoDeviceFits&);
  void handle(const StartNoted&);
  void handle(const RunDone&);
  void handle(const RunFailed&);
  void handle(const RunNeeds&);
  void handle(const OutcomeKept&);
  void handle(const KeepFailed&);
  void handle(const GiveUp&);
  void handle(const StageTick&);

  void enter(Step step, std::int64_t limit_ms);
  void show(Stage stage);
  void want_device();
  void stop(std::optional<JobFailure> failure);
  void stopped();
  void keep(Outcome outcome);
  void fail(const JobFailure& failure);
  void free_device(bool suspect);
  void finish(std::optional<Outcome> outcome);
  bool running() const { return step_ == Step::kRunning || (step_ == Step::kStopping && began_); }
  template <class A>
  void act(A action) {
    actions_.emplace_back(std::move(action));
  }

  LeaseOffer offer_;
  StageLimits limits_;
  std::vector<StageAction> actions_;
  std::int64_t now_ = 0;
  std::int64_t due_ms_ = INT64_MAX;
  Step step_ = Step::kNew;
  bool began_ = false;
  bool disk_full_ = false;  // an outcome could not be kept; only a small failure is tried now
  std::optional<JobFailure> stop_as_;
  Digest file_set_{};
  Needs needs_;
  SdkList sdks_;
  std::string refused_;
  std::optional<Device> device_;
  std::int64_t fetch_started_ms_ = 0, fetch_took_ms_ = 0, device_since_ms_ = 0;
};

}  // namespace storesweep::job
