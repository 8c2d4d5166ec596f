// One libcurl handle and its multi handle, so that a call wakes at once when it is cancelled and its
// connection stays for the next. The only place that knows libcurl. One thread at a time per Transfer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/cancel.h"
#include "common/base/status.h"
#include "common/net/client.h"

namespace storesweep::net {

struct Call {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string_view body;
  bool expect_continue = false;
  bool follow = false;        // redirects, to http and https
  std::int64_t stall_ms = 0;  // 0: the deadline alone
  // Before the first byte of the body, also when there is none; false ends the call.
  std::function<bool(const Response& head)> on_head;
  // false ends the call.
  std::function<bool(std::string_view)> on_data;
};

// How a call went. `aborted`: on_head or on_data said false, and then status is ok.
struct CallEnd {
  Status status;
  bool aborted = false;
  bool transient = false;           // the same call may go well later
  std::int64_t retry_after_ms = 0;  // what the server asked for
};

class Transfer {
 public:
  explicit Transfer(const Options& options);
  ~Transfer();
  CallEnd run(const Call& call, const Deadline& deadline);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace storesweep::net
