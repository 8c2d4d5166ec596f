// P6: every page that can be reached, with what the app asks for allowed. Outside of the app nothing is
// touched but the way back.
#include "common/evidence/names.h"
#include "worker/exercise/answers.h"
#include "worker/exercise/explorer.h"
#include "worker/exercise/phases.h"

namespace storesweep::exercise {
namespace {

using android::ScreenKind;

constexpr std::int64_t kSettleMs = 1'500;
constexpr int kMaxLaunches = 5;  // without a new screen in between
constexpr int kBacksOutside = 2;
constexpr int kMaxBlind = 5;  // unreadable looks in a row

class Exploration final : public PhaseMachine {
 public:
  explicit Exploration(const PhaseOrder& o) : o_(o), explorer_(o.profile->never_tap, o.profile->alike) {}

  std::optional<Action> on(const Event& event, std::int64_t now) override {
    if (until_ == 0) {
      until_ = now + o_.profile->explore_ms;
      least_until_ = now + std::min(o_.least_explore_ms, o_.profile->explore_ms);
    }
    if (now >= until_ || steps_ >= o_.profile->explore_steps) return std::nullopt;
    if (!is_look(event)) {
      if (rested_ || std::holds_alternative<Begun>(event)) return rested_ = false, LookAt{};
      rested_ = true;
      return Rest{kSettleMs};
    }
    ++steps_;
    const auto* look = readable(event);
    if (!look) return ++blind_ <= kMaxBlind ? std::optional<Action>(way_out()) : std::nullopt;
    blind_ = 0;
    if (auto next = act_on(*look)) return next;
    // Nothing is left to do: pages that come by themselves are waited for, and the app is seen for a while.
    return now < least_until_ ? std::optional<Action>(Rest{least_until_ - now}) : std::nullopt;
  }

 private:
  Action way_out() {
    if (blind_ == 1) explorer_.left();
    return blind_ % 2 == 1 ? Action(Rest{kSettleMs * 2}) : Action(GoBack{});
  }

  std::optional<Action> act_on(const observe::ScreenLook& look) {
    const android::Screen& s = look.screen;
    if (s.kind == ScreenKind::kKeyguard) return Unlock{};
    if (auto answer = answer_permission(s, true)) return answer;
    if (auto answer = answer_system(look)) return answer;
    if (!is_of(s, o_.package)) return back_inside(s);
    backs_ = 0;
    if (is_consent(s) && agreements_++ < kBacksOutside) {
      if (auto yes = agree(s)) return yes;
    }
    if (auto past = pass_by(s)) return past;
    auto next = explorer_.next(look);
    if (explorer_.screens() > screens_) launches_ = 0;
    screens_ = explorer_.screens();
    return next;
  }

  // Back first: a browser or the settings stand before the app. Then by the launcher.
  std::optional<Action> back_inside(const android::Screen& s) {
    if (backs_ == 0) explorer_.left();
    if (s.kind != ScreenKind::kLauncher && backs_++ < kBacksOutside) return GoBack{};
    if (launches_++ >= kMaxLaunches) return std::nullopt;
    backs_ = 0;
    return LaunchApp{};
  }

  const PhaseOrder o_;
  Explorer explorer_;
  std::int64_t until_ = 0, least_until_ = 0;
  bool rested_ = false;
  std::size_t screens_ = 0;
  int steps_ = 0, blind_ = 0, backs_ = 0, launches_ = 0, agreements_ = 0;
};

}  // namespace

std::unique_ptr<PhaseMachine> make_exploration(const PhaseOrder& o) {
  return std::make_unique<Exploration>(o);
}

}  // namespace storesweep::exercise
