#include "coordinator/http/session.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <limits>

#include "common/base/text.h"
#include "common/base/trace.h"

namespace storesweep::http {
namespace {
constexpr std::size_t kMaxLingerBytes = 1u << 20;
constexpr std::int64_t kLingerMs = 2'000;
constexpr std::size_t kReadBytes = 64u << 10;

Response refusal(int status, std::string_view kind, std::string message) {
  Response r = error_response(invalid(std::move(message)));
  const std::string wrong = "\"invalid\"";
  r.body.replace(r.body.find(wrong), wrong.size(), "\"" + std::string(kind) + "\"");
  r.status = status;
  return r;
}

Response defect() {
  return error_response(internal("this request met a defect of the coordinator; its log says more"));
}
}  // namespace

Session::Session(Server::Core& core, tcp::socket socket, TlsContext tls)
    : core_(core),
      stream_(std::move(socket), std::move(tls)),
      buffer_(core.options.max_header_bytes + kReadBytes) {
  error_code gone;
  const auto other = stream_.socket().remote_endpoint(gone);
  if (!gone) remote_ = other.address().to_string();
  core_.enter(this);
}

Session::~Session() {
  release();
  if (events_) --core_.open_streams;
  core_.leave(this);
}

void Session::start() {
  if (!stream_.is_tls()) return read_head();
  idle_ = true;
  stream_.expires_after(milliseconds(core_.options.header_ms));
  stream_.handshake([self = shared_from_this()](error_code error) {
    if (!error) return self->read_head();
    self->core_.refused("tls");
    self->close();
  });
}

void Session::refuse() {
  core_.refused("connections");
  respond(refusal(503, "unavailable", "too many connections: try again in a few seconds"), true);
}

void Session::finish() {
  keep_alive_ = false;
  if (idle_ || events_) close();
}

void Session::close() {
  error_code ignored;
  if (gone_) gone_->cancel();
  stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
  stream_.close();
}

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
    const TraceScope trace(self->head_.trace_id);
    auto answer = std::make_shared<std::optional<Response>>();
    try {
      const Deadline deadline = Deadline::in_ms(self->admission_.deadline_ms, &self->core_.cancel);
      *answer = self->core_.handler.before_body(self->head_, deadline);
    } catch (const std::exception& e) {
      self->core_.log.error("a request failed", {{"path", self->head_.path}, {"why", e.what()}});
      *answer = defect();
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
      *response = defect();
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

}  // namespace storesweep::http
