// P12: as after a fresh install, through the settings from the main screen: for the switches of personalised
// push, and past the places where an account is ended and where one complains, which are only ever looked at.
// A switch is put to "off", the app is left and started anew, and it is read again; at last it stands as it
// was found. What spends money or ends accounts is never tapped (never_tap of the profile).
#include <algorithm>
#include <deque>

#include "common/evidence/names.h"
#include "worker/exercise/answers.h"
#include "worker/exercise/phases.h"
#include "worker/exercise/settings_map.h"
#include "worker/exercise/watch.h"

namespace storesweep::exercise {
namespace {

using android::Role;
using android::ScreenKind;
using android::SettingsEntry;
using Move = SettingsMove;

constexpr std::int64_t kSettleMs = 1'500;
constexpr std::int64_t kStoreMs = 5'000;  // in the background: what an app keeps it has stored by then
constexpr std::int64_t kMarginMs = 3'000;
constexpr int kMaxTests = 2;       // pages with switches
constexpr int kMaxTestSteps = 60;  // looks of one: so the phase ends, whatever the app does
constexpr int kMaxConfirms = 2;    // dialogs that one page's switches may open
constexpr int kMaxBlind = 5;
constexpr int kMaxAnswers = 30;
constexpr int kMaxWalls = 4;
constexpr int kMaxLaunches = 6;
constexpr int kMaxPopUps = 4;
constexpr int kPatience = 5;  // looks at a main screen on which nothing leads on

// One switch of the page that is being tried.
struct Trial {
  std::string label;
  bool found_closed = false;
  std::deque<bool> wants;  // whether it is to be closed, one after the other
  bool flipped = false;    // for the first of them
  bool failed = false;
};

class Settings final : public PhaseMachine {
 public:
  explicit Settings(const PhaseOrder& o) : o_(o), map_(o.profile->never_tap) {}

  std::optional<Action> on(const Event& event, std::int64_t now) override {
    if (std::holds_alternative<Begun>(event)) {
      until_ = now + o_.profile->settings_ms;
      todo_ = {LaunchApp{}};
      return ClearData{};
    }
    if (!is_look(event)) return after_action(now);
    ++(stage_ == Stage::kWalk ? steps_ : test_steps_);
    const bool spent = now >= until_ || steps_ >= o_.profile->settings_steps;
    if ((stage_ == Stage::kWalk && spent) || test_steps_ > kMaxTestSteps) return std::nullopt;
    const auto* look = readable(event);
    if (!look) return ++blind_ <= kMaxBlind ? std::optional<Action>(Rest{2 * kSettleMs}) : std::nullopt;
    blind_ = 0;
    if (gone_) return std::nullopt;
    if (auto answer = get_through(*look)) return answer;
    return gone_ ? std::nullopt : act_on(*look, now);
  }

 private:
  enum class Stage { kWalk, kClose, kReturn, kRead, kRestore };

  std::optional<Action> after_action(std::int64_t now) {
    if (!todo_.empty()) {
      const Action next = todo_.front();
      todo_.pop_front();
      rested_ = false;
      return next;
    }
    if (stage_ == Stage::kRead) {
      if (auto next = watch_.next(now)) return next;
    }
    if (rested_) return rested_ = false, LookAt{};
    rested_ = true;
    return Rest{kSettleMs};
  }
  Action anew() {
    idle_ = 0;
    map_.again();
    todo_ = {LaunchApp{}};
    return SwipeAway{};
  }

  // ---- what stands before the app's own pages
  std::optional<Action> get_through(const observe::ScreenLook& look) {
    const android::Screen& s = look.screen;
    std::optional<Action> answer;
    if (s.kind == ScreenKind::kKeyguard) answer = Unlock{};
    if (!answer) answer = answer_permission(s, true);
    if (!answer) answer = answer_system(look);
    if (!answer && is_of(s, o_.package)) answer = is_consent(s) ? agree(s) : pass_by(s);
    if (answer) return answers_++ < kMaxAnswers ? answer : give_up();
    if (!is_of(s, o_.package)) return back_inside(s);
    backs_ = 0;
    if (s.kind != ScreenKind::kLogin) return std::nullopt;
    // A wall before everything is one that no Back leads past.
    return walls_++ < kMaxWalls ? std::optional<Action>(GoBack{}) : give_up();
  }
  std::optional<Action> back_inside(const android::Screen& s) {
    if (s.kind != ScreenKind::kLauncher && backs_++ < 2) return GoBack{};
    backs_ = 0;
    return launches_++ < kMaxLaunches ? std::optional<Action>(anew()) : give_up();
  }
  std::optional<Action> give_up() {
    gone_ = true;
    return std::nullopt;
  }

  // ---- on a page of the app's own
  SettingsPage page_of(const observe::ScreenLook& look) const {
    SettingsPage page{android::read_settings(look.tree, o_.package, *o_.phrases), {}};
    for (const android::Node& n : look.tree.nodes) {
      const bool larger = !page.list || n.bounds.area() > page.list->area();
      if (n.scrollable && n.package == o_.package && !n.bounds.empty() && larger) page.list = n.bounds;
    }
    return page;
  }

  std::optional<Action> act_on(const observe::ScreenLook& look, std::int64_t now) {
    const SettingsPage page = page_of(look);
    switch (stage_) {
      case Stage::kWalk:
        return walk(look, page);
      case Stage::kClose:
      case Stage::kRestore:
        return put(page);
      case Stage::kReturn:
        return come_back(page, now);
      case Stage::kRead:
        return read(page, now);
    }
    return std::nullopt;
  }

  std::optional<Action> walk(const observe::ScreenLook& look, const SettingsPage& page) {
    map_.arrive(page);
    if (begin_test(page)) return put(page);
    if (auto wait = nothing_here(look.screen, page)) return wait;
    return carry_out(map_.next(page));
  }

  std::optional<Action> carry_out(const Move& move) {
    switch (move.kind) {
      case Move::Kind::kTap:
        return TapOn{record_name::kTap, move.label, move.bounds};
      case Move::Kind::kScroll:
        return ScrollIn{move.bounds};
      case Move::Kind::kBack:
        return GoBack{};
      case Move::Kind::kAnew:
        return anew();
      case Move::Kind::kWait:
        return Rest{kSettleMs};
      case Move::Kind::kArrived:
      case Move::Kind::kLost:
      case Move::Kind::kDone:
        return std::nullopt;
    }
    return std::nullopt;
  }

  // Nothing leads on: a notice over the main screen is closed, and a page may still be coming.
  std::optional<Action> nothing_here(const android::Screen& screen, const SettingsPage& page) {
    const bool nothing = std::all_of(page.entries.begin(), page.entries.end(), [](const SettingsEntry& e) {
      return e.kind == SettingsEntry::Kind::kConfirm;
    });
    if (!nothing) return idle_ = 0, std::nullopt;
    if (map_.at_main() && pop_ups_ < kMaxPopUps) {
      for (Role role : {Role::kClose, Role::kSkip, Role::kRefuse, Role::kWeakAgree}) {
        if (auto away = tap_role(screen, role, record_name::kTap)) return ++pop_ups_, away;
      }
    }
    if (idle_++ >= (map_.at_main() ? kPatience : 1)) return std::nullopt;
    return Rest{2 * kSettleMs};
  }

  // ---- the switches of one page
  bool begin_test(const SettingsPage& page) {
    trials_.clear();
    for (const SettingsEntry& e : page.entries) {
      if (!e.is_switch || tried_.contains(e.label)) continue;
      Trial t{e.label, e.closed(), {true}, false, false};
      if (t.found_closed) t.wants.push_front(false);  // that one can close it is seen only from open
      trials_.push_back(std::move(t));
    }
    if (trials_.empty() || tests_ >= kMaxTests) return false;
    for (const Trial& t : trials_) tried_.insert(t.label);
    ++tests_;
    test_steps_ = confirms_ = 0;
    path_ = map_.path();
    stage_ = Stage::kClose;
    return true;
  }

  static const SettingsEntry* switch_of(const SettingsPage& page, const std::string& label) {
    const auto e = std::find_if(page.entries.begin(), page.entries.end(),
                                [&](const SettingsEntry& x) { return x.is_switch && x.label == label; });
    return e == page.entries.end() ? nullptr : &*e;
  }

  // Each switch to where it is wanted, one after another.
  std::optional<Action> put(const SettingsPage& page) {
    for (Trial& t : trials_) {
      while (!t.failed && !t.wants.empty()) {
        const SettingsEntry* e = switch_of(page, t.label);
        if (!e) return confirm(page, t);
        if (e->closed() == t.wants.front()) {
          t.wants.pop_front();
          t.flipped = false;
        } else if (!e->enabled || t.flipped) {
          t.failed = true;
        } else {
          t.flipped = true;
          return TapOn{record_name::kTap, t.label, e->bounds};
        }
      }
    }
    return stage_ == Stage::kClose ? leave(page) : end_test(page);
  }

  // The app asks whether it is meant: yes. The affirming button stands last.
  std::optional<Action> confirm(const SettingsPage& page, Trial& t) {
    if (++confirms_ > kMaxConfirms) {
      t.failed = true;
      stage_ = Stage::kWalk;
      return anew();
    }
    const SettingsEntry* yes = nullptr;
    for (const SettingsEntry& e : page.entries) {
      const bool says_so = e.kind == SettingsEntry::Kind::kConfirm ||
                           (e.kind == SettingsEntry::Kind::kPush && e.inverse && !e.is_switch);
      if (says_so && e.clickable && e.enabled) yes = &e;
    }
    if (yes) return TapOn{record_name::kTap, yes->label, yes->bounds};
    t.failed = true;
    return GoBack{};
  }

  // As a person does: home, and some time later the app is gone.
  std::optional<Action> leave(const SettingsPage& page) {
    const bool none = std::all_of(trials_.begin(), trials_.end(), [](const Trial& t) { return t.failed; });
    if (none) return restore(page);
    map_.again();
    map_.go_to(path_);
    stage_ = Stage::kReturn;
    todo_ = {Rest{kStoreMs}, SwipeAway{}, LaunchApp{}};
    return GoHome{};
  }

  std::optional<Action> come_back(const SettingsPage& page, std::int64_t now) {
    map_.arrive(page);
    const Move move = map_.next(page);
    if (move.kind == Move::Kind::kLost) return stage_ = Stage::kWalk, anew();
    if (move.kind != Move::Kind::kArrived) return carry_out(move);
    stage_ = Stage::kRead;
    watch_.start(o_.switch_watch_ms + kMarginMs, o_.profile->look_every_ms, 0);
    return read(page, now);
  }

  // What still stands open is looked at for a while: some apps fetch the state after the page.
  std::optional<Action> read(const SettingsPage& page, std::int64_t now) {
    const bool all_closed = std::all_of(trials_.begin(), trials_.end(), [&](const Trial& t) {
      const SettingsEntry* e = switch_of(page, t.label);
      return t.failed || (e && e->closed());
    });
    if (!all_closed) {
      if (auto next = watch_.next(now)) return next;
    }
    return restore(page);
  }

  std::optional<Action> restore(const SettingsPage& page) {
    for (Trial& t : trials_) {
      t.wants = {t.found_closed};
      t.failed = !switch_of(page, t.label);
      t.flipped = false;
    }
    confirms_ = 0;
    stage_ = Stage::kRestore;
    return put(page);
  }

  std::optional<Action> end_test(const SettingsPage& page) {
    stage_ = Stage::kWalk;
    trials_.clear();
    map_.arrive(page);
    return carry_out(map_.next(page));
  }

  const PhaseOrder o_;
  SettingsMap map_;
  Stage stage_ = Stage::kWalk;
  std::deque<Action> todo_;  // after the action that is being done
  std::vector<Trial> trials_;
  std::set<std::string> tried_;
  SettingsPath path_;  // to the page of the trials
  Watch watch_;
  std::int64_t until_ = 0;
  bool rested_ = false, gone_ = false;
  int steps_ = 0, test_steps_ = 0, tests_ = 0, confirms_ = 0, blind_ = 0, answers_ = 0, walls_ = 0,
      backs_ = 0, launches_ = 0, pop_ups_ = 0, idle_ = 0;
};

}  // namespace

std::unique_ptr<PhaseMachine> make_settings(const PhaseOrder& o) { return std::make_unique<Settings>(o); }

}  // namespace storesweep::exercise
