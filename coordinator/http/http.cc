#include "coordinator/http/http.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/report/verdict_json.h"

namespace storesweep::http {

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kOk:
      return 200;
    case ErrorKind::kInvalid:
      return 400;
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kExists:
      return 409;
    case ErrorKind::kPermission:
      return 403;
    case ErrorKind::kUnavailable:
      return 503;
    case ErrorKind::kTimeout:
      return 504;
    case ErrorKind::kCancelled:
      return 503;
    case ErrorKind::kExhausted:
      return 507;
    case ErrorKind::kCorrupt:
      return 422;
    case ErrorKind::kUnsupported:
      return 501;
    case ErrorKind::kInternal:
      return 500;
  }
  return 500;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 507:
      return "Insufficient Storage";
    default:
      return "Internal Server Error";
  }
}

Response error_response(const Status& error) {
  Response r;
  r.status = status_of(error.kind());
  r.body = dump_json({{"error", {{"kind", error_name(error.kind())}, {"message", error.message()}}}});
  if (r.status == 503) r.headers.emplace_back("Retry-After", "2");
  return r;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) c = ' ';
    if (c == '%') {
      const auto byte =
          i + 2 < text.size() ? parse_int<std::uint8_t>(text.substr(i + 1, 2), 16) : std::nullopt;
      if (!byte) return std::nullopt;
      c = static_cast<char>(*byte);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

Status parse_target(std::string_view target, RequestHead& head) {
  const std::size_t mark = target.find('?');
  head.path = std::string(target.substr(0, mark));
  if (head.path.empty() || head.path[0] != '/') return invalid("the path must begin with /");
  if (mark == std::string_view::npos) return ok_status();
  const auto pairs = split(target.substr(mark + 1), '&');
  if (pairs.size() > kMaxQueryValues) {
    return invalid("more than " + std::to_string(kMaxQueryValues) + " values in the query");
  }
  for (std::string_view pair : pairs) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const auto name = percent_decoded(pair.substr(0, equals), true);
    const auto value =
        equals == std::string_view::npos ? std::string() : percent_decoded(pair.substr(equals + 1), true);
    if (!name || !value || !valid_utf8(*name) || !valid_utf8(*value)) {
      return invalid("the query has a broken escape: " + clean_utf8(pair.substr(0, 80)));
    }
    head.query.emplace(*name, *value);
  }
  return ok_status();
}

}  // namespace storesweep::http
