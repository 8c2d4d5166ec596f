// For the coordinator's channel only: the handler of ZAP requests (ZeroMQ RFC 27) on a thread of its own. It
// knows the list of workers and answers with the number of a key as User-Id: whose it is may change
// while it is connected. Lives within its context, and ends with
// it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "common/transport/keys.h"
#include "common/transport/zmq_parts.h"

namespace storesweep::zmq_parts {

class ZapHandler {
 public:
  // Bound when it returns, so that no handshake goes unasked.
  static Result<std::unique_ptr<ZapHandler>> start(void* context, const WorkerList& workers);
  ~ZapHandler();  // after zmq_ctx_shutdown of its context
  std::uint64_t strangers() const { return strangers_.load(std::memory_order_relaxed); }

 private:
  explicit ZapHandler(const WorkerList& workers) : workers_(workers) {}
  void run();
  bool answer_one();

  const WorkerList& workers_;
  Socket socket_;
  std::atomic<std::uint64_t> strangers_{0};
  std::thread thread_;
};

}  // namespace storesweep::zmq_parts
