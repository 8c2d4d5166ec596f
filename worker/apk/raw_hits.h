// What the scan of one file finds, as numbers: what was hit, and how often by which caller; then their names.
// Private to the scanners; one thread.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "worker/apk/call_sites.h"
#include "worker/apk/scanner_tables.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxRawHits = 1'000'000;  // callers, each with one thing that it hits
inline constexpr std::size_t kMaxHitKinds = 1u << 18;  // different things

class RawHits {
 public:
  struct Count {
    std::uint32_t caller = 0;  // the file's own index of the method
    std::uint32_t hit = 0;     // what number_of() gave
    std::uint32_t count = 0;
  };
  std::uint32_t number_of(const RawHit& hit);  // kNoIndex: there are too many different ones
  // One more of the caller that is being looked at. Without a branch: some code does little else.
  void note(std::uint32_t number) {
    hit_here_[hits_here_] = number;
    hits_here_ += here_[number]++ == 0 ? 1 : 0;
  }
  void note(const RawHit& hit) {
    if (const std::uint32_t number = number_of(hit); number != kNoIndex) note(number);
  }
  // All of one caller has been looked at. False: there were too many, now or before.
  bool end_caller(std::uint32_t caller);
  // Nothing will be dropped: what cannot be among the first kMaxCallSites need not be kept.
  void drop_nothing() { drops_nothing_ = true; }
  template <class Unwanted>
  void drop(Unwanted&& unwanted) {  // hits for which unwanted(RawHit) holds
    std::erase_if(counts_, [&](const Count& c) { return unwanted(hits_[c.hit]); });
  }
  // By caller, then in the order of RawHit; each only once.
  std::vector<Count> first(std::size_t most) &&;
  const std::vector<RawHit>& hits() const { return hits_; }  // by number

 private:
  std::map<RawHit, std::uint32_t> numbers_;
  std::vector<RawHit> hits_;
  std::vector<std::uint32_t> here_;  // how often, by number
  std::vector<std::uint32_t>
      hit_here_;  // first hits_here_: the numbers that are not 0 there; room for one more
  std::size_t hits_here_ = 0;
  std::vector<Count> counts_;
  bool full_ = false;
  bool drops_nothing_ = false, ordered_ = true;  // ordered: each caller so far was behind the one before
};

// The file's own indices of a caller's names.
struct CallerIndices {
  std::uint32_t owner = 0, method = 0, descriptor = 0;
};
class HitNamer {
 public:
  virtual ~HitNamer() = default;
  virtual CallerIndices caller(std::uint32_t caller) const = 0;
  virtual std::string class_name(std::uint32_t owner) const = 0;
  virtual std::string method_name(std::uint32_t method) const = 0;
  virtual std::string caller_descriptor(std::uint32_t descriptor) const = 0;
  virtual std::string text(std::uint32_t detail) const = 0;        // a constant
  virtual std::string descriptor(std::uint32_t detail) const = 0;  // of a called method
};
void name_hits(const ScannerTables& tables, RawHits hits, const HitNamer& namer, CodeFacts& out);

}  // namespace storesweep::apk
