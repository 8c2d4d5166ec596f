// What a fetch does with each answer and after each broken transfer: the rules, without sockets and files.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/status.h"
#include "common/net/client.h"

namespace storesweep::net {

// The value for If-Range that makes it safe to go on: a strong ETag, else Last-Modified; empty: there is
// none.
std::string resume_validator(const Response& head);

struct ContentRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> total;
};
// "bytes 100-199/200", "bytes 100-199/*" (RFC 9110 14.4).
std::optional<ContentRange> parse_content_range(std::string_view value);

// What to do with an answer, given how many bytes are there already.
struct HeadDecision {
  enum class Kind { kTake, kTakeFromStart, kStartOver, kUnchanged, kTryLater, kRefuse };
  Kind kind = Kind::kRefuse;
  Status why;  // kTryLater, kRefuse
};
HeadDecision decide_on_head(const Response& head, std::uint64_t have, const FetchBounds& bounds,
                            const std::string& shown);

// How long to wait before try number `failures` (1, 2, ...); unit in [0, 1).
std::int64_t backoff_ms(const Options& options, int failures, double unit, std::int64_t retry_after_ms);

// The path of a file: address (file:///a%20b), or nothing when it names another host or is malformed.
std::optional<std::string> path_of_file_url(std::string_view url);

}  // namespace storesweep::net
