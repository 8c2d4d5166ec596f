// HTTP as plain values: what the server reads, what a handler answers. The server (server.h) knows sockets
// and nothing of storesweep; handlers know requests and responses and nothing of sockets.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/status.h"
#include "coordinator/http/access.h"

namespace storesweep::http {

inline constexpr std::size_t kMaxTargetBytes = 8u << 10;
inline constexpr std::size_t kMaxQueryValues = 32;

// What is known before the body is read. Names of headers are lower case; of a repeated header the first
// counts.
struct RequestHead {
  std::string method;
  std::string path;                          // as sent, up to the '?'
  std::map<std::string, std::string> query;  // decoded; of a repeated name the first counts
  std::map<std::string, std::string> headers;
  std::optional<std::uint64_t> content_length;  // none: no body, or chunked
  bool chunked = false;
  std::string remote{};    // the other side's IP address
  std::string trace_id{};  // the caller's (W3C Trace Context), or one of ours; every answer carries it

  std::string header(const std::string& lower_name) const {
    const auto at = headers.find(lower_name);
    return at == headers.end() ? "" : at->second;
  }
};
struct Request {
  RequestHead head;
  std::string body;
  Caller caller{};  // as admit() found him
};

// Server-sent events: called again and again, each call blocking until there is something to send.
// One thread at a time. The deadline's cancel fires when the client has gone.
class EventSource {
 public:
  virtual ~EventSource() = default;
  // Whole events in their wire form ("id: 1\ndata: {}\n\n"), or empty at the deadline. An error ends the
  // stream.
  virtual Result<std::string> next(const Deadline& deadline) = 0;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<EventSource> events;  // set: the answer is a stream of events, body is not used
};

// Whether a request may send its body, and what it may cost.
struct Admission {
  std::optional<Response> refusal;  // set: this is the answer, the body is not read
  std::size_t max_body_bytes = 0;
  std::int64_t deadline_ms = 30'000;  // for handle()
  std::string route = "none";         // for metrics: one of a closed list
  Caller caller{};
  bool on_record = false;    // a refusal is given to refused() before it is answered
  bool before_body = false;  // a client that waits for a word before it sends its body gets one
};

class Handler {
 public:
  virtual ~Handler() = default;
  // Called on the thread that serves all sockets: must not block.
  virtual Admission admit(const RequestHead& head) = 0;
  // What is refused on record, by admit() or by the server; called where handle() is, may block.
  virtual void refused(const RequestHead&, const Admission&, int /*status*/) {}
  // For a client that waits with its body (Expect: 100-continue, RFC 9110 10.1.1): the answer that spares it
  // that, or nothing: it shall send it. Called as handle() is.
  virtual std::optional<Response> before_body(const RequestHead&, const Deadline&) { return std::nullopt; }
  // Called on one of several threads; may block until the deadline.
  virtual Response handle(const Request& request, const Deadline& deadline) = 0;
};

// {"error": {"kind": "not_found", "message": "..."}} with the status that fits the kind.
Response error_response(const Status& error);
int status_of(ErrorKind kind);
// The reason phrase of a status that we send.
std::string_view reason_phrase(int status);

// ---- the parts of a target; kInvalid names what is wrong
Status parse_target(std::string_view target, RequestHead& head);
// "%E5%8D%8E+x" -> bytes; nothing when an escape is broken or gives NUL.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace storesweep::http
