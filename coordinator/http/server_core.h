// What all connections of the server share: its bounds, counts and threads. Private to the server's own files
// (server.h is what others see). What is marked so is of the one thread that serves the sockets.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "common/base/cancel.h"
#include "common/base/random.h"
#include "coordinator/http/server.h"
#include "coordinator/http/tls.h"

namespace storesweep::http {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

inline std::chrono::milliseconds milliseconds(std::int64_t ms) { return std::chrono::milliseconds(ms); }

class Session;

class Server::Core {
 public:
  Core(const ServerOptions& o, Handler& h, Metrics& m, Log& l)
      : options(o),
        handler(h),
        metrics(m),
        log(l),
        handlers(o.handler_threads),
        streams(o.max_streams),
        tls_files_(o.tls_certificate, o.tls_key) {}
  Status open();
  void stop();
  Status reload_tls(bool even_unchanged);
  void tell(const Request& request, const std::string& route, int status);
  void refused(std::string_view why);
  void enter(Session* session);
  void leave(Session* session);
  std::uint16_t port() const { return port_; }

  const ServerOptions options;
  Handler& handler;
  Metrics& metrics;
  Log& log;
  Cancel cancel;
  SystemRandom random;
  // Of the thread that serves the sockets:
  std::set<Session*> sessions;
  std::size_t body_bytes = 0;
  std::size_t open_streams = 0;
  bool stopping = false;

  asio::io_context io{1};
  asio::thread_pool handlers;
  asio::thread_pool streams;

 private:
  void accept();
  void accepted(error_code error, tcp::socket socket);

  TlsFiles tls_files_;  // of whoever reloads
  TlsContext tls_;      // for the next connection; none: they are plain
  tcp::acceptor acceptor_{io};
  asio::steady_timer accept_pause_{io};
  std::uint16_t port_ = 0;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable empty_;
  bool is_empty_ = true;
};

}  // namespace storesweep::http
