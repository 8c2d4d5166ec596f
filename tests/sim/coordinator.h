// A simulated coordinator process: the real core, an inbox that piles up while the process is stalled, a
// committer that takes its time, a judge that may die. One thread.
#pragma once

#include <deque>
#include <optional>

#include "tests/sim/world.h"

namespace storesweep::sim {

class SimCoordinator {
 public:
  SimCoordinator(World& world, int number);

  void start();  // takes the lead and loads
  void crash(const std::string& why);
  void stall(std::int64_t ms);
  bool up() const { return core_ != nullptr; }
  bool stalled() const;
  void deliver(const std::string& worker, std::vector<FromWorker> turn);
  void command(Command c);
  bool take_evidence(const Token& token, const Digest& blob);
  void check_waiters();
  const Core* core() const { return core_.get(); }

 private:
  void feed(CoreEvent event);
  void turn();
  void tick();
  void carry_out(std::vector<Action> actions);
  void carry_out(Action& action);
  void check(const SendAction& a);
  void note_arrival(const std::string& worker, const FromWorker& message);
  void commit_next();
  void judge(const JudgeAction& a);
  void answer_later(const std::function<std::optional<CoreEvent>()>& answer);
  void check_grant(const std::string& worker, const Grant& g);
  void check_answer(const Answer& a);
  void check_committed(const std::vector<Write>& writes, const CommitResult& r);
  void check_end(const EndJob& end);
  JobId note_last_word(const EndJob& end);
  void check_last_word(JobId listing);
  void check_run(const RunRecord& run);
  void note_control(const Write& write);
  void check_buried(const EndJob& end);
  void check_silence(const EndToken& e);

  World& world_;
  int number_;
  std::unique_ptr<Core> core_;
  std::uint64_t life_ = 0;  // answers to an earlier life are lost
  std::int64_t told_until_ms_ = 0;
  std::int64_t led_since_ms_ = 0, stalled_until_ms_ = 0, drained_ms_ = 0, proven_ms_ = -1;
  std::map<std::pair<SweepId, std::uint32_t>, std::int64_t> mark_at_start_;
  std::set<JobId> granted_here_;
  std::deque<CoreEvent> inbox_;
  std::deque<CommitAction> commits_;
  bool committing_ = false, turning_ = false;
  std::map<TokenKey, std::int64_t> arrived_ms_;
  std::map<std::pair<std::string, std::uint64_t>, std::int64_t> asks_ms_;   // requests: when they arrived
  std::map<std::pair<std::string, std::uint64_t>, std::int64_t> beats_ms_;  // heartbeats: when they arrived
};

CoreOptions core_options(const Options& options, bool controls = false);

}  // namespace storesweep::sim
