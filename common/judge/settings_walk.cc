#include "common/judge/settings_walk.h"

#include <algorithm>

#include "common/evidence/names.h"
#include "common/judge/items.h"

namespace storesweep {
namespace {

using android::ScreenKind;
using android::SettingsEntry;
using Came = SwitchSeen::Came;

constexpr std::size_t kMaxSightings = 20;  // of each sort

// What was done and what was seen, in its order; one of the two.
struct Turn {
  const ActionDone* action = nullptr;
  const ScreenSeen* screen = nullptr;
  const Moment& at() const { return action ? static_cast<const Moment&>(*action) : *screen; }
};

std::vector<Turn> turns_of(const Timeline& t) {
  std::vector<Turn> out;
  for (const ActionDone& a : t.actions) {
    if (t.within(Phase::kP12, a.device_ms)) out.push_back({&a, nullptr});
  }
  for (const ScreenSeen& s : t.screens) {
    if (t.within(Phase::kP12, s.device_ms)) out.push_back({nullptr, &s});
  }
  // A tap right after a look can bear the same time: then the journal's order tells.
  std::sort(out.begin(), out.end(), [](const Turn& a, const Turn& b) {
    return std::pair(a.at().device_ms, a.at().record) < std::pair(b.at().device_ms, b.at().record);
  });
  return out;
}

// A page of the app's own behind what the system, the rules or an advertisement put before it.
bool is_page(const Timeline& t, const ScreenSeen& s) {
  const ScreenKind k = s.screen.kind;
  return s.screen.package == t.package && k != ScreenKind::kConsent && k != ScreenKind::kConsentAgain &&
         k != ScreenKind::kLogin && k != ScreenKind::kAdvert && k != ScreenKind::kBlind;
}

const SettingsEntry* entry_of(const ScreenSeen& s, const std::string& label, bool is_switch) {
  const auto e = std::find_if(s.settings.begin(), s.settings.end(), [&](const SettingsEntry& x) {
    return x.label == label && x.is_switch == is_switch;
  });
  return e == s.settings.end() ? nullptr : &*e;
}

// The same page, however its boxes stand.
bool same_page(const ScreenSeen& a, const ScreenSeen& b) {
  return std::equal(a.settings.begin(), a.settings.end(), b.settings.begin(), b.settings.end(),
                    [](const SettingsEntry& x, const SettingsEntry& y) {
                      return x.kind == y.kind && x.label == y.label && x.is_switch == y.is_switch;
                    });
}

class Walk {
 public:
  Walk(const Timeline& t, std::int64_t switch_watch_ms)
      : t_(t), watch_ms_(switch_watch_ms), turns_(turns_of(t)) {}

  SettingsSeen run() {
    const PhaseSpan& span = t_.span(Phase::kP12);
    for (const Turn& turn : turns_) turn.action ? done(*turn.action) : seen(*turn.screen);
    out_.walked = span.ended && !span.broken && out_.pages > 0;
    for (SwitchSeen& s : out_.switches) came_of(s);
    return std::move(out_);
  }

 private:
  // ---- how deep, and what stands there
  void done(const ActionDone& a) {
    if (a.name == record_name::kLaunch) {
      taps_ = 0;
      straight_ = true;
      last_ = nullptr;
    }
    if (a.name == record_name::kClear) main_ = nullptr;
    // Taps on what leads on, not on what stands in the way or is switched.
    deeper_ = a.name == record_name::kTap && last_ && entry_of(*last_, a.target, false);
    back_ = a.name == record_name::kBack;
    straight_ = straight_ && !back_;
  }

  void seen(const ScreenSeen& s) {
    out_.login_wall =
        out_.login_wall || (s.screen.package == t_.package && s.screen.kind == ScreenKind::kLogin);
    if (!is_page(t_, s)) return;
    ++out_.pages;
    // An app that comes back to where it was left shows no way from its main screen.
    if (!main_) main_ = &s;
    straight_ = straight_ && (last_ || same_page(*main_, s));
    const bool moved = !last_ || last_->screen.text != s.screen.text;
    if (moved && deeper_) out_.deepest = std::max(out_.deepest, ++taps_);
    if (moved && back_) taps_ = std::max(0, taps_ - 1);
    if (moved) deeper_ = back_ = false;
    last_ = &s;
    for (const SettingsEntry& e : s.settings) {
      if (e.is_switch) note(out_.switches, s, e.label);
      if (e.kind == SettingsEntry::Kind::kAccountEnd) note(out_.account_ends, s, e.label);
      if (e.kind == SettingsEntry::Kind::kComplaint) note(out_.complaints, s, e.label);
    }
    for (const std::string& c : s.conditions) {
      const bool known =
          std::find(out_.conditions.begin(), out_.conditions.end(), c) != out_.conditions.end();
      if (!known && out_.conditions.size() < kMaxSightings) out_.conditions.push_back(c);
    }
  }

  template <class T>
  void note(std::vector<T>& list, const ScreenSeen& s, const std::string& label) {
    const auto known = std::find_if(list.begin(), list.end(), [&](const T& x) { return x.label == label; });
    if (known != list.end()) {
      const bool nearer = !known->straight || taps_ < known->taps;
      if (straight_ && nearer) known->taps = taps_;
      known->straight = known->straight || straight_;
    } else if (list.size() < kMaxSightings) {
      T& one = list.emplace_back();
      static_cast<Moment&>(one) = s;
      one.label = label;
      one.taps = taps_;
      one.straight = straight_;
    }
  }

  // ---- what became of a switch: how it stood when the app was left, and after it was started anew
  void came_of(SwitchSeen& s) const {
    for (std::size_t i = 0; i < turns_.size(); ++i) {
      if (turns_[i].screen) {
        const SettingsEntry* e = on_page(*turns_[i].screen, s.label);
        if (e && !e->enabled && s.came == Came::kUntried) s.came = Came::kDisabled;
        continue;
      }
      if (turns_[i].action->name != record_name::kSwipeAway) continue;
      const Came here = around(i, s);
      if (here > s.came) s.came = here;
    }
  }

  const SettingsEntry* on_page(const ScreenSeen& s, const std::string& label) const {
    return is_page(t_, s) ? entry_of(s, label, true) : nullptr;
  }
  bool flips(const Turn& turn, const std::string& label) const {
    return turn.action && turn.action->name == record_name::kTap && turn.action->target == label;
  }

  // One start anew, the swipe being turn `at`.
  Came around(std::size_t at, SwitchSeen& s) const {
    const ScreenSeen* left = nullptr;  // the last page before it
    std::size_t flip = at;
    for (std::size_t i = at; i-- > 0 && flip == at;) {
      if (turns_[i].action && starts_anew(*turns_[i].action)) break;
      if (!left && turns_[i].screen && turns_[i].screen->screen.package == t_.package)
        left = turns_[i].screen;
      if (flips(turns_[i], s.label)) flip = i;
    }
    if (flip == at || !left) return Came::kUntried;
    const SettingsEntry* e = on_page(*left, s.label);
    if (!e || !e->closed() || left->device_ms < turns_[flip].action->until_ms) return Came::kPending;
    return after(flip, at, *left, s);
  }

  static bool starts_anew(const ActionDone& a) {
    return a.name == record_name::kSwipeAway || a.name == record_name::kClear ||
           a.name == record_name::kReboot;
  }

  // From the swipe on, until the switch or the app is touched again: all that was read of it.
  Came after(std::size_t flip, std::size_t at, const ScreenSeen& left, SwitchSeen& s) const {
    const ScreenSeen *first_open = nullptr, *first_closed = nullptr;
    std::int64_t until_ms = t_.span(Phase::kP12).end_ms;
    bool launched = false;
    for (std::size_t i = at + 1; i < turns_.size(); ++i) {
      const Turn& turn = turns_[i];
      const bool over = turn.action && (first_open || first_closed || starts_anew(*turn.action));
      if (over) {
        until_ms = turn.action->device_ms;
        break;
      }
      launched = launched || (turn.action && turn.action->name == record_name::kLaunch);
      const SettingsEntry* e = turn.screen && launched ? on_page(*turn.screen, s.label) : nullptr;
      if (!e) continue;
      const ScreenSeen*& first = e->closed() ? first_closed : first_open;
      if (!first) first = turn.screen;
    }
    if (first_closed)
      return first_open && first_open->record > first_closed->record ? Came::kUnclear : Came::kPersists;
    if (!first_open) return Came::kUntried;
    const bool stood = until_ms - first_open->until_ms >= watch_ms_;
    if (!stood || !same_page(left, *first_open) || explained(turns_[flip].action->device_ms, until_ms))
      return Came::kUnclear;
    s.closed = left;
    s.reopened = *first_open;
    return Came::kReset;
  }

  // Anything in this time by which what was read might have come about otherwise.
  bool explained(std::int64_t from_ms, std::int64_t until_ms) const {
    const auto in = [&](const Moment& m) { return m.until_ms >= from_ms && m.device_ms <= until_ms; };
    // Without the log of events a crash that excuses it would not be seen.
    return channel_gaps(t_, record_name::kHierarchy).contains(Reason::kHookDead) ||
           !channel_gaps(t_, record_name::kEvents).empty() ||
           std::any_of(t_.blind.begin(), t_.blind.end(), in) ||
           std::any_of(
               t_.actions.begin(), t_.actions.end(),
               [&](const ActionDone& a) { return in(a) && (a.unsure || a.name == record_name::kClear); }) ||
           std::any_of(t_.screens.begin(), t_.screens.end(),
                       [&](const ScreenSeen& s) {
                         return in(s) &&
                                (s.screen.kind == ScreenKind::kLogin || s.screen.kind == ScreenKind::kCrash ||
                                 s.screen.kind == ScreenKind::kNotResponding);
                       }) ||
           std::any_of(t_.events.begin(), t_.events.end(), [&](const EventSeen& e) {
             const bool fell =
                 e.event.kind == android::EventKind::kCrash || e.event.kind == android::EventKind::kAnr;
             return in(e) && fell && e.event.process == t_.package;
           });
  }

  const Timeline& t_;
  const std::int64_t watch_ms_;
  const std::vector<Turn> turns_;
  SettingsSeen out_;
  const ScreenSeen* last_ = nullptr;
  const ScreenSeen* main_ = nullptr;  // what the app shows when it is started for the first time
  int taps_ = 0;
  bool deeper_ = false, back_ = false, straight_ = false;
};

}  // namespace

SettingsSeen read_settings_walk(const Timeline& t, std::int64_t switch_watch_ms) {
  return Walk(t, switch_watch_ms).run();
}

LookUps look_ups_of(const Timeline& t, const SettingsSeen& seen) {
  LookUps out{seen.walked, seen.pages, seen.login_wall, {}, seen.conditions};
  const auto add = [&](Sought sought, const Sighting& s) {
    out.places.push_back({sought, s.label, s.taps, {t.journal->sha256, s.record, s.excerpt}});
  };
  for (const SwitchSeen& s : seen.switches) add(Sought::kPushSwitch, s);
  for (const Sighting& s : seen.account_ends) add(Sought::kAccountEnd, s);
  for (const Sighting& s : seen.complaints) add(Sought::kComplaint, s);
  return out;
}

}  // namespace storesweep
