// What the proxy of a run tells, one JSON object a line (worker/observe/proxy/addon.py): requests with their
// first bytes, how connections were refused, and which never came to a request. Outside text: an app chooses
// most of what stands in it. Bounded; a line that is none of these is said to be. Pure; FlowReader belongs to
// one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status.h"

namespace storesweep::traffic {

inline constexpr std::size_t kMaxFlowLineBytes = 2u << 20;
inline constexpr std::size_t kMaxFlowHeaders = 100;
inline constexpr std::size_t kMaxConnections = 20'000;  // that are open at once; of more nothing is concluded

enum class FlowKind {
  kReady,        // the proxy listens
  kOpen,         // a connection to the proxy
  kTunnel,       // CONNECT
  kTls,          // a handshake by the client that came to an end, good or bad
  kRequest,      // its headers and body are there
  kMessage,      // bytes of a WebSocket or of no known protocol, from the client
  kResponse,     // its body has passed
  kError,        // of an exchange
  kUnreachable,  // the server behind it
  kClose,        // of the connection
};

struct FlowLine {
  FlowKind kind = FlowKind::kReady;
  std::int64_t ms = 0;       // the host's monotonic clock when the line was written
  std::int64_t from_ms = 0;  // of a request: when its headers had come
  std::string connection, flow;
  std::string host;
  int port = 0;
  bool answers = false;  // of kReady: the proxy answers by itself, nothing goes on to a server
  bool trusted = false;  // of kTls
  std::string error;
  std::string method, scheme, path;
  std::string version;  // "HTTP/1.1", or of TLS
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;              // its first bytes
  std::uint64_t body_bytes = 0;  // all of them
  bool cut = false;              // of path, headers or body something was left out
  int status = 0;                // of a response
  std::string type;
};

// kCorrupt for what is no such line; the message says what is wrong with it.
Result<FlowLine> parse_flow_line(std::string_view line);

// A connection that never came to a request.
enum class Unopened {
  kRefused,  // the client said within the handshake that it does not trust the certificate
  kPinned,   // it took the certificate, and then left without a request: one alone may be chance
  kFailed,   // anything else: closed before or within the handshake, versions that do not fit
};
std::string_view unopened_name(Unopened how);  // "refused": stable

struct UnopenedConnection {
  Unopened how = Unopened::kFailed;
  std::string connection, host, error;
  int port = 0;
  std::int64_t ms = 0;
};

// The lines of a run in their order, joined by connection.
class FlowReader {
 public:
  // What this line ends, if it is a connection that never came to a request.
  std::optional<UnopenedConnection> take(const FlowLine& line);

 private:
  struct Open {
    std::string host, error;
    int port = 0;
    bool tunnel = false, trusted = false, refused = false, used = false;
  };
  std::map<std::string, Open, std::less<>> open_;
};

}  // namespace storesweep::traffic
