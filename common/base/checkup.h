// What a program finds when it looks at its own set-up (`doctor`): a line for each thing, and what to do
// where something is wrong. One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/status.h"

namespace storesweep {

class Checkup {
 public:
  enum class How : unsigned char { kGood, kDoubtful, kBad };
  struct Line {
    How how = How::kGood;
    std::string what, found, advice;  // advice: empty where there is nothing to do
  };

  void good(std::string what, std::string found) { add({How::kGood, std::move(what), std::move(found), ""}); }
  void doubtful(std::string what, std::string found, std::string advice) {
    add({How::kDoubtful, std::move(what), std::move(found), std::move(advice)});
  }
  void bad(std::string what, std::string found, std::string advice) {
    add({How::kBad, std::move(what), std::move(found), std::move(advice)});
  }
  // Good with `found`, or bad with the error's own words.
  void told(std::string what, const Status& status, std::string found, std::string advice);

  // The folder is there and can be written to, on a disk with more than `low` bytes free; less than `wanted`
  // is doubtful. A missing one is made.
  void folder(std::string what, const std::string& path, std::uint64_t low, std::uint64_t wanted);
  // The kernel says that somebody keeps this host's clock (ntpd, chronyd, systemd-timesyncd).
  void clock();

  bool sound() const;  // nothing is bad
  const std::vector<Line>& lines() const { return lines_; }
  // "good  ...", "?     ...", "BAD   ...", an advice in a line below; at the end how many of each.
  std::string text() const;

 private:
  void add(Line line) { lines_.push_back(std::move(line)); }
  std::vector<Line> lines_;
};

// Somebody listens there: HOST:PORT, the host a name or an address.
Status somebody_listens(const std::string& host_and_port, const Deadline& deadline);

}  // namespace storesweep
