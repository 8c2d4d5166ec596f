#include <boost/asio/post.hpp>

#include "coordinator/http/session.h"

namespace storesweep::http {
namespace {
constexpr std::size_t kExtraRefusals = 64;    // connections over the bound that still get to read their 503
constexpr std::int64_t kAcceptPauseMs = 100;  // after an error such as too many open files
}  // namespace

// What people change is told; what they and workers read or put would be too much.
void Server::Core::tell(const Request& request, const std::string& route, int status) {
  const std::initializer_list<LogField> fields = {
      {"route", route}, {"who", request.caller.name}, {"status", status}};
  const bool changes = request.head.method == "POST" || request.head.method == "DELETE";
  log.write(changes ? LogLevel::kInfo : LogLevel::kDebug, "a request", fields);
}

void Server::Core::refused(std::string_view why) { metrics.counter(metric::kHttpRefused, {why}).add(); }

void Server::Core::enter(Session* session) {
  sessions.insert(session);
  metrics.gauge(metric::kHttpConnections).set(static_cast<double>(sessions.size()));
  std::lock_guard lock(mutex_);
  is_empty_ = false;
}

void Server::Core::leave(Session* session) {
  sessions.erase(session);
  metrics.gauge(metric::kHttpConnections).set(static_cast<double>(sessions.size()));
  metrics.gauge(metric::kHttpStreams).set(static_cast<double>(open_streams));
  std::lock_guard lock(mutex_);
  is_empty_ = sessions.empty();
  if (is_empty_) empty_.notify_all();
}

Status Server::Core::open() {
  error_code error;
  if (tls_files_.given()) {
    TRY_ASSIGN(tls_, tls_files_.load());
  }
  const auto address = asio::ip::make_address(options.address, error);
  if (error) return invalid("`" + options.address + "` is no IP address to listen on");
  const tcp::endpoint endpoint(address, options.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return unavailable("cannot listen on " + options.address + " port " + std::to_string(options.port) +
                       ": " + error.message() + "; is another coordinator running?");
  }
  port_ = acceptor_.local_endpoint(error).port();
  accept();
  thread_ = std::thread([this] { io.run(); });
  return ok_status();
}

void Server::Core::accept() {
  acceptor_.async_accept(
      [this](error_code error, tcp::socket socket) { accepted(error, std::move(socket)); });
}

void Server::Core::accepted(error_code error, tcp::socket socket) {
  if (stopping || error == asio::error::operation_aborted) return;
  if (error) {
    refused("accept");
    accept_pause_.expires_after(milliseconds(kAcceptPauseMs));
    return accept_pause_.async_wait([this](error_code) {
      if (!stopping) accept();
    });
  }
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (sessions.size() < options.max_connections) {
    std::make_shared<Session>(*this, std::move(socket), tls_)->start();
  } else if (!tls_ && sessions.size() < options.max_connections + kExtraRefusals) {
    std::make_shared<Session>(*this, std::move(socket), tls_)->refuse();
  } else {
    refused("connections");  // a handshake only to be refused would cost more than it says
  }
  accept();
}

// What does not fit leaves the old ones in their place.
Status Server::Core::reload_tls(bool even_unchanged) {
  if (!tls_files_.given() || (!even_unchanged && !tls_files_.changed())) return ok_status();
  TRY_ASSIGN(TlsContext loaded, tls_files_.load());
  asio::post(io, [this, loaded = std::move(loaded)]() mutable { tls_ = std::move(loaded); });
  log.info("the certificate was read", {{"file", options.tls_certificate}});
  return ok_status();
}

void Server::Core::stop() {
  if (!thread_.joinable()) return;
  asio::post(io, [this] {
    error_code ignored;
    stopping = true;
    acceptor_.close(ignored);
    accept_pause_.cancel();
    const std::set<Session*> now = sessions;
    for (Session* s : now) s->finish();
  });
  {
    std::unique_lock lock(mutex_);
    empty_.wait_for(lock, milliseconds(options.grace_ms), [this] { return is_empty_; });
  }
  cancel.cancel();
  asio::post(io, [this] {
    const std::set<Session*> now = sessions;
    for (Session* s : now) s->close();
  });
  handlers.join();
  streams.join();
  io.stop();
  thread_.join();
}

Server::Server(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Server::~Server() { stop(); }
std::uint16_t Server::port() const { return core_->port(); }
void Server::stop() { core_->stop(); }
Status Server::reload_tls(bool even_unchanged) { return core_->reload_tls(even_unchanged); }

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler& handler,
                                              Metrics& metrics, Log& log) {
  auto core = std::make_unique<Core>(options, handler, metrics, log);
  TRY(core->open());
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

}  // namespace storesweep::http
