#include "common/artifact/s3_bucket.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/net/fetch.h"

namespace storesweep {
namespace {
constexpr std::int64_t kAbortMs = 10'000;
constexpr std::size_t kMaxEtag = 128;

net::Options net_options(const S3Options& o) {
  net::Options out;
  out.ca_file = o.ca_file;
  out.connect_ms = o.connect_ms;
  out.backoff_ms = o.backoff_ms;
  out.max_backoff_ms = o.max_backoff_ms;
  return out;
}

// "https://host:443" is signed, and sent, as "host".
std::string host_of(const std::string& endpoint) {
  std::string host = endpoint.substr(endpoint.find("://") + 3);
  const bool tls = starts_with(endpoint, "https:");
  const std::string standard = tls ? ":443" : ":80";
  if (ends_with(host, standard)) host.resize(host.size() - standard.size());
  return host;
}

std::int64_t retry_after_ms(const net::Response& response) {
  const std::string* after = response.header("retry-after");
  const auto seconds = after != nullptr ? parse_int<std::int32_t>(*after) : std::nullopt;
  return std::max<std::int64_t>(seconds.value_or(0), 0) * 1000;
}

// What a request came to that had no answer.
S3Refusal unanswered(const Status& why, const Deadline& deadline) {
  const bool for_good = why.kind() == ErrorKind::kCancelled || why.kind() == ErrorKind::kInvalid ||
                        why.kind() == ErrorKind::kExhausted;
  if (for_good) return {why};
  return {unavailable(why.message()), !deadline.passed()};
}
}  // namespace

S3Bucket::S3Bucket(S3Options options, const Clock& clock, Random& random)
    : options_(std::move(options)),
      clock_(clock),
      random_(random),
      net_(net_options(options_)),
      client_(net_, random),
      host_(host_of(options_.endpoint)) {
  if (options_.host_style) host_ = options_.bucket + "." + host_;
  base_ = options_.endpoint.substr(0, options_.endpoint.find("://") + 3) + host_;
}

std::string S3Bucket::path_of(const std::string& key) const {
  return (options_.host_style ? "/" : "/" + options_.bucket + (key.empty() ? "" : "/")) + key;
}

std::string S3Bucket::below_prefix(const std::string& name) const {
  return options_.prefix.empty() ? name : options_.prefix + "/" + name;
}

std::string S3Bucket::shown(const std::string& key) const { return base_ + path_of(key); }

net::Request S3Bucket::signed_request(const Ask& ask) const {
  const std::int64_t now_ms = clock_.wall_ms();
  S3Request r{ask.method, path_of(ask.key), ask.query, {}, to_hex(sha256(ask.body))};
  r.headers = {{"host", host_}, {"x-amz-content-sha256", r.payload_hash}, {"x-amz-date", s3_time(now_ms)}};
  if (!options_.keys.session_token.empty())
    r.headers.emplace_back("x-amz-security-token", options_.keys.session_token);
  net::Request out;
  out.method = ask.method;
  out.url = base_ + s3_encoded(r.path, true) + (r.query.empty() ? "" : "?" + s3_query(r.query));
  out.headers = ask.more;
  out.headers.insert(out.headers.end(), r.headers.begin() + 1, r.headers.end());  // the client says the host
  out.headers.emplace_back("Authorization", s3_authorization(options_.keys, {options_.region, now_ms}, r));
  if (!ask.body.empty()) out.headers.emplace_back("Content-Type", "application/octet-stream");
  out.body = ask.body;
  out.max_bytes = kMaxS3AnswerBytes;
  out.on_data = ask.on_data;
  out.stall_ms = options_.stall_ms;
  return out;
}

std::optional<std::int64_t> S3Bucket::skew_ms(const net::Response& response) const {
  const std::string* date = response.header("date");
  const auto theirs = date != nullptr ? parse_http_date(*date) : std::nullopt;
  return theirs ? std::optional(*theirs - clock_.wall_ms()) : std::nullopt;
}

S3Refusal S3Bucket::refusal(const Ask& ask, const net::Response& response) const {
  return s3_refusal(response.status, parse_s3_error(response.body), ask.method + " " + shown(ask.key),
                    skew_ms(response));
}

Result<net::Response> S3Bucket::once(const Ask& ask, const Deadline& deadline, S3Refusal& refused) {
  auto response = client_.request(signed_request(ask), deadline.at_most_ms(options_.attempt_ms));
  if (!response.ok()) {
    refused = unanswered(response.status(), deadline);
    return refused.status;
  }
  if (response->status / 100 == 2) return response;
  refused = refusal(ask, *response);
  if (refused.transient) refused.retry_after_ms = retry_after_ms(*response);
  return refused.status;
}

// Ok: try again.
Status S3Bucket::wait(int failures, const S3Refusal& refused, const Deadline& deadline) {
  if (!refused.transient) return refused.status;
  const std::int64_t ms = net::backoff_ms(net_, failures, random_.unit(), refused.retry_after_ms);
  if (ms >= deadline.left_ms()) return refused.status;
  return sleep_ms(ms, deadline);
}

Result<net::Response> S3Bucket::ask(const Ask& ask, const Deadline& deadline) {
  for (int failures = 1;; ++failures) {
    S3Refusal refused;
    auto response = once(ask, deadline, refused);
    if (response.ok()) return response;
    TRY(wait(failures, refused, deadline));
  }
}

Status S3Bucket::put(const std::string& key, std::string_view bytes, const Deadline& deadline) {
  if (bytes.size() > options_.part_bytes) return put_parts(key, bytes, deadline);
  return ask({"PUT", key, {}, bytes, {}, {}}, deadline).status();
}

Result<std::string> S3Bucket::put_part(const std::string& key, const std::string& upload, std::size_t number,
                                       std::string_view bytes, const Deadline& deadline) {
  const S3Pairs query = {{"partNumber", std::to_string(number)}, {"uploadId", upload}};
  TRY_ASSIGN(const net::Response response, ask({"PUT", key, query, bytes, {}, {}}, deadline));
  const std::string* etag = response.header("etag");
  const bool plain = etag != nullptr && etag->size() <= kMaxEtag && etag->find_first_of("<>&") == etag->npos;
  return plain ? Result<std::string>(*etag) : corrupt(shown(key) + ": a part without an ETag");
}

// A server may begin to answer 200 before it knows how it ends.
Status S3Bucket::finish_parts(const std::string& key, const std::string& upload, const std::string& list,
                              const Deadline& deadline) {
  const Ask what{"POST", key, {{"uploadId", upload}}, list, {}, {}};
  for (int failures = 1;; ++failures) {
    TRY_ASSIGN(const net::Response response, ask(what, deadline));
    const S3Error error = parse_s3_error(response.body);
    if (error.code.empty()) return ok_status();
    TRY(wait(failures, s3_refusal(500, error, "POST " + shown(key), skew_ms(response)), deadline));
  }
}

Status S3Bucket::put_parts(const std::string& key, std::string_view bytes, const Deadline& deadline) {
  TRY_ASSIGN(const net::Response begun, ask({"POST", key, {{"uploads", ""}}, {}, {}, {}}, deadline));
  TRY_ASSIGN(const std::string upload, parse_s3_upload(begun.body));
  std::string list = "<CompleteMultipartUpload>";
  const auto send_all = [&]() -> Status {
    std::size_t number = 0;
    for (std::size_t at = 0; at < bytes.size(); at += options_.part_bytes) {
      TRY_ASSIGN(const std::string etag,
                 put_part(key, upload, ++number, bytes.substr(at, options_.part_bytes), deadline));
      list += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + etag + "</ETag></Part>";
    }
    TRY(finish_parts(key, upload, list + "</CompleteMultipartUpload>", deadline));
    TRY_ASSIGN(const S3Object whole, head(key, deadline));
    return whole.bytes == bytes.size() ? ok_status()
                                       : unavailable(shown(key) + ": its parts are not all there");
  };
  const Status sent = send_all();
  // Parts that nobody joins cost room for ever.
  if (!sent.ok())
    (void)ask({"DELETE", key, {{"uploadId", upload}}, {}, {}, {}},
              Deadline::in_ms(kAbortMs, deadline.cancel));
  return sent;
}

Status S3Bucket::get(const std::string& key, const std::function<bool(std::string_view)>& on_piece,
                     const Deadline& deadline) {
  std::uint64_t have = 0;
  bool enough = false;
  for (int failures = 1;; ++failures) {
    Ask what{"GET", key, {}, {}, {}, {}};
    if (have > 0) what.more = {{"Range", "bytes=" + std::to_string(have) + "-"}};
    what.on_data = [&](std::string_view piece) {
      have += piece.size();
      enough = !on_piece(piece);
      return !enough;
    };
    S3Refusal refused;
    const auto response = once(what, deadline, refused);
    if (enough) return cancelled("the reader had enough");
    if (response.ok() && have > 0 && !what.more.empty() && response->status != 206)
      return unavailable(shown(key) + ": the server does not go on where it broke off");
    if (response.ok()) return ok_status();
    TRY(wait(failures, refused, deadline));
  }
}

// An answer to HEAD has no body, so that an error has no words: they are asked for by another request.
Result<S3Object> S3Bucket::head(const std::string& key, const Deadline& deadline) {
  auto response = ask({"HEAD", key, {}, {}, {}, {}}, deadline);
  if (!response.ok()) {
    const ErrorKind kind = response.status().kind();
    if (kind == ErrorKind::kUnavailable || kind == ErrorKind::kCancelled) return response.status();
    TRY(ask({"GET", key, {}, {}, {{"Range", "bytes=0-0"}}, {}}, deadline).status());
    return response.status();
  }
  const std::string* length = response->header("content-length");
  const std::string* modified = response->header("last-modified");
  const auto bytes = length != nullptr ? parse_int<std::uint64_t>(*length) : std::nullopt;
  const auto at = modified != nullptr ? parse_http_date(*modified) : std::nullopt;
  if (!bytes || !at) return corrupt(shown(key) + ": the server says neither size nor date of it");
  return S3Object{key, *bytes, *at - skew_ms(*response).value_or(0)};
}

Status S3Bucket::remove(const std::string& key, const Deadline& deadline) {
  const Status s = ask({"DELETE", key, {}, {}, {}, {}}, deadline).status();
  return s.kind() == ErrorKind::kNotFound ? ok_status() : s;
}

Status S3Bucket::list(const std::function<bool(const S3Object&)>& on_object, const Deadline& deadline) {
  std::string next;
  do {
    Ask what{"GET", "", {{"list-type", "2"}}, {}, {}, {}};
    if (!options_.prefix.empty()) what.query.emplace_back("prefix", options_.prefix + "/");
    if (!next.empty()) what.query.emplace_back("continuation-token", next);
    TRY_ASSIGN(const net::Response response, ask(what, deadline));
    TRY_ASSIGN(S3Page page, parse_s3_page(response.body));
    for (S3Object& object : page.objects) {
      object.modified_ms -= skew_ms(response).value_or(0);
      if (!on_object(object)) return ok_status();
    }
    next = page.next;
  } while (!next.empty());
  return ok_status();
}

Result<std::int64_t> S3Bucket::clock_ahead_ms(const Deadline& deadline) {
  TRY_ASSIGN(const net::Response response,
             ask({"GET", "", {{"list-type", "2"}, {"max-keys", "1"}}, {}, {}, {}}, deadline));
  return skew_ms(response).value_or(0);
}

std::string S3Bucket::address(const std::string& key, const Digest& sha256, std::uint64_t bytes,
                              std::int64_t valid_ms) const {
  const S3Scope scope{options_.region, clock_.wall_ms()};
  S3Request r{"PUT", path_of(key), {}, {}, to_hex(sha256)};
  r.headers = {
      {"content-length", std::to_string(bytes)}, {"host", host_}, {"x-amz-content-sha256", r.payload_hash}};
  const std::int64_t valid_s = std::clamp<std::int64_t>(valid_ms / 1000, 1, 3'600);
  return base_ + s3_encoded(r.path, true) + "?" + s3_presigned_query(options_.keys, scope, r, valid_s);
}

// The status of the answer.
Result<int> S3Bucket::put_to_address(const std::string& key, std::string_view right, std::string_view sent,
                                     const Deadline& deadline) {
  net::Request request;
  request.method = "PUT";
  request.url = address(key, sha256(right), right.size(), options_.attempt_ms);
  request.headers = {{"x-amz-content-sha256", to_hex(sha256(right))},
                     {"Content-Type", "application/octet-stream"}};
  request.body = sent;
  request.max_bytes = kMaxS3AnswerBytes;
  request.stall_ms = options_.stall_ms;
  for (int failures = 1;; ++failures) {
    const auto response = client_.request(request, deadline.at_most_ms(options_.attempt_ms));
    const bool answered = response.ok() && response->status < 500;
    if (answered) return response->status;
    const S3Refusal refused = response.ok() ? refusal({"PUT", key, {}, {}, {}, {}}, *response)
                                            : unanswered(response.status(), deadline);
    TRY(wait(failures, refused, deadline));
  }
}

Result<bool> S3Bucket::checks_addresses(const Deadline& deadline) {
  constexpr std::string_view kRight = "are these bytes checked? yes", kWrong = "are these bytes checked? no!";
  static_assert(kRight.size() == kWrong.size());
  // Several who look at once would remove each other's.
  const std::string key = below_prefix("check-" + std::to_string(random_.next_u64()));
  // What is wrong with the bucket or the key is told as such before anything is said of addresses.
  TRY(put(key, kRight, deadline));
  TRY_ASSIGN(const int good, put_to_address(key, kRight, kRight, deadline));
  TRY_ASSIGN(const int bad, put_to_address(key, kRight, kWrong, deadline));
  TRY(remove(key, deadline));
  return good / 100 == 2 && bad / 100 == 4;
}

}  // namespace storesweep
