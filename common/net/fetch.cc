#include "common/net/fetch.h"

#include <algorithm>

#include "common/base/text.h"

namespace storesweep::net {
namespace {
Status too_large(const std::string& shown, std::uint64_t bytes, std::uint64_t max_bytes) {
  return unsupported(shown + ": " + std::to_string(bytes) + " bytes, allowed are " +
                     std::to_string(max_bytes));
}

bool try_later(int status) {
  return status == 408 || status == 425 || status == 429 || status == 500 || status == 502 || status == 503 ||
         status == 504;
}

ErrorKind kind_of_status(int status) {
  switch (status) {
    case 404:
    case 410:
      return ErrorKind::kNotFound;
    case 401:
    case 403:
    case 407:
    case 451:
      return ErrorKind::kPermission;
    default:
      return status >= 400 && status < 500 ? ErrorKind::kInvalid : ErrorKind::kUnavailable;
  }
}

// The length of the whole file as this answer tells it.
std::optional<std::uint64_t> whole_length(const Response& head) {
  if (head.status == 206) {
    const std::string* range = head.header("content-range");
    auto parsed = range != nullptr ? parse_content_range(*range) : std::nullopt;
    return parsed ? parsed->total : std::nullopt;
  }
  const std::string* length = head.header("content-length");
  return length != nullptr ? parse_int<std::uint64_t>(*length) : std::nullopt;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
}  // namespace

std::string resume_validator(const Response& head) {
  const std::string* ranges = head.header("accept-ranges");
  if (ranges != nullptr && *ranges == "none") return {};
  const std::string* etag = head.header("etag");
  if (etag != nullptr && starts_with(*etag, "\"")) return *etag;  // W/"..." may name different bytes
  const std::string* modified = head.header("last-modified");
  return modified != nullptr ? *modified : std::string();
}

std::optional<ContentRange> parse_content_range(std::string_view value) {
  if (!starts_with(value, "bytes ")) return std::nullopt;
  value.remove_prefix(6);
  auto dash = value.find('-');
  auto slash = value.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) return std::nullopt;
  auto first = parse_int<std::uint64_t>(value.substr(0, dash));
  auto last = parse_int<std::uint64_t>(value.substr(dash + 1, slash - dash - 1));
  if (!first || !last || *last < *first) return std::nullopt;
  std::string_view total = value.substr(slash + 1);
  if (total == "*") return ContentRange{*first, std::nullopt};
  auto parsed = parse_int<std::uint64_t>(total);
  if (!parsed || *parsed <= *last) return std::nullopt;
  return ContentRange{*first, parsed};
}

HeadDecision decide_on_head(const Response& head, std::uint64_t have, const FetchBounds& bounds,
                            const std::string& shown) {
  using Kind = HeadDecision::Kind;
  if (head.status == 200 || head.status == 206) {
    auto length = whole_length(head);
    if (length && *length > bounds.max_bytes)
      return {Kind::kRefuse, too_large(shown, *length, bounds.max_bytes)};
    if (length && bounds.bytes != 0 && *length != bounds.bytes) {
      return {Kind::kRefuse, corrupt(shown + ": " + std::to_string(*length) + " bytes, expected were " +
                                     std::to_string(bounds.bytes))};
    }
    if (head.status == 200) return {Kind::kTakeFromStart, {}};
    const std::string* range = head.header("content-range");
    auto parsed = range != nullptr ? parse_content_range(*range) : std::nullopt;
    return {parsed && have > 0 && parsed->first == have ? Kind::kTake : Kind::kStartOver, {}};
  }
  if (head.status == 304 && have == 0 && !bounds.validator.empty()) return {Kind::kUnchanged, {}};
  if (head.status == 416 && have > 0) return {Kind::kStartOver, {}};
  std::string said = shown + ": the server answered " + std::to_string(head.status);
  if (try_later(head.status)) return {Kind::kTryLater, unavailable(said)};
  return {Kind::kRefuse, Status(kind_of_status(head.status), said)};
}

std::int64_t backoff_ms(const Options& options, int failures, double unit, std::int64_t retry_after_ms) {
  std::int64_t ceiling = options.backoff_ms;
  for (int i = 1; i < failures && ceiling < options.max_backoff_ms; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, options.max_backoff_ms);
  auto jittered = static_cast<std::int64_t>(static_cast<double>(ceiling) * unit);
  return std::max(jittered, std::min(retry_after_ms, options.max_backoff_ms));
}

std::optional<std::string> path_of_file_url(std::string_view url) {
  if (!starts_with(url, "file://")) return std::nullopt;
  url.remove_prefix(7);
  if (starts_with(url, "localhost/")) url.remove_prefix(9);
  if (!starts_with(url, "/")) return std::nullopt;
  std::string path;
  for (std::size_t i = 0; i < url.size(); ++i) {
    char c = url[i];
    if (c == '%') {
      int high = i + 2 < url.size() ? hex_digit(url[i + 1]) : -1;
      int low = i + 2 < url.size() ? hex_digit(url[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    path.push_back(c);
  }
  return path;
}

}  // namespace storesweep::net
