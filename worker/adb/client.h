// Our own client of a stock adb server: one connection a command, no process started. Host services are here;
// what a device does is in shell.h, sync.h and install.h. Safe for concurrent use; outlives the connections
// it opened.
//
// Kinds of error, here and in the files beside, by who is to blame (blame_of):
//   kUnavailable  the adb server is not there or went away             -> server
//   kNotFound     the device is gone, offline, not authorized, or ended a stream before its end -> device
//   kTimeout      no answer in time                                   -> device
//   kCorrupt      what came breaks the protocol                       -> device
//   kCancelled    our own caller gave up                              -> nobody
//   anything else the request: a service that this device lacks (kUnsupported), a file that cannot be read or
//   written
//                 (kInvalid, kPermission), a full disk or a bound of ours (kExhausted)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/cancel.h"
#include "common/base/status.h"
#include "worker/adb/connection.h"
#include "worker/adb/protocol.h"

namespace storesweep::adb {

enum class Blame { kNobody, kServer, kDevice, kRequest };
Blame blame_of(const Status& error);

// A device as the server knows it. By its id a command costs the server less; the id changes when the device
// reconnects and starts anew with the server, so it is to be forgotten (0) when track-devices says so or
// ends.
struct Target {
  std::string serial;
  std::uint64_t transport_id = 0;  // 0: by serial
};

class Client {
 public:
  explicit Client(ServerAddress address) : address_(std::move(address)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Result<int> version(const Deadline& deadline);
  Result<Features> host_features(const Deadline& deadline);
  Result<DeviceList> devices(const Deadline& deadline);
  // Asks the server to dial "host:port". Ok also when it was connected already; kNotFound when the device did
  // not answer. The device may still be offline afterwards: see reconnect in server.h.
  Status connect(std::string_view address, const Deadline& deadline);
  // Ok also when it was not connected.
  Status disconnect(std::string_view address, const Deadline& deadline);
  Result<Features> features(const Target& target, const Deadline& deadline);
  // "device", "offline", ...; kNotFound with the server's words when it is none of them.
  Result<std::string> state(const Target& target, const Deadline& deadline);
  Status kill_server(const Deadline& deadline);

  // A service of the device: `shell:...`, `exec:...`, `sync:`, `reboot:`. An id that the server no longer
  // knows is tried again by serial. kUnsupported when the device refused the service.
  Result<Connection> open(const Target& target, std::string_view service, const Deadline& deadline);
  // A stream of the device ended too early: kUnavailable when the server is gone, else kNotFound.
  Status broken_off(std::string_view what, const Deadline& deadline);
  // Waits for the end of a service that answers nothing more, as reboot does.
  Status reboot(const Target& target, const Deadline& deadline);
  // A port of the device leads to the same port of the server's own host, until the device's connection ends.
  // kExists: it does already.
  Status reverse(const Target& target, int port, const Deadline& deadline);
  Status end_reverse(const Target& target, int port, const Deadline& deadline);

  Counters counters() const;
  const ServerAddress& address() const { return address_; }

 private:
  friend class DeviceTracker;
  Result<Connection> ask(std::string_view service, const Deadline& deadline);
  Result<std::string> ask_frame(std::string_view service, const Deadline& deadline);
  Result<Connection> transport(const Target& target, const Deadline& deadline);
  Status request_reply(Connection& connection, std::string_view service, const Deadline& deadline);
  // The answer to a request whose words were sent.
  Status reply(Connection& connection, const Deadline& deadline);
  Status reverse_service(const Target& target, const std::string& words, const Deadline& deadline);

  ServerAddress address_;
  Tally tally_;
};

// Follows the server's list of devices. One thread at a time; the client outlives it.
class DeviceTracker {
 public:
  static Result<DeviceTracker> start(Client& client, const Deadline& deadline);
  // The next list; the first comes at once. kTimeout: nothing changed, go on. kUnavailable: the server is
  // gone, and with it every transport id. A dead device is repeated as "offline" several times a second:
  // compare with the last.
  Result<DeviceList> next(const Deadline& deadline);

 private:
  explicit DeviceTracker(Connection connection) : connection_(std::move(connection)) {}
  Connection connection_;
};

}  // namespace storesweep::adb
