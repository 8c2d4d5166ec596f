// R1.7 and R1.8: what the consent dialog offers, before anybody touched it. R1.9: what is left to who
// refuses.
#include <algorithm>

#include "common/evidence/names.h"
#include "common/judge/items.h"

namespace storesweep {
namespace {

using android::Role;
using android::ScreenKind;

// What touches the app's screen. A dialog of the system's own before it is none of the app's.
bool is_touch(const ActionDone& a) {
  return a.unsure || (a.name != record_name::kLaunch && a.name != record_name::kSystemAnswer &&
                      a.name != record_name::kInstall && a.name != record_name::kUnlock);
}

// Those of the untouched first launch: of P1, before the driver's first touch.
std::vector<const ScreenSeen*> untouched(const Timeline& t, const std::vector<ScreenSeen>& screens) {
  std::int64_t until = t.span(Phase::kP1).end_ms;
  for (const ActionDone& a : t.actions) {
    if (is_touch(a) && t.within(Phase::kP1, a.device_ms)) until = std::min(until, a.device_ms);
  }
  std::vector<const ScreenSeen*> out;
  for (const ScreenSeen& s : screens) {
    if (t.within(Phase::kP1, s.device_ms) && s.until_ms <= until) out.push_back(&s);
  }
  return out;
}
std::vector<const ScreenSeen*> untouched_screens(const Timeline& t) { return untouched(t, t.screens); }

// Whether a screen was looked at again some time after it was first seen, and was still the same (the journal
// holds a screen once): one that is still being drawn, or that goes by itself, proves nothing.
bool stood(const Timeline& t, const std::vector<const ScreenSeen*>& screens, const ScreenSeen& s) {
  constexpr std::int64_t kLookAgainMs = 10'000;
  const PhaseSpan& p1 = t.span(Phase::kP1);
  const bool blind = std::any_of(t.blind.begin(), t.blind.end(), [&](const Moment& m) {
    return t.within(Phase::kP1, m.device_ms) && m.until_ms >= s.device_ms;
  });
  return screens.back() == &s && p1.ended && p1.end_ms - s.until_ms >= kLookAgainMs && !blind;
}

bool is_consent(const ScreenSeen& s) {
  return s.screen.kind == ScreenKind::kConsent || s.screen.kind == ScreenKind::kConsentAgain;
}

std::size_t positives(const android::Screen& s) {
  return static_cast<std::size_t>(std::count_if(
      s.elements.begin(), s.elements.end(),
      [](const android::Element& e) { return e.role == Role::kAgree || e.role == Role::kWeakAgree; }));
}

// What the item is when no consent dialog could be judged: a screen we cannot read is never "no dialog".
RunResult no_dialog(const RunInput& in, const std::vector<const ScreenSeen*>& screens) {
  RunResult r;
  r.reasons = gaps(in);
  bool blind = std::any_of(screens.begin(), screens.end(),
                           [](const ScreenSeen* s) { return s->screen.kind == ScreenKind::kBlind; });
  if (blind) r.reasons.insert(Reason::kNotCalibrated);
  bool own = std::any_of(screens.begin(), screens.end(),
                         [&](const ScreenSeen* s) { return s->screen.package == in.t.package; });
  if (!own) r.reasons.insert(Reason::kNotIdle);
  if (r.reasons.empty()) r.otherwise = Level::kNotApplicable;
  return r;
}

std::string choice_labels(const android::Screen& s) {
  std::string out;
  for (const android::Element& e : s.elements) {
    if (e.role != Role::kAgree && e.role != Role::kWeakAgree) continue;
    if (!out.empty()) out += " / ";
    out += e.label;
  }
  return out;
}

// A dialog that only pictures show. A refusal that was read there is one; where none was, it may have been
// overlooked: suspected at most, and only if no picture of it and nothing that came after it says otherwise.
RunResult drawn_choice(const RunInput& in, const std::vector<const ScreenSeen*>& screens) {
  const auto pictures = untouched(in.t, in.t.pictures);
  const ScreenSeen* without_refusal = nullptr;
  bool any = false, refusable = false;
  for (const ScreenSeen* s : pictures) {
    if (!is_consent(*s)) continue;
    any = true;
    refusable = refusable || s->screen.has(Role::kRefuse);
    if (positives(s->screen) == 1) without_refusal = s;
  }
  if (!any) return no_dialog(in, screens);
  RunResult r;
  r.reasons = gaps(in);
  r.reasons.erase(Reason::kNotIdle);
  if (refusable) {
    if (r.reasons.empty()) r.otherwise = Level::kNotFound;
    return r;
  }
  const bool last =
      without_refusal && (screens.empty() || screens.back()->device_ms <= without_refusal->until_ms);
  // What moves all the time may not have been whole in the picture.
  const bool rested = std::none_of(in.t.blind.begin(), in.t.blind.end(),
                                   [&](const Moment& m) { return in.t.within(Phase::kP1, m.device_ms); });
  if (!rested) r.reasons.insert(Reason::kNotIdle);
  if (!last || !stood(in.t, pictures, *without_refusal)) r.reasons.insert(Reason::kTimeout);
  if (!r.reasons.empty()) return r;
  r.findings.push_back(finding(in, *without_refusal, Level::kSuspected, "consent.no_refusal_drawn",
                               {{"choice", choice_labels(without_refusal->screen)}}, {Missing::kElsewhere}));
  return r;
}

}  // namespace

RunResult consent_choice(const RunInput& in) {
  auto screens = untouched_screens(in.t);
  const ScreenSeen* without_refusal = nullptr;
  bool any = false, refusable = false;
  for (const ScreenSeen* s : screens) {
    if (!is_consent(*s)) continue;
    any = true;
    if (s->screen.has(Role::kRefuse)) refusable = true;
    if (positives(s->screen) == 1) without_refusal = s;
  }
  if (!any) return drawn_choice(in, screens);
  RunResult r;
  // Something else that takes taps may be the refusal, in words that the reader does not know.
  const bool all_read = without_refusal && !without_refusal->other_ways;
  if (!refusable && all_read && stood(in.t, screens, *without_refusal)) {
    // A mark that closes the dialog may be meant as a refusal: for a person to say.
    bool closable = without_refusal->screen.has(Role::kClose);
    r.findings.push_back(finding(in, *without_refusal, closable ? Level::kSuspected : Level::kViolation,
                                 "consent.no_refusal", {{"choice", choice_labels(without_refusal->screen)}},
                                 closable ? std::vector{Missing::kNecessity} : std::vector<Missing>{}));
    return r;
  }
  r.reasons = gaps(in);
  r.reasons.erase(Reason::kNotIdle);  // the dialog itself was read
  if (!refusable) r.reasons.insert(all_read ? Reason::kTimeout : Reason::kNotCalibrated);
  if (r.reasons.empty()) r.otherwise = Level::kNotFound;
  return r;
}

RunResult consent_preticked(const RunInput& in) {
  auto screens = untouched_screens(in.t);
  RunResult r;
  bool any = false, unknown = false, passing = false;
  for (const ScreenSeen* s : screens) {
    if (!is_consent(*s) && s->screen.kind != ScreenKind::kLogin) continue;
    any = any || is_consent(*s);
    for (const android::Element& e : s->screen.elements) {
      if (e.role != Role::kCheckBox) continue;
      any = true;
      unknown = unknown || e.checked == android::Mark::kUnknown;
      if (e.checked != android::Mark::kYes || !r.findings.empty()) continue;
      if (!stood(in.t, screens, *s)) {
        passing = true;
        continue;
      }
      r.findings.push_back(finding(in, *s, Level::kViolation, "consent.preticked", {{"label", e.label}}, {}));
    }
  }
  if (!r.findings.empty()) return r;
  if (!any) return no_dialog(in, screens);
  r.reasons = gaps(in);
  r.reasons.erase(Reason::kNotIdle);
  if (unknown) r.reasons.insert(Reason::kNotCalibrated);
  if (passing) r.reasons.insert(Reason::kTimeout);
  if (r.reasons.empty()) r.otherwise = Level::kNotFound;
  return r;
}

namespace {

bool is_wall(const ScreenSeen& s) {
  return s.screen.kind == ScreenKind::kConsent || s.screen.kind == ScreenKind::kConsentAgain ||
         s.screen.kind == ScreenKind::kLogin || s.screen.kind == ScreenKind::kAdvert ||
         s.screen.kind == ScreenKind::kPolicy || s.screen.kind == ScreenKind::kBlind;
}

// A page of the app's own, behind every wall, that who refused could still reach.
bool can_browse(const Timeline& t) {
  const auto refused = std::find_if(t.actions.begin(), t.actions.end(), [](const ActionDone& a) {
    return a.name == record_name::kRefuse && !a.unsure;
  });
  if (refused == t.actions.end()) return false;
  return std::any_of(t.screens.begin(), t.screens.end(), [&](const ScreenSeen& s) {
    const bool after = t.within(Phase::kP2, s.device_ms) || t.within(Phase::kP3, s.device_ms);
    return after && s.device_ms >= refused->until_ms && s.screen.package == t.package && !is_wall(s);
  });
}

// All that P6 came to see of the app is a page that wants a log-in, with no way past it.
const ScreenSeen* only_login(const Timeline& t) {
  const ScreenSeen* login = nullptr;
  for (const ScreenSeen& s : t.screens) {
    if (!t.within(Phase::kP6, s.device_ms) || s.screen.package != t.package) continue;
    const bool past = s.screen.has(Role::kSkip) || s.screen.has(Role::kClose) || s.screen.has(Role::kRefuse);
    if (s.screen.kind != ScreenKind::kLogin || past) return nullptr;
    if (!login) login = &s;
  }
  return login;
}

}  // namespace

// To leave after a refusal of the rules is widespread and not accused here: only a wall that wants data in a
// category which needs none (NI article 5), and that suspected.
RunResult refusal_blocks(const RunInput& in) {
  RunResult r;
  r.reasons = gaps(in);
  if (!r.reasons.empty()) return r;
  if (can_browse(in.t)) {
    r.otherwise = Level::kNotFound;
    return r;
  }
  const RuleCategory* category = in.pack.category(in.listing.category);
  const bool long_enough = in.t.span(Phase::kP6).length_ms() >= in.pack.threshold("least_explore_ms");
  const ScreenSeen* login = category && category->none && long_enough ? only_login(in.t) : nullptr;
  if (!login) {
    r.reasons = {Reason::kDocumentReview};
    return r;
  }
  r.findings.push_back(finding(in, *login, Level::kSuspected, "login.wall",
                               {{"category", in.listing.category}}, {Missing::kNecessity}));
  return r;
}

}  // namespace storesweep
