// The HTTP/1.1 server: Boost.Beast behind our own small interface. One thread serves all sockets, some
// threads run the handlers, and each open event stream has a thread of its own, so that a slow handler or a
// slow client stops nobody else. Every header, body, wait and number of connections is bounded. TLS (1.2
// and newer) by a certificate that may change while it runs. start() and stop() by one thread; the handler,
// metrics and log outlive the server.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/log.h"
#include "common/metrics/metrics.h"
#include "coordinator/http/http.h"

namespace storesweep::http {

struct ServerOptions {
  std::string address = "127.0.0.1";   // IPv4 or IPv6
  std::uint16_t port = 0;              // 0: any that is free
  std::size_t max_connections = 1024;  // more are answered 503
  std::size_t max_streams = 32;        // event streams at once; more are answered 503
  std::size_t max_header_bytes = 16u << 10;
  std::size_t max_bodies_bytes = 512u << 20;  // of all requests that are read now; more are answered 503
  std::size_t handler_threads = 8;
  std::int64_t header_ms =
      15'000;                      // from the first wait to the end of the header: also ends idle connections
  std::int64_t body_ms = 60'000;   // for the whole body
  std::int64_t write_ms = 60'000;  // for the whole answer
  std::int64_t heartbeat_ms = 10'000;    // of event streams: a comment when nothing happens
  std::int64_t grace_ms = 5'000;         // stop(): for what is being answered
  std::string tls_certificate, tls_key;  // PEM files; empty: plain HTTP
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Handler& handler,
                                               Metrics& metrics, Log& log);
  ~Server();  // stop()
  std::uint16_t port() const;
  // Takes no more connections, lets what is being answered end within the grace, cancels the rest.
  void stop();
  // Reads certificate and key again, where they have changed or anyhow; an error leaves the old ones. By the
  // thread that starts and stops it.
  Status reload_tls(bool even_unchanged);

 private:
  class Core;
  friend class Session;
  explicit Server(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace storesweep::http
