#include "worker/exercise/plan.h"

namespace storesweep::exercise {

Plan::Plan(std::set<Phase> phases, PhaseOrder order) : phases_(std::move(phases)), order_(std::move(order)) {}

std::optional<Action> Plan::on(const Event& event, std::int64_t now) {
  if (at_ == At::kEnded) {
    phases_.erase(phases_.begin());
    at_ = At::kBetween;
  }
  if (at_ == At::kBetween) {
    while (!phases_.empty() && !(machine_ = make_phase(*phases_.begin(), order_)))
      phases_.erase(phases_.begin());
    if (phases_.empty()) return std::nullopt;
    phase_ = *phases_.begin();
    at_ = At::kBegun;
    return BeginPhase{phase_};
  }
  std::optional<Action> next = machine_->on(at_ == At::kBegun ? Event(Begun{}) : event, now);
  at_ = next ? At::kInside : At::kEnded;
  return next ? next : std::optional<Action>(EndPhase{phase_});
}

}  // namespace storesweep::exercise
