// For the ZeroMQ channels of this room only: owners of zmq objects, socket options with an error that names
// them, and the descriptor by which other threads wake a waiting one.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#include <memory>
#include <string>

#include "common/base/file.h"
#include "common/base/status.h"

namespace storesweep::zmq_parts {

struct EndContext {
  void operator()(void* context) const { zmq_ctx_term(context); }
};
struct CloseSocket {
  void operator()(void* socket) const { zmq_close(socket); }
};
using Context = std::unique_ptr<void, EndContext>;  // outlives its sockets
using Socket = std::unique_ptr<void, CloseSocket>;

inline Status zmq_error(const std::string& doing) {
  return unavailable(doing + ": " + zmq_strerror(zmq_errno()));
}
inline Status set_int(const Socket& socket, int option, int value, const char* name) {
  if (zmq_setsockopt(socket.get(), option, &value, sizeof value) == 0) return ok_status();
  return zmq_error(std::string("setting ") + name);
}
inline Status set_text(const Socket& socket, int option, const std::string& value, const char* name) {
  if (zmq_setsockopt(socket.get(), option, value.data(), value.size()) == 0) return ok_status();
  return zmq_error(std::string("setting ") + name);
}
// What both sides set: bounds, heartbeats, a short handshake.
Status set_common(const Socket& socket, int queue);

// One message part; closed at its end.
class Part {
 public:
  Part() { zmq_msg_init(&message_); }
  ~Part() { zmq_msg_close(&message_); }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  // -1 with errno, as zmq_msg_recv(3).
  int receive(void* socket, int flags) { return zmq_msg_recv(&message_, socket, flags); }
  bool more() const { return zmq_msg_more(&message_) != 0; }
  std::string bytes() { return {static_cast<const char*>(zmq_msg_data(&message_)), zmq_msg_size(&message_)}; }
  std::string property(const char* name) {
    const char* value = zmq_msg_gets(&message_, name);
    return value != nullptr ? value : "";
  }

 private:
  zmq_msg_t message_;
};

// Reads away what follows this part in its message (it is there already: messages arrive whole): how many
// parts.
inline std::size_t drop_rest(const Part& part, void* socket) {
  std::size_t dropped = 0;
  for (bool more = part.more(); more; ++dropped) {
    Part rest;
    more = rest.receive(socket, ZMQ_DONTWAIT) >= 0 && rest.more();
  }
  return dropped;
}

// Readable from wake() to clear().
class WakeUp {
 public:
  WakeUp() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  int fd() const { return fd_.get(); }
  void wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] auto n = ::write(fd_.get(), &one, sizeof one);
  }
  void clear() const {
    std::uint64_t count = 0;
    [[maybe_unused]] auto n = ::read(fd_.get(), &count, sizeof count);
  }

 private:
  Fd fd_;
};

}  // namespace storesweep::zmq_parts
