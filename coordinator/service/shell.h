// The threads around the core. Only service.h's implementation sees this.
// The service thread alone touches the core; everything else goes through the inbox.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <set>
#include <span>
#include <thread>

#include "coordinator/service/calibrations.h"
#include "coordinator/service/counting.h"
#include "coordinator/service/service.h"

namespace storesweep {

inline Status does_not_lead() { return unavailable("this coordinator does not lead now"); }

class Service::Shell {
 public:
  using Send = std::function<void(const std::string&, std::span<const ToWorker>)>;
  Shell(const ServiceOptions& options, ServiceParts parts, Send send);
  ~Shell();

  void push(CoreEvent event);
  void push(std::vector<CoreEvent> events);
  void drained(std::int64_t steady_ms);
  // Runs `what` on the service thread; null while it does not lead.
  template <class T>
  Result<T> on_core(std::function<T(Core&)> what, const Deadline& deadline);
  // A command and the answer to it: the id of what was created.
  Result<std::int64_t> command(decltype(Command::what) what, const Deadline& deadline);

  std::uint64_t epoch() const { return epoch_.load(); }  // 0: it does not lead
  bool stands_by() const { return standing_by_.load(); }
  Result<std::vector<Event>> events(std::int64_t after, SweepId sweep, const Deadline& deadline);
  // Whether this token is ours. Never waits for the service thread.
  bool genuine(const Token& token) const;
  void tell(Happened what);
  void log_leases(const SendAction& said);
  void log_event(const Happened& what);
  // Why no evidence can be kept now; empty: it can, as far as is known.
  std::string evidence_trouble() const;
  // What somebody has just seen of it. What is not there, or is wrong in itself, says nothing of the store.
  void evidence_was(const Status& status);
  Counting& counting() { return counting_; }
  Calibrations& calibrations() { return calibrations_; }
  Now now() const { return {parts_.clock.steady_ms(), parts_.clock.wall_ms()}; }

 private:
  struct Question {
    std::function<void(Core*)> ask;
  };
  using Item = std::variant<CoreEvent, Question>;

  void serve();
  bool lead();
  void answer_without_lead();
  void lead_until_lost();
  void handle(std::vector<Item> items);
  void carry_out(std::vector<Action> actions);
  void say();
  void carry_out(Action& action);
  void hand_to_committer();
  void read(Action& action);
  void read_runs(const ReadRuns& what);
  std::string why_low() const;
  void look_at_disk();
  void look_at_day();
  Status keep_pack(std::uint64_t epoch);
  void lost(const std::string& why);
  void stand_by(const std::string& why);
  void commit_loop();
  void keep_lead();
  std::size_t writes_waiting() const;  // with commit_mutex_ held
  void commit(std::vector<CommitAction> batch, std::uint64_t epoch);
  void evidence_loop();
  void write_head();
  void check(std::vector<CheckBlobs> checks);
  void look_at_evidence();
  std::int64_t patience_ms() const;
  void judge(const JudgeAction& what);
  void judged(std::uint64_t ticket, JudgeAnswer answer);

  const ServiceOptions options_;
  ServiceParts parts_;
  Counting counting_{parts_.metrics};
  Calibrations calibrations_{parts_.store};
  Send send_;
  Cancel stop_;

  // ---- the service thread's own
  std::unique_ptr<Core> core_;
  std::vector<Action> reads_;  // carried out once the inbox's batch is done: one proof serves many
  std::vector<CoreEvent> answers_;
  std::vector<SendAction> said_;           // of this batch: one turn for each worker
  std::vector<CommitAction> new_commits_;  // of the inbox's batch
  std::int64_t drained_ms_ = 0, next_disk_look_ms_ = 0, next_head_ms_ = 0;
  bool disk_low_ = false;
  std::string leasing_stopped_why_;  // empty: it goes on
  std::set<std::string> heard_;      // workers that spoke to us while another led

  std::mutex inbox_mutex_;
  std::condition_variable inbox_changed_;
  std::vector<Item> inbox_;
  std::int64_t inbox_drained_ms_ = 0;

  std::mutex commit_mutex_;
  std::condition_variable commit_changed_;
  std::vector<CommitAction> commits_;
  std::uint64_t commits_epoch_ = 0;

  mutable std::mutex evidence_mutex_;
  std::condition_variable evidence_changed_;
  std::vector<CheckBlobs> checks_;
  std::deque<JudgeAction> judgings_;
  bool head_wanted_ = false;
  std::string evidence_trouble_;

  std::mutex ticket_mutex_;
  std::map<std::uint64_t, std::promise<Result<std::int64_t>>> tickets_;
  std::uint64_t next_ticket_ = 0;

  mutable std::mutex secret_mutex_;
  Bytes secret_;
  std::atomic<std::uint64_t> epoch_{0};
  std::atomic<bool> stopping_{false}, standing_by_{false};  // by: another leads

  std::mutex event_mutex_;
  std::condition_variable event_changed_;
  std::deque<Happened> events_;
  std::int64_t next_event_ = 0;  // sequence of the newest
  int listeners_ = 0;            // that wait for the next one

  std::mutex hint_mutex_;
  std::unique_ptr<JudgePool> pool_;
  std::thread service_thread_, commit_thread_, evidence_thread_, look_thread_;
};

template <class T>
Result<T> Service::Shell::on_core(std::function<T(Core&)> what, const Deadline& deadline) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  std::future<Result<T>> answer = promise->get_future();
  {
    std::lock_guard lock(inbox_mutex_);
    inbox_.push_back(Question{[what = std::move(what), promise](Core* core) {
      if (core) {
        promise->set_value(what(*core));
      } else {
        promise->set_value(does_not_lead());
      }
    }});
  }
  inbox_changed_.notify_one();
  if (answer.wait_for(std::chrono::milliseconds(deadline.left_ms())) != std::future_status::ready) {
    return timed_out("the service is busy");
  }
  return answer.get();
}

}  // namespace storesweep
