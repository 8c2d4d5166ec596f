#include "common/artifact/s3_signature.h"

#include <algorithm>

#include "common/base/clock.h"
#include "common/base/text.h"

namespace storesweep {
namespace {
constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// Runs of blanks count as one.
std::string one_blank(std::string_view value) {
  std::string out;
  for (std::string_view word : words(value)) out += (out.empty() ? "" : " ") + std::string(word);
  return out;
}

S3Pairs sorted(S3Pairs pairs) {
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

std::string signed_names(const S3Request& request) {
  std::string out;
  for (const auto& [name, value] : sorted(request.headers)) out += (out.empty() ? "" : ";") + name;
  return out;
}

std::string scope_of(const S3Scope& scope) {
  return s3_time(scope.wall_ms).substr(0, 8) + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

std::string signature(const S3Credentials& keys, const S3Scope& scope, const S3Request& request) {
  const std::string text = std::string(kAlgorithm) + "\n" + s3_time(scope.wall_ms) + "\n" + scope_of(scope) +
                           "\n" + to_hex(sha256(s3_canonical_request(request)));
  const std::string secret = "AWS4" + keys.secret_key;
  Digest key = hmac_sha256(as_bytes(secret), as_bytes(s3_time(scope.wall_ms).substr(0, 8)));
  for (std::string_view word : {std::string_view(scope.region), std::string_view(scope.service),
                                std::string_view("aws4_request"), std::string_view(text)})
    key = hmac_sha256(key, as_bytes(word));
  return to_hex(key);
}
}  // namespace

std::string s3_encoded(std::string_view text, bool keep_slashes) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    if (unreserved(c) || (c == '/' && keep_slashes)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

std::string s3_query(const S3Pairs& query) {
  S3Pairs encoded;
  for (const auto& [name, value] : query)
    encoded.emplace_back(s3_encoded(name, false), s3_encoded(value, false));
  std::string out;
  for (const auto& [name, value] : sorted(std::move(encoded))) {
    out += out.empty() ? "" : "&";
    out += name + "=" + value;
  }
  return out;
}

std::string s3_time(std::int64_t wall_ms) {
  const std::string text = format_time(wall_ms);  // 2013-05-24T00:00:00.000Z
  std::string out;
  for (char c : text.substr(0, text.find('.'))) {
    if (c != '-' && c != ':') out += c;
  }
  return out + "Z";
}

std::string s3_canonical_request(const S3Request& request) {
  std::string out =
      request.method + "\n" + s3_encoded(request.path, true) + "\n" + s3_query(request.query) + "\n";
  for (const auto& [name, value] : sorted(request.headers)) out += name + ":" + one_blank(value) + "\n";
  return out + "\n" + signed_names(request) + "\n" + request.payload_hash;
}

std::string s3_authorization(const S3Credentials& keys, const S3Scope& scope, const S3Request& request) {
  return std::string(kAlgorithm) + " Credential=" + keys.access_key + "/" + scope_of(scope) +
         ",SignedHeaders=" + signed_names(request) + ",Signature=" + signature(keys, scope, request);
}

std::string s3_presigned_query(const S3Credentials& keys, const S3Scope& scope, S3Request request,
                               std::int64_t valid_s) {
  S3Pairs& query = request.query;
  query.emplace_back("X-Amz-Algorithm", kAlgorithm);
  query.emplace_back("X-Amz-Credential", keys.access_key + "/" + scope_of(scope));
  query.emplace_back("X-Amz-Date", s3_time(scope.wall_ms));
  query.emplace_back("X-Amz-Expires", std::to_string(valid_s));
  query.emplace_back("X-Amz-SignedHeaders", signed_names(request));
  if (!keys.session_token.empty()) query.emplace_back("X-Amz-Security-Token", keys.session_token);
  return s3_query(query) + "&X-Amz-Signature=" + signature(keys, scope, request);
}

}  // namespace storesweep
