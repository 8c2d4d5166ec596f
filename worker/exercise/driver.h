// Carries out the actions of a plan on a device and records them: the only place here that talks to it. A
// step whose command broke off is given up once the device answers again, so that a device that goes away and
// comes back costs one step; one that stays away, or was rebooted by itself, ends the run. One thread; what
// it is given outlives it.
#pragma once

#include <memory>
#include <string>

#include "common/model/figures.h"
#include "common/rules/profile.h"
#include "worker/device/device_clock.h"
#include "worker/exercise/step.h"
#include "worker/exercise/versions.h"
#include "worker/observe/log_stream.h"

namespace storesweep::exercise {

class Driver {
 public:
  Driver(const observe::Scene& scene, const android::PhraseBook& phrases, const Profile& profile,
         const Versions& versions);

  // Before the first action: starts the log streams.
  Status begin(const Deadline& deadline);
  Result<Event> carry_out(const Action& action, const Deadline& deadline);
  // After the last one: what the device's logs still hold.
  Status end(const Deadline& deadline);
  // Steps of which nobody knows whether they were done or that could not be looked at, and gaps of the logs:
  // what rests on them is not tested.
  std::int64_t broken() const;
  // What was counted so far, but for the device's own counters.
  void figures(RunFigures& out) const;

 private:
  struct Doing;
  Result<Event> once(const Action& action, const Deadline& deadline);
  Status come_back(const Status& error, const Deadline& deadline);
  Status learn(device::TimedReading reading, const Deadline& deadline);
  Result<Event> input(std::string_view record, const observe::ActionDetails& details,
                      const std::string& command, const Deadline& deadline);
  Result<Event> type(const TypeInto& text, const Deadline& deadline);
  Event tell(const TellLogin& login);
  Result<Event> look(const Deadline& deadline);
  Result<Event> launch(const Deadline& deadline);
  Result<Event> swipe_away(const Deadline& deadline);
  Result<Event> toggle(const Toggle& toggle, const Deadline& deadline);
  Result<Event> reboot(const Deadline& deadline);
  Result<Event> rest(const Rest& rest, const Deadline& deadline);
  Result<Event> shift(const ShiftClock& wanted, const Deadline& deadline);
  Result<Event> shifted(const ShiftClock& wanted, bool done, observe::Stamp at, const Deadline& deadline);
  Status not_shifted(const ShiftClock& wanted, const Status& why, const Deadline& deadline);
  Status set_clock(std::int64_t shift_ms, const Deadline& deadline);
  Result<Event> install(const InstallVersion& which, const Deadline& deadline);
  Result<Event> end_phase(Phase phase, const Deadline& deadline);
  Result<std::string> network_switch(bool on, const Deadline& deadline);
  int api() const { return scene_.device.facts().api; }

  observe::Scene scene_;
  const Versions& versions_;
  std::string activity_;  // of the version that is installed
  observe::ScreenWatcher watcher_;
  std::unique_ptr<observe::LogStream> events_, log_;
  std::set<std::string> pictured_;               // kinds and texts of screens of which there is a picture
  std::optional<device::ClockNote> clock_note_;  // while the clock is shifted
  std::string first_shifted_;                    // the log's time when it was shifted for the first time
  bool lost_boot_ = false;
  int broken_ = 0;
  std::int64_t phase_began_ms_ = 0;
  RunFigures figures_;
};

}  // namespace storesweep::exercise
