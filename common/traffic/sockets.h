// Whose connections reach a port: lines of /proc/net/tcp and tcp6. The kernel prints the uid of each socket,
// so that a request can be told to be of one app and no other. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep::traffic {

inline constexpr std::size_t kMaxSockets = 4'096;  // that are read of one table

struct Socket {
  int local_port = 0, remote_port = 0, state = 0, uid = -1;
  friend auto operator<=>(const Socket&, const Socket&) = default;
};

// The lines that are sockets; headers and what is cut short are left out.
std::vector<Socket> parse_sockets(std::string_view table);
// Of a table its lines of established connections to that port, as printed.
std::string lines_to_port(std::string_view table, int port);

// Follows the tables of a run, each read while the proxy held back one new connection and served no other
// meanwhile: what stands there for the first time is that connection.
class SocketOwners {
 public:
  // The uid of the held connection; nothing when sockets of several uids are new, or none is.
  std::optional<int> take(std::string_view table);

 private:
  std::set<Socket> known_;
};

}  // namespace storesweep::traffic
