// What people ask for: sweeps, campaigns, retests, draining.
#include <algorithm>

#include "coordinator/service/core.h"

namespace storesweep {

void Core::handle(Command& e) {
  std::visit([&](auto& c) { command(e.ticket, c); }, e.what);
}

void Core::add_sweep(const SweepRecord& sweep, const std::vector<JobId>& ended,
                     std::map<std::string, std::int64_t> ended_by) {
  std::vector<ShardRange> shards;
  for (const ShardRecord& s : sweep.shards) shards.push_back({s.first, s.count, s.mark, s.paused});
  queue_.add_sweep(sweep.id, shards, ended, sweep.state == SweepState::kPaused);
  sweeps_[sweep.id] = sweep;
  ended_by_[sweep.id] = std::move(ended_by);
  work_changed_ = look_ahead_ = want_marks_ = true;
}

void Core::command(std::uint64_t ticket, StartSweep& c) {
  c.write.at_ms = now_.wall_ms;
  commit(c.write, [this, ticket](const WriteOutcome& o) {
    if (o.state == WriteState::kRefused) return act(Reply{ticket, invalid(o.message), 0});
    SweepId sweep{o.value};
    if (o.state == WriteState::kAlready || queue_.has_sweep(sweep)) return act(Reply{ticket, {}, o.value});
    std::uint64_t id = ++next_id_;
    sweep_reads_[id] = [this, ticket, sweep](Result<SweepCounts>& read) {
      if (!read.ok()) return step_down("a new sweep cannot be read: " + read.status().text());
      add_sweep(read->sweep, {}, {});
      happened("progress", sweep, {}, "started");
      act(Reply{ticket, {}, sweep.value});
    };
    act(ReadSweep{id, sweep});
  });
}

void Core::command(std::uint64_t ticket, ChangeSweep& c) {
  auto reply = [this, ticket, sweep = c.sweep](Status s) { act(Reply{ticket, std::move(s), sweep.value}); };
  auto at = sweeps_.find(c.sweep);
  if (at == sweeps_.end()) return reply(not_found("no running sweep " + std::to_string(c.sweep.value)));
  if (c.action == SweepAction::kCancel) {
    if (c.shard) return reply(invalid("a shard cannot be cancelled, only a sweep"));
    return commit(CancelSweep{c.sweep, now_.wall_ms}, [this, reply, sweep = c.sweep](const WriteOutcome& o) {
      // It had just ended by itself: what was ordered since (a retest) goes on.
      if (o.state != WriteState::kDone) return reply(exists("the sweep has ended"));
      sweep_cancelled(sweep);
      reply({});
    });
  }
  const bool paused = c.action == SweepAction::kPause;
  if (c.shard) {
    if (*c.shard >= at->second.shards.size()) return reply(not_found("the sweep has no such shard"));
    return commit(SetShard{c.sweep, *c.shard, paused}, [this, reply, c, paused](const WriteOutcome&) {
      queue_.pause_shard(c.sweep, *c.shard, paused);
      if (auto s = sweeps_.find(c.sweep); s != sweeps_.end()) s->second.shards[*c.shard].paused = paused;
      work_changed_ = look_ahead_ = want_marks_ = true;
      reply({});
    });
  }
  const SweepState state = paused ? SweepState::kPaused : SweepState::kRunning;
  commit(SetSweep{c.sweep, state, now_.wall_ms}, [this, reply, c, paused, state](const WriteOutcome& o) {
    if (o.state == WriteState::kAlready) return reply(exists("the sweep has ended"));
    queue_.pause(c.sweep, paused);
    if (auto s = sweeps_.find(c.sweep); s != sweeps_.end()) s->second.state = state;
    happened("progress", c.sweep, {}, paused ? "paused" : "resumed");
    work_changed_ = look_ahead_ = want_marks_ = true;
    reply({});
  });
}

void Core::command(std::uint64_t ticket, StartCampaign& c) {
  commit(c.write, [this, ticket](const WriteOutcome& o) {
    act(Reply{ticket, o.state == WriteState::kRefused ? invalid(o.message) : Status(), o.value});
  });
}

void Core::command(std::uint64_t ticket, StartRetest& c) {
  std::uint64_t id = ++next_id_;
  result_reads_[id] = [this, ticket, request = c.request](Result<StoredResult>& parent) {
    if (!parent.ok()) return act(Reply{ticket, parent.status(), 0});
    ExtraJob e;
    e.job = next_extra_;
    next_extra_ = JobId{next_extra_.value + 1};
    e.kind = JobKind::kRetest;
    e.parent = request.job;
    e.sweep = parent->sweep;
    e.origin = request.origin;
    e.rules = request.rules;
    e.idempotency_key = request.idempotency_key;
    e.finding = request.finding;
    e.apk_url = request.apk_url;
    commit(OrderJob{e, ordered(e, parent->judgement)}, [this, ticket, e](const WriteOutcome& o) {
      if (o.state == WriteState::kRefused) return act(Reply{ticket, not_found(o.message), 0});
      if (o.state == WriteState::kDone) confirmation_ordered(e);
      act(Reply{ticket, {}, o.value ? o.value : e.job.value});
    });
  };
  act(ReadResult{id, c.request.job});
}

// What the history of the finding says of its retest; nothing where it is none of a finding's.
std::optional<FindingAct> Core::ordered(const ExtraJob& e, std::int64_t judgement) const {
  if (e.finding.empty()) return std::nullopt;
  FindingAct act;
  act.job = e.parent;
  act.sweep = e.sweep;
  act.finding = e.finding;
  act.kind = ActKind::kRetestOrdered;
  act.retest = e.job;
  act.apk_url = e.apk_url;
  act.judgement = judgement;
  act.at_ms = now_.wall_ms;
  return act;
}

void Core::command(std::uint64_t ticket, SayOfFinding& c) {
  c.write.act.at_ms = now_.wall_ms;
  commit(c.write, [this, ticket, act_said = c.write.act](const WriteOutcome& o) {
    if (o.state == WriteState::kRefused) return act(Reply{ticket, invalid(o.message), 0});
    happened("finding", act_said.sweep, act_said.job, std::string(name(act_said.kind)));
    act(Reply{ticket, {}, o.value});
  });
}

void Core::command(std::uint64_t ticket, DrainWorker& c) {
  if (c.draining ? !workers_.count(c.worker) : !draining_.count(c.worker)) {
    const std::string why = c.draining
                                ? "no worker " + c.worker + " has said hello; `storesweep workers` lists them"
                                : "worker " + c.worker + " is not draining";
    return act(Reply{ticket, not_found(why), 0});
  }
  commit(SetDraining{c.worker, c.draining}, [this, ticket, c](const WriteOutcome&) {
    if (c.draining) {
      draining_.insert(c.worker);
      send(c.worker, Drain{lead_.epoch});
    } else {
      draining_.erase(c.worker);
      work_changed_ = true;
    }
    act(Reply{ticket, {}, 0});
  });
}

void Core::command(std::uint64_t ticket, AttachJudgements& c) {
  struct Sum {
    std::size_t left = 0;
    std::int64_t done = 0;
  };
  if (c.judged.empty()) return act(Reply{ticket, {}, 0});
  if (c.pack) commit(KeepPack{std::move(*c.pack)}, nullptr);
  auto sum = std::make_shared<Sum>(Sum{c.judged.size(), 0});
  const std::vector<const ExtraJob*> open = open_confirmations();
  for (NewJudgement& one : c.judged) {
    std::vector<ExtraJob> orders = orders_for(one, open);
    commit(Attach{std::move(one.judged), orders}, [this, ticket, sum, orders](const WriteOutcome& o) {
      sum->done += o.state == WriteState::kDone ? 1 : 0;
      for (const ExtraJob& order : orders) {
        if (o.state == WriteState::kDone) confirmation_ordered(order);
      }
      if (--sum->left == 0) act(Reply{ticket, {}, sum->done});
    });
  }
}

std::vector<const ExtraJob*> Core::open_confirmations() const {
  std::vector<const ExtraJob*> out;
  for (const auto& [job, i] : info_) {
    const bool open = i.extra && i.extra->kind == JobKind::kConfirmation;
    if (open && queue_.state(job) != JobState::kEnded) out.push_back(&*i.extra);
  }
  return out;
}

// What a new judgement asks for that was not ordered before.
std::vector<ExtraJob> Core::orders_for(const NewJudgement& one, const std::vector<const ExtraJob*>& open) {
  std::vector<ExtraJob> out;
  for (const SecondRun& second : one.second_runs) {
    std::vector<std::string> rules = second.rules;
    for (const ExtraJob* e : open) {
      if (e->parent != one.judged.job || e->base_run != second.of.id) continue;
      std::erase_if(rules, [e](const std::string& rule) {
        return std::find(e->rules.begin(), e->rules.end(), rule) != e->rules.end();
      });
    }
    if (!rules.empty()) out.push_back(second_run(one.judged.job, one.judged.sweep, rules, second.of));
  }
  return out;
}

// Every job of it has just ended in the store.
void Core::sweep_cancelled(SweepId sweep) {
  std::vector<JobId> leased;
  for (const auto& [job, lease] : leases_) {
    const ExtraJob* e = extra(job);
    if (sweep_of(job) == sweep && (!e || e->sweep == sweep)) leased.push_back(job);
  }
  std::vector<JobId> extras;
  for (const auto& [job, i] : info_) {
    if (i.extra && i.extra->sweep == sweep) extras.push_back(job);
  }
  for (JobId job : extras) queue_.set(job, JobState::kEnded);
  forget_sweep(sweep);
  for (JobId job : leased) lease_over(job, false);
  happened("progress", sweep, {}, "cancelled");
}

void Core::forget_sweep(SweepId sweep) {
  std::vector<JobId> left;  // a retest may have been ordered, or confirmed, while the end was being committed
  for (auto i = info_.begin(); i != info_.end();) {
    const bool alive = i->second.extra && queue_.state(i->first) != JobState::kEnded;
    if (alive && i->second.extra->sweep == sweep) left.push_back(i->first);
    i = !alive && sweep_of(i->first) == sweep ? info_.erase(i) : std::next(i);
  }
  std::erase_if(listings_, [&](const auto& p) { return queue_.sweep_of(p.first) == sweep; });
  std::erase_if(file_set_tokens_, [&](const auto& t) { return t.first.first == sweep; });
  queue_.remove_sweep(sweep);
  std::erase_if(taken_, [&](const auto& t) { return queue_.state(t.first) == JobState::kEnded; });
  for (JobId job : left) {
    if (queue_.state(job) == JobState::kBack) back_to_lane(job);
  }
  sweeps_.erase(sweep);
  ended_by_.erase(sweep);
  ended_recently_.erase(sweep);
}

std::optional<Core::SweepLive> Core::sweep_live(SweepId sweep, Now now) const {
  if (!sweeps_.count(sweep)) return std::nullopt;
  SweepLive live;
  std::uint32_t n = 0;
  for (const Queue::ShardCounts& c : queue_.counts(sweep)) {
    live.shards.push_back({n++, c.total, c.ended, c.leased, c.paused});
    live.leased += c.leased;
    live.waiting += c.waiting;
  }
  if (auto e = ended_by_.find(sweep); e != ended_by_.end()) live.ended = e->second;
  auto recent = ended_recently_.find(sweep);
  if (recent != ended_recently_.end() && !recent->second.empty()) {
    std::int64_t ended = 0;
    for (const auto& [slot, count] : recent->second) ended += count;
    std::int64_t since_ms = recent->second.front().first * 10'000;
    live.rate_per_s = static_cast<double>(ended) * 1000.0 /
                      static_cast<double>(std::max<std::int64_t>(now.steady_ms - since_ms, 1000));
  }
  return live;
}

}  // namespace storesweep
