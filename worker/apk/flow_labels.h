// The places of one method's code that are jumped to, and what is known of its values there: what all the
// ways to it agree on. Where a handler or a case of a switch begins nothing is known. Private to the scanner.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/apk/scanner_tables.h"

namespace storesweep::apk {

using FlowState = std::vector<FlowValue>;  // registers; or locals, then the stack

class FlowLabels {
 public:
  // Before seal(): positions that code of `end` units jumps to.
  void add(std::int64_t to, std::size_t end);
  void add_unknown(std::int64_t to, std::size_t end);
  // Runs pass(note) over the code until nothing changes, then once more with note true; returns how often.
  // Ends soon: what does not come to rest, or is too large, is not known.
  template <class Pass>
  int run(std::size_t values, Pass&& pass);

  // A walk reaches `at`: now is what is known there, alive whether it is reached at all. `nothing` is a state
  // in which nothing is known.
  void enter(std::size_t at, FlowState& now, bool& alive, const FlowState& nothing);
  void leave(std::int64_t to, const FlowState& now);  // a jump

 private:
  struct Label {
    std::uint32_t at = 0;
    bool reached = false;
    FlowState state;
  };
  void seal();
  void forget();
  Label* find(std::uint64_t at);

  std::vector<Label> labels_;           // sorted
  std::vector<std::uint32_t> unknown_;  // sorted
  bool changed_ = false, forgotten_ = false;
};

template <class Pass>
int FlowLabels::run(std::size_t values, Pass&& pass) {
  seal();
  if (labels_.size() * values > kMaxFlowValues) forget();
  int passes = 0;
  do {
    changed_ = false;
    pass(false);
    if (++passes == kMaxFlowPasses) forget();
  } while (changed_ && !forgotten_);
  pass(true);
  return passes + 1;
}

}  // namespace storesweep::apk
