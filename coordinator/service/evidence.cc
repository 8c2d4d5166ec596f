// What may be put to a token's address. A worker runs hostile code beside it and keeps the addresses of old
// tokens, so an address is good for as long as its token could still report, and takes so much and no more.
#include <algorithm>
#include <cstring>

#include "coordinator/service/core.h"

namespace storesweep {

Status Core::take_evidence(const Token& token, const Digest& sha256, std::uint64_t bytes) {
  if (!genuine(token, token.worker)) return permission("this address was never given out");
  const bool ended = queue_.state(token.job) == JobState::kEnded;
  if (ended && !options_.bugs.intake_unchecked) {
    return permission("the job of this address has ended: send the report, its answer says how");
  }
  std::uint64_t name = 0;
  std::memcpy(&name, sha256.data(), sizeof name);
  Taken& taken = taken_[token.job][key(token)];
  if (std::find(taken.names.begin(), taken.names.end(), name) != taken.names.end()) return ok_status();
  if (taken.names.size() >= kMaxBlobsPerReport || bytes > kMaxEvidenceBytes - taken.bytes) {
    return permission("this address has taken " + std::to_string(taken.names.size()) + " blobs of " +
                      std::to_string(taken.bytes) + " bytes: no run needs more than " +
                      std::to_string(kMaxBlobsPerReport) + " of " + std::to_string(kMaxEvidenceBytes));
  }
  taken.names.push_back(name);
  taken.bytes += bytes;
  return ok_status();
}

}  // namespace storesweep
