#include "common/rules/profile.h"

#include "common/android/phrases.h"
#include "common/base/text.h"
#include "common/config/config.h"

namespace storesweep {
namespace {

constexpr std::int64_t kMaxPhaseMs = 24 * 3'600'000LL;

void read_phases(ConfigMap& map, Profile& profile) {
  for (const std::string& name : map.strings("phases")) {
    const auto phase = phase_named(name);
    const bool runs = phase && *phase != Phase::kP0;
    if (!runs) map.error("phases", "'" + name + "' is no phase of a run: P1 to P12");
    if (runs) profile.phases.insert(*phase);
  }
  if (profile.phases.empty()) map.error("phases", "a run has phases");
}

void read_shifts(ConfigMap& map, Profile& profile) {
  constexpr int kMostHours = 49;
  for (const std::string& text : map.strings("shift_hours")) {
    const int hours = parse_int<int>(text).value_or(0);
    const int before = profile.shift_hours.empty() ? 0 : profile.shift_hours.back();
    if (hours <= before || hours > kMostHours)
      map.error("shift_hours", "wanted whole hours up to 49, rising");
    profile.shift_hours.push_back(hours);
  }
}

Profile read_profile(ConfigMap map, const std::vector<std::string>& never_tap) {
  Profile p;
  read_phases(map, p);
  const IntRange length{1'000, kMaxPhaseMs}, steps{0, 10'000};
  p.consent_wait_ms = map.required_integer("consent_wait_ms", length);
  p.look_every_ms = map.required_integer("look_every_ms", length);
  p.refused_watch_ms = map.required_integer("refused_watch_ms", length);
  p.relaunch_watch_ms = map.required_integer("relaunch_watch_ms", length);
  p.agreed_watch_ms = map.required_integer("agreed_watch_ms", length);
  p.silence_ms = map.required_integer("silence_ms", length);
  p.explore_ms = map.required_integer("explore_ms", length);
  p.explore_steps = static_cast<int>(map.required_integer("explore_steps", steps));
  p.background_ms = map.required_integer("background_ms", length);
  p.swiped_ms = map.required_integer("swiped_ms", length);
  p.booted_ms = map.required_integer("booted_ms", length);
  p.denied_watch_ms = map.required_integer("denied_watch_ms", length);
  p.denial_ms = map.required_integer("denial_ms", length);
  p.denial_steps = static_cast<int>(map.required_integer("denial_steps", steps));
  p.relaunches = static_cast<int>(map.required_integer("relaunches", {0, 20}));
  read_shifts(map, p);
  p.update_ms = map.required_integer("update_ms", length);
  p.update_steps = static_cast<int>(map.required_integer("update_steps", steps));
  p.settings_ms = map.required_integer("settings_ms", length);
  p.settings_steps = static_cast<int>(map.required_integer("settings_steps", steps));
  p.alike = static_cast<int>(map.required_integer("alike", {1, 100}));
  p.screenshots = static_cast<int>(map.required_integer("screenshots", {0, 2'000}));
  p.never_tap = never_tap;
  return p;
}

}  // namespace

Result<Profiles> load_profiles(const std::string& folder) {
  TRY_ASSIGN(auto document, ConfigDocument::from_file(folder + "/profiles.yaml"));
  ConfigMap root = document.root();
  const std::vector<std::string> never_tap = root.strings("never_tap");
  for (const std::string& word : never_tap) {
    if (android::normalise(word).empty()) root.error("never_tap", "an empty word would forbid every tap");
  }
  Profiles out;
  out.triage = read_profile(root.map("triage"), never_tap);
  out.lab = read_profile(root.map("lab"), never_tap);
  TRY(document.finish());
  return out;
}

}  // namespace storesweep
