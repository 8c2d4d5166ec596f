// One bucket of a server of objects: single requests, signed, tried again with growing, jittered waits where
// that may help, until the deadline. Times are told by our clock, whatever the server's shows. Safe for
// concurrent use; every call blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/artifact/s3_answer.h"
#include "common/artifact/s3_signature.h"
#include "common/base/cancel.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/net/client.h"

namespace storesweep {

struct S3Options {
  std::string endpoint;  // http://HOST[:PORT] or https://...
  std::string bucket;
  std::string region = "us-east-1";
  std::string prefix;       // of all names, without a slash at its end; may be empty
  bool host_style = false;  // BUCKET.HOST/NAME instead of HOST/BUCKET/NAME
  std::string ca_file;      // PEM; empty: the system's
  S3Credentials keys;
  std::size_t part_bytes = std::size_t{16} << 20;  // what is larger goes up in parts of this size
  std::int64_t connect_ms = 5'000;
  std::int64_t attempt_ms = 120'000;  // of one request
  std::int64_t stall_ms = 20'000;     // with no byte for so long it is broken
  std::int64_t backoff_ms = 100, max_backoff_ms = 5'000;
};

class S3Bucket {
 public:
  // clock and random (safe for concurrent use) outlive it.
  S3Bucket(S3Options options, const Clock& clock, Random& random);

  // The server checks the bytes against their SHA-256 before it keeps them.
  Status put(const std::string& key, std::string_view bytes, const Deadline& deadline);
  // Goes on where it broke off; false from on_piece ends it (kCancelled).
  Status get(const std::string& key, const std::function<bool(std::string_view)>& on_piece,
             const Deadline& deadline);
  Result<S3Object> head(const std::string& key, const Deadline& deadline);
  Status remove(const std::string& key, const Deadline& deadline);  // what is not there is removed
  // Everything below the prefix; false from on_object ends it.
  Status list(const std::function<bool(const S3Object&)>& on_object, const Deadline& deadline);

  // An address that takes these bytes under this key by one PUT, and nothing else.
  std::string address(const std::string& key, const Digest& sha256, std::uint64_t bytes,
                      std::int64_t valid_ms) const;
  // Whether such an address is good, tried with bytes that are right and with others: false: the server
  // takes what it should refuse, or refuses what it should take. Puts, and removes, a name of its own.
  Result<bool> checks_addresses(const Deadline& deadline);
  // How far the server's clock is ahead of ours; asks for a page of the listing, which gc needs.
  Result<std::int64_t> clock_ahead_ms(const Deadline& deadline);

  std::string below_prefix(const std::string& name) const;
  std::string shown(const std::string& key) const;  // for messages

 private:
  struct Ask {
    std::string method, key;
    S3Pairs query;
    std::string_view body;
    net::Headers more;  // not signed
    std::function<bool(std::string_view)> on_data;
  };
  std::string path_of(const std::string& key) const;
  net::Request signed_request(const Ask& ask) const;
  Result<net::Response> once(const Ask& ask, const Deadline& deadline, S3Refusal& refused);
  Result<net::Response> ask(const Ask& ask, const Deadline& deadline);
  Status wait(int failures, const S3Refusal& refused, const Deadline& deadline);
  S3Refusal refusal(const Ask& ask, const net::Response& response) const;
  std::optional<std::int64_t> skew_ms(const net::Response& response) const;
  Status put_parts(const std::string& key, std::string_view bytes, const Deadline& deadline);
  Result<std::string> put_part(const std::string& key, const std::string& upload, std::size_t number,
                               std::string_view bytes, const Deadline& deadline);
  Status finish_parts(const std::string& key, const std::string& upload, const std::string& list,
                      const Deadline& deadline);
  Result<int> put_to_address(const std::string& key, std::string_view right, std::string_view sent,
                             const Deadline& deadline);

  const S3Options options_;
  const Clock& clock_;
  Random& random_;
  net::Options net_;
  net::Client client_;
  std::string base_, host_;  // https://HOST[:PORT]; as the header says it
};

}  // namespace storesweep
