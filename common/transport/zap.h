// For the coordinator's channel only: the handler of ZAP requests (ZeroMQ RFC 27) on a thread of its own. It
// knows public keys and answers with the worker's name as User-Id. Lives within its context, and ends with
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
  static Result<std::unique_ptr<ZapHandler>> start(void* context, AuthorisedWorkers authorised);
  ~ZapHandler();  // after zmq_ctx_shutdown of its context
  std::uint64_t strangers() const { return strangers_.load(std::memory_order_relaxed); }

 private:
  explicit ZapHandler(AuthorisedWorkers authorised) : authorised_(std::move(authorised)) {}
  void run();
  bool answer_one();

  AuthorisedWorkers authorised_;
  Socket socket_;
  std::atomic<std::uint64_t> strangers_{0};
  std::thread thread_;
};

}  // namespace storesweep::zmq_parts
