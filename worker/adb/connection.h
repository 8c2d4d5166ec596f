// One TCP connection to an adb server. Every call has a deadline; a cancelled or failed call closes the
// socket at once, so that the server ends what it was doing for us. One thread at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/cancel.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "worker/adb/inbox.h"

namespace storesweep::adb {

struct ServerAddress {
  std::string host = "127.0.0.1";  // numeric, or "localhost"
  std::uint16_t port = 5037;
};

// What went over the wire since the client was made.
struct Counters {
  std::uint64_t commands = 0;  // services asked of the server or of a device
  std::uint64_t bytes_out = 0;
  std::uint64_t bytes_in = 0;
};
// Shared by a client and its connections, which it outlives. Safe for concurrent use.
struct Tally {
  std::atomic<std::uint64_t> commands{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::uint64_t> bytes_in{0};
};

class Connection {
 public:
  // kUnavailable when nobody listens.
  static Result<Connection> open(const ServerAddress& address, Tally* tally, const Deadline& deadline);

  // Sends everything. While the other side does not read, what it sends is taken into the inbox (bounded), so
  // that two sides that both write do not wait for each other. kUnavailable when it is closed.
  Status write(std::string_view bytes, const Deadline& deadline);
  // Waits for bytes and adds them to the inbox; false when the other side has closed.
  Result<bool> fill(const Deadline& deadline);
  Inbox& inbox() { return inbox_; }
  // Whether the other side is known to have closed.
  bool ended() const { return ended_; }
  void close() { fd_.reset(); }

 private:
  Connection(Fd fd, Tally* tally) : fd_(std::move(fd)), tally_(tally) {}
  Status alive(const Deadline& deadline);
  Result<bool> read_once();
  Status wait_to_write(const Deadline& deadline);

  Fd fd_;
  Tally* tally_;
  Inbox inbox_;
  bool ended_ = false;
};

}  // namespace storesweep::adb
