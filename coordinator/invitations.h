// Invitations of workers that have not come yet, or came a moment ago: the hashes of one-time tokens. And how
// often strangers may guess. Pure; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/hash.h"
#include "common/base/random.h"
#include "common/base/status.h"

namespace storesweep {

inline constexpr std::size_t kMaxInvitations = 10'000;

class Invitations {
 public:
  struct One {
    Digest hash{};
    std::string name;
    std::int64_t expires_ms = 0;  // wall clock
    std::string used_by;          // the key that came; empty: none yet
    bool operator==(const One&) const = default;
  };
  // One a line: HASH NAME EXPIRES [KEY]. Every bad line is an error with its number.
  static Result<Invitations> parse(std::string_view text, const std::string& file_name);
  std::string text() const;

  // The token, NAME.RANDOM; what was asked for that name before is void, and what has expired goes.
  // kExhausted: too many are open.
  Result<std::string> invite(const std::string& name, std::int64_t now_ms, std::int64_t ttl_ms,
                             Random& random);
  // Null: it was never given out, or has expired.
  One* find(std::string_view token, std::int64_t now_ms);
  bool strike(const std::string& name);  // whether there was one

 private:
  std::vector<One> all_;
};

// Failures of each address within a minute.
class Guesses {
 public:
  static constexpr int kMaxFailures = 10;
  static constexpr std::size_t kMaxAddresses =
      4'096;  // beyond these nobody new may try until the minute is over
  bool may_try(const std::string& remote, std::int64_t now_ms);
  void failed(const std::string& remote) { ++failures_[remote]; }

 private:
  std::int64_t minute_ = 0;
  std::map<std::string, int> failures_;
};

}  // namespace storesweep
