// What a stream of a connection carries: a service of the device (a shell, a file transfer, ...). The
// transport owns the services; a service writes through its Outlet, which stays valid as long as the service
// lives. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace storesweep::simdroid {

class Outlet;
class Service;

// From the device to a port of the host, through the connection that asked for it (`adb reverse`) and for as
// long as that lives.
class HostDoor {
 public:
  using Maker = std::function<std::unique_ptr<Service>(std::shared_ptr<Outlet>)>;
  virtual ~HostDoor() = default;
  virtual bool open() const = 0;
  // A stream to "tcp:8080" of the host. Its service starts when the host is connected, and is told
  // host_closed() when it cannot be.
  virtual void dial(const std::string& destination, const Maker& make) = 0;
};

// The way back to the host. Bytes are queued and sent as the host acknowledges them.
class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual void write(std::string_view bytes) = 0;
  // Ends the stream once everything queued has been sent. The service is destroyed later, not within this
  // call.
  virtual void close() = 0;
  // Drops the whole connection at once, as a dying adbd does. Same rule.
  virtual void drop_connection() = 0;
  virtual std::size_t queued_bytes() const = 0;
  virtual std::shared_ptr<HostDoor> door() = 0;
};

class Service {
 public:
  virtual ~Service() = default;
  virtual void start() {}                    // after the host knows that the stream is open
  virtual void receive(std::string_view) {}  // bytes from the host
  virtual void host_closed() {}              // the host wants no more of it: the service is destroyed next
  virtual void drained() {}                  // everything written was acknowledged
};

// Opens services by the name that the host asks for ("shell:ls"). Null refuses.
class ServiceOpener {
 public:
  virtual ~ServiceOpener() = default;
  virtual std::unique_ptr<Service> open(std::string_view name, std::shared_ptr<Outlet> outlet) = 0;
};

}  // namespace storesweep::simdroid
