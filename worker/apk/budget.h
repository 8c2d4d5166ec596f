// What one file may cost, so that a bomb ends in a clear fact and not in a hung worker: bytes inflated,
// hashed or otherwise walked through, and a latest moment. Handed in by the caller, spent by every parser of
// the room. Safe for concurrent use (two dex files on two cores spend from one budget).
#pragma once

#include <atomic>
#include <cstdint>

#include "common/base/cancel.h"
#include "common/base/status.h"

namespace storesweep::apk {

// The largest package that a store of ours carries is near 4 GiB, read a few times over.
inline constexpr std::uint64_t kMaxWorkBytes = std::uint64_t{24} << 30;
inline constexpr std::int64_t kMaxFileMs = 10 * 60'000;

class Budget {
 public:
  explicit Budget(std::uint64_t work_bytes = kMaxWorkBytes, Deadline deadline = Deadline::in_ms(kMaxFileMs))
      : left_(work_bytes), deadline_(deadline) {}

  // Before work on that many bytes. kExhausted when they are more than is left (for ever after), kTimeout,
  // kCancelled. Call it once a megabyte or so: it reads the clock.
  Status spend(std::uint64_t bytes);
  std::uint64_t left_bytes() const { return left_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> left_;
  Deadline deadline_;
};

}  // namespace storesweep::apk
