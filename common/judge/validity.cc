#include "common/judge/validity.h"

#include <algorithm>

#include "common/evidence/names.h"
#include "common/judge/items.h"

namespace storesweep {
namespace {

using android::ScreenKind;

constexpr int kCrashesThatHide = 2;  // one may be chance, and the app goes on after it

struct Seen {
  int readable = 0, unreadable = 0;  // looks at the app's own screens, and looks that showed nothing
  int inside = 0;                    // behind every dialog and wall
  int login = 0;
  bool refuses_device = false;
};

Seen look_over(const Timeline& t, const RulePack& pack) {
  Seen out;
  out.unreadable = static_cast<int>(t.blind.size());
  for (const ScreenSeen& s : t.screens) {
    if (s.screen.package != t.package) continue;
    if (s.screen.kind == ScreenKind::kBlind) {
      ++out.unreadable;
      continue;
    }
    ++out.readable;
    if (s.screen.kind == ScreenKind::kLogin) ++out.login;
    const bool wall = s.screen.kind == ScreenKind::kConsent || s.screen.kind == ScreenKind::kConsentAgain ||
                      s.screen.kind == ScreenKind::kLogin || s.screen.kind == ScreenKind::kAdvert ||
                      s.screen.kind == ScreenKind::kPolicy;
    const bool refuses = word_in(pack.evasion_words, s.screen.text) != nullptr;
    out.refuses_device = out.refuses_device || refuses;
    if (!wall && !refuses) ++out.inside;
  }
  // What a picture shows was seen too, though nobody can say that all of it was.
  out.readable +=
      static_cast<int>(std::count_if(t.pictures.begin(), t.pictures.end(), [](const ScreenSeen& s) {
        return s.screen.kind != ScreenKind::kBlind;
      }));
  return out;
}

int crashes(const Timeline& t) {
  return static_cast<int>(std::count_if(t.events.begin(), t.events.end(), [&](const EventSeen& e) {
    return e.event.kind == android::EventKind::kCrash && e.event.process == t.package;
  }));
}

}  // namespace

Validity validity_of(const Timeline& t, const RulePack& pack) {
  Validity out;
  const RuleItem any;
  const Listing nobody;
  out.exercised = exercised({t, any, pack, nobody}).empty();
  const Seen seen = look_over(t, pack);
  const auto add = [&](bool applies, Hindrance h) {
    if (applies) out.hindrances.push_back(h);
  };
  add(t.facts && !t.facts->protector.empty(), Hindrance::kPacked);
  add(seen.refuses_device && seen.inside == 0, Hindrance::kEvading);
  add(seen.login > 0 && seen.inside == 0, Hindrance::kLoginWall);
  add(crashes(t) >= kCrashesThatHide && seen.inside == 0, Hindrance::kCrashed);
  add(seen.readable == 0 && seen.unreadable > 0, Hindrance::kStuck);
  const bool evades =
      std::find(out.hindrances.begin(), out.hindrances.end(), Hindrance::kEvading) != out.hindrances.end();
  out.other_class_wanted = evades && t.journal->header.device_kind.device_class != "phone";
  return out;
}

std::optional<Reason> unbelievable(const Validity& v) {
  for (Hindrance h : v.hindrances) {
    if (h == Hindrance::kEvading) return Reason::kEmuDetected;
    if (h == Hindrance::kCrashed || h == Hindrance::kStuck) return Reason::kNotIdle;
  }
  return std::nullopt;
}

}  // namespace storesweep
