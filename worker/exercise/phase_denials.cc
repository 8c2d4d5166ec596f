// P10: as after a fresh install, with every permission request denied. After a refusal nothing is touched for
// a while: an exit, a dialog that presses, a request that comes again must all be the app's own doing. Then
// its functions are entered, and at last it is launched again some times; twice more with the clock shifted
// to just before and just after 48 hours, where the device lets it be set.
#include <set>
#include <utility>

#include "common/evidence/names.h"
#include "worker/exercise/answers.h"
#include "worker/exercise/explorer.h"
#include "worker/exercise/phases.h"
#include "worker/exercise/watch.h"

namespace storesweep::exercise {
namespace {

using android::Role;
using android::ScreenKind;

constexpr std::int64_t kSettleMs = 1'500;
constexpr std::int64_t kFirstLookMs = 2'000;  // after a refusal
constexpr int kMaxDenials = 12;               // system dialogs in a row: a loop is proven long before
constexpr int kMaxForced = 4;                 // dialogs of the app's own that leave no choice
constexpr int kMaxConsents = 4;
constexpr int kMaxBlind = 5;
constexpr int kMaxAnswers = 30;  // dialogs of the system by itself
constexpr int kMaxUnlocks = 5;
constexpr int kMaxLaunches = 4;  // besides the relaunches

// How much of it is played.
struct Extent {
  bool afresh = true;  // as after a fresh install, which it is made to look like
  std::int64_t ms = 0;
  int steps = 0, relaunches = 0;
  std::vector<int> shift_hours;  // the clock so far ahead, one relaunch each
};

class Denials final : public PhaseMachine {
 public:
  Denials(const PhaseOrder& o, const Extent& extent)
      : o_(o), extent_(extent), explorer_(o.profile->never_tap, o.profile->alike) {}

  std::optional<Action> on(const Event& event, std::int64_t now) override {
    if (!o_.may_ask || put_back_) return std::nullopt;
    if (std::holds_alternative<Begun>(event)) {
      until_ = now + extent_.ms;
      return extent_.afresh ? Action(ClearData{}) : launch();
    }
    if (const auto* done = std::get_if<Done>(&event)) return after(*done, now);
    const auto* look = readable(event);
    if (!look) return unreadable(now);
    blind_ = 0;
    if (auto answer = answer_dialogs(*look)) return answer;
    if (auto rest = watch_.next(now)) return rest;
    if (pressing_) return get_past(*look, now);
    return relaunching_ ? relaunch(now) : explore(*look, now);
  }

 private:
  std::optional<Action> after(const Done& done, std::int64_t now) {
    if (std::exchange(setting_clock_, false)) {
      if (!done.ok) return back_to_now();
      shifted_ = true;
      return launch();
    }
    if (swiped_ && later_) {
      setting_clock_ = true;
      return ShiftClock{extent_.shift_hours[shifts_++]};
    }
    if (!launched_ || swiped_) return launch();
    if (auto next = watch_.next(now)) return next;
    if (rested_) return rested_ = false, LookAt{};
    rested_ = true;
    return Rest{kSettleMs};
  }

  Action launch() {
    launched_ = true;
    swiped_ = false;
    watch_.start(o_.profile->relaunch_watch_ms, o_.profile->look_every_ms, kFirstLookMs);
    return LaunchApp{};
  }

  std::optional<Action> unreadable(std::int64_t now) {
    if (auto next = watch_.next(now)) return next;
    explorer_.forget_where();
    if (++blind_ > kMaxBlind || relaunching_) return relaunch(now);
    return Rest{kSettleMs * 2};
  }

  // Whatever stands before the app, at any time of the phase.
  std::optional<Action> answer_dialogs(const observe::ScreenLook& look) {
    const android::Screen& s = look.screen;
    if (s.kind == ScreenKind::kKeyguard && unlocks_++ < kMaxUnlocks) return Unlock{};
    if (s.kind == ScreenKind::kPermission && denials_ < kMaxDenials) {
      ++denials_;
      const bool first = refused_.insert(permission_group(s)).second;
      const std::int64_t watch_ms =
          std::max(o_.refusal_watch_ms + kSettleMs, first ? o_.profile->denied_watch_ms : 0);
      watch_.start(watch_ms, o_.profile->look_every_ms, kFirstLookMs);
      return answer_permission(s, false);
    }
    if (auto answer = answer_system(look); answer && answers_++ < kMaxAnswers) return answer;
    if (is_consent(s) && consents_++ < kMaxConsents) {
      watch_.start(o_.profile->relaunch_watch_ms, o_.profile->look_every_ms, kFirstLookMs);
      return agree(s);
    }
    // Words that were read in a picture accuse nobody of pressing.
    if (is_pressing(s) && is_of(s, o_.package) && !look.from_picture) {
      pressing_ = true;  // dealt with when the silence after the refusal is over
    } else if (is_of(s, o_.package)) {
      pressing_ = false;
    }
    return std::nullopt;
  }

  // A dialog that presses for a permission: refused where it can be, else left by Back, else its only button.
  std::optional<Action> get_past(const observe::ScreenLook& look, std::int64_t now) {
    pressing_ = false;
    watch_.start(o_.refusal_watch_ms, o_.profile->look_every_ms, kFirstLookMs);
    if (refused_.empty()) return forward(look);
    for (Role role : {Role::kRefuse, Role::kClose}) {
      if (auto no = tap_role(look.screen, role, record_name::kRefuse)) return backed_ = false, no;
    }
    if (!backed_) {
      backed_ = true;
      return GoBack{};
    }
    backed_ = false;
    if (forced_ >= kMaxForced) return relaunch(now);
    ++forced_;
    return forward(look);
  }

  // The way to the request: before any refusal a rationale is a step to it, afterwards the only way out.
  std::optional<Action> forward(const observe::ScreenLook& look) {
    const std::string_view record = refused_.empty() ? record_name::kTap : record_name::kForced;
    for (Role role : {Role::kAgree, Role::kWeakAgree, Role::kAllow, Role::kOpenSettings}) {
      if (auto yes = tap_role(look.screen, role, record)) return yes;
    }
    if (auto only = only_way(look, record)) return only;
    return GoBack{};
  }

  std::optional<Action> explore(const observe::ScreenLook& look, std::int64_t now) {
    const bool spent = now >= until_ || steps_ >= extent_.steps || denials_ >= kMaxDenials;
    if (spent) return relaunch(now);
    if (!is_of(look.screen, o_.package)) {
      if (backs_ == 0) explorer_.left();
      if (look.screen.kind != ScreenKind::kLauncher && backs_++ < 2) return GoBack{};
      backs_ = 0;
      if (launches_++ >= kMaxLaunches) return relaunch(now);
      watch_.start(o_.profile->look_every_ms, o_.profile->look_every_ms, kFirstLookMs);
      return LaunchApp{};
    }
    backs_ = 0;
    ++steps_;
    if (auto past = pass_by(look.screen)) return past;
    if (auto next = explorer_.next(look)) return next;
    return relaunch(now);
  }

  std::optional<Action> relaunch(std::int64_t) {
    relaunching_ = true;
    if (relaunches_++ >= extent_.relaunches) {
      // Whether it asks again hours later matters where something was refused.
      if (refused_.empty() || shifts_ >= extent_.shift_hours.size()) return back_to_now();
      later_ = true;
    }
    swiped_ = true;
    denials_ = 0;
    return SwipeAway{};
  }

  // The last thing that is done, where the clock was shifted.
  std::optional<Action> back_to_now() {
    if (!shifted_) return std::nullopt;
    put_back_ = true;
    return ShiftClock{0};
  }

  const PhaseOrder o_;
  const Extent extent_;
  Explorer explorer_;
  Watch watch_;
  std::set<std::string> refused_;
  std::int64_t until_ = 0;
  bool launched_ = false, swiped_ = false, rested_ = false, relaunching_ = false, pressing_ = false,
       backed_ = false, later_ = false, setting_clock_ = false, shifted_ = false, put_back_ = false;
  std::size_t shifts_ = 0;
  int unlocks_ = 0, answers_ = 0, denials_ = 0, consents_ = 0, forced_ = 0, blind_ = 0, steps_ = 0,
      backs_ = 0, launches_ = 0, relaunches_ = 0;
};

}  // namespace

std::unique_ptr<PhaseMachine> make_denials(const PhaseOrder& o) {
  const Profile& p = *o.profile;
  return std::make_unique<Denials>(o, Extent{true, p.denial_ms, p.denial_steps, p.relaunches, p.shift_hours});
}

std::unique_ptr<PhaseMachine> make_update_denials(const PhaseOrder& o) {
  PhaseOrder older = o;
  older.may_ask = true;  // that was said of the version under test
  return std::make_unique<Denials>(older,
                                   Extent{false, o.profile->update_ms, o.profile->update_steps, 0, {}});
}

}  // namespace storesweep::exercise
