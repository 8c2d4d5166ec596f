#include "common/net/client.h"

#include <mutex>

#include "common/base/text.h"
#include "common/net/download.h"
#include "common/net/part.h"
#include "common/net/transfer.h"

namespace storesweep::net {
namespace {
constexpr std::size_t kIdleTransfers = 32;  // kept, each with its connections

bool has_line_break(std::string_view s) { return s.find_first_of("\r\n") != std::string_view::npos; }

Status check(const Request& request) {
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || has_line_break(name) || has_line_break(value))
      return invalid("a header with a line break");
  }
  if (request.method.empty() || request.method.find_first_of(" \r\n") != std::string::npos) {
    return invalid("not a method: " + request.method);
  }
  return ok_status();
}
}  // namespace

struct Client::State {
  Options options;
  Random& random;
  std::mutex mutex;
  std::vector<std::unique_ptr<Transfer>> idle;

  State(Options o, Random& r) : options(std::move(o)), random(r) {}

  std::unique_ptr<Transfer> take() {
    std::lock_guard lock(mutex);
    if (idle.empty()) return std::make_unique<Transfer>(options);
    auto transfer = std::move(idle.back());
    idle.pop_back();
    return transfer;
  }
  void give_back(std::unique_ptr<Transfer> transfer) {
    std::lock_guard lock(mutex);
    if (idle.size() < kIdleTransfers) idle.push_back(std::move(transfer));
  }
};

Client::Client(Options options, Random& random)
    : state_(std::make_unique<State>(std::move(options), random)) {}
Client::~Client() = default;

Result<FetchResult> Client::fetch(const std::string& url, const std::string& destination,
                                  const FetchBounds& bounds, const Deadline& deadline) {
  TRY_ASSIGN(Part part, Part::create(destination));
  FetchResult result;
  if (starts_with(url, "file:")) {
    TRY_ASSIGN(result, copy_file(state_->options, url, part, bounds, deadline));
  } else {
    auto transfer = state_->take();
    auto fetched = download(*transfer, state_->options, state_->random, url, part, bounds, deadline);
    state_->give_back(std::move(transfer));
    TRY_ASSIGN(result, std::move(fetched));
  }
  if (!result.unchanged) TRY(part.keep());
  return result;
}

Result<Response> Client::request(const Request& request, const Deadline& deadline) {
  TRY(check(request));
  Response response;
  Status too_large;
  Call call;
  call.method = request.method;
  call.url = request.url;
  call.headers = request.headers;
  call.body = request.body;
  call.expect_continue = request.expect_continue;
  call.stall_ms = request.stall_ms;
  call.on_head = [&response](const Response& head) {
    response = head;
    return true;
  };
  call.on_data = [&request, &response, &too_large](std::string_view piece) {
    if (request.on_data && response.status / 100 == 2) return request.on_data(piece);
    if (response.body.size() + piece.size() > request.max_bytes) {
      too_large = exhausted(shown_url(request.url) + ": the answer is larger than " +
                            std::to_string(request.max_bytes) + " bytes");
      return false;
    }
    response.body += piece;
    return true;
  };
  auto transfer = state_->take();
  CallEnd end = transfer->run(call, deadline);
  state_->give_back(std::move(transfer));
  TRY(end.status);
  TRY(too_large);
  return response;
}

const std::string* Response::header(std::string_view lower_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_name) return &value;
  }
  return nullptr;
}

bool fault_of_address(const Status& error) {
  switch (error.kind()) {
    case ErrorKind::kNotFound:
    case ErrorKind::kPermission:
    case ErrorKind::kInvalid:
    case ErrorKind::kCorrupt:
    case ErrorKind::kUnsupported:
      return true;
    default:
      return false;
  }
}

std::string shown_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  std::string_view rest = url.substr(scheme + 3);
  auto slash = rest.find('/');
  auto at = rest.substr(0, slash).rfind('@');
  if (at != std::string_view::npos) rest.remove_prefix(at + 1);
  return std::string(url.substr(0, scheme + 3)) + std::string(rest);
}

}  // namespace storesweep::net
