// Makes one log of what a stream printed over several connections: `logcat` taken up again repeats lines, and
// after a gap lacks some. Lines come in as printed; out comes which are new, and whether something between
// them is missing. Pure; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

namespace storesweep::observe {

inline constexpr std::size_t kLinesRemembered = 4'000;

class LogMerge {
 public:
  // Nothing before this moment ("07-24 08:00:00.000") is of the run; empty: everything is.
  explicit LogMerge(std::string start) : start_(std::move(start)) {}

  // The stream was connected anew: what it printed before may come again.
  void reconnected();
  // The device was rebooted and its buffers were emptied: nothing can come again, nothing in between is
  // missed.
  void rebooted();
  // Everything up to now was taken, and the clock is another: lines begin at `start` by it. Those from
  // `ceiling` on (empty: there are none) were taken while it was ahead.
  void clock_set(std::string start, std::string ceiling);
  // Whether the line belongs into the journal now.
  bool take(std::string_view line);
  // From where to ask for the log again: some lines before the last one, so that they meet; the start before
  // any line.
  std::string take_up_time() const;
  // Gaps seen since this was last asked: connections whose lines did not reach back to the last known one.
  int take_gaps();

 private:
  void remember(std::string_view time, std::string_view line);
  bool repeated(std::string_view time, std::string_view line);

  std::string start_, last_time_, ceiling_;
  std::deque<std::pair<std::string, std::uint64_t>> recent_;  // time and hash of the last lines taken
  std::map<std::uint64_t, int> awaited_;  // after a reconnect: those that may come again, and how often
  bool overlap_ = false, met_ = false;
  int gaps_ = 0;
};

// "07-24 08:00:00.123" at the head of a threadtime line; empty where there is none.
std::string_view log_time(std::string_view line);

}  // namespace storesweep::observe
