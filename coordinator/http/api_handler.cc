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

Admission refused(Response response, std::string route = "none") {
  Admission a;
  a.refusal = std::move(response);
  a.route = std::move(route);
  return a;
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

Admission ApiHandler::admit(const RequestHead& head) {
  const Match found = match(head.method, head.path);
  if (!found.route && !found.other_methods.empty()) {
    Response r = refuse(405, invalid(clean_utf8(head.method.substr(0, 20)) +
                                     " does not go with this address: " + found.other_methods + " does"));
    r.headers.emplace_back("Allow", found.other_methods);  // RFC 9110, 15.5.6
    return refused(std::move(r));
  }
  if (!found.route) {
    return refused(error_response(not_found("no such address: " + clean_utf8(head.path.substr(0, 200)) +
                                            "; schemas/openapi.yaml has them all")));
  }
  const std::string route = std::string(found.route->method) + " " + found.route->pattern;
  bool known = false;
  if (Status s = access_.check(head.header("authorization"), found.route->access, known); !s.ok()) {
    Response r = refuse(known ? 403 : 401, s);
    if (!known) r.headers.emplace_back("WWW-Authenticate", "Bearer");
    return refused(std::move(r), route);
  }
  if (found.route->method == std::string_view("POST") && !is_json(head)) {
    return refused(refuse(415, invalid("send Content-Type: application/json, with a body or without")),
                   route);
  }
  if (const std::string name = unknown_query(*found.route, head); !name.empty()) {
    return refused(error_response(invalid("`" + name.substr(0, 80) + "` is no parameter of this address")),
                   route);
  }
  // Strangers could otherwise hold the room that there is for bodies.
  const auto address = found.path.find("address");
  if (address != found.path.end() && !service_.gave_out(address->second)) {
    return refused(error_response(permission("this address was never given out")), route);
  }
  Admission a;
  a.max_body_bytes = found.route->max_body_bytes;
  a.deadline_ms = found.route->deadline_ms;
  a.route = route;
  a.before_body = found.route->before_body != nullptr;
  return a;
}

std::optional<Response> ApiHandler::before_body(const RequestHead& head, const Deadline& deadline) {
  Match found = match(head.method, head.path);
  if (!found.route || found.route->before_body == nullptr) return std::nullopt;
  auto response =
      found.route->before_body(Call{Request{head, ""}, std::move(found.path), service_, deadline});
  return response.ok() ? std::move(response).value() : error_response(response.status());
}

Response ApiHandler::handle(const Request& request, const Deadline& deadline) {
  Match found = match(request.head.method, request.head.path);
  if (!found.route) return error_response(not_found("no such address"));
  auto response = found.route->run(Call{request, std::move(found.path), service_, deadline});
  return response.ok() ? std::move(response).value() : error_response(response.status());
}

}  // namespace storesweep::http
