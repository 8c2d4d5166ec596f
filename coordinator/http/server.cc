#include "coordinator/http/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/optional.hpp>

#include <condition_variable>
#include <limits>
#include <mutex>
#include <set>
#include <thread>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/base/trace.h"
#include "coordinator/http/stream.h"

namespace storesweep::http {
namespace {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::size_t kExtraRefusals = 64;  // connections over the bound that still get to read their 503
constexpr std::size_t kMaxLingerBytes = 1u << 20;
constexpr std::int64_t kLingerMs = 2'000;
constexpr std::size_t kReadBytes = 64u << 10;
constexpr std::int64_t kAcceptPauseMs = 100;  // after an error such as too many open files

std::chrono::milliseconds milliseconds(std::int64_t ms) { return std::chrono::milliseconds(ms); }
Response refusal(int status, std::string_view kind, std::string message) {
  Response r = error_response(invalid(std::move(message)));
  const std::string wrong = "\"invalid\"";
  r.body.replace(r.body.find(wrong), wrong.size(), "\"" + std::string(kind) + "\"");
  r.status = status;
  return r;
}
}  // namespace

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
  void refused(std::string_view why) { metrics.counter(metric::kHttpRefused, {why}).add(); }
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

// One connection. Everything of it happens on the thread that serves the sockets, but for the handler's and
// the event source's own calls.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Server::Core& core, tcp::socket socket, TlsContext tls)
      : core_(core),
        stream_(std::move(socket), std::move(tls)),
        buffer_(core.options.max_header_bytes + kReadBytes) {
    error_code gone;
    const auto other = stream_.socket().remote_endpoint(gone);
    if (!gone) remote_ = other.address().to_string();
    core_.enter(this);
  }
  ~Session() {
    release();
    if (events_) --core_.open_streams;
    core_.leave(this);
  }

  void start() {
    if (!stream_.is_tls()) return read_head();
    idle_ = true;
    stream_.expires_after(milliseconds(core_.options.header_ms));
    stream_.handshake([self = shared_from_this()](error_code error) {
      if (!error) return self->read_head();
      self->core_.refused("tls");
      self->close();
    });
  }
  void refuse() {
    core_.refused("connections");
    respond(refusal(503, "unavailable", "too many connections: try again in a few seconds"), true);
  }
  // Ends it now when it is idle or a stream, else after the answer that is under way.
  void finish() {
    keep_alive_ = false;
    if (idle_ || events_) close();
  }
  void close() {
    error_code ignored;
    if (gone_) gone_->cancel();
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

 private:
  void read_head();
  void head_is_there(error_code error);
  void head_failed(error_code error);
  void admit();
  void ask_before_body();
  void take_body();
  Status take_head();
  void refuse_on_record(Response response, bool body_pending);
  void read_body();
  void body_is_there(error_code error);
  void run_handler();
  void respond(Response response, bool body_pending);
  void answered(error_code error, bool body_pending);
  void say_farewell();
  void linger();
  void start_stream(std::shared_ptr<EventSource> events);
  void watch_client();
  void next_events();
  void send_events(const Result<std::string>& events);
  void send_raw(std::string text);
  void release() {
    core_.body_bytes -= reserved_;
    reserved_ = 0;
  }

  Server::Core& core_;
  Stream stream_;
  beast::flat_buffer buffer_;
  boost::optional<bhttp::request_parser<bhttp::string_body>> parser_;
  bhttp::response<bhttp::string_body> response_;
  std::string raw_;  // what is written outside of a response
  RequestHead head_;
  Admission admission_;
  std::string remote_;
  std::size_t reserved_ = 0;  // bytes of core_.body_bytes that are ours
  std::size_t lingered_ = 0;
  bool idle_ = false;
  bool keep_alive_ = false;
  std::shared_ptr<EventSource> events_;
  std::unique_ptr<Cancel> gone_;  // of the client of an event stream
  std::array<char, 4096> scratch_;
};

void Session::read_head() {
  idle_ = true;
  head_ = {};
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(core_.options.max_header_bytes));
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());  // until the handler has said how much;
                                                                   // nothing of it is read before
  stream_.expires_after(milliseconds(core_.options.header_ms));
  bhttp::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](error_code error, std::size_t) { self->head_is_there(error); });
}

void Session::head_is_there(error_code error) {
  idle_ = false;
  if (error) return head_failed(error);
  keep_alive_ = parser_->keep_alive() && !core_.stopping;
  if (Status s = take_head(); !s.ok()) return respond(error_response(s), true);
  admit();
}

void Session::head_failed(error_code error) {
  keep_alive_ = false;
  if (error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow) {
    core_.refused("header");
    return respond(
        refusal(431, "exhausted",
                "the header is larger than " + std::to_string(core_.options.max_header_bytes) + " bytes"),
        true);
  }
  if (error == beast::error::timeout) core_.refused("header_timeout");
  const bool is_parser_error =
      error.category() == bhttp::make_error_code(bhttp::error::bad_method).category();
  if (!is_parser_error || error == bhttp::error::end_of_stream || error == bhttp::error::partial_message) {
    return close();
  }
  core_.refused("malformed");
  respond(error_response(invalid("not HTTP/1.1: " + error.message())), true);
}

Status Session::take_head() {
  const auto& message = parser_->get();
  head_ = {};
  head_.method = std::string(message.method_string());
  if (message.target().size() > kMaxTargetBytes) {
    return invalid("the address is longer than " + std::to_string(kMaxTargetBytes) + " bytes");
  }
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    head_.headers.emplace(std::move(name), std::string(field.value()));
  }
  if (const auto length = parser_->content_length()) head_.content_length = *length;
  head_.chunked = parser_->chunked();
  head_.remote = remote_;
  const std::optional<std::string> given = parse_traceparent(head_.header("traceparent"));
  head_.trace_id = given ? *given : new_trace_id(core_.random);
  return parse_target({message.target().data(), message.target().size()}, head_);
}

void Session::admit() {
  admission_ = core_.handler.admit(head_);
  const bool has_body = head_.chunked || head_.content_length.value_or(0) > 0;
  if (admission_.refusal) return refuse_on_record(std::move(*admission_.refusal), has_body);
  if (head_.content_length.value_or(0) > admission_.max_body_bytes) {
    core_.refused("body");
    return refuse_on_record(
        refusal(413, "exhausted",
                "the body is larger than " + std::to_string(admission_.max_body_bytes) + " bytes"),
        true);
  }
  const std::size_t wanted =
      head_.chunked ? admission_.max_body_bytes : static_cast<std::size_t>(head_.content_length.value_or(0));
  if (core_.body_bytes + wanted > core_.options.max_bodies_bytes) {
    core_.refused("bodies");
    return refuse_on_record(
        error_response(unavailable("too much is being sent at once: try again in a few seconds")), true);
  }
  reserved_ = wanted;
  core_.body_bytes += wanted;
  parser_->body_limit(admission_.max_body_bytes);
  if (!has_body || head_.header("expect") != "100-continue") return read_body();
  admission_.before_body ? ask_before_body() : take_body();
}

void Session::ask_before_body() {
  stream_.expires_never();
  asio::post(core_.handlers, [self = shared_from_this()]() mutable {
    auto answer = std::make_shared<std::optional<Response>>();
    try {
      const Deadline deadline = Deadline::in_ms(self->admission_.deadline_ms, &self->core_.cancel);
      *answer = self->core_.handler.before_body(self->head_, deadline);
    } catch (const std::exception& e) {
      self->core_.log.error("a request failed", {{"path", self->head_.path}, {"why", e.what()}});
      *answer = error_response(internal("this request met a defect of the coordinator; its log says more"));
    }
    asio::io_context& io = self->core_.io;
    asio::post(io, [self = std::move(self), answer] {
      *answer ? self->respond(std::move(**answer), true) : self->take_body();
    });
  });
}

// The client waits for this word.
void Session::take_body() {
  stream_.expires_after(milliseconds(core_.options.body_ms));
  raw_ = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(raw_), [self = shared_from_this()](error_code error, std::size_t) {
    error ? self->close() : self->read_body();
  });
}

// What is on record stands there before its sender hears of it.
void Session::refuse_on_record(Response response, bool body_pending) {
  if (!admission_.on_record) return respond(std::move(response), body_pending);
  auto answer = std::make_shared<Response>(std::move(response));
  asio::post(core_.handlers, [self = shared_from_this(), answer, body_pending]() mutable {
    const TraceScope trace(self->head_.trace_id);
    self->core_.handler.refused(self->head_, self->admission_, answer->status);
    asio::io_context& io = self->core_.io;
    asio::post(io, [self = std::move(self), answer, body_pending] {
      self->respond(std::move(*answer), body_pending);
    });
  });
}

void Session::read_body() {
  stream_.expires_after(milliseconds(core_.options.body_ms));
  bhttp::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
    self->body_is_there(error);
  });
}

void Session::body_is_there(error_code error) {
  if (error == bhttp::error::body_limit) {
    core_.refused("body");
    return refuse_on_record(
        refusal(413, "exhausted",
                "the body is larger than " + std::to_string(admission_.max_body_bytes) + " bytes"),
        true);
  }
  if (error == beast::error::timeout) core_.refused("body_timeout");
  if (error) return close();
  stream_.expires_never();
  run_handler();
}

void Session::run_handler() {
  auto request = std::make_shared<Request>();
  request->head = head_;
  request->caller = admission_.caller;
  request->body = std::move(parser_->get().body());
  asio::post(core_.handlers, [self = shared_from_this(), request, ms = admission_.deadline_ms]() mutable {
    const TraceScope trace(request->head.trace_id);
    const auto start = std::chrono::steady_clock::now();
    auto response = std::make_shared<Response>();
    try {
      *response = self->core_.handler.handle(*request, Deadline::in_ms(ms, &self->core_.cancel));
    } catch (const std::exception& e) {  // a defect of ours must not end the coordinator
      self->core_.log.error("a request failed", {{"path", request->head.path}, {"why", e.what()}});
      *response = error_response(internal("this request met a defect of the coordinator; its log says more"));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    self->core_.tell(*request, self->admission_.route, response->status);
    request.reset();
    self->core_.metrics.histogram(metric::kHttpSeconds, {self->admission_.route}).observe(took.count());
    asio::io_context& io = self->core_.io;
    asio::post(io, [self = std::move(self), response] { self->respond(std::move(*response), false); });
  });
}

void Session::respond(Response r, bool body_pending) {
  core_.metrics.counter(metric::kHttpRequests, {admission_.route, std::to_string(r.status)}).add();
  if (r.events && core_.open_streams < core_.options.max_streams && !core_.stopping) {
    return start_stream(std::move(r.events));
  }
  if (r.events) r = error_response(unavailable("too many event streams are open: try again later"));
  if (body_pending || core_.stopping) keep_alive_ = false;
  response_ = {};
  response_.version(11);
  response_.result(static_cast<unsigned>(r.status));
  const std::string_view reason = reason_phrase(r.status);
  response_.reason({reason.data(), reason.size()});
  if (r.status != 204) response_.set(bhttp::field::content_type, r.content_type);
  response_.set("X-Content-Type-Options", "nosniff");
  response_.set(bhttp::field::cache_control, "no-store");
  for (const auto& [name, value] : r.headers) response_.set(name, value);
  if (!head_.trace_id.empty()) response_.set("traceparent", traceparent(head_.trace_id, core_.random));
  response_.keep_alive(keep_alive_);
  if (head_.method != "HEAD") response_.body() = std::move(r.body);  // RFC 9110, 9.3.2: it has none
  response_.prepare_payload();
  stream_.expires_after(milliseconds(core_.options.write_ms));
  bhttp::async_write(stream_, response_,
                     [self = shared_from_this(), body_pending](error_code error, std::size_t) {
                       self->answered(error, body_pending);
                     });
}

void Session::answered(error_code error, bool body_pending) {
  release();
  admission_ = {};
  if (error == beast::error::timeout) core_.refused("write_timeout");
  if (error) return close();
  if (keep_alive_ && !core_.stopping) return read_head();
  if (!body_pending) return stream_.is_tls() ? say_farewell() : close();
  // What the client is still sending would make the kernel reset the connection, and the answer would be
  // lost.
  stream_.socket().shutdown(tcp::socket::shutdown_send, error);
  stream_.expires_after(milliseconds(kLingerMs));
  linger();
}

// Without it the other side could not tell an answer's end from a connection that was cut.
void Session::say_farewell() {
  stream_.expires_after(milliseconds(kLingerMs));
  stream_.farewell([self = shared_from_this()](error_code) { self->close(); });
}

void Session::linger() {
  stream_.async_read_some(asio::buffer(scratch_),
                          [self = shared_from_this()](error_code error, std::size_t n) {
                            self->lingered_ += n;
                            if (error || self->lingered_ > kMaxLingerBytes) return self->close();
                            self->linger();
                          });
}

void Session::start_stream(std::shared_ptr<EventSource> events) {
  release();
  events_ = std::move(events);
  gone_ = std::make_unique<Cancel>();
  ++core_.open_streams;
  core_.metrics.gauge(metric::kHttpStreams).set(static_cast<double>(core_.open_streams));
  stream_.expires_never();
  watch_client();
  send_raw(std::string("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
                       "X-Content-Type-Options: nosniff\r\nConnection: close\r\ntraceparent: ") +
           traceparent(head_.trace_id, core_.random) + "\r\n\r\n");
}

// Reads, only to learn that the client has gone.
void Session::watch_client() {
  stream_.async_read_some(asio::buffer(scratch_), [self = shared_from_this()](error_code error, std::size_t) {
    error ? self->gone_->cancel() : self->watch_client();
  });
}

void Session::next_events() {
  asio::post(core_.streams, [self = shared_from_this()]() mutable {
    auto events = self->events_->next(Deadline::in_ms(self->core_.options.heartbeat_ms, self->gone_.get()));
    asio::io_context& io = self->core_.io;
    asio::post(io, [self = std::move(self), events = std::move(events)] { self->send_events(events); });
  });
}

void Session::send_events(const Result<std::string>& events) {
  if (!events.ok() || gone_->cancelled() || core_.stopping) return close();
  send_raw(events->empty() ? ": alive\n\n" : *events);
}

void Session::send_raw(std::string text) {
  raw_ = std::move(text);
  stream_.expires_after(milliseconds(core_.options.write_ms));  // of the write: the read has its own, none
  asio::async_write(stream_, asio::buffer(raw_), [self = shared_from_this()](error_code error, std::size_t) {
    error ? self->close() : self->next_events();
  });
}

// What people change is told; what they and workers read or put would be too much.
void Server::Core::tell(const Request& request, const std::string& route, int status) {
  const std::initializer_list<LogField> fields = {
      {"route", route}, {"who", request.caller.name}, {"status", status}};
  const bool changes = request.head.method == "POST" || request.head.method == "DELETE";
  log.write(changes ? LogLevel::kInfo : LogLevel::kDebug, "a request", fields);
}

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
