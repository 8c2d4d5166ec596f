#include "worker/job/stages.h"

#include <algorithm>

namespace storesweep::job {
namespace {
constexpr std::int64_t kNoLimit = INT64_MAX;
constexpr std::size_t kMaxDetailBytes = 2000;

void add_all(std::vector<std::string>& to, const std::vector<std::string>& from) {
  for (const std::string& s : from) {
    if (std::find(to.begin(), to.end(), s) == to.end()) to.push_back(s);
  }
}
// What was known and what the file says now, together. The file itself knows its ABIs best.
Needs both(Needs known, const Needs& now) {
  if (!now.abis.empty()) known.abis = now.abis;
  known.min_api = std::max(known.min_api, now.min_api);
  add_all(known.features, now.features);
  known.quick_app_runtime |= now.quick_app_runtime;
  if (!now.other_than_class.empty()) known.other_than_class = now.other_than_class;
  return known;
}
}  // namespace

std::vector<StageAction> JobStages::on(const StageEvent& event, std::int64_t now) {
  now_ = now;
  std::visit([this](const auto& e) { handle(e); }, event);
  return std::exchange(actions_, {});
}

void JobStages::enter(Step step, std::int64_t limit_ms) {
  step_ = step;
  due_ms_ = limit_ms == kNoLimit ? kNoLimit : now_ + limit_ms;
}
void JobStages::show(Stage stage) { act(ShowStage{stage}); }

// ---- fetch and ask

void JobStages::handle(const LeaseTaken&) {
  if (step_ != Step::kNew) return;
  enter(Step::kFetching, limits_.fetch_ms);
  fetch_started_ms_ = now_;
  show(Stage::kFetching);
  act(StartFetch{});
}

void JobStages::handle(const FetchDone& e) {
  if (step_ == Step::kStopping && !began_) return stopped();
  if (step_ != Step::kFetching) return;
  fetch_took_ms_ = now_ - fetch_started_ms_;
  file_set_ = e.file_set;
  needs_ = both(offer_.needs, e.needs);
  sdks_ = e.sdks;
  refused_ = e.refused;
  if (offer_.file_set && *offer_.file_set == file_set_) return want_device();
  // Unknown beforehand, or not the file that the coordinator meant: it decides anew.
  enter(Step::kAsking, kNoLimit);
  show(Stage::kStatic);
  act(AskToRun{{offer_.token, file_set_, needs_}});
}

void JobStages::handle(const FetchFailed& e) {
  if (step_ == Step::kStopping && !began_) return stopped();
  if (step_ == Step::kFetching) fail(e.failure);
}

void JobStages::handle(const RunAnswered& e) {
  if (step_ != Step::kAsking) return;
  if (e.answer == FileSetAnswer::kRun) {
    want_device();
  } else {
    finish(std::nullopt);
  }
}

// ---- device and run

// What no Android would install takes no device. It fails only now, after the coordinator's `run`: so it is
// known as a fact about this file set, and counts for every listing that has it.
void JobStages::want_device() {
  if (!refused_.empty()) return fail({FailureKind::kApp, FailureReason::kInstall, refused_});
  enter(Step::kWaitingForDevice, limits_.device_wait_ms);
  show(Stage::kDevice);
  act(WantDevice{needs_, offer_.not_on_device, offer_.on_kind, offer_.avoid_devices});
}

void JobStages::handle(const DeviceGiven& e) {
  if (step_ != Step::kWaitingForDevice) {
    act(FreeDevice{e.device.identity, false});
    return;
  }
  device_ = e.device;
  device_since_ms_ = now_;
  enter(Step::kNoting, kNoLimit);
  act(NoteStart{});
}

void JobStages::handle(const NoDeviceFits&) {
  if (step_ == Step::kWaitingForDevice) keep(NeedsMore{offer_.token, 0, needs_});
}

void JobStages::handle(const StartNoted&) {
  if (step_ == Step::kStopping && !began_) return stopped();
  if (step_ != Step::kNoting) return;
  began_ = true;
  enter(Step::kRunning, offer_.depth == Depth::kLab ? limits_.lab_run_ms : limits_.triage_run_ms);
  show(Stage::kRunning);
  act(SayBegan{});
  act(StartRun{*device_});
}

void JobStages::handle(const RunDone& e) {
  // A run that came to its end counts, even when its lease ended at the same moment.
  if (!running()) return;
  Report report;
  report.token = offer_.token;
  report.file_set = file_set_;
  report.device = *device_;
  report.depth = offer_.depth;
  report.blobs = e.blobs;
  report.hint = e.hint;
  report.figures = e.figures;
  report.sdks = sdks_;
  report.figures.fetch_ms = fetch_took_ms_;
  report.figures.device_ms = now_ - device_since_ms_;
  free_device(false);
  keep(std::move(report));
}

void JobStages::handle(const RunFailed& e) {
  if (!running()) return;
  if (step_ == Step::kStopping) return stopped();
  fail(e.failure);
}

void JobStages::handle(const RunNeeds& e) {
  if (!running()) return;
  if (step_ == Step::kStopping) return stopped();
  free_device(false);
  keep(NeedsMore{offer_.token, 0, both(needs_, e.needs)});
}

// ---- the end

void JobStages::fail(const JobFailure& failure) {
  Failure message;
  message.token = offer_.token;
  message.kind = failure.kind;
  message.reason = failure.reason;
  message.detail = failure.detail.substr(0, kMaxDetailBytes);
  message.device = device_ ? device_->identity : "";
  message.file_set = file_set_;
  free_device(failure.kind == FailureKind::kDevice);
  keep(std::move(message));
}

void JobStages::keep(Outcome outcome) {
  enter(Step::kKeeping, kNoLimit);
  show(Stage::kUploading);
  act(KeepOutcome{std::move(outcome)});
}

void JobStages::handle(const OutcomeKept& e) {
  if (step_ == Step::kKeeping) finish(e.outcome);
}

void JobStages::handle(const KeepFailed& e) {
  if (step_ == Step::kStopping && !began_) return stopped();
  if (step_ != Step::kKeeping && step_ != Step::kNoting) return;
  if (disk_full_) return finish(std::nullopt);  // not even a line fits: silence is all that is left
  disk_full_ = true;
  fail({FailureKind::kInfrastructure, FailureReason::kDiskFull, e.why});
}

void JobStages::handle(const GiveUp&) {
  switch (step_) {
    case Step::kFetching:
    case Step::kRunning:
      return stop(std::nullopt);
    case Step::kNew:
    case Step::kAsking:
    case Step::kWaitingForDevice:
      return finish(std::nullopt);
    case Step::kNoting:  // the note is being written: it can be forgotten only afterwards
      return enter(Step::kStopping, kNoLimit);
    case Step::kStopping:
      stop_as_.reset();
      return;
    case Step::kKeeping:  // it has come to its end: let it be kept, its answer says whether it counts
    case Step::kOver:
      return;
  }
}

void JobStages::handle(const StageTick&) {
  if (now_ < due_ms_) return;
  const JobFailure late{FailureKind::kInfrastructure, FailureReason::kTimeout, ""};
  if (step_ == Step::kFetching) {
    stop(JobFailure{late.kind, late.reason, "the fetch took longer than its limit"});
  } else if (step_ == Step::kRunning) {
    stop(JobFailure{late.kind, late.reason, "the run took longer than its limit"});
  } else if (step_ == Step::kWaitingForDevice) {
    finish(std::nullopt);  // never began: it expires without cost
  }
}

void JobStages::stop(std::optional<JobFailure> failure) {
  stop_as_ = std::move(failure);
  if (step_ == Step::kFetching) {
    act(CancelFetch{});
  } else {
    act(CancelRun{});
  }
  enter(Step::kStopping, kNoLimit);
}

void JobStages::stopped() {
  if (stop_as_) return fail(*stop_as_);
  free_device(false);
  finish(std::nullopt);
}

void JobStages::free_device(bool suspect) {
  if (!device_) return;
  act(FreeDevice{device_->identity, suspect});
  device_.reset();
}

void JobStages::finish(std::optional<Outcome> outcome) {
  enter(Step::kOver, kNoLimit);
  act(JobOver{std::move(outcome)});
}

}  // namespace storesweep::job
