// What the driver does for the 48-hour question of P10: the device's clock is shifted, and put back. For the
// run's own times nothing jumps: they go by the uptime. The logs are stamped by the wall clock, so that the
// journal says by how much.
#include <fmt/format.h>

#include "common/evidence/names.h"
#include "worker/device/device_clock.h"
#include "worker/exercise/driver.h"

namespace storesweep::exercise {
namespace {
constexpr std::int64_t kHourMs = 3'600'000;
// Before, app-ops counts backwards from the wall clock; from then on it tells moments.
constexpr int kFirstApi = 28;
// A log line names no year, and lines are told apart by their time: not over New Year's Eve, in any zone.
constexpr std::int64_t kMarginMs = 15 * kHourMs, kLongestMs = 50 * kHourMs;

bool within_one_year(std::int64_t wall_ms) {
  return format_time(wall_ms - kMarginMs).substr(0, 4) ==
         format_time(wall_ms + kLongestMs + kMarginMs).substr(0, 4);
}
}  // namespace

// The note first: from then on hygiene knows.
Status Driver::set_clock(std::int64_t shift_ms, const Deadline& deadline) {
  if (shift_ms == 0) return device::restore_clock(scene_.device, deadline);
  if (!clock_note_) {
    if (api() < kFirstApi) return unsupported("app-ops of this API level tells no moments");
    TRY_ASSIGN(const device::DeviceTime now, scene_.device.time(deadline));
    if (!within_one_year(now.wall_s * 1000)) return unsupported("the year is about to end on this device");
    TRY_ASSIGN(clock_note_, device::note_clock(scene_.device, deadline));
  }
  return device::set_clock(scene_.device, clock_note_->offset_ms + shift_ms, deadline);
}

Result<Event> Driver::shift(const ShiftClock& wanted, const Deadline& deadline) {
  if (wanted.hours == 0 && !clock_note_) return Event(Done{});  // it stands as it did
  watcher_.acted();
  struct Streams {  // whatever comes of it
    observe::LogStream &events, &log;
    ~Streams() { events.start(), log.start(); }
  } streams{*events_, *log_};
  TRY(events_->settle(deadline));
  TRY(log_->settle(deadline));
  TRY_ASSIGN(const observe::Stamp at, observe::device_moment(scene_, deadline));
  const Status set = set_clock(wanted.hours * kHourMs, deadline);
  if (!set.ok() && set.kind() != ErrorKind::kUnsupported) return set;
  if (!set.ok()) TRY(not_shifted(wanted, set, deadline));
  return shifted(wanted, set.ok(), at, deadline);
}

// A device that lets nobody set its clock keeps this one question open, and no other. One whose clock cannot
// be put back is hygiene's.
Status Driver::not_shifted(const ShiftClock& wanted, const Status& why, const Deadline& deadline) {
  scene_.recorder.failed(record_name::kClockShift, Reason::kNoDeviceKind, why.text());
  if (wanted.hours == 0 || !clock_note_) return ok_status();
  const Status restored = device::restore_clock(scene_.device, deadline);
  if (restored.ok()) clock_note_.reset();
  return restored.kind() == ErrorKind::kUnsupported ? ok_status() : restored;
}

// The clock is another, or may have been for a moment: everything that goes by it begins anew.
Result<Event> Driver::shifted(const ShiftClock& wanted, bool done, observe::Stamp at,
                              const Deadline& deadline) {
  TRY_ASSIGN(const std::int64_t shift_ms, scene_.recorder.clock_set(scene_.device, deadline));
  TRY_ASSIGN(const std::string log_now, observe::log_clock(scene_.device, deadline));
  at.took_ms = std::max<std::int64_t>(0, scene_.recorder.reached().device_ms - at.device_ms);
  if (done && wanted.hours == 0) clock_note_.reset();
  const std::string ceiling = wanted.hours == 0 || !done ? first_shifted_ : "";
  if (done && first_shifted_.empty()) first_shifted_ = log_now;
  events_->clock_set(log_now, ceiling);
  log_->clock_set(log_now, ceiling);
  const std::string target = wanted.hours == 0 || !done ? "0" : fmt::format("+{} h", wanted.hours);
  scene_.recorder.action(record_name::kClockShift, {.target = target, .ms = shift_ms}, at);
  return Event(Done{done, ""});
}

}  // namespace storesweep::exercise
