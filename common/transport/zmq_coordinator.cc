#include <poll.h>

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "common/transport/zap.h"
#include "common/transport/zmq_channel.h"

namespace storesweep {
namespace {
using namespace zmq_parts;

class Router final : public ZmqCoordinatorChannel {
 public:
  static Result<std::unique_ptr<ZmqCoordinatorChannel>> bind(const CoordinatorEndpoint& endpoint) {
    auto router = std::make_unique<Router>();
    TRY(router->open(endpoint));
    return std::unique_ptr<ZmqCoordinatorChannel>(std::move(router));
  }

  ~Router() override {
    socket_.reset();
    if (context_) zmq_ctx_shutdown(context_.get());
    zap_.reset();
  }

  Status send(const std::string& worker, std::string_view bytes) override {
    auto at = peers_.find(worker);
    if (at == peers_.end()) return unavailable("worker " + worker + " was never heard");
    const auto& [id, number] = at->second;
    if (workers_->name_of(number) != worker)
      return permission("worker " + worker + " stands in the list no more");
    if (zmq_send(socket_.get(), id.data(), id.size(), ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0 ||
        zmq_send(socket_.get(), bytes.data(), bytes.size(), ZMQ_DONTWAIT) < 0) {
      return zmq_error("sending to worker " + worker);
    }
    return ok_status();
  }

  Result<std::optional<Message>> receive(const Deadline& deadline) override {
    for (;;) {
      if (std::optional<Message> message = take()) return message;
      TRY_ASSIGN(bool woken, wait(deadline));
      if (woken) return std::optional<Message>();
    }
  }

  void wake() override { wake_.wake(); }
  void authorise(AuthorisedWorkers workers) override { workers_->replace(std::move(workers)); }
  std::string address() const override { return address_; }
  std::uint64_t strangers() const override { return zap_->strangers(); }
  std::uint64_t broken() const override { return broken_.load(std::memory_order_relaxed); }

 private:
  Status open(const CoordinatorEndpoint& endpoint) {
    context_.reset(zmq_ctx_new());
    workers_ = std::make_unique<WorkerList>(endpoint.authorised);
    TRY_ASSIGN(zap_, ZapHandler::start(context_.get(), *workers_));
    socket_.reset(zmq_socket(context_.get(), ZMQ_ROUTER));
    if (!socket_) return zmq_error("making a socket");
    TRY(set_common(socket_, endpoint.queue_per_worker));
    // Unknown and full peers are told apart from delivered messages instead of being dropped in silence.
    TRY(set_int(socket_, ZMQ_ROUTER_MANDATORY, 1, "ZMQ_ROUTER_MANDATORY"));
    TRY(set_int(socket_, ZMQ_BACKLOG, 1024, "ZMQ_BACKLOG"));
    TRY(set_int(socket_, ZMQ_CURVE_SERVER, 1, "ZMQ_CURVE_SERVER"));
    TRY(set_text(socket_, ZMQ_CURVE_SECRETKEY, endpoint.keys.secret_key, "the coordinator's secret key"));
    TRY(set_text(socket_, ZMQ_ZAP_DOMAIN, "storesweep", "ZMQ_ZAP_DOMAIN"));
    if (zmq_bind(socket_.get(), endpoint.listen.c_str()) != 0) {
      return invalid("listening on " + endpoint.listen + ": " + zmq_strerror(zmq_errno()));
    }
    char bound[256];
    std::size_t size = sizeof bound;
    if (zmq_getsockopt(socket_.get(), ZMQ_LAST_ENDPOINT, bound, &size) != 0)
      return zmq_error("asking for the port");
    address_.assign(bound, size > 0 ? size - 1 : 0);
    return ok_status();
  }

  std::optional<Message> take() {
    for (;;) {
      Part id;
      if (id.receive(socket_.get(), ZMQ_DONTWAIT) < 0) return std::nullopt;
      if (!id.more()) continue;
      Part payload;
      if (payload.receive(socket_.get(), ZMQ_DONTWAIT) < 0) return std::nullopt;
      const bool single = drop_rest(payload, socket_.get()) == 0;
      std::string number = payload.property("User-Id");
      const std::string worker = workers_->name_of(number);
      if (!single || worker.empty()) {
        broken_.fetch_add(1, std::memory_order_relaxed);
        continue;
      }
      Peer& peer = peers_[worker];
      if (std::string now = id.bytes(); peer.id != now || peer.number != number)
        peer = {std::move(now), std::move(number)};
      return Message{worker, payload.bytes()};
    }
  }

  Result<bool> wait(const Deadline& deadline) {
    if (deadline.cancel != nullptr && deadline.cancel->cancelled()) return cancelled("waiting for messages");
    zmq_pollitem_t items[] = {
        {socket_.get(), 0, ZMQ_POLLIN, 0},
        {nullptr, wake_.fd(), ZMQ_POLLIN, 0},
        {nullptr, deadline.cancel != nullptr ? deadline.cancel->fd() : -1, ZMQ_POLLIN, 0}};
    const auto left = static_cast<long>(std::min<std::int64_t>(deadline.left_ms(), 60'000));
    const int n = zmq_poll(items, deadline.cancel != nullptr ? 3 : 2, left);
    if (n < 0 && zmq_errno() != EINTR) return zmq_error("waiting for messages");
    if (items[2].revents != 0) return cancelled("waiting for messages");
    if (items[1].revents != 0) {
      wake_.clear();
      return true;
    }
    return n <= 0 && deadline.passed();
  }

  struct Peer {
    std::string id, number;  // of the connection, of its key
  };
  Context context_;
  std::unique_ptr<WorkerList> workers_;
  std::unique_ptr<ZapHandler> zap_;
  Socket socket_;
  WakeUp wake_;
  std::string address_;
  // Bounded by the lists of authorised workers: nobody else has a name.
  std::unordered_map<std::string, Peer> peers_;
  std::atomic<std::uint64_t> broken_{0};
};
}  // namespace

Result<std::unique_ptr<ZmqCoordinatorChannel>> bind_coordinator_channel(const CoordinatorEndpoint& endpoint) {
  return Router::bind(endpoint);
}

}  // namespace storesweep
