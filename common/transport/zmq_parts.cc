#include "common/transport/zmq_parts.h"

#include "common/transport/channel.h"

namespace storesweep::zmq_parts {

Status set_common(const Socket& socket, int queue) {
  const std::int64_t max_bytes = kMaxFrameOnWireBytes;
  if (zmq_setsockopt(socket.get(), ZMQ_MAXMSGSIZE, &max_bytes, sizeof max_bytes) != 0) {
    return zmq_error("setting ZMQ_MAXMSGSIZE");
  }
  TRY(set_int(socket, ZMQ_SNDHWM, queue, "ZMQ_SNDHWM"));
  TRY(set_int(socket, ZMQ_RCVHWM, queue, "ZMQ_RCVHWM"));
  TRY(set_int(socket, ZMQ_LINGER, 500, "ZMQ_LINGER"));
  TRY(set_int(socket, ZMQ_HANDSHAKE_IVL, 10'000, "ZMQ_HANDSHAKE_IVL"));
  TRY(set_int(socket, ZMQ_HEARTBEAT_IVL, 5'000, "ZMQ_HEARTBEAT_IVL"));
  TRY(set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, 15'000, "ZMQ_HEARTBEAT_TIMEOUT"));
  return set_int(socket, ZMQ_HEARTBEAT_TTL, 20'000, "ZMQ_HEARTBEAT_TTL");
}

}  // namespace storesweep::zmq_parts
