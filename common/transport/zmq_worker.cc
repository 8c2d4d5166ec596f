#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <deque>

#include "common/transport/zmq_channel.h"
#include "common/transport/zmq_parts.h"

namespace storesweep {
namespace {
using namespace zmq_parts;

constexpr int kQueue = 1000;
constexpr std::uint64_t kWakeMark = UINT64_MAX;
constexpr std::uint64_t kCancelMark = UINT64_MAX - 1;

class ZmqWorkerChannels final : public WorkerChannels {
 public:
  static Result<std::unique_ptr<WorkerChannels>> connect(const std::vector<WorkerEndpoint>& endpoints) {
    auto channels = std::make_unique<ZmqWorkerChannels>();
    channels->context_.reset(zmq_ctx_new());
    // One socket each, and those that zmq makes for itself.
    zmq_ctx_set(channels->context_.get(), ZMQ_MAX_SOCKETS, static_cast<int>(endpoints.size()) + 64);
    TRY(channels->watch(channels->wake_.fd(), kWakeMark));
    for (const WorkerEndpoint& endpoint : endpoints) TRY(channels->add(endpoint));
    return std::unique_ptr<WorkerChannels>(std::move(channels));
  }

  ZmqWorkerChannels() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

  Status send(std::size_t channel, std::string_view bytes) override {
    const int sent = zmq_send(sockets_.at(channel).get(), bytes.data(), bytes.size(), ZMQ_DONTWAIT);
    touch(channel);  // sending may have swallowed the descriptor's news of what came in
    return sent >= 0 ? ok_status() : zmq_error("sending to the coordinator");
  }

  Result<std::optional<Message>> receive(const Deadline& deadline) override {
    for (;;) {
      if (std::optional<Message> message = take()) return message;
      TRY_ASSIGN(bool woken, wait(deadline));
      if (woken) return std::optional<Message>();
    }
  }

  void wake() override { wake_.wake(); }

 private:
  Status add(const WorkerEndpoint& endpoint) {
    Socket socket(zmq_socket(context_.get(), ZMQ_DEALER));
    if (!socket) return zmq_error("making a socket");
    TRY(set_common(socket, kQueue));
    // Nothing is queued for a peer that is not there: what waited an hour would be worth nothing.
    TRY(set_int(socket, ZMQ_IMMEDIATE, 1, "ZMQ_IMMEDIATE"));
    TRY(set_int(socket, ZMQ_RECONNECT_IVL, 100, "ZMQ_RECONNECT_IVL"));
    TRY(set_int(socket, ZMQ_RECONNECT_IVL_MAX, 2'000, "ZMQ_RECONNECT_IVL_MAX"));
    TRY(set_text(socket, ZMQ_CURVE_SERVERKEY, endpoint.coordinator_key, "the coordinator's key"));
    TRY(set_text(socket, ZMQ_CURVE_PUBLICKEY, endpoint.keys.public_key, "our public key"));
    TRY(set_text(socket, ZMQ_CURVE_SECRETKEY, endpoint.keys.secret_key, "our secret key"));
    if (zmq_connect(socket.get(), endpoint.coordinator.c_str()) != 0) {
      return invalid("coordinator address " + endpoint.coordinator + ": " + zmq_strerror(zmq_errno()));
    }
    int fd = -1;
    std::size_t size = sizeof fd;
    if (zmq_getsockopt(socket.get(), ZMQ_FD, &fd, &size) != 0) return zmq_error("asking for a descriptor");
    sockets_.push_back(std::move(socket));
    touched_flag_.push_back(false);
    TRY(watch(fd, sockets_.size() - 1));
    touch(sockets_.size() - 1);
    return ok_status();
  }

  Status watch(int fd, std::uint64_t mark) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = mark;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return ok_status();
    return exhausted("watching a socket: too many open files?");
  }

  void touch(std::size_t channel) {
    if (touched_flag_[channel]) return;
    touched_flag_[channel] = true;
    touched_.push_back(channel);
  }

  // From the channels that may have something, in turn.
  std::optional<Message> take() {
    while (!touched_.empty()) {
      const std::size_t channel = touched_.front();
      touched_.pop_front();
      touched_flag_[channel] = false;
      Part part;
      if (part.receive(sockets_[channel].get(), ZMQ_DONTWAIT) < 0) continue;
      const bool single = drop_rest(part, sockets_[channel].get()) == 0;
      touch(channel);
      if (single) return Message{channel, part.bytes()};
    }
    return std::nullopt;
  }

  // True when woken or at the deadline.
  Result<bool> wait(const Deadline& deadline) {
    if (deadline.cancel != nullptr && deadline.cancel->cancelled()) return cancelled("waiting for messages");
    if (deadline.cancel != nullptr && deadline.cancel != watched_cancel_) {
      TRY(watch(deadline.cancel->fd(), kCancelMark));
      watched_cancel_ = deadline.cancel;
    }
    std::array<epoll_event, 64> events;
    const int left = static_cast<int>(std::min<std::int64_t>(deadline.left_ms(), 60'000));
    const int n = ::epoll_wait(epoll_.get(), events.data(), events.size(), left);
    if (n == 0) return deadline.passed();
    bool woken = false;
    for (int i = 0; i < n; ++i) {
      const std::uint64_t mark = events[static_cast<std::size_t>(i)].data.u64;
      if (mark == kWakeMark) {
        wake_.clear();
        woken = true;
      } else if (mark == kCancelMark) {
        return cancelled("waiting for messages");
      } else {
        touch(static_cast<std::size_t>(mark));
      }
    }
    return woken;
  }

  Context context_;
  WakeUp wake_;
  Fd epoll_;
  std::vector<Socket> sockets_;
  std::deque<std::size_t> touched_;
  std::vector<bool> touched_flag_;
  const Cancel* watched_cancel_ = nullptr;
};
}  // namespace

Result<std::unique_ptr<WorkerChannels>> connect_worker_channels(
    const std::vector<WorkerEndpoint>& endpoints) {
  return ZmqWorkerChannels::connect(endpoints);
}

}  // namespace storesweep
