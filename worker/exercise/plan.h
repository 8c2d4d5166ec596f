// The plan of a run: its phases one after another, each begun and ended. Pure state machine: what came of the
// last action goes in, the next one comes out; nothing when the run is over. It also says in which phase it
// stands, so that a run cut short can tell how far it came.
#pragma once

#include <memory>
#include <optional>
#include <set>

#include "worker/exercise/phases.h"

namespace storesweep::exercise {

class Plan {
 public:
  Plan(std::set<Phase> phases, PhaseOrder order);
  std::optional<Action> on(const Event& event, std::int64_t now);
  bool over() const { return phases_.empty(); }
  Phase phase() const { return phase_; }

 private:
  std::set<Phase> phases_;  // those to come, the current one first
  PhaseOrder order_;
  std::unique_ptr<PhaseMachine> machine_;
  Phase phase_ = Phase::kP0;
  enum class At { kBetween, kBegun, kInside, kEnded } at_ = At::kBetween;
};

}  // namespace storesweep::exercise
