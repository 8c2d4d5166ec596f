#include "cli/client.h"

#include <optional>

#include <nlohmann/json.hpp>

#include "common/base/hash.h"
#include "common/base/random.h"
#include "common/net/client.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
using Json = nlohmann::ordered_json;
constexpr std::int64_t kReadyMs = 3'000;

std::string address_of(const std::string& server, const std::string& path, const ApiClient::Query& query) {
  std::string url = server;
  while (!url.empty() && url.back() == '/') url.pop_back();
  url += path;
  char separator = '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    url += separator + name + "=" + percent_encoded(value);
    separator = '&';
  }
  return url;
}

ErrorKind kind_of(const Json& error, int status) {
  const std::string named = error.value("kind", "");
  for (int k = 1; k <= static_cast<int>(ErrorKind::kInternal); ++k) {
    if (error_name(static_cast<ErrorKind>(k)) == named) return static_cast<ErrorKind>(k);
  }
  return status == 404 ? ErrorKind::kNotFound : ErrorKind::kInternal;
}

// What an answer other than 2xx says.
Status error_of(const net::Response& response) {
  auto json = parse_json(response.body);
  if (json.ok() && json->is_object() && json->contains("error") && (*json)["error"].is_object()) {
    const Json& error = (*json)["error"];
    const auto message = error.find("message");
    if (message != error.end() && message->is_string() && error.value("kind", Json()).is_string()) {
      return {kind_of(error, response.status), message->get<std::string>()};
    }
  }
  return corrupt("what answered is no coordinator (status " + std::to_string(response.status) +
                 "): check --server");
}
}  // namespace

struct ApiClient::State {
  ServerAddress address;
  SystemRandom random;
  net::Client client{net::Options{.user_agent = "storesweep-cli", .ca_file = address.ca_file}, random};

  std::optional<std::size_t> leader;  // of several, once it was found

  // Of the one that leads; where none does, of the first: it tells why, and answers what needs no leader.
  Result<net::Response> ask(const net::Request& request, const std::string& path, const Query& query,
                            const Deadline& deadline) {
    for (bool again = false;; again = true) {
      if (!leader) leader = find_leader(deadline);
      auto answer = ask_of(address.urls[leader.value_or(0)], request, path, query, deadline);
      const bool lost = answer.status().kind() == ErrorKind::kUnavailable && address.urls.size() > 1;
      if (!lost || again) return answer;
      leader.reset();
    }
  }

  std::optional<std::size_t> find_leader(const Deadline& deadline) {
    if (address.urls.size() == 1) return 0;
    for (std::size_t i = 0; i < address.urls.size(); ++i) {
      if (ask_of(address.urls[i], {}, "/leaderz", {}, deadline.at_most_ms(kReadyMs)).ok()) return i;
    }
    return std::nullopt;
  }

  Result<net::Response> ask_of(const std::string& url, net::Request request, const std::string& path,
                               const Query& query, const Deadline& deadline) {
    request.url = address_of(url, path, query);
    if (!address.token.empty()) request.headers.emplace_back("Authorization", "Bearer " + address.token);
    request.max_bytes = kMaxAnswerBytes;
    auto response = client.request(request, deadline);
    if (!response.ok()) {
      const Status s = response.status();
      if (s.kind() != ErrorKind::kUnavailable) return s;
      return unavailable("cannot reach the coordinator at " + url + " (" + s.message() +
                         "): start storesweep-coordinator, or name another by --server or STORESWEEP_SERVER");
    }
    if (response->status < 200 || response->status > 299) return error_of(*response);
    return response;
  }
};

ApiClient::ApiClient(ServerAddress address) : state_(new State{std::move(address), {}}) {}
ApiClient::~ApiClient() = default;

Result<Json> ApiClient::get(const std::string& path, const Query& query, const Deadline& deadline) {
  TRY_ASSIGN(const std::string text, get_text(path, query, deadline));
  return parse_json(text);
}

Result<std::string> ApiClient::get_text(const std::string& path, const Query& query,
                                        const Deadline& deadline) {
  net::Request request;
  TRY_ASSIGN(net::Response response, state_->ask(request, path, query, deadline));
  return std::move(response.body);
}

Result<Json> ApiClient::post(const std::string& path, const Json& body, const std::string& key,
                             const Deadline& deadline) {
  net::Request request;
  request.method = "POST";
  request.body = dump_json(body);
  Bytes made(16);
  state_->random.fill(made);
  request.headers = {{"Content-Type", "application/json"},
                     {"Idempotency-Key", key.empty() ? to_hex(made) : key}};
  TRY_ASSIGN(const net::Response response, state_->ask(request, path, {}, deadline));
  return parse_json(response.body);
}

Status ApiClient::put(const std::string& path, const std::string& bytes, const Deadline& deadline) {
  net::Request request;
  request.method = "PUT";
  request.body = bytes;
  return state_->ask(request, path, {}, deadline).status();
}

Status ApiClient::follow(const std::string& path, const Query& query,
                         const std::function<bool(std::string_view)>& piece, const Deadline& deadline) {
  net::Request request;
  request.on_data = piece;
  return state_->ask(request, path, query, deadline).status();
}

}  // namespace storesweep::cli
