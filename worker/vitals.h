// How a worker is: the metrics of its runs, and whether it lives and is well. The shell's thread tells it,
// the door's thread asks. Safe for concurrent use; metrics and clock outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/metrics/metrics.h"
#include "common/model/messages.h"
#include "worker/door.h"

namespace storesweep::worker {

inline constexpr std::int64_t kLongestTurnMs = 60'000;  // a shell that has not gone round for so long hangs

class Vitals {
 public:
  // `silence_ms`: for how long a coordinator may be silent to a worker that is well. `adb_answers`: whether
  // the adb server does; empty: there is none.
  Vitals(Metrics& metrics, const Clock& clock, std::int64_t silence_ms, std::function<bool()> adb_answers);

  // ---- from the shell
  void works_for(std::size_t workers);  // in this process
  void heard(std::size_t worker);       // a coordinator has said something to it
  struct Load {
    std::size_t leases = 0, reports = 0;
    std::uint64_t spool_bytes = 0;
  };
  void turned(const Load& load);  // the shell has gone round; all of its workers together
  void over(const Outcome& outcome);
  void scripted_devices(std::size_t count);

  // ---- from the door
  Status alive() const;  // its shell goes round
  Status well() const;   // ... its coordinator is heard and its adb server answers
  std::string page();
  DoorAnswer answer(std::string_view path);

 private:
  std::int64_t silence_of_the_longest_ms() const;  // with mutex_ held

  Metrics& metrics_;
  const Clock& clock_;
  const std::int64_t silence_ms_;
  const std::function<bool()> adb_answers_;
  mutable std::mutex mutex_;
  std::int64_t turned_ms_ = 0;
  std::vector<std::int64_t> heard_ms_;  // of each worker; its start before anything was heard
};

}  // namespace storesweep::worker
