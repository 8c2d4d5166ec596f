// Giving up a blocking call from another thread, and by when it must be done. A Cancel is shared by the one
// who may give up and by all that block; a blocking call polls fd() beside its own descriptor, so that it
// wakes at once. Cancel is safe for concurrent use and outlives every call that was given it.
#pragma once

#include <atomic>
#include <cstdint>

#include "common/base/status.h"

namespace storesweep {

class Cancel {
 public:
  Cancel();
  ~Cancel();
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;

  void cancel();  // for ever; repeated calls change nothing; async-signal-safe
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }
  // Readable (poll) once cancelled; never read from it.
  int fd() const { return fd_; }

 private:
  std::atomic<bool> cancelled_{false};
  int fd_;
};

// The latest moment of a call on the steady clock of this host (CLOCK_MONOTONIC), and the way to give up
// before it.
struct Deadline {
  std::int64_t steady_ms;
  const Cancel* cancel = nullptr;  // may be null

  static Deadline in_ms(std::int64_t ms, const Cancel* cancel = nullptr);
  std::int64_t left_ms() const;  // never below 0
  bool passed() const { return left_ms() == 0; }
  // The earlier of this and `ms` from now, with the same cancel.
  Deadline at_most_ms(std::int64_t ms) const;
};

// Waits until fd is ready for `events` (poll(2)), the deadline passes (kTimeout) or the call is cancelled
// (kCancelled). fd -1 waits for the deadline alone and then returns kTimeout.
Status wait_fd(int fd, short events, const Deadline& deadline);
// Sleeps; ok after the time, kCancelled when woken, kTimeout when the deadline came first.
Status sleep_ms(std::int64_t ms, const Deadline& deadline);

}  // namespace storesweep
