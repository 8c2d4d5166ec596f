// What a server of objects answers, read: its errors in the house's own kinds and words, pages of a listing,
// the id of an upload in parts. Outside bytes, bounded. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep {

inline constexpr std::size_t kMaxS3AnswerBytes = std::size_t{8} << 20;  // a page of 1,000 names is far less

// <Error> of an answer; empty where the body holds none.
struct S3Error {
  std::string code, message, region;
};
S3Error parse_s3_error(std::string_view body);

struct S3Object {
  std::string key;
  std::uint64_t bytes = 0;
  std::int64_t modified_ms = 0;  // by the server's clock
};
struct S3Page {
  std::vector<S3Object> objects;
  std::string next;  // the token of the next page; empty: this is the last
};
// ListObjectsV2. kCorrupt: it is no page, or says that it goes on and not how.
Result<S3Page> parse_s3_page(std::string_view body);

// The UploadId of an upload in parts that was begun.
Result<std::string> parse_s3_upload(std::string_view body);

// The date of a header: "Wed, 01 Mar 2006 12:00:00 GMT" (RFC 9110 5.6.7).
std::optional<std::int64_t> parse_http_date(std::string_view text);

// What an answer that is no success means. `shown`: what was asked, for the message; `skew_ms`: how far its
// clock is ahead of ours, where it tells the time.
struct S3Refusal {
  Status status;
  bool transient = false;  // the same may go well later
  std::int64_t retry_after_ms = 0;
};
S3Refusal s3_refusal(int http_status, const S3Error& error, const std::string& shown,
                     std::optional<std::int64_t> skew_ms);

}  // namespace storesweep
