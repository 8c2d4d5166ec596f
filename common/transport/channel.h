// Messages between workers and a coordinator as the transport sees them: bytes, and who sent them. Either
// side belongs to one thread; wake() alone may be called from any. Nothing blocks but receive(), and that no
// longer than its deadline. A message is delivered whole, once or not at all; the protocol above lives with
// loss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/cancel.h"
#include "common/base/status.h"

namespace storesweep {

inline constexpr std::size_t kMaxFrameOnWireBytes = 4u << 20;  // a larger one closes the connection

// The workers' side: one or many connections, each with its own key, of one thread.
class WorkerChannels {
 public:
  struct Message {
    std::size_t channel = 0;
    std::string bytes;
  };
  virtual ~WorkerChannels() = default;
  // kUnavailable when the peer is not there now or its queue is full: the message is lost.
  virtual Status send(std::size_t channel, std::string_view bytes) = 0;
  // The next message of any connection; nothing at the deadline and after wake(). kCancelled when the
  // deadline's cancel was pulled.
  virtual Result<std::optional<Message>> receive(const Deadline& deadline) = 0;
  virtual void wake() = 0;
};

// The coordinator's side.
class CoordinatorChannel {
 public:
  struct Message {
    std::string worker;  // its name, proven by its key
    std::string bytes;
  };
  virtual ~CoordinatorChannel() = default;
  // To the connection from which the worker was heard last. kUnavailable when it was never heard, is gone, or
  // its queue is full: the message is lost.
  virtual Status send(const std::string& worker, std::string_view bytes) = 0;
  virtual Result<std::optional<Message>> receive(const Deadline& deadline) = 0;
  virtual void wake() = 0;
};

}  // namespace storesweep
