// The channels over ZeroMQ: DEALER to ROUTER under CURVE. The coordinator accepts the keys of its list alone,
// by its own ZAP handler (RFC 27) on a thread of its own; who speaks is the name beside the key, whatever the
// peer says. A second connection of one key takes over where answers go, and can mute nobody else. Heartbeats
// drop a frozen peer; queues are bounded on both sides. Threads: see channel.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/transport/channel.h"
#include "common/transport/keys.h"

namespace storesweep {

struct WorkerEndpoint {
  std::string coordinator;      // tcp://host:port
  std::string coordinator_key;  // its public key
  KeyPair keys;
};
// One channel for each endpoint, numbered alike. Connecting goes on behind the scenes, again and again.
Result<std::unique_ptr<WorkerChannels>> connect_worker_channels(const std::vector<WorkerEndpoint>& endpoints);

struct CoordinatorEndpoint {
  std::string listen;  // tcp://*:5800; port * takes a free one
  KeyPair keys;
  AuthorisedWorkers authorised;
  int queue_per_worker = 256;  // messages, each way
};
class ZmqCoordinatorChannel : public CoordinatorChannel {
 public:
  virtual std::string address() const = 0;      // as bound, with its port
  virtual std::uint64_t strangers() const = 0;  // handshakes refused; any thread
  virtual std::uint64_t broken() const = 0;     // messages of more than one frame
  // From now on these workers and no others are heard and answered, connected or not. Any thread.
  virtual void authorise(AuthorisedWorkers workers) = 0;
};
Result<std::unique_ptr<ZmqCoordinatorChannel>> bind_coordinator_channel(const CoordinatorEndpoint& endpoint);

}  // namespace storesweep
