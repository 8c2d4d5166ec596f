#include "coordinator/http/api_handler.h"

#include <algorithm>

#include "common/base/text.h"
#include "coordinator/http/routes.h"

namespace storesweep::http {
namespace {
Response refuse(int status, const Status& error) {
  Response r = error_response(error);
  r.status = status;
  return r;
}

// A page of another site can make a browser send a POST, but not with this content type without asking first;
// so a coordinator without tokens on loopback is safe from pages that its operator happens to visit.
bool is_json(const RequestHead& head) { return starts_with(head.header("content-type"), "application/json"); }

std::string unknown_query(const Route& route, const RequestHead& head) {
  for (const auto& [name, value] : head.query) {
    if (std::find(route.query.begin(), route.query.end(), name) == route.query.end()) return name;
  }
  return "";
}
}  // namespace

// Everything but what is on record.
Admission ApiHandler::look_at(const RequestHead& head) {
  Admission a;
  const Match found = match(head.method, head.path);
  if (!found.route && !found.other_methods.empty()) {
    a.refusal = refuse(405, invalid(clean_utf8(head.method.substr(0, 20)) +
                                    " does not go with this address: " + found.other_methods + " does"));
    a.refusal->headers.emplace_back("Allow", found.other_methods);  // RFC 9110, 15.5.6
    return a;
  }
  if (!found.route) {
    a.refusal = error_response(not_found("no such address: " + clean_utf8(head.path.substr(0, 200)) +
                                         "; schemas/openapi.yaml has them all"));
    return a;
  }
  a.route = std::string(found.route->method) + " " + found.route->pattern;
  a.on_record = Recorder::records(*found.route);
  a.max_body_bytes = found.route->max_body_bytes;
  a.deadline_ms = found.route->deadline_ms;
  a.before_body = found.route->before_body != nullptr;
  if (Status s = access_.check(head.header("authorization"), found.route->access, a.caller); !s.ok()) {
    const bool known = !a.caller.name.empty();
    a.refusal = refuse(known ? 403 : 401, s);
    a.on_record = true;
    if (!known) a.refusal->headers.emplace_back("WWW-Authenticate", "Bearer");
    return a;
  }
  const auto address = found.path.find("address");
  if (found.route->method == std::string_view("POST") && !is_json(head)) {
    a.refusal = refuse(415, invalid("send Content-Type: application/json, with a body or without"));
  } else if (const std::string name = unknown_query(*found.route, head); !name.empty()) {
    a.refusal = error_response(invalid("`" + name.substr(0, 80) + "` is no parameter of this address"));
  } else if (address != found.path.end() && !service_.gave_out(address->second)) {
    // Strangers could otherwise hold the room that there is for bodies.
    a.refusal = error_response(permission("this address was never given out"));
  }
  return a;
}

Admission ApiHandler::admit(const RequestHead& head) {
  Admission a = look_at(head);
  a.on_record = a.on_record && recorder_ != nullptr;
  if (a.refusal && a.on_record) a.on_record = recorder_->takes_refusal();
  return a;
}

void ApiHandler::refused(const RequestHead& head, const Admission& admission, int status) {
  if (recorder_) (void)recorder_->refused(head, admission.caller, admission.route, status);
}

std::optional<Response> ApiHandler::before_body(const RequestHead& head, const Deadline& deadline) {
  Match found = match(head.method, head.path);
  if (!found.route || found.route->before_body == nullptr) return std::nullopt;
  auto response =
      found.route->before_body(Call{Request{head, ""}, std::move(found.path), service_, deadline, workers_});
  return response.ok() ? std::move(response).value() : error_response(response.status());
}

Response ApiHandler::handle(const Request& request, const Deadline& deadline) {
  Match found = match(request.head.method, request.head.path);
  if (!found.route) return error_response(not_found("no such address"));
  const bool on_record = recorder_ && Recorder::records(*found.route);
  return on_record ? run_on_record(request, std::move(found), deadline)
                   : run(request, std::move(found), deadline);
}

Response ApiHandler::run(const Request& request, Match found, const Deadline& deadline) {
  auto response = found.route->run(Call{request, std::move(found.path), service_, deadline, workers_});
  return response.ok() ? std::move(response).value() : error_response(response.status());
}

// What cannot be recorded is not begun.
Response ApiHandler::run_on_record(const Request& request, Match found, const Deadline& deadline) {
  const Route& route = *found.route;
  Response response;
  if (Status s = recorder_->ready(); s.ok()) {
    response = run(request, std::move(found), deadline);
  } else {
    response = error_response(
        unavailable("nothing is changed while the audit log cannot be written: " + s.message()));
  }
  // Whoever guesses on and on must not fill the disk.
  if (response.status == 429 && !recorder_->takes_refusal()) return response;
  Status s = recorder_->done(request, route, response);
  if (s.ok() || response.status >= 400) return response;
  return error_response(internal("this was done, and the audit log could not be written: " + s.message()));
}

}  // namespace storesweep::http
