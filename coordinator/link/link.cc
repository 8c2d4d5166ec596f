#include "coordinator/link/link.h"

#include <array>
#include <mutex>
#include <thread>
#include <vector>

#include "common/wire/wire.h"

namespace storesweep {
namespace {
constexpr int kBatch = 256;              // messages handed over before answers go out
constexpr std::int64_t kIdleMs = 1'000;  // how often a quiet link says that its inbox is empty
constexpr std::size_t kMaxOutgoing = 200'000;
constexpr std::array<std::string_view, 9> kIncoming = {
    "hello", "ask", "fetched", "began", "heartbeat", "report", "failure", "needs_more", "bye"};
constexpr std::array<std::string_view, 7> kOutgoing = {
    "welcome", "grant", "fetched_answer", "heartbeat_answer", "answer", "who_are_you", "drain"};

template <std::size_t N>
std::array<Counter*, N> counters(Metrics& metrics, std::string_view direction,
                                 const std::array<std::string_view, N>& kinds) {
  std::array<Counter*, N> out{};
  for (std::size_t i = 0; i < N; ++i) out[i] = &metrics.counter(metric::kLinkMessages, {direction, kinds[i]});
  return out;
}

template <class M>
constexpr bool kHasToken = requires(const M& m) {
  m.token;
};

bool owns(const std::string& worker, const std::vector<Running>& running) {
  for (const Running& r : running) {
    if (r.token.worker != worker) return false;
  }
  return true;
}

class ZmqLink final : public CoordinatorLink {
 public:
  ZmqLink(std::unique_ptr<ZmqCoordinatorChannel> channel, LinkSink& sink, const Clock& clock,
          Metrics& metrics, Log& log)
      : channel_(std::move(channel)),
        sink_(sink),
        clock_(clock),
        log_(log),
        received_(counters(metrics, "in", kIncoming)),
        sent_(counters(metrics, "out", kOutgoing)),
        malformed_(metrics.counter(metric::kLinkRefused, {"malformed"})),
        foreign_(metrics.counter(metric::kLinkRefused, {"foreign"})),
        undelivered_(metrics.counter(metric::kLinkRefused, {"undelivered"})),
        thread_([this] { run(); }) {}

  ~ZmqLink() override {
    stop_.cancel();
    thread_.join();
  }

  void send(const std::string& worker, std::span<const ToWorker> turn) override {
    Result<std::vector<std::string>> turns = encode_all(turn);
    if (!turns.ok()) {
      log_.error("a message does not fit the wire", {{"worker", worker}, {"error", turns.status().text()}});
      return;
    }
    for (const ToWorker& message : turn) sent_[message.index()]->add();
    bool first = false;
    {
      std::lock_guard lock(mutex_);
      if (outgoing_.size() >= kMaxOutgoing) return undelivered_.add();
      first = outgoing_.empty();
      for (std::string& bytes : *turns) outgoing_.push_back({worker, std::move(bytes)});
    }
    if (first) channel_->wake();
  }

  std::string address() const override { return channel_->address(); }
  void authorise(AuthorisedWorkers workers) override { channel_->authorise(std::move(workers)); }

 private:
  struct Outgoing {
    std::string worker, bytes;
  };

  void run() {
    while (!stop_.cancelled()) {
      int n = 0;
      while (n < kBatch && take(Deadline::in_ms(0, &stop_))) ++n;
      hand_over();
      if (n < kBatch) sink_.on_inbox_drained(clock_.steady_ms());
      flush();
      if (n == 0) take(Deadline::in_ms(kIdleMs, &stop_));  // handed over with those that came with it
    }
    flush();
  }

  bool take(const Deadline& deadline) {
    Result<std::optional<CoordinatorChannel::Message>> message = channel_->receive(deadline);
    if (!message.ok()) {
      if (message.status().kind() != ErrorKind::kCancelled) {
        log_.error("receiving from workers", {{"error", message.status().text()}});
        (void)sleep_ms(kIdleMs, Deadline::in_ms(kIdleMs, &stop_));
      }
      return false;
    }
    if (!*message) return false;
    Result<std::vector<FromWorker>> turn = decode_from_worker_untrusted(as_bytes((*message)->bytes));
    if (turn.ok()) {
      heard(std::move((*message)->worker), std::move(*turn));
    } else {
      malformed_.add();
      log_.warning("a malformed message", {{"worker", (*message)->worker}, {"error", turn.status().text()}});
    }
    return true;
  }

  void heard(std::string worker, std::vector<FromWorker> turn) {
    const std::size_t foreign = std::erase_if(turn, [&](const FromWorker& m) {
      received_[m.index()]->add();
      return !speaks_for_itself(worker, m);
    });
    if (foreign > 0) {
      foreign_.add(static_cast<double>(foreign));
      log_.warning("a message in another worker's name", {{"worker", worker}});
    }
    if (!turn.empty()) incoming_.push_back({std::move(worker), std::move(turn)});
  }

  void hand_over() {
    if (incoming_.empty()) return;
    sink_.on_messages(std::move(incoming_));
    incoming_.clear();
  }

  void flush() {
    std::vector<Outgoing> out;
    {
      std::lock_guard lock(mutex_);
      out.swap(outgoing_);
    }
    for (const auto& [worker, bytes] : out) {
      if (Status s = channel_->send(worker, bytes); !s.ok()) {
        undelivered_.add();
        log_.debug("undelivered", {{"worker", worker}, {"error", s.text()}});
      }
    }
  }

  std::unique_ptr<ZmqCoordinatorChannel> channel_;
  LinkSink& sink_;
  const Clock& clock_;
  Log& log_;
  std::array<Counter*, 9> received_;
  std::array<Counter*, 7> sent_;
  Counter& malformed_;
  Counter& foreign_;
  Counter& undelivered_;
  Cancel stop_;
  std::vector<FromWorkerEvent> incoming_;  // the link's thread's own
  std::mutex mutex_;
  std::vector<Outgoing> outgoing_;
  std::thread thread_;  // last: it uses all of the above
};
}  // namespace

bool speaks_for_itself(const std::string& worker, const FromWorker& message) {
  if (const Hello* hello = std::get_if<Hello>(&message)) {
    for (const Spooled& s : hello->spooled) {
      if (s.token.worker != worker) return false;
    }
    return hello->worker == worker && owns(worker, hello->running);
  }
  if (const Heartbeat* heartbeat = std::get_if<Heartbeat>(&message)) return owns(worker, heartbeat->running);
  return std::visit(
      [&](const auto& m) {
        if constexpr (kHasToken<std::decay_t<decltype(m)>>) return m.token.worker == worker;
        return true;
      },
      message);
}

Result<std::unique_ptr<CoordinatorLink>> start_coordinator_link(const CoordinatorEndpoint& endpoint,
                                                                LinkSink& sink, const Clock& clock,
                                                                Metrics& metrics, Log& log) {
  TRY_ASSIGN(auto channel, bind_coordinator_channel(endpoint));
  log.info("listening for workers",
           {{"address", channel->address()}, {"authorised", static_cast<long>(endpoint.authorised.size())}});
  return std::unique_ptr<CoordinatorLink>(
      std::make_unique<ZmqLink>(std::move(channel), sink, clock, metrics, log));
}

}  // namespace storesweep
