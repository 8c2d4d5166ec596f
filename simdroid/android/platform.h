// Steps a simulated Android: time goes on, the device boots and goes down, its switches are thrown.
// Everything that is due happens in its order. Acts on State.
#pragma once

#include <cstdint>
#include <optional>

#include "simdroid/android/state.h"

namespace storesweep::simdroid::android {

// A fresh device of that shape, not booted.
State make_state(const DeviceShape& shape, const Templates& templates, std::uint64_t seed,
                 std::int64_t wall_zero_ms);
// Runs what is due until `now_ms`, each at its own time.
void advance(State& s, std::int64_t now_ms);
// When something is due next; nothing when nothing is.
std::optional<std::int64_t> next_due_ms(const State& s);

// Goes down: nothing survives but what is on disk.
void power_down(State& s);
// system_server is up: processes, home. `boot_completed` follows when the device says so.
void power_up(State& s);
void boot_completed(State& s);

// What can be thrown from outside; each tells those who listen.
void set_screen(State& s, bool on);
void dismiss_keyguard(State& s);
void set_network(State& s, bool wifi, bool data);
void set_plugged(State& s, bool ac, bool usb);

}  // namespace storesweep::simdroid::android
