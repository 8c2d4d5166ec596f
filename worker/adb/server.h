// Keeping a stock adb server alive: it is asked first, and started only when nobody answers; remote devices
// are dialled again. The program `adb` is used for nothing else. One thread at a time; the client outlives
// it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/base/cancel.h"
#include "common/base/status.h"
#include "worker/adb/client.h"

namespace storesweep::adb {

struct ServerOptions {
  std::string program = "adb";               // found by PATH
  std::map<std::string, std::string> extra;  // its environment beside ours: HOME (keys), ADB_VENDOR_KEYS
  bool own = true;                           // false: never start one (it is somebody else's)
};

class Server {
 public:
  Server(Client& client, ServerOptions options) : client_(&client), options_(std::move(options)) {}

  // Ok when a server answers; starts one where none does (`adb -L tcp:localhost:PORT start-server`, on this
  // host only), which outlives us and leaves ports 5555 to 5585 alone. kUnavailable when it does not come up:
  // the message holds what adb printed.
  Status ensure(const Deadline& deadline);
  // How often ensure() had to start it.
  std::uint64_t starts() const { return starts_; }

 private:
  Client* client_;
  ServerOptions options_;
  std::uint64_t starts_ = 0;
};

inline constexpr std::int64_t kOfflineMs = 5000;  // how long a fresh connection may stay offline

// Dials "host:port" until the server calls it "device": one that stays offline is disconnected and connected
// again, as real ones need. kNotFound with the last reason when the deadline comes first.
Status reconnect(Client& client, const std::string& address, const Deadline& deadline,
                 std::int64_t offline_ms = kOfflineMs);

}  // namespace storesweep::adb
