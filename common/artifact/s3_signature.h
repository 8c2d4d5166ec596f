// AWS signature version 4: what proves to a server of objects that a request comes from who holds the secret
// key. As a header of a request of ours, or as an address that is signed beforehand, so that somebody else
// can carry out one request and no other, for a while. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/hash.h"

namespace storesweep {

struct S3Credentials {
  std::string access_key, secret_key;
  std::string session_token;  // of keys that are lent for a while; else empty
};

using S3Pairs = std::vector<std::pair<std::string, std::string>>;

// The request as it is signed: path, query and headers not yet encoded, names of headers lower case. What
// stands in `headers` is sent as it stands here; other headers may come with it unsigned.
struct S3Request {
  std::string method, path;
  S3Pairs query, headers;
  std::string payload_hash;  // hex
};

struct S3Scope {
  std::string region;
  std::int64_t wall_ms = 0;  // when it is signed
  std::string service = "s3";
};

// RFC 3986: all but unreserved bytes as %XX; '/' stays where it is to.
std::string s3_encoded(std::string_view text, bool keep_slashes);
// Names and values encoded, sorted, joined.
std::string s3_query(const S3Pairs& query);
// "20130524T000000Z"
std::string s3_time(std::int64_t wall_ms);

std::string s3_canonical_request(const S3Request& request);
// The header `Authorization`. The request's headers have x-amz-date already.
std::string s3_authorization(const S3Credentials& keys, const S3Scope& scope, const S3Request& request);
// The query that makes an address of the request's path. Who uses it sends all of the request's headers.
std::string s3_presigned_query(const S3Credentials& keys, const S3Scope& scope, S3Request request,
                               std::int64_t valid_s);

}  // namespace storesweep
