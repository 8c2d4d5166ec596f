#include "coordinator/http/recorder.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/net/client.h"

namespace storesweep::http {
namespace {
using Json = nlohmann::ordered_json;
using Named = std::vector<std::pair<std::string, std::string>>;
constexpr std::int64_t kMinuteMs = 60'000;

std::string text_of(const Json& value) {
  if (value.is_string()) return without_secrets(value.get_ref<const std::string&>());
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Of the body only what the route says; the hash tells whether it was this one.
void add_body(const std::string& body, const Route& route, Named& named) {
  if (body.empty()) return;
  if (!route.recorded.empty()) {
    const Json json = Json::parse(body, nullptr, false);
    for (const std::string& field : route.recorded) {
      const auto at = json.find(field);
      if (at != json.end()) named.emplace_back(field, text_of(*at));
    }
  }
  named.emplace_back("body_sha256", to_hex(sha256(body)));
}

// The id of what was made.
void add_made(const Response& response, Named& named) {
  if (response.status != 201) return;
  const Json json = Json::parse(response.body, nullptr, false);
  for (const char* key : {"id", "job"}) {
    if (json.is_object() && json.contains(key)) return named.emplace_back("made", text_of(json[key])), void();
  }
}

std::string outcome_of(const Response& response) {
  if (response.status < 400) return "ok";
  const Json json = Json::parse(response.body, nullptr, false);
  const auto error = json.find("error");
  if (error == json.end() || !error->is_object()) return "refused";
  return error->value("kind", "refused");
}

AuditEntry entry_of(const RequestHead& head, const Caller& caller, std::string route, int status) {
  AuditEntry e;
  e.who = caller.name;
  e.role = caller.role == Access::kOpen ? "" : name(caller.role);
  e.remote = head.remote;
  e.method = head.method;
  const std::size_t blank = route.find(' ');  // "POST /api/v1/sweeps"
  e.route = blank == std::string::npos ? std::move(route) : route.substr(blank + 1);
  e.status = status;
  e.trace_id = head.trace_id;
  return e;
}

Named path_of(const RequestHead& head) {
  Named named;
  for (auto& [name, value] : match(head.method, head.path).path) named.emplace_back(name, value);
  if (const std::string key = head.header("idempotency-key"); !key.empty())
    named.emplace_back("idempotency_key", key);
  return named;
}
}  // namespace

std::string without_secrets(const std::string& text) {
  return text.find("://") == std::string::npos ? text : net::shown_url(text);
}

bool Recorder::records(const Route& route) {
  return std::string_view(route.method) != "GET" && !starts_with(route.pattern, "/blobs/");
}

void Recorder::turn_minute() {
  const std::int64_t now = clock_.steady_ms() / kMinuteMs;
  if (now == minute_) return;
  minute_ = now;
  refusals_ = 0;
  due_ += std::exchange(only_counted_, 0);
}

bool Recorder::takes_refusal() {
  std::lock_guard lock(mutex_);
  turn_minute();
  if (++refusals_ <= kMaxRefusalsPerMinute) return true;
  ++only_counted_;
  return false;
}

std::int64_t Recorder::take_due() {
  std::lock_guard lock(mutex_);
  turn_minute();
  return std::exchange(due_, 0);
}

Status Recorder::append(const AuditEntry& entry) {
  if (const std::int64_t n = take_due(); n > 0) {
    TRY(log_.append({.event = "refused", .named = {{"not_written_one_by_one", std::to_string(n)}}}));
  }
  return log_.append(entry);
}

Status Recorder::refused(const RequestHead& head, const Caller& caller, const std::string& route,
                         int status) {
  AuditEntry e = entry_of(head, caller, route, status);
  e.event = "refused";
  e.named = path_of(head);
  e.outcome = status == 401 || status == 403 ? "permission" : "refused";
  return append(e);
}

Status Recorder::done(const Request& request, const Route& route, const Response& response) {
  AuditEntry e = entry_of(request.head, request.caller, route.pattern, response.status);
  e.event = "request";
  e.named = path_of(request.head);
  add_body(request.body, route, e.named);
  add_made(response, e.named);
  e.outcome = outcome_of(response);
  return append(e);
}

}  // namespace storesweep::http
