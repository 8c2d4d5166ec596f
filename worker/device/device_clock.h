// A device's wall clock, set on purpose and put back. Before it is set a note of how it stood goes into the
// device's own settings, where hygiene finds it (hygiene.h) whatever became of the worker that wrote it.
// Functions; one at a time per device.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "worker/device/device.h"

namespace storesweep::device {

inline constexpr std::string_view kClockNote = "global/storesweep_clock";  // among the settings

// How the clock stood: by the difference between wall and uptime, which only a setting or a reboot changes.
struct ClockNote {
  std::string boot;            // /proc/sys/kernel/random/boot_id
  std::int64_t offset_ms = 0;  // wall - uptime
  std::string auto_time;       // of the settings: whether the network sets the clock; "null": not set
};
// "BOOT/OFFSET/AUTO"; nothing for other text. Pure.
std::string clock_note_text(const ClockNote& note);
std::optional<ClockNote> parse_clock_note(std::string_view text);

// Notes how the clock stands and keeps the network from setting it.
Result<ClockNote> note_clock(Device& device, const Deadline& deadline);
// Sets the wall clock so that it is offset_ms ahead of the uptime, within some minutes, and looks whether it
// is. kUnsupported where the device lets nobody do so.
Status set_clock(Device& device, std::int64_t offset_ms, const Deadline& deadline);
// Puts everything back as the note says and removes it. After a reboot in between only a real device can be
// put right, by this host's clock; kUnsupported where it cannot be.
Status restore_clock(Device& device, const Deadline& deadline);
// The same where there is a note, before a device is looked at for the first time: what a run of another
// worker left must not become what the device is held to.
Status restore_noted_clock(Device& device, const Deadline& deadline);

}  // namespace storesweep::device
