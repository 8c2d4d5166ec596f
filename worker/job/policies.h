// Privacy policies from the addresses that listings name, kept for a while in memory, so that the runs of an
// app (and the apps of one developer) ask a server once. An address that hangs, is gone or brings too much
// costs its bound of time once, and why it was not read is kept as well. Safe for concurrent use; client and
// clock outlive it.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "common/base/cancel.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/net/client.h"

namespace storesweep::job {

struct PolicyOptions {
  std::string folder;              // where a page lies while it comes
  std::int64_t fetch_ms = 30'000;  // at most; 0: none is fetched
};

class Policies {
 public:
  Policies(net::Client& client, const Clock& clock, PolicyOptions options)
      : client_(client), clock_(clock), options_(std::move(options)) {}

  bool fetches() const { return options_.fetch_ms > 0; }
  // Blocks while it is fetched. Two that ask for one address at once may fetch it twice.
  Result<std::string> at(const std::string& address, const Deadline& deadline);

 private:
  struct Kept {
    std::int64_t since_ms = 0;  // steady
    Result<std::string> page;
  };
  void keep(const std::string& address, const Result<std::string>& page);

  net::Client& client_;
  const Clock& clock_;
  const PolicyOptions options_;
  std::atomic<std::uint64_t> files_{0};
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace storesweep::job
