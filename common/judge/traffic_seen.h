// What a run's proxy saw leave the device, joined to canaries, hosts and processes. What is told of is only
// what was recognised: a value that the run itself had planted. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/evidence/journal.h"
#include "common/judge/moment.h"
#include "common/model/verdict.h"
#include "common/traffic/flow_lines.h"
#include "common/traffic/matcher.h"
#include "common/traffic/sockets.h"

namespace storesweep {

inline constexpr std::size_t kMaxLeft = 2'000;      // sightings of a run; more are counted as lost
inline constexpr std::size_t kMaxUnopened = 2'000;  // connections that never came to a request

// One canary in one request, in its plainest form there. The excerpt is the request, the canary marked.
struct LeftSeen : Moment {
  std::string canary, kind;  // of common/traffic/canary.h: "android_id"
  std::string form;          // "plain/text"
  std::string host;
  int port = 0;
  int uid = -1;         // of the process that sent it; -1: not known
  bool hashed = false;  // a digest of it
};
struct UnopenedSeen : Moment {
  traffic::Unopened how = traffic::Unopened::kFailed;
  std::string host;
  int uid = -1;
};
struct TrafficSeen {
  bool proxied = false;  // the device was sent through our proxy
  bool trusted = false;  // our CA lay in the system's store
  std::uint64_t seed = 0;
  std::set<std::string> planted;  // canaries
  std::int64_t requests = 0;
  std::int64_t gaps = 0;    // times in which the device could not reach the proxy
  std::int64_t unread = 0;  // requests of which something was left out, or could not be unwrapped
  std::vector<LeftSeen> left;
  std::vector<UnopenedSeen> unopened;
};

// Takes the records of a journal in their order.
class TrafficReader {
 public:
  // Attestations: what was planted, whether there was a proxy.
  void attest(const Record& r);
  // False: it is none of the proxy's lines.
  bool line(const Record& r);
  void sockets(const Record& r);
  TrafficSeen take() { return std::move(seen_); }
  std::uint64_t left_out() const { return left_out_; }

 private:
  void search(const Record& r, const traffic::FlowLine& line);
  void look(const Record& r, const traffic::FlowLine& line, std::string_view head, std::string_view bytes,
            std::map<std::string, LeftSeen>& found);
  int uid_of(const std::string& connection) const;

  TrafficSeen seen_;
  std::unique_ptr<traffic::CanaryMatcher> matcher_;
  traffic::FlowReader flows_;
  traffic::SocketOwners owners_;
  std::map<std::string, int> uids_;  // by connection
  std::uint64_t left_out_ = 0;
};

}  // namespace storesweep
