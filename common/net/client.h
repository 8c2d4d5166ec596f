// The one HTTP client of the house (libcurl): fetches a file in bounds, resuming what broke off, and makes
// small requests whose answer is read into memory or handed on as it arrives (server-sent events). A Client
// is safe for concurrent use and keeps connections alive between calls; each call blocks its thread until the
// deadline or the cancel. It sends no signal and wants SIGPIPE ignored by the program (OpenSSL writes).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/hash.h"
#include "common/base/random.h"
#include "common/base/status.h"

namespace storesweep::net {

struct Options {
  std::string user_agent = "storesweep";
  std::string ca_file;  // PEM; empty: the system's
  std::vector<std::string>
      file_folders;  // file: addresses must lie below one of these; empty: none is served
  std::int64_t connect_ms = 10'000;
  std::int64_t stall_ms = 30'000;        // a fetch that brings no byte for this long is broken
  std::int64_t backoff_ms = 250;         // before the second try; doubles, with full jitter
  std::int64_t max_backoff_ms = 10'000;  // also bounds what a server's Retry-After can ask for
  int max_redirects = 5;
};

struct FetchBounds {
  std::uint64_t max_bytes = 0;   // more is refused
  std::uint64_t bytes = 0;       // exactly as many are expected; 0: not known
  std::optional<Digest> sha256;  // of the whole, where it is known
  int attempts = 4;              // that bring no new byte, in a row
  // FetchResult::validator of a copy that is here already: when the server says that it holds, nothing is
  // fetched.
  std::string validator;
};

struct FetchResult {
  std::uint64_t bytes = 0;
  Digest sha256{};
  int transfers = 1;          // more than one: it broke off or was refused for a while
  std::uint64_t resumed = 0;  // bytes that did not have to be sent again
  bool unchanged = false;     // FetchBounds::validator holds: there is no file at the destination
  std::string validator;      // of what came: a strong ETag or Last-Modified; empty: there is none
};

using Headers = std::vector<std::pair<std::string, std::string>>;  // received ones have lower-case names

struct Request {
  std::string method = "GET";
  std::string url;  // http or https
  Headers headers;
  std::string body;
  std::size_t max_bytes = std::size_t{16} << 20;  // of the answer; more is kExhausted
  // When set, gets a successful (2xx) answer piece by piece instead of Response::body; false ends the call
  // with what has come so far. max_bytes then bounds nothing.
  std::function<bool(std::string_view)> on_data;
  // The body waits for the server's word (RFC 9110 10.1.1), a second at most: one that answers otherwise, for
  // instance that it goes elsewhere, is sent none.
  bool expect_continue = false;
  std::int64_t stall_ms = 0;  // with no byte for so long it is broken (kTimeout); 0: the deadline alone
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;
  // The value of the header of this lower-case name; null when it is not there.
  const std::string* header(std::string_view lower_name) const;
};

class Client {
 public:
  // random: for the jitter of retries; safe for concurrent use, outlives the client.
  Client(Options options, Random& random);
  ~Client();

  // Fetches a file, http or https address to `destination`, by way of `destination`.part (removed on failure,
  // renamed when all is well, not fsynced). Follows bounded redirects, to http and https alone; tries again
  // what is transient; goes on by Range where the server names a validator (RFC 9110 13.1.5). Errors:
  //   kNotFound (404, 410, no such file), kPermission (401, 403, 451), kInvalid (address, other 4xx,
  //   redirects), kCorrupt (hash, length), kUnsupported (larger than max_bytes): facts about the address, see
  //   fault_of_address(); kUnavailable, kTimeout, kCancelled, kExhausted (our disk is full): ours or the
  //   network's.
  Result<FetchResult> fetch(const std::string& url, const std::string& destination, const FetchBounds& bounds,
                            const Deadline& deadline);

  // One request, no redirects, no retries: an answer of any status is a Response. Errors: kInvalid (address),
  // kUnavailable (it broke off, too), kTimeout, kCancelled, kExhausted (answer larger than max_bytes),
  // kCorrupt (not HTTP).
  Result<Response> request(const Request& request, const Deadline& deadline);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Whether an error of fetch() tells of the address (the app's side) and not of us or the network.
bool fault_of_address(const Status& error);

// The address without user, password, query and fragment: fit for logs and messages.
std::string shown_url(std::string_view url);

}  // namespace storesweep::net
