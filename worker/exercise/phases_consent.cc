// P1 to P4: the first launch untouched, the refusal, the launch after it, the agreement.
#include "common/evidence/names.h"
#include "worker/exercise/answers.h"
#include "worker/exercise/phases.h"
#include "worker/exercise/watch.h"

namespace storesweep::exercise {
namespace {

using android::Role;
using android::ScreenKind;

constexpr std::int64_t kSettleMs = 2'000;  // from a tap to what comes of it
constexpr int kMaxRefusals = 3;
constexpr int kMaxAgreements = 4;
constexpr int kMaxAnswers = 12;  // dialogs of the system in one phase
constexpr int kPatience = 3;     // looks at a screen on which nothing is to be done

// P1: nothing is touched; only what the system puts before the app is answered.
class FirstLaunch final : public PhaseMachine {
 public:
  explicit FirstLaunch(const PhaseOrder& o) : o_(o) {}

  std::optional<Action> on(const Event& event, std::int64_t now) override {
    if (std::holds_alternative<Begun>(event)) return LaunchApp{};
    if (!watch_.started()) {
      const std::int64_t least_ms = std::max(o_.profile->consent_wait_ms, o_.consent_watch_ms);
      watch_.start(least_ms, o_.profile->look_every_ms, kSettleMs);
    }
    if (const auto* look = readable(event)) {
      if (auto answer = answer_system(*look); answer && answers_++ < kMaxAnswers) return answer;
      if (is_consent(look->screen) && !seen_) {
        seen_ = true;
        watch_.start(o_.consent_watch_ms, o_.consent_watch_ms, o_.consent_watch_ms);
      }
    }
    return watch_.next(now);
  }

 private:
  const PhaseOrder o_;
  Watch watch_;
  bool seen_ = false;
  int answers_ = 0;
};

// P2: everything that can be refused is refused, and then it is watched what the app does.
class Refusal final : public PhaseMachine {
 public:
  explicit Refusal(const PhaseOrder& o) : o_(o) {}

  std::optional<Action> on(const Event& event, std::int64_t now) override {
    if (const auto* look = readable(event)) {
      if (auto act = refuse(*look)) {
        watch_.start(std::max(o_.profile->refused_watch_ms, o_.refusal_watch_ms + kSettleMs),
                     o_.profile->look_every_ms, kSettleMs);
        return act;
      }
    }
    if (watch_.started()) return watch_.next(now);
    if (is_look(event) && (readable(event) || ++blind_ >= kPatience)) return std::nullopt;
    return LookAt{};
  }

 private:
  std::optional<Action> refuse(const observe::ScreenLook& look) {
    const android::Screen& s = look.screen;
    if (answers_ >= kMaxAnswers) return std::nullopt;
    if (auto answer = answer_permission(s, false)) return ++answers_, answer;
    if (auto answer = answer_system(look)) return ++answers_, answer;
    if (!is_consent(s) || refusals_ >= kMaxRefusals) return std::nullopt;
    ++refusals_;
    if (auto no = tap_role(s, Role::kRefuse, record_name::kRefuse)) return no;
    if (auto close = tap_role(s, Role::kClose, record_name::kTap)) return close;
    refusals_ = kMaxRefusals;  // there is no other way to refuse than to go
    return GoBack{};
  }

  const PhaseOrder o_;
  Watch watch_;
  int refusals_ = 0, answers_ = 0, blind_ = 0;
};

// P3: launched again after the refusal, untouched.
class Relaunch final : public PhaseMachine {
 public:
  explicit Relaunch(const PhaseOrder& o) : o_(o) {}

  std::optional<Action> on(const Event& event, std::int64_t now) override {
    switch (step_++) {
      case 0:
        return SwipeAway{};
      case 1:
        return LaunchApp{};
      case 2:
        watch_.start(o_.profile->relaunch_watch_ms, o_.profile->look_every_ms, kSettleMs);
        break;
      default:
        break;
    }
    const auto* look = readable(event);
    auto answer = look ? answer_system(*look) : std::nullopt;
    if (answer && answers_++ < kMaxAnswers) return answer;
    return watch_.next(now);
  }

 private:
  const PhaseOrder o_;
  Watch watch_;
  int step_ = 0, answers_ = 0;
};

// P4: the consent dialog is agreed with and what the app asks for at once is allowed.
class Agreement final : public PhaseMachine {
 public:
  explicit Agreement(const PhaseOrder& o) : o_(o) {}

  std::optional<Action> on(const Event& event, std::int64_t now) override {
    if (const auto* look = readable(event)) {
      if (auto act = act_on(*look)) {
        watch_.start(agreed_ ? o_.profile->agreed_watch_ms : 3 * kSettleMs, o_.profile->look_every_ms,
                     kSettleMs);
        return act;
      }
    }
    if (watch_.started()) {
      auto next = watch_.next(now);
      if (next || agreed_) return next;
    }
    // No consent dialog so far: a splash may stand before it.
    if (is_look(event)) return ++idle_ >= kPatience ? std::nullopt : std::optional<Action>(Rest{kSettleMs});
    return LookAt{};
  }

 private:
  std::optional<Action> act_on(const observe::ScreenLook& look) {
    const android::Screen& s = look.screen;
    if (s.kind == ScreenKind::kKeyguard && answers_++ < kMaxAnswers) return Unlock{};
    if (auto answer = answer_permission(s, true); answer && answers_++ < kMaxAnswers) return answer;
    if (auto answer = answer_system(look); answer && answers_++ < kMaxAnswers) return answer;
    if (!is_of(s, o_.package)) return launches_++ < 2 ? std::optional<Action>(LaunchApp{}) : std::nullopt;
    if (is_consent(s) && agreements_ < kMaxAgreements) {
      auto act = agree(s);
      if (act) ++agreements_;
      if (const auto* tap = act ? std::get_if<TapOn>(&*act) : nullptr)
        agreed_ = agreed_ || tap->record == record_name::kAgree;
      return act;
    }
    if (auto past = pass_by(s); past && passed_++ < kPatience) return past;
    return std::nullopt;
  }

  const PhaseOrder o_;
  Watch watch_;
  bool agreed_ = false;
  int answers_ = 0, launches_ = 0, agreements_ = 0, passed_ = 0, idle_ = 0;
};

}  // namespace

std::unique_ptr<PhaseMachine> make_first_launch(const PhaseOrder& o) {
  return std::make_unique<FirstLaunch>(o);
}
std::unique_ptr<PhaseMachine> make_refusal(const PhaseOrder& o) { return std::make_unique<Refusal>(o); }
std::unique_ptr<PhaseMachine> make_relaunch(const PhaseOrder& o) { return std::make_unique<Relaunch>(o); }
std::unique_ptr<PhaseMachine> make_agreement(const PhaseOrder& o) { return std::make_unique<Agreement>(o); }

}  // namespace storesweep::exercise
