#include "worker/exercise/driver.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/android/tools.h"
#include "common/base/text.h"
#include "common/evidence/names.h"
#include "worker/adb/protocol.h"
#include "worker/exercise/stack_list.h"
#include "worker/observe/package_state.h"

namespace storesweep::exercise {
namespace {

constexpr std::int64_t kCommandMs = 60'000;  // of the host; `am start -W` waits for a first frame
constexpr std::int64_t kRebootMs = 10 * 60'000;
constexpr std::int64_t kShiftMs = 3 * 60'000;
constexpr std::int64_t kInstallMs = 10 * 60'000;  // starved devices take minutes
constexpr std::int64_t kComeBackMs = 2 * 60'000;  // how long a device that went away is waited for
constexpr std::int64_t kOutageMs = 10'000;  // of the device: what is away for longer leaves a hole in the run
constexpr int kOddReadings = 4;
constexpr std::int64_t kKilledMs = 1'500;
constexpr std::int64_t kAskAgainMs = 300;
constexpr std::int64_t kRestPieceMs = 60'000;  // of the host: then the device's clock is read anew
constexpr std::string_view kStep = "step";     // failed records of the driver itself

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

std::string tap_command(const android::Bounds& b) {
  return fmt::format("input tap {} {}", b.center_x(), b.center_y());
}
// Upwards inside of a list, away from its edges.
std::string scroll_command(const android::Bounds& b) {
  return fmt::format("input swipe {0} {1} {0} {2} 300", b.center_x(), b.top + b.height() * 3 / 4,
                     b.top + b.height() / 4);
}
// Screens of which a person will want a picture.
bool worth_a_picture(android::ScreenKind kind) {
  using K = android::ScreenKind;
  return kind == K::kConsent || kind == K::kConsentAgain || kind == K::kPermission ||
         kind == K::kPermissionReview || kind == K::kRationale || kind == K::kBegging || kind == K::kLogin ||
         kind == K::kBlind || kind == K::kCrash;
}
// What may be done again when nobody knows whether it was done.
bool repeatable(const Action& a) {
  return std::holds_alternative<LookAt>(a) || std::holds_alternative<Rest>(a) ||
         std::holds_alternative<LaunchApp>(a) || std::holds_alternative<Unlock>(a) ||
         std::holds_alternative<EndPhase>(a);
}

}  // namespace

Driver::Driver(const observe::Scene& scene, const android::PhraseBook& phrases, const Profile& profile,
               const Versions& versions)
    : scene_(scene),
      versions_(versions),
      activity_(versions.current.launch_activity),
      watcher_(scene, phrases, profile.screenshots) {}

Status Driver::begin(const Deadline& deadline) {
  TRY(observe::clear_logs(scene_.device, deadline.at_most_ms(kCommandMs)));
  TRY_ASSIGN(std::string from, observe::log_clock(scene_.device, deadline.at_most_ms(kCommandMs)));
  events_ = std::make_unique<observe::LogStream>(scene_, observe::event_log(), from);
  log_ = std::make_unique<observe::LogStream>(scene_, observe::system_log(), from);
  events_->start();
  log_->start();
  phase_began_ms_ = scene_.host.steady_ms();
  return ok_status();
}

Status Driver::end(const Deadline& deadline) {
  if (!events_) return ok_status();
  // A phase that was cut short left the clock as it was: hygiene knows, and others need not wait for it.
  if (clock_note_) static_cast<void>(device::restore_clock(scene_.device, deadline.at_most_ms(kCommandMs)));
  Status events = events_->settle(deadline.at_most_ms(kCommandMs));
  Status log = log_->settle(deadline.at_most_ms(kCommandMs));
  return events.ok() ? log : events;
}

std::int64_t Driver::broken() const {
  return broken_ + (events_ ? events_->figures().gaps + log_->figures().gaps : 0);
}

void Driver::figures(RunFigures& out) const {
  out.phase_ms = figures_.phase_ms;
  out.screens = watcher_.looks();
  if (!events_) return;
  const observe::LogFigures events = events_->figures(), log = log_->figures();
  out.events = events.lines + log.lines;
  out.crashes = events.crashes;
  out.anrs = events.anrs;
}

Result<Event> Driver::carry_out(const Action& action, const Deadline& deadline) {
  for (int attempt = 1;; ++attempt) {
    const std::int64_t began_ms = scene_.host.steady_ms();
    auto event = once(action, deadline);
    if (event.ok() || lost_boot_ || !observe::device_gone(event.status())) return event;
    scene_.recorder.failed(kStep, Reason::kHookDead, event.status().text());
    // In a rest nothing is looked at anyway: what counts there is how long the device was away at its end.
    const std::int64_t away_from_ms =
        std::holds_alternative<Rest>(action) ? scene_.host.steady_ms() : began_ms;
    TRY(come_back(event.status(), deadline));
    // Nobody looked so long, and the time that the phase had for its app is less by it.
    const auto away_ms = static_cast<double>(scene_.host.steady_ms() - away_from_ms) * scene_.recorder.rate();
    if (away_ms > kOutageMs) ++broken_;
    if (attempt == 2 || !repeatable(action)) break;
  }
  ++broken_;
  if (std::holds_alternative<LookAt>(action)) {
    scene_.recorder.failed(record_name::kHierarchy, Reason::kHookDead, "the device went away meanwhile");
    return Event(Shown{});
  }
  return Event(Done{false, "the device went away meanwhile"});
}

// Until the device answers again, still in the same boot.
Status Driver::come_back(const Status& error, const Deadline& deadline) {
  const Deadline patience = deadline.at_most_ms(kComeBackMs);
  for (;;) {
    if (deadline.cancel && deadline.cancel->cancelled()) return cancelled("the run was given up");
    if (deadline.passed()) return timed_out("the run's time is over");
    auto now = device::read_time(scene_.device, scene_.host, patience.at_most_ms(10'000));
    if (now.ok()) return learn(*now, patience);
    if (patience.passed()) return error;
    (void)sleep_ms(kAskAgainMs, patience);
  }
}

// A device that was rebooted by itself has lost the state that the phases build on: nothing to go on with.
// One odd reading proves nothing: a busy host may stop a simulated device between its two clocks.
Status Driver::learn(device::TimedReading reading, const Deadline& deadline) {
  Status same = scene_.recorder.learn(reading);
  for (int again = 0; !same.ok() && again < kOddReadings; ++again) {
    TRY_ASSIGN(reading, device::read_time(scene_.device, scene_.host, deadline.at_most_ms(kCommandMs)));
    same = scene_.recorder.learn(reading);
  }
  if (same.ok()) return same;
  lost_boot_ = true;
  return not_found(same.message());
}

Result<Event> Driver::once(const Action& action, const Deadline& run) {
  const Deadline deadline = run.at_most_ms(kCommandMs);
  using R = Result<Event>;
  return std::visit(
      Overloaded{
          [&](const LookAt&) { return look(deadline); },
          [&](const TapOn& t) -> R {
            return input(t.record, {.target = t.target, .bounds = t.bounds}, tap_command(t.bounds), deadline);
          },
          [&](const GoBack&) -> R { return input(record_name::kBack, {}, "input keyevent 4", deadline); },
          [&](const GoHome&) -> R { return input(record_name::kHome, {}, "input keyevent 3", deadline); },
          [&](const ScrollIn& s) -> R {
            return input(record_name::kScroll, {.bounds = s.bounds}, scroll_command(s.bounds), deadline);
          },
          [&](const LaunchApp&) { return launch(deadline); },
          [&](const SwipeAway&) { return swipe_away(deadline); },
          [&](const ClearData&) -> R {
            return input(record_name::kClear, {}, "pm clear " + scene_.package, deadline);
          },
          [&](const Toggle& t) { return toggle(t, deadline); },
          [&](const RebootDevice&) { return reboot(run.at_most_ms(kRebootMs)); },
          [&](const Unlock&) -> R {
            return input(record_name::kUnlock, {},
                         api() >= 24 ? "input keyevent 224; wm dismiss-keyguard" : "input keyevent 82",
                         deadline);
          },
          [&](const Rest& r) { return rest(r, run); },
          [&](const BeginPhase& p) -> R {
            phase_began_ms_ = scene_.host.steady_ms();
            TRY_ASSIGN(observe::Stamp at, observe::device_moment(scene_, deadline));
            scene_.recorder.begin(p.phase, at);
            return Event(Done{});
          },
          [&](const EndPhase& p) { return end_phase(p.phase, deadline); },
          [&](const TypeInto& t) { return type(t, deadline); },
          [&](const TellLogin& t) -> R { return tell(t); },
          [&](const ShiftClock& c) { return shift(c, run.at_most_ms(kShiftMs)); },
          [&](const InstallVersion& v) { return install(v, run.at_most_ms(kInstallMs)); },
          [&](const ReadPermissions&) -> R {
            TRY(observe::observe_package_state(scene_, deadline));
            return Event(Done{});
          },
      },
      action);
}

// One command, stamped by the device's uptime before and after it.
Result<Event> Driver::input(std::string_view record, const observe::ActionDetails& details,
                            const std::string& command, const Deadline& deadline) {
  watcher_.acted();
  const observe::Stamp lost = scene_.recorder.between({}, {});
  auto answer = observe::timed_shell(scene_, command, deadline);
  // Recorded also when the answer was lost: it may have been done, then or later.
  const observe::Stamp at = answer.ok() ? answer->at : lost;
  scene_.recorder.action(record, details, at);
  if (at.took_ms < 0) ++broken_;
  if (!answer.ok()) return answer.status();
  const std::string said = answer->output.out + answer->output.err;
  const bool ok = answer->output.exit_code == 0 && said.find("Exception") == std::string::npos;
  if (!ok) scene_.recorder.failed(kStep, Reason::kHookDead, command + ": " + said);
  return Event(Done{ok, said});
}

Result<Event> Driver::look(const Deadline& deadline) {
  TRY_ASSIGN(observe::ScreenLook look, watcher_.look(deadline));
  if (look.readable && !look.from_picture && worth_a_picture(look.screen.kind)) {
    const std::string which = std::string(android::screen_kind_name(look.screen.kind)) + look.screen.text;
    if (pictured_.insert(which).second) TRY(watcher_.picture(deadline));
  }
  return Event(Shown{std::move(look)});
}

Result<Event> Driver::launch(const Deadline& deadline) {
  const std::string component =
      activity_.find('/') == std::string::npos ? scene_.package + "/" + activity_ : activity_;
  // As a launcher does: FLAG_ACTIVITY_NEW_TASK | FLAG_ACTIVITY_RESET_TASK_IF_NEEDED.
  TRY_ASSIGN(Event event,
             input(record_name::kLaunch, {.target = component},
                   "am start -W -a android.intent.action.MAIN -c android.intent.category.LAUNCHER "
                   "-f 0x10200000 -n " +
                       adb::quoted(component),
                   deadline));
  auto& done = std::get<Done>(event);
  done.ok = android::parse_start(done.text).ok;
  if (!done.ok) scene_.recorder.failed(kStep, Reason::kHookDead, "am start: " + done.text);
  return event;
}

// Removes the app's task as a swipe in the recents does. Where that cannot be asked for, `am kill`, which
// ends what runs in the background and, like the swipe, stops nothing for good.
Result<Event> Driver::swipe_away(const Deadline& deadline) {
  TRY_ASSIGN(device::ShellOutput list, scene_.device.shell("am stack list", deadline));
  std::string command, how;
  for (const StackTask& t : stacks_of(list.out, scene_.package)) {
    const std::string one = fmt::format("am stack remove {}", t.stack);
    if (command.find(one) != std::string::npos) continue;
    command += (command.empty() ? "" : "; ") + one;
  }
  if (command.empty() && api() < 26) command = "input keyevent 3; am kill " + scene_.package;
  if (command.empty()) command = "true";  // it has no task: the app had finished it
  TRY_ASSIGN(Event event, input(record_name::kSwipeAway, {.target = command}, command, deadline));
  // The processes are killed a moment after the task is gone: a launch in between would be killed with them.
  TRY(rest(Rest{kKilledMs}, deadline).status());
  return event;
}

Result<std::string> Driver::network_switch(bool on, const Deadline& deadline) {
  const char* word = on ? "enable" : "disable";
  if (scene_.device.facts().device_class != "phone") return fmt::format("svc wifi {0}; svc data {0}", word);
  // A phone that is reached over the network would cut itself off.
  TRY_ASSIGN(device::ShellOutput port, scene_.device.shell("getprop service.adb.tcp.port", deadline));
  const auto number = parse_int<int>(trim(port.out));
  return number.value_or(0) > 0 ? fmt::format("svc data {}", word)
                                : fmt::format("svc wifi {0}; svc data {0}", word);
}

Result<Event> Driver::toggle(const Toggle& t, const Deadline& deadline) {
  std::string what, command;
  switch (t.what) {
    case Switch::kNetwork: {
      what = "network";
      TRY_ASSIGN(command, network_switch(t.on, deadline));
      break;
    }
    case Switch::kPower:
      what = "power";
      if (t.on) {
        command = api() >= 23 ? "dumpsys battery reset" : "dumpsys battery set ac 1; dumpsys battery reset";
      } else {
        command =
            api() >= 23 ? "dumpsys battery unplug" : "dumpsys battery set ac 0; dumpsys battery set usb 0";
      }
      break;
    case Switch::kScreen:
      what = "screen";
      command = api() < 21 ? "input keyevent 26" : t.on ? "input keyevent 224" : "input keyevent 223";
      break;
  }
  return input(record_name::kToggle, {.target = what + (t.on ? " on" : " off")}, command, deadline);
}

Result<Event> Driver::reboot(const Deadline& deadline) {
  watcher_.acted();
  TRY(events_->settle(deadline.at_most_ms(kCommandMs)));
  TRY(log_->settle(deadline.at_most_ms(kCommandMs)));
  TRY_ASSIGN(observe::Stamp at, observe::device_moment(scene_, deadline.at_most_ms(kCommandMs)));
  scene_.recorder.action(record_name::kReboot, {}, at);
  Status booted = scene_.device.reboot(deadline);
  if (!booted.ok()) {
    lost_boot_ = true;  // how far it came is not known
    return booted.within("reboot");
  }
  events_->rebooted();
  log_->rebooted();
  events_->start();
  log_->start();
  TRY(scene_.recorder.rebooted(scene_.device, deadline));
  return Event(Done{});
}

Result<Event> Driver::rest(const Rest& rest, const Deadline& run) {
  if (rest.silence) scene_.recorder.action(record_name::kWait, {.ms = rest.ms});
  // By readings alone: what this host makes of the time in between may be wrong by as much as it is busy.
  const std::int64_t until_ms = scene_.recorder.now().device_ms + rest.ms;
  for (;;) {
    const auto left_ms = static_cast<double>(until_ms - scene_.recorder.reached().device_ms);
    if (left_ms <= 0) return Event(Done{});
    const auto host_ms = static_cast<std::int64_t>(left_ms / std::max(scene_.recorder.rate(), 0.01)) + 1;
    TRY(sleep_ms(std::min(host_ms, kRestPieceMs), run));
    TRY_ASSIGN(device::TimedReading reading,
               device::read_time(scene_.device, scene_.host, run.at_most_ms(kCommandMs)));
    TRY(learn(reading, run));
  }
}

Result<Event> Driver::end_phase(Phase phase, const Deadline& deadline) {
  // A device that was rebooted by itself had not gone through the phase.
  TRY_ASSIGN(device::TimedReading reading, device::read_time(scene_.device, scene_.host, deadline));
  TRY(learn(reading, deadline));
  // A phase ends before it is looked back upon.
  TRY_ASSIGN(observe::Stamp at, observe::device_moment(scene_, deadline));
  TRY(observe::observe_edge(scene_, phase, deadline));
  scene_.recorder.end(at);
  figures_.phase_ms[static_cast<std::size_t>(phase)] += scene_.host.steady_ms() - phase_began_ms_;
  return Event(Done{});
}

}  // namespace storesweep::exercise
