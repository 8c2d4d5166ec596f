// The coordinator's end of the wire: one thread owns the socket, decodes what workers say, hands it to the
// sink and sends what the service answers. What is malformed or claims another worker's name is dropped and
// counted; nothing that a worker sends can end the link.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/metrics/metrics.h"
#include "common/model/messages.h"
#include "common/transport/zmq_channel.h"
#include "coordinator/service/protocol.h"

namespace storesweep {

// Called by the link's thread alone; must return soon.
class LinkSink {
 public:
  virtual ~LinkSink() = default;
  // In the order of their arrival. Each worker is proven by its key, and what its message says of names
  // agrees with it.
  virtual void on_messages(std::vector<FromWorkerEvent> messages) = 0;
  // Everything that had arrived by then was handed over: no lease may be judged by a later time.
  virtual void on_inbox_drained(std::int64_t steady_ms) = 0;
};

class CoordinatorLink {
 public:
  virtual ~CoordinatorLink() = default;  // ends the thread; the sink is called no more
  // Any thread. What goes to one worker goes in order; a turn that cannot be delivered now is dropped and
  // counted.
  virtual void send(const std::string& worker, std::span<const ToWorker> turn) = 0;
  virtual std::string address() const = 0;  // as bound
  // Any thread. Whoever does not stand there is heard no more from now on.
  virtual void authorise(AuthorisedWorkers workers) = 0;
};

// The sink, clock, metrics and log outlive the link.
Result<std::unique_ptr<CoordinatorLink>> start_coordinator_link(const CoordinatorEndpoint& endpoint,
                                                                LinkSink& sink, const Clock& clock,
                                                                Metrics& metrics, Log& log);

// Whether a message may come from this worker: the names in hellos and tokens are its own. Pure.
bool speaks_for_itself(const std::string& worker, const FromWorker& message);

}  // namespace storesweep
