#include "worker/device/device_clock.h"

#include <fmt/format.h>

#include <cstdlib>

#include "common/base/clock.h"
#include "common/base/text.h"
#include "worker/adb/protocol.h"

namespace storesweep::device {
namespace {
constexpr int kTries = 3;
constexpr std::int64_t kCloseMs = 2'000;         // `date` tells whole seconds
constexpr std::int64_t kEnoughMs = 10 * 60'000;  // of hours; a slow host sets a fast device late
constexpr int kFirstApiWithCmd = 24;
constexpr std::string_view kNoteName = "global 'storesweep_clock'", kAutoTime = "global 'auto_time'";

Result<std::string> said(Device& device, const std::string& command, const Deadline& deadline) {
  TRY_ASSIGN(ShellOutput out, device.shell(command, deadline));
  return std::string(trim(out.out));
}

Result<std::int64_t> offset_now(Device& device, const Deadline& deadline) {
  TRY_ASSIGN(const DeviceTime now, device.time(deadline));
  return now.wall_s * 1000 - now.up_ms;
}

// Tries with one tool; how far off the clock is then.
Result<std::int64_t> set_by(Device& device, bool as_alarm, std::int64_t offset_ms, const Deadline& deadline) {
  std::int64_t off = 0;
  for (int i = 0; i < kTries; ++i) {
    TRY_ASSIGN(const DeviceTime now, device.time(deadline));
    const std::int64_t wall_ms = now.up_ms + offset_ms;
    const std::string command =
        as_alarm ? fmt::format("cmd alarm set-time {}", wall_ms) : fmt::format("date @{}", wall_ms / 1000);
    TRY(device.shell(command, deadline).status());
    TRY_ASSIGN(const std::int64_t after, offset_now(device, deadline));
    off = std::abs(after - offset_ms);
    if (off <= kCloseMs || off > kEnoughMs) break;
  }
  return off;
}
}  // namespace

std::string clock_note_text(const ClockNote& note) {
  return fmt::format("{}/{}/{}", note.boot, note.offset_ms, note.auto_time);
}

std::optional<ClockNote> parse_clock_note(std::string_view text) {
  const auto parts = split(text, '/');
  const auto offset = parts.size() == 3 ? parse_int<std::int64_t>(parts[1]) : std::nullopt;
  if (!offset || parts[0].empty() || parts[2].empty()) return std::nullopt;
  return ClockNote{std::string(parts[0]), *offset, std::string(parts[2])};
}

Result<ClockNote> note_clock(Device& device, const Deadline& deadline) {
  ClockNote note;
  TRY_ASSIGN(note.boot, said(device, "cat /proc/sys/kernel/random/boot_id", deadline));
  TRY_ASSIGN(note.auto_time, said(device, fmt::format("settings get {}", kAutoTime), deadline));
  TRY_ASSIGN(note.offset_ms, offset_now(device, deadline));
  const std::string text = clock_note_text(note);
  if (!parse_clock_note(text)) return unsupported("the device does not tell which boot this is");
  TRY(device.shell(fmt::format("settings put {} {}", kNoteName, adb::quoted(text)), deadline).status());
  TRY_ASSIGN(const std::string kept, said(device, fmt::format("settings get {}", kNoteName), deadline));
  if (kept != text) return unsupported("the device keeps no note of how its clock stood");
  TRY(device.shell(fmt::format("settings put {} '0'", kAutoTime), deadline).status());
  return note;
}

Status set_clock(Device& device, std::int64_t offset_ms, const Deadline& deadline) {
  for (const bool as_alarm : {true, false}) {
    if (as_alarm && device.facts().api < kFirstApiWithCmd) continue;
    TRY_ASSIGN(const std::int64_t off, set_by(device, as_alarm, offset_ms, deadline));
    if (off <= kEnoughMs) return ok_status();
  }
  return unsupported("the device lets nobody set its clock");
}

Status restore_clock(Device& device, const Deadline& deadline) {
  TRY_ASSIGN(const std::string text, said(device, fmt::format("settings get {}", kNoteName), deadline));
  const auto note = parse_clock_note(text);
  if (!note) return unsupported("the note of how the clock stood is none: " + clean_utf8(text.substr(0, 60)));
  TRY_ASSIGN(const std::string boot, said(device, "cat /proc/sys/kernel/random/boot_id", deadline));
  TRY_ASSIGN(const DeviceTime now, device.time(deadline));
  const bool same_boot = boot == note->boot;
  if (!same_boot && device.facts().device_class == "simulated")
    return unsupported("the device was rebooted while its clock was shifted");
  const std::int64_t wanted_ms = same_boot ? note->offset_ms : SystemClock().wall_ms() - now.up_ms;
  if (std::abs(now.wall_s * 1000 - now.up_ms - wanted_ms) > kCloseMs)
    TRY(set_clock(device, wanted_ms, deadline));
  const std::string undo = note->auto_time == "null"
                               ? fmt::format("settings delete {}", kAutoTime)
                               : fmt::format("settings put {} {}", kAutoTime, adb::quoted(note->auto_time));
  TRY(device.shell(undo, deadline).status());
  return device.shell(fmt::format("settings delete {}", kNoteName), deadline).status();
}

Status restore_noted_clock(Device& device, const Deadline& deadline) {
  TRY_ASSIGN(const std::string text, said(device, fmt::format("settings get {}", kNoteName), deadline));
  return parse_clock_note(text) ? restore_clock(device, deadline) : ok_status();
}

}  // namespace storesweep::device
