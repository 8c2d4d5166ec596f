// What the phases ask to be done and what they are told came of it: one action, one event, in turn. Plain
// values; everything that decides is pure and sees nothing else of the device.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/android/screen.h"
#include "common/model/verdict.h"
#include "worker/observe/screen_look.h"

namespace storesweep::exercise {

// ---- actions
struct LookAt {};  // answered with Shown; every other action with Done
struct TapOn {
  std::string_view record;  // record_name::kTap, kAgree, ...: what the tap means
  std::string target;       // the text tapped, or the permission group
  android::Bounds bounds;
};
struct GoBack {};
struct GoHome {};
struct ScrollIn {
  android::Bounds bounds;
};
struct LaunchApp {};
struct SwipeAway {};  // from the recents, never a force-stop
struct ClearData {};  // as if installed just now: its data and permissions are reset
enum class Switch { kNetwork, kPower, kScreen };
struct Toggle {
  Switch what = Switch::kNetwork;
  bool on = false;
};
struct InstallVersion {  // the older one takes the app's place; the one under test is put over what is there
  bool older = false;
};
struct ShiftClock {  // the device's wall clock, so many hours ahead; 0: put back
  int hours = 0;
};
struct ReadPermissions {};  // into the journal
struct RebootDevice {};
struct Unlock {};
struct Rest {
  std::int64_t ms = 0;  // of the device
  bool silence = false;
};
struct BeginPhase {
  Phase phase = Phase::kP1;
};
struct EndPhase {
  Phase phase = Phase::kP1;
};
struct TypeInto {  // of a log-in (login.h): the text is secret and stands in no record
  std::string target;
  android::Bounds bounds;
  std::string text;
  std::size_t clear = 0;  // bytes of an older text that are removed first
};
struct TellLogin {  // how it ended, for the journal
  bool ok = false;
  std::string text;
};
using Action = std::variant<LookAt, TapOn, GoBack, GoHome, ScrollIn, LaunchApp, SwipeAway, ClearData, Toggle,
                            RebootDevice, Unlock, Rest, BeginPhase, EndPhase, TypeInto, TellLogin, ShiftClock,
                            InstallVersion, ReadPermissions>;

// ---- events
struct Begun {};
struct Shown {
  observe::ScreenLook look;
};
struct Done {
  bool ok = true;
  std::string text;
};
using Event = std::variant<Begun, Shown, Done>;

// The screen of an event, where it was one that could be read.
inline const observe::ScreenLook* readable(const Event& event) {
  const auto* shown = std::get_if<Shown>(&event);
  return shown && shown->look.readable ? &shown->look : nullptr;
}
inline bool is_look(const Event& event) { return std::holds_alternative<Shown>(event); }

// One phase: told what came of the last action, says the next; nothing when the phase is over. `now` in
// milliseconds of the device.
class PhaseMachine {
 public:
  virtual ~PhaseMachine() = default;
  virtual std::optional<Action> on(const Event& event, std::int64_t now) = 0;
};

}  // namespace storesweep::exercise
