// Which job goes out next. The jobs of a sweep are one range of ids, in hand-out order, split into shards; a
// job costs one byte here until it is touched. A shard has a mark, durable before any lease beyond it goes
// out: after a start, what lies beyond it cannot be running anywhere and goes out at once, and the rest waits
// (`held`) until the keeper calls release(). What came back, confirmations and retests stand in lanes. Pure:
// no clock, no store. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "coordinator/queue/lane.h"

namespace storesweep {

enum class JobState : std::uint8_t {
  kPending,  // in its place in the order (or held there)
  kBack,     // in a lane
  kLater,    // will be given back after a while
  kLeased,
  kWaiting,  // for a live lease that runs its file set
  kBusy,     // being decided upon: an earlier run is looked for or judged, an end is being committed
  kEnded
};

struct ShardRange {
  JobId first;
  std::int64_t count = 0;
  std::int64_t mark = 0;
  bool paused = false;
};

// Deliberate bugs, for the tests that show that they are caught.
struct QueueBugs {
  bool mark_late = false;    // leases go out beyond the durable mark
  bool no_hold = false;      // what was at or before the mark goes out at once after a start
  bool extras_free = false;  // retests and confirmations go out at once after a start
};

class Queue {
 public:
  Queue(std::int64_t mark_block, QueueBugs bugs) : block_(mark_block), bugs_(bugs) {}

  // ---- what there is
  void add_sweep(SweepId sweep, const std::vector<ShardRange>& shards, const std::vector<JobId>& ended,
                 bool paused);
  // A confirmation of a sweep that is here, or a retest of any; it is kBusy until give_back().
  void add_extra(JobId job, SweepId sweep, bool retest);
  // Its confirmations and retests stay; those that stood in its lane must be given back once more.
  void remove_sweep(SweepId sweep);
  bool has_sweep(SweepId sweep) const { return sweeps_.count(sweep) != 0; }
  void pause(SweepId sweep, bool paused);
  void pause_shard(SweepId sweep, std::uint32_t shard, bool paused);
  // After a start: nothing from before goes out until release().
  void hold() { held_ = true; }
  void release();
  bool held() const { return held_; }

  // ---- one job
  JobState state(JobId job) const;  // kEnded for what is not here
  void set(JobId job, JobState state);
  // Into its lane (retests, confirmations, what came back).
  void give_back(JobId job, const Wish& wish);
  SweepId sweep_of(JobId job) const;  // zero: not here
  // Beyond its shard's mark as it was when the sweep was added: nobody before us can have leased it.
  bool fresh(JobId job) const;
  std::uint32_t shard_of_job(JobId job) const;

  // ---- handing out
  struct Pick {
    JobId job;
    std::size_t device = 0;  // index of the device that it shall use; any, where it wishes nothing
  };
  // The next job for one of these devices of this worker; it is kLeased then.
  std::optional<Pick> next(const std::string& worker, const std::vector<const Device*>& devices);
  // Up to `most` jobs that next() will give out soon, for reading their payload ahead.
  void upcoming(std::size_t most, std::vector<JobId>* out) const;

  // ---- marks
  struct Mark {
    SweepId sweep;
    std::uint32_t shard = 0;
    std::int64_t mark = 0;
  };
  // Blocks to make durable; each is asked for once.
  std::vector<Mark> marks_wanted();
  void mark_committed(const Mark& mark);

  // ---- rendezvous of workers and shards
  void worker_joined(const std::string& worker);
  void worker_left(const std::string& worker);

  struct ShardCounts {
    std::int64_t total = 0, ended = 0, leased = 0, waiting = 0;
    bool paused = false;
  };
  std::vector<ShardCounts> counts(SweepId sweep) const;
  bool paused(SweepId sweep) const;
  // Second runs and retests that are not leased: work like any other, though no shard counts it.
  struct ExtraCounts {
    std::int64_t confirmations = 0, retests = 0;
  };
  ExtraCounts extra_counts() const;
  bool all_ended(SweepId sweep) const;
  std::vector<SweepId> sweeps() const;
  // Every lane, for the decision that no device serves a job.
  std::vector<Lane*> lanes();

 private:
  struct Shard {
    ShardRange range;
    std::vector<JobState> states;
    std::int64_t old_cursor = 0;  // through what was at or before the mark at the start
    std::int64_t old_end = 0;
    std::int64_t fresh_cursor = 0;  // beyond it
    std::int64_t wanted = 0;        // the mark that was asked for
    Lane back;
    std::string owner;
    std::uint64_t owner_score = 0;
    std::int64_t ended = 0, leased = 0, waiting = 0;
  };
  struct Sweep {
    SweepId id;
    JobId first;
    std::int64_t count = 0;
    bool paused = false;
    std::vector<Shard> shards;
    Lane confirmations;
  };
  struct Extra {
    SweepId sweep;
    bool retest = false;
    JobState state = JobState::kBusy;
  };

  Sweep* find_sweep(SweepId sweep);
  const Shard* find_shard(JobId job) const;
  Shard* find_shard(JobId job);
  static JobState& state_in(Shard& shard, JobId job);
  std::optional<Pick> from_lane(Lane& lane, const std::vector<const Device*>& devices);
  std::optional<Pick> from_shard(Shard& shard, const std::vector<const Device*>& devices);
  std::int64_t step(Shard& shard, std::int64_t* cursor, std::int64_t end) const;
  void choose_owner(SweepId sweep, Shard& shard, std::uint32_t index);

  std::int64_t block_;
  QueueBugs bugs_;
  bool held_ = false;
  std::map<SweepId, Sweep> sweeps_;              // the older one first
  std::map<std::int64_t, SweepId> by_first_id_;  // first job id -> sweep
  std::unordered_map<JobId, Extra> extras_;
  Lane retests_;
  std::unordered_map<JobId, std::uint64_t> entries_;  // the newest entry of each job in its lane
  std::vector<std::string> workers_;
};

}  // namespace storesweep
