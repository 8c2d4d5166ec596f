// What the leader writes. Writes only append (counters, marks, states and switches apart). A write is applied
// wholly or not at all, and each has its own outcome: one bad write never sinks the others of its batch.
// Values; no thread rule.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "common/base/box.h"
#include "coordinator/store/records.h"

namespace storesweep {

// The block of positions of a shard that may be leased from now on. Never goes back: a smaller one changes
// nothing.
struct PutMark {
  SweepId sweep;
  std::uint32_t shard = 0;
  std::int64_t mark = 0;
};

// A verdict that rests on no run, and what it counts for: made once for all that get it.
struct PlainVerdict {
  std::string verdict;  // encoded
  std::vector<Tally> tallies;
};
// The token that ended was the last that its job had: never run to an end.
struct Burial {
  struct Groups {  // of the job's listing, by which the verdict is counted
    std::string store, region, category;
  };
  std::string reason;
  // Null: of a confirmation or retest, whose parent keeps its own.
  std::shared_ptr<const PlainVerdict> verdict;
  Groups groups;
  bool known = false;  // PutKnown has said something of it
};

// A token has ended without a good report: an attempt. One for each token for ever.
// kDone: it has ended now; value 1: and its job was buried with it, 0: it was not, or had another end.
// kAlready: this token had ended; nothing is written.
struct EndToken {
  TokenKey token;
  JobId job;
  SweepId sweep;
  FailureKind kind = FailureKind::kInfrastructure;
  FailureReason reason = FailureReason::kOther;
  std::string detail;
  Digest file_set{};  // zero: not known
  std::string device, worker;
  std::int64_t at_ms = 0;
  std::optional<Burial> burial;
};

// A verdict and what it counts for, attached to a job of a sweep. Where the job has one already, the old
// one's tallies are subtracted in the same transaction; the old judgement stays as history.
struct Judged {
  JobId job;  // of a sweep, never a confirmation or a retest
  SweepId sweep;
  std::string verdict;  // encoded
  Groups groups;
  std::vector<Tally> tallies;
  std::vector<RunId> runs;  // that it rests on, the first one first; empty: nothing was run
  std::string why;          // first, confirmation, retest, new_rules, single_device
  std::int64_t at_ms = 0;
  // The judgement that this one was made from (StoredResult::judgement); empty: it replaces whatever stands.
  std::optional<std::int64_t> made_from;
};

// A job has ended, and what comes of that, in one piece: its run, its verdict (or, for a confirmation or
// retest, its parent's new one) and the order for a confirming run. kDone, or kAlready (the job had ended by
// this very token: the same answer again), or kOtherEnd (by another, or otherwise); in both latter cases
// nothing is written. Nor is it when `judged` was made from a judgement that no longer stands (kStale): it is
// made anew. A confirmation or retest whose parent has no end yet is refused (kRefused).
struct EndJob {
  JobId job;
  SweepId sweep;
  EndKind how = EndKind::kVerdict;
  std::string reason;  // why buried, or why no device
  TokenKey token;      // whose report it was; zero: none
  std::optional<RunRecord> run;
  // Closes the run's journal under this key: the next entry of the chain, in the same piece. Null: it is not
  // closed.
  std::shared_ptr<const SigningKey> close_with;
  RunId reused;  // an earlier run that it rests on instead
  std::optional<Judged> judged;
  std::optional<ExtraJob> order;
  std::optional<FindingAct> answer;  // of the retest of a finding
  std::int64_t at_ms = 0;
};

// Whether and by whom a job has ended; writes nothing. kDone: it has not ended; kAlready: by this very token
// with a verdict; kOtherEnd: in another way.
struct ProbeJob {
  JobId job;
  TokenKey token;
};

// A report of this token is about to be opened though an earlier sending was never answered. value: how often
// now.
struct NoteReport {
  TokenKey token;
  JobId job;
};

// A later judgement of an ended job (new rules, a single device), and the second runs that it asks for.
// kRefused if the job has not ended, or an order's id is taken; kStale as of EndJob.
struct Attach {
  Judged judged;
  std::vector<ExtraJob> orders{};
};

// A retest (a confirmation comes in EndJob). With an idempotency key that was used before: kAlready, value =
// the job of then. kRefused: no such ended parent.
struct OrderJob {
  ExtraJob order;
  std::optional<FindingAct> act;  // that tells of it, where it is the retest of a finding
};

// What a person said of a finding. value: the act's id. With an idempotency key that was used before:
// kAlready, value = the act of then. kRefused: its job has no end.
struct ActOnFinding {
  FindingAct act;
  std::string idempotency_key;
};

// What was learned about a job by a fetch, so that it survives a restart. The last one counts.
struct PutKnown {
  JobId job;
  Digest file_set{};  // zero: not known
  Needs needs;
  TokenKey by;  // whose worker said so last; zero: a fetch that needed nothing more
};

// Chooses the current listings, orders them by shard and expected_ms, gives them one range of job ids.
// value: the sweep's id. With an idempotency key that was used before: kAlready, value = the sweep of then.
struct CreateSweep {
  std::string name;
  Selection selection;
  Depth depth = Depth::kTriage;
  std::uint32_t shards = 1;  // 1 to kMaxShards; fewer where there are fewer listings
  CampaignId campaign;
  Origin origin = Origin::kSweep;
  std::string idempotency_key;
  std::int64_t at_ms = 0;
};
// kRunning, kPaused or kDone; a cancelled or done sweep stays so (kAlready).
struct SetSweep {
  SweepId sweep;
  SweepState state = SweepState::kRunning;
  std::int64_t at_ms = 0;
};
struct SetShard {
  SweepId sweep;
  std::uint32_t shard = 0;
  bool paused = false;
};
// Ends every job of the sweep that has not ended, its open confirmations and retests too, as cancelled; the
// retest of a finding answers that nothing was tested. value: how many of its listings that were.
struct CancelSweep {
  SweepId sweep;
  std::int64_t at_ms = 0;
};
// value: the campaign's id; kAlready as above.
struct CreateCampaign {
  CampaignRecord campaign;
  std::string idempotency_key;
};
struct SetDraining {
  std::string worker;
  bool draining = false;
};
// The rule pack that is judged with from now on, to be kept for good. One that is there (by its content)
// already: kAlready.
struct KeepPack {
  KeptPack pack;
};

// A control is about to go out: never before this is stored. kAlready: it is stored.
struct PutControl {
  ControlRecord control;
};
// How it ended, its run, and what it means for the device, in one piece. The run counts for nothing else. A
// control ends once (kAlready).
struct EndControl {
  ControlRecord control;
  std::optional<RunRecord> run;
  std::shared_ptr<const SigningKey> close_with;  // as of EndJob
  std::optional<DeviceAct> act;
};
struct ActOnDevice {
  DeviceAct act;
};
// A result says no more what it said of some rules: its new verdict, the order to run them again and the
// trail, in one piece. kStale and kRefused as of Attach.
struct VoidRules {
  Judged judged;
  ExtraJob order;
  Voiding voiding;
};
// All that this control makes void has been.
struct EndVoiding {
  TokenKey control;
};

using Write =
    std::variant<PutMark, EndToken, Box<EndJob>, ProbeJob, NoteReport, Attach, OrderJob, PutKnown,
                 CreateSweep, SetSweep, SetShard, CancelSweep, CreateCampaign, SetDraining, ActOnFinding,
                 KeepPack, PutControl, Box<EndControl>, ActOnDevice, Box<VoidRules>, EndVoiding>;

enum class WriteState : std::uint8_t {
  kDone,
  kAlready,
  kOtherEnd,
  kStale,    // another judgement stands now
  kRefused,  // the write itself is wrong (message says how); nothing of it is written
};
struct WriteOutcome {
  WriteState state = WriteState::kDone;
  std::int64_t value = 0;
  std::string message;
};

}  // namespace storesweep
