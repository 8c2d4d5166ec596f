// What goes into the protocol's core and what comes out of it: events and actions, as plain values. The shell
// (shell.h), the simulation and the tests carry out the actions; the core itself never waits and never asks
// for the time.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/base/status.h"
#include "common/model/messages.h"
#include "coordinator/service/amend.h"
#include "coordinator/service/api.h"
#include "coordinator/store/store.h"

namespace storesweep {

// The moment of an event, on the clock that never jumps and on the calendar.
struct Now {
  std::int64_t steady_ms = 0;
  std::int64_t wall_ms = 0;
};

// ---- events

// What a worker says in one breath, handled in this order. A request for leases that comes after an end is
// answered with it, by the commit that stores the end.
struct FromWorkerEvent {
  std::string worker;  // as the link has proven it
  std::vector<FromWorker> turn;
};
// The answers to actions, by the action's id.
struct Committed {
  std::uint64_t id = 0;
  CommitResult result;
};
struct EpochRead {
  std::uint64_t id = 0;
  Result<std::uint64_t> epoch = std::uint64_t{0};
};
struct JobsRead {
  std::uint64_t id = 0;
  Result<std::vector<JobPayload>> jobs = std::vector<JobPayload>{};
};
struct RunsRead {
  std::uint64_t id = 0;
  Result<std::vector<RunRecord>> runs = std::vector<RunRecord>{};
};
struct ResultRead {
  std::uint64_t id = 0;
  Result<StoredResult> result = StoredResult{};
};
struct SweepRead {
  std::uint64_t id = 0;
  Result<SweepCounts> sweep = SweepCounts{};
};
struct TrailRead {
  std::uint64_t id = 0;
  Result<DeviceTrail> trail = DeviceTrail{};
};
struct RestingRead {
  std::uint64_t id = 0;
  Result<RestingJobs> jobs = RestingJobs{};
};
struct BlobsChecked {
  std::uint64_t id = 0;
  bool there = false;  // all of them, with these hashes
};
// Status: kNotFound: a journal is not there; kCorrupt, kInvalid, kUnsupported: it is no journal that can be
// judged; kUnavailable: we cannot judge now, and the journal is not to blame; anything else: the judge died
// of it.
struct JudgedEvent {
  std::uint64_t id = 0;
  Status status;
  Verdict verdict;
};
// Time has passed. Leases are judged by `drained_ms`, the last moment at which the inbox was empty: after a
// stall the heartbeats are there, unread.
struct Tick {
  std::int64_t drained_ms = 0;
};

// ---- what people ask for, answered by Reply with the same ticket
struct StartSweep {
  CreateSweep write;
};
struct ChangeSweep {
  SweepId sweep;
  SweepAction action = SweepAction::kPause;
  std::optional<std::uint32_t> shard;
};
struct StartCampaign {
  CreateCampaign write;
};
struct StartRetest {
  RetestRequest request;
};
struct SayOfFinding {
  ActOnFinding write;
};
struct DrainWorker {
  std::string worker;
  bool draining = true;  // false: it may take jobs again
};
// A quarantined device was reset, as somebody attests; it gets leases again.
struct FreeDevice {
  std::string device, why;
};
// Later judgements of results, with the second runs that they ask for; those whose result was judged
// otherwise meanwhile are left out. Reply: id = how many stand now.
struct NewJudgement {
  Judged judged;
  std::vector<SecondRun> second_runs;
};
struct AttachJudgements {
  std::vector<NewJudgement> judged;
  std::optional<KeptPack> pack;  // that they were judged by, to be kept
};
struct Command {
  std::uint64_t ticket = 0;
  std::variant<StartSweep, ChangeSweep, StartCampaign, StartRetest, DrainWorker, SayOfFinding,
               AttachJudgements, FreeDevice>
      what;
};
// Stops leasing (and says why), or resumes it with an empty reason.
struct StopLeasing {
  std::string why;
};

using CoreEvent =
    std::variant<FromWorkerEvent, Committed, EpochRead, JobsRead, RunsRead, Box<ResultRead>, Box<SweepRead>,
                 TrailRead, RestingRead, BlobsChecked, Box<JudgedEvent>, Tick, Box<Command>, StopLeasing>;

// ---- actions

struct SendAction {
  std::string worker;
  ToWorker message;
};
// To be committed in one transaction or with others, in the order of the actions.
struct CommitAction {
  std::uint64_t id = 0;
  std::vector<Write> writes;
};
struct ReadEpoch {
  std::uint64_t id = 0;
};
struct ReadJobs {
  std::uint64_t id = 0;
  std::vector<JobId> jobs;
};
struct ReadRuns {
  std::uint64_t id = 0;
  Digest file_set{};  // zero: those that confirm `confirming`, or `run` alone
  RunId confirming;
  RunId run;
};
struct ReadResult {
  std::uint64_t id = 0;
  JobId job;
};
struct ReadSweep {
  std::uint64_t id = 0;
  SweepId sweep;
};
struct ReadTrail {
  std::uint64_t id = 0;
  std::string device;
};
struct ReadResting {
  std::uint64_t id = 0;
  std::string device;
  RunId since;
  std::int64_t from = 0;
};
// Looks whether blobs are there, without opening them.
struct CheckBlobs {
  std::uint64_t id = 0;
  std::vector<BlobRef> blobs;
};
struct JudgeAction {
  std::uint64_t id = 0;
  JobId job;                     // for whose end it is judged
  JobId app;                     // the listing's own job: another one where `job` is a second run or a retest
  std::vector<Digest> journals;  // the first run first
  std::string claim;             // of the last one (judging/claim.h); empty: an earlier run's, checked then
  Listing listing;
  Depth depth = Depth::kTriage;
  std::vector<std::string> rules;  // empty: all
  std::string hint;                // the worker's own verdict, encoded; empty: none
};
struct Reply {
  std::uint64_t ticket = 0;
  Status status;
  std::int64_t id = 0;  // of what was created
};
// For the event stream: progress, ended, finding, worker, stopped, trouble.
struct Happened {
  std::string kind;
  SweepId sweep;
  JobId job;
  std::string text;
  JobId app{};  // the listing's own job: another one where `job` is a second run or a retest
};
// This core is over: load anew under a new epoch, or stand by.
struct StepDown {
  std::string why;
};

using Action = std::variant<SendAction, CommitAction, ReadEpoch, ReadJobs, ReadRuns, ReadResult, ReadSweep,
                            ReadTrail, ReadResting, CheckBlobs, Box<JudgeAction>, Reply, Happened, StepDown>;

}  // namespace storesweep
