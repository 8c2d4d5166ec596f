#include "worker/exercise/plan.h"

namespace storesweep::exercise {
namespace {
// In their order, but that P11 comes last: it puts another version in the app's place.
Phase first_of(const std::set<Phase>& phases) {
  const bool others = phases.size() > 1 && *phases.begin() == Phase::kP11;
  return others ? *std::next(phases.begin()) : *phases.begin();
}
}  // namespace

Plan::Plan(std::set<Phase> phases, PhaseOrder order) : phases_(std::move(phases)), order_(std::move(order)) {}

std::optional<Action> Plan::on(const Event& event, std::int64_t now) {
  if (at_ == At::kEnded) {
    phases_.erase(phase_);
    at_ = At::kBetween;
  }
  if (at_ == At::kBetween) {
    while (!phases_.empty() && !(machine_ = make_phase(first_of(phases_), order_)))
      phases_.erase(first_of(phases_));
    if (phases_.empty()) return std::nullopt;
    phase_ = first_of(phases_);
    at_ = At::kBegun;
    return BeginPhase{phase_};
  }
  std::optional<Action> next = machine_->on(at_ == At::kBegun ? Event(Begun{}) : event, now);
  at_ = next ? At::kInside : At::kEnded;
  return next ? next : std::optional<Action>(EndPhase{phase_});
}

}  // namespace storesweep::exercise
