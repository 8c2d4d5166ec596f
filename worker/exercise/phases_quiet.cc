// P5, P7, P8 and P9: silence on the screen, in the background, swiped away, after a reboot. A list of steps
// each.
#include <vector>

#include "worker/exercise/phases.h"

namespace storesweep::exercise {
namespace {

constexpr std::int64_t kUsedMs = 6'000;  // longer than a start is taken for ours after a launch
constexpr std::int64_t kLeftMs = 2'000;
constexpr std::int64_t kToggleMs = 5'000;   // until the system has told everybody
constexpr std::int64_t kAroundMs = 10'000;  // between two switches

class Steps final : public PhaseMachine {
 public:
  explicit Steps(std::vector<Action> steps) : steps_(std::move(steps)) {}
  std::optional<Action> on(const Event&, std::int64_t) override {
    return next_ < steps_.size() ? std::optional<Action>(steps_[next_++]) : std::nullopt;
  }

 private:
  const std::vector<Action> steps_;
  std::size_t next_ = 0;
};

// P5: the app's own screen and no touch. Where it is not on the screen it is brought there first.
class Silence final : public PhaseMachine {
 public:
  explicit Silence(const PhaseOrder& o) : o_(o) {}
  std::optional<Action> on(const Event& event, std::int64_t) override {
    if (const auto* look = readable(event);
        look && !rested_ && look->screen.package != o_.package && !launched_) {
      launched_ = true;
      return LaunchApp{};
    }
    if (!rested_ && is_look(event)) {
      rested_ = true;
      return Rest{o_.profile->silence_ms, true};
    }
    if (rested_ && is_look(event)) return std::nullopt;
    return LookAt{};
  }

 private:
  const PhaseOrder o_;
  bool launched_ = false, rested_ = false;
};

}  // namespace

std::unique_ptr<PhaseMachine> make_silence(const PhaseOrder& o) { return std::make_unique<Silence>(o); }

std::unique_ptr<PhaseMachine> make_background(const PhaseOrder& o) {
  return std::make_unique<Steps>(std::vector<Action>{GoHome{}, Rest{o.profile->background_ms, true}});
}

// As a user does it: the app was used a moment ago (one that lay in the background for long has had its
// services stopped by the system), is left and swiped away. The switches stand in the first third, so that
// what they start, and what comes without them, is both seen.
std::unique_ptr<PhaseMachine> make_swiped(const PhaseOrder& o) {
  std::vector<Action> steps = {SwipeAway{}, LaunchApp{}, Rest{kUsedMs}, GoHome{}, Rest{kLeftMs}, SwipeAway{}};
  const std::int64_t first_ms = o.profile->swiped_ms / 3;
  steps.push_back(Rest{first_ms, true});
  for (Switch what : {Switch::kNetwork, Switch::kPower, Switch::kScreen}) {
    steps.insert(steps.end(), {Toggle{what, false}, Rest{kToggleMs}, Toggle{what, true}, Rest{kAroundMs}});
  }
  steps.push_back(Unlock{});
  const std::int64_t spent_ms = first_ms + 3 * (kToggleMs + kAroundMs);
  steps.push_back(Rest{std::max<std::int64_t>(kAroundMs, o.profile->swiped_ms - spent_ms), true});
  return std::make_unique<Steps>(std::move(steps));
}

std::unique_ptr<PhaseMachine> make_booted(const PhaseOrder& o) {
  return std::make_unique<Steps>(
      std::vector<Action>{RebootDevice{}, Unlock{}, Rest{o.profile->booted_ms, true}, LookAt{}});
}

std::unique_ptr<PhaseMachine> make_phase(Phase phase, const PhaseOrder& o) {
  switch (phase) {
    case Phase::kP1:
      return make_first_launch(o);
    case Phase::kP2:
      return make_refusal(o);
    case Phase::kP3:
      return make_relaunch(o);
    case Phase::kP4:
      return make_agreement(o);
    case Phase::kP5:
      return make_silence(o);
    case Phase::kP6:
      return with_login(make_exploration(o), o.login, o.package);
    case Phase::kP7:
      return make_background(o);
    case Phase::kP8:
      return make_swiped(o);
    case Phase::kP9:
      return make_booted(o);
    case Phase::kP10:
      return with_login(make_denials(o), o.login, o.package);
    case Phase::kP11:
      return o.older_version ? make_update(o) : nullptr;
    case Phase::kP12:
      return with_login(make_settings(o), o.login, o.package);
    default:
      return nullptr;
  }
}

}  // namespace storesweep::exercise
