#include "common/transport/zap.h"

#include <vector>

namespace storesweep::zmq_parts {
namespace {
constexpr std::size_t kMostParts = 16;
constexpr std::size_t kMechanism = 5, kCredentials = 6;  // places in a request
constexpr std::size_t kKeyBytes = 32, kKeyChars = 40;
}  // namespace

Result<std::unique_ptr<ZapHandler>> ZapHandler::start(void* context, const WorkerList& workers) {
  std::unique_ptr<ZapHandler> handler(new ZapHandler(workers));
  handler->socket_.reset(zmq_socket(context, ZMQ_REP));
  if (!handler->socket_) return zmq_error("making the ZAP socket");
  TRY(set_int(handler->socket_, ZMQ_LINGER, 0, "ZMQ_LINGER"));
  if (zmq_bind(handler->socket_.get(), "inproc://zeromq.zap.01") != 0)
    return zmq_error("binding the ZAP handler");
  handler->thread_ = std::thread([h = handler.get()] { h->run(); });
  return handler;
}

ZapHandler::~ZapHandler() {
  if (thread_.joinable()) thread_.join();
}

void ZapHandler::run() {
  while (answer_one()) {
  }
  socket_.reset();  // by the thread that used it
}

bool ZapHandler::answer_one() {
  std::vector<std::string> request;
  for (bool more = true; more;) {
    Part part;
    if (part.receive(socket_.get(), 0) < 0) {
      if (zmq_errno() == EINTR) continue;
      return false;  // ETERM: the context is going
    }
    more = part.more();
    if (request.size() < kMostParts) request.push_back(part.bytes());
  }
  std::string user;
  if (request.size() == kCredentials + 1 && request[kMechanism] == "CURVE" &&
      request[kCredentials].size() == kKeyBytes) {
    char key[kKeyChars + 1] = {};
    zmq_z85_encode(key, reinterpret_cast<const std::uint8_t*>(request[kCredentials].data()), kKeyBytes);
    user = workers_.number_of(std::string_view(key, kKeyChars));
  }
  if (user.empty()) strangers_.fetch_add(1, std::memory_order_relaxed);
  // 300, and not 400, after which libzmq's other end never tries again: it may stand in the list tomorrow (it
  // dials again once its handshake has been given up).
  const std::string id = request.size() > 1 ? request[1] : "";
  const std::string parts[] = {"1.0", id, user.empty() ? "300" : "200",
                               user.empty() ? "not authorised" : "ok", user};
  for (const std::string& part : parts) zmq_send(socket_.get(), part.data(), part.size(), ZMQ_SNDMORE);
  return zmq_send(socket_.get(), "", 0, 0) >= 0;
}

}  // namespace storesweep::zmq_parts
