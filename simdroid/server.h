// The sockets around the devices: one epoll loop, one thread, any number of devices and connections.
// Constructed with its devices, run until stopped.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/random.h"
#include "common/base/status.h"
#include "simdroid/device.h"
#include "simdroid/transport.h"

namespace storesweep::simdroid {

// How the adbd of this shape talks.
TransportShape transport_shape(const DeviceShape& shape);

class Server {
 public:
  // Takes the devices; each listens on 127.0.0.1:options().port (0 chooses a free one; see port_of).
  Server(std::vector<std::unique_ptr<Device>> devices, Random& random);
  ~Server();

  // Opens every port. Errors name the port.
  Status listen();
  int port_of(std::size_t device) const;
  Device& device(std::size_t index) { return *devices_[index]; }
  std::size_t device_count() const { return devices_.size(); }
  // Serves until cancelled. Ok then; an error when epoll fails.
  Status run(const Cancel& cancel);

 private:
  struct Connection;
  struct Port;
  Status open_port(Port& port);
  void accept_all(Port& port);
  void read_from(Connection& connection);
  void flush(Connection& connection);
  void watch(Connection& connection);
  void drop(int fd);
  void follow_devices();
  int wait_ms() const;

  std::vector<std::unique_ptr<Device>> devices_;
  Random& random_;
  std::vector<Port> ports_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor
  std::vector<std::unique_ptr<Connection>> dropped_;      // freed after the round
  int epoll_ = -1;
};

}  // namespace storesweep::simdroid
