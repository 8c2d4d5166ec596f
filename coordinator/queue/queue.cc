#include "coordinator/queue/queue.h"

#include <algorithm>

namespace storesweep {
namespace {
// FNV-1a over the parts, then a finalizer: near-equal names must score far apart.
std::uint64_t score(SweepId sweep, std::uint32_t shard, const std::string& worker) {
  std::uint64_t h = 14695981039346656037ULL;
  auto mix = [&](std::uint64_t v) { h = (h ^ v) * 1099511628211ULL; };
  for (char c : worker) mix(static_cast<std::uint8_t>(c));
  mix(static_cast<std::uint64_t>(sweep.value));
  mix(shard);
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  return h ^ h >> 33;
}
}  // namespace

void Queue::add_sweep(SweepId id, const std::vector<ShardRange>& shards, const std::vector<JobId>& ended,
                      bool paused) {
  Sweep& sweep = sweeps_[id];
  sweep.id = id;
  sweep.paused = paused;
  sweep.shards.resize(shards.size());
  for (std::uint32_t i = 0; i < shards.size(); ++i) {
    Shard& s = sweep.shards[i];
    s.range = shards[i];
    s.states.assign(static_cast<std::size_t>(s.range.count), JobState::kPending);
    s.old_end = s.fresh_cursor = s.wanted = s.range.mark;
    if (s.range.count > 0 && (!sweep.first || s.range.first < sweep.first)) sweep.first = s.range.first;
    sweep.count += s.range.count;
    choose_owner(id, s, i);
  }
  by_first_id_[sweep.first.value] = id;
  for (JobId job : ended) set(job, JobState::kEnded);
}

void Queue::add_extra(JobId job, SweepId sweep, bool retest) {
  extras_[job] = {sweep, retest, JobState::kBusy};
}

void Queue::remove_sweep(SweepId id) {
  auto s = sweeps_.find(id);
  if (s == sweeps_.end()) return;
  by_first_id_.erase(s->second.first.value);
  sweeps_.erase(s);
}

void Queue::pause(SweepId sweep, bool paused) {
  if (Sweep* s = find_sweep(sweep)) s->paused = paused;
}

void Queue::pause_shard(SweepId sweep, std::uint32_t shard, bool paused) {
  Sweep* s = find_sweep(sweep);
  if (s && shard < s->shards.size()) s->shards[shard].range.paused = paused;
}

void Queue::release() { held_ = false; }

Queue::Sweep* Queue::find_sweep(SweepId sweep) {
  auto s = sweeps_.find(sweep);
  return s == sweeps_.end() ? nullptr : &s->second;
}

SweepId Queue::sweep_of(JobId job) const {
  if (auto e = extras_.find(job); e != extras_.end()) return e->second.sweep;
  auto at = by_first_id_.upper_bound(job.value);
  if (at == by_first_id_.begin()) return {};
  const Sweep& s = sweeps_.at(std::prev(at)->second);
  return job.value < s.first.value + s.count ? s.id : SweepId{};
}

const Queue::Shard* Queue::find_shard(JobId job) const {
  if (extras_.count(job)) return nullptr;
  SweepId id = sweep_of(job);
  if (!id) return nullptr;
  const std::vector<Shard>& shards = sweeps_.at(id).shards;
  // Shards lie in the order of their ids; empty ones have no place there.
  for (const Shard& s : shards) {
    if (job >= s.range.first && job.value < s.range.first.value + s.range.count) return &s;
  }
  return nullptr;
}
Queue::Shard* Queue::find_shard(JobId job) {
  return const_cast<Shard*>(std::as_const(*this).find_shard(job));
}

bool Queue::fresh(JobId job) const {
  const Shard* s = find_shard(job);
  return s != nullptr && job.value - s->range.first.value >= s->old_end;
}

std::uint32_t Queue::shard_of_job(JobId job) const {
  const Shard* s = find_shard(job);
  return s ? static_cast<std::uint32_t>(s - sweeps_.at(sweep_of(job)).shards.data()) : 0;
}

JobState& Queue::state_in(Shard& shard, JobId job) {
  return shard.states[static_cast<std::size_t>(job.value - shard.range.first.value)];
}

JobState Queue::state(JobId job) const {
  if (auto e = extras_.find(job); e != extras_.end()) return e->second.state;
  const Shard* s = find_shard(job);
  return s ? s->states[static_cast<std::size_t>(job.value - s->range.first.value)] : JobState::kEnded;
}

void Queue::set(JobId job, JobState state) {
  if (auto e = extras_.find(job); e != extras_.end()) {
    if (state == JobState::kEnded) {
      extras_.erase(e);
    } else {
      e->second.state = state;
    }
    return;
  }
  Shard* s = find_shard(job);
  if (!s) return;
  JobState& now = state_in(*s, job);
  auto count = [&](JobState which, std::int64_t by) {
    if (which == JobState::kEnded) s->ended += by;
    if (which == JobState::kLeased) s->leased += by;
    if (which == JobState::kWaiting) s->waiting += by;
  };
  count(now, -1);
  count(state, 1);
  now = state;
}

void Queue::give_back(JobId job, const Wish& wish) {
  set(job, JobState::kBack);
  if (auto e = extras_.find(job); e != extras_.end()) {
    Sweep* sweep = e->second.retest ? nullptr : find_sweep(e->second.sweep);
    Lane& lane = sweep ? sweep->confirmations : retests_;  // its sweep may be over: a retest was confirmed
    entries_[job] = lane.push(job, wish);
  } else if (Shard* s = find_shard(job)) {
    entries_[job] = s->back.push(job, wish);
  }
}

// The next pending position from *cursor on; `end` when there is none.
std::int64_t Queue::step(Shard& shard, std::int64_t* cursor, std::int64_t end) const {
  while (*cursor < end && shard.states[static_cast<std::size_t>(*cursor)] != JobState::kPending) ++*cursor;
  return *cursor;
}

std::optional<Queue::Pick> Queue::from_lane(Lane& lane, const std::vector<const Device*>& devices) {
  if (lane.empty()) return std::nullopt;
  Pick pick;
  auto current = [&](JobId job, std::uint64_t entry) {
    auto at = entries_.find(job);
    return state(job) == JobState::kBack && at != entries_.end() && at->second == entry;
  };
  pick.job = lane.take(devices, current, &pick.device);
  if (!pick.job) return std::nullopt;
  entries_.erase(pick.job);
  set(pick.job, JobState::kLeased);
  return pick;
}

std::optional<Queue::Pick> Queue::from_shard(Shard& s, const std::vector<const Device*>& devices) {
  if (s.range.paused) return std::nullopt;
  if (auto pick = from_lane(s.back, devices)) return pick;
  std::int64_t at = -1;
  if ((!held_ || bugs_.no_hold) && step(s, &s.old_cursor, s.old_end) < s.old_end) {
    at = s.old_cursor++;
  } else if (std::int64_t end = bugs_.mark_late ? s.range.count : std::min(s.range.mark, s.range.count);
             step(s, &s.fresh_cursor, end) < end) {
    at = s.fresh_cursor++;
  }
  if (at < 0) return std::nullopt;
  Pick pick{JobId{s.range.first.value + at}, 0};
  set(pick.job, JobState::kLeased);
  return pick;
}

std::optional<Queue::Pick> Queue::next(const std::string& worker, const std::vector<const Device*>& devices) {
  if (devices.empty()) return std::nullopt;
  bool extras = !held_ || bugs_.extras_free;
  if (extras) {
    if (auto pick = from_lane(retests_, devices)) return pick;
  }
  for (auto& [id, sweep] : sweeps_) {
    if (sweep.paused) continue;
    if (extras) {
      if (auto pick = from_lane(sweep.confirmations, devices)) return pick;
    }
    for (bool own : {true, false}) {  // steal only when one's own are dry
      for (Shard& shard : sweep.shards) {
        if ((shard.owner == worker) != own) continue;
        if (auto pick = from_shard(shard, devices)) return pick;
      }
    }
  }
  return std::nullopt;
}

void Queue::upcoming(std::size_t most, std::vector<JobId>* out) const {
  for (const auto& [id, sweep] : sweeps_) {
    if (sweep.paused) continue;
    for (const Shard& s : sweep.shards) {
      std::size_t n = 0;
      auto look = [&](std::int64_t from, std::int64_t end) {
        for (std::int64_t at = from; at < end && n < most; ++at) {
          if (s.states[static_cast<std::size_t>(at)] != JobState::kPending) continue;
          out->push_back(JobId{s.range.first.value + at});
          ++n;
        }
      };
      if (s.range.paused) continue;
      if (!held_) look(s.old_cursor, s.old_end);
      look(s.fresh_cursor, std::min(s.range.mark, s.range.count));
    }
  }
}

std::vector<Queue::Mark> Queue::marks_wanted() {
  std::vector<Mark> out;
  for (auto& [id, sweep] : sweeps_) {
    for (std::uint32_t i = 0; i < sweep.shards.size(); ++i) {
      Shard& s = sweep.shards[i];
      bool low = s.wanted < s.range.count && s.wanted - s.fresh_cursor < block_ / 2 + 1;
      if (!low || sweep.paused || s.range.paused) continue;
      s.wanted = std::min(s.range.count, std::max(s.wanted, s.fresh_cursor) + block_);
      out.push_back({id, i, s.wanted});
    }
  }
  return out;
}

void Queue::mark_committed(const Mark& mark) {
  Sweep* s = find_sweep(mark.sweep);
  if (s) s->shards[mark.shard].range.mark = std::max(s->shards[mark.shard].range.mark, mark.mark);
}

void Queue::choose_owner(SweepId sweep, Shard& shard, std::uint32_t index) {
  shard.owner.clear();
  shard.owner_score = 0;
  for (const std::string& w : workers_) {
    std::uint64_t mine = score(sweep, index, w);
    if (!shard.owner.empty() && mine <= shard.owner_score) continue;
    shard.owner = w;
    shard.owner_score = mine;
  }
}

void Queue::worker_joined(const std::string& worker) {
  if (std::find(workers_.begin(), workers_.end(), worker) != workers_.end()) return;
  workers_.push_back(worker);
  for (auto& [id, sweep] : sweeps_) {
    for (std::uint32_t i = 0; i < sweep.shards.size(); ++i) {
      Shard& shard = sweep.shards[i];
      std::uint64_t mine = score(id, i, worker);
      if (!shard.owner.empty() && mine <= shard.owner_score) continue;
      shard.owner = worker;
      shard.owner_score = mine;
    }
  }
}

void Queue::worker_left(const std::string& worker) {
  std::erase(workers_, worker);
  for (auto& [id, sweep] : sweeps_) {
    for (std::uint32_t i = 0; i < sweep.shards.size(); ++i) {
      if (sweep.shards[i].owner == worker) choose_owner(id, sweep.shards[i], i);
    }
  }
}

std::vector<Queue::ShardCounts> Queue::counts(SweepId sweep) const {
  std::vector<ShardCounts> out;
  auto s = sweeps_.find(sweep);
  if (s == sweeps_.end()) return out;
  for (const Shard& shard : s->second.shards) {
    out.push_back({shard.range.count, shard.ended, shard.leased, shard.waiting, shard.range.paused});
  }
  return out;
}

bool Queue::paused(SweepId sweep) const {
  auto s = sweeps_.find(sweep);
  return s != sweeps_.end() && s->second.paused;
}

Queue::ExtraCounts Queue::extra_counts() const {
  ExtraCounts out;
  for (const auto& [job, extra] : extras_) {
    if (extra.state == JobState::kLeased) continue;
    // A retest overtakes a paused sweep, a second run waits with it.
    if (extra.retest) ++out.retests;
    if (!extra.retest && !paused(extra.sweep)) ++out.confirmations;
  }
  return out;
}

bool Queue::all_ended(SweepId sweep) const {
  auto s = sweeps_.find(sweep);
  if (s == sweeps_.end()) return true;
  for (const Shard& shard : s->second.shards) {
    if (shard.ended < shard.range.count) return false;
  }
  return std::none_of(extras_.begin(), extras_.end(),
                      [&](const auto& e) { return e.second.sweep == sweep && !e.second.retest; });
}

std::vector<SweepId> Queue::sweeps() const {
  std::vector<SweepId> out;
  for (const auto& [id, sweep] : sweeps_) out.push_back(id);
  return out;
}

std::vector<Lane*> Queue::lanes() {
  std::vector<Lane*> out{&retests_};
  for (auto& [id, sweep] : sweeps_) {
    out.push_back(&sweep.confirmations);
    for (Shard& s : sweep.shards) out.push_back(&s.back);
  }
  return out;
}

}  // namespace storesweep
