// The observers of a run and what they share. An observer asks the device one thing and gives the answer to
// the recorder raw; when it cannot, it leaves a typed failed record and the run goes on. Only what says that
// the device or the server is gone comes back as an error. The table below names all that look at the edges
// of phases; the others are the streams (log_stream.h), the screen (screen_look.h) and its pictures
// (screenshot.h). One thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/base/cancel.h"
#include "common/base/clock.h"
#include "common/model/verdict.h"
#include "worker/device/device.h"
#include "worker/observe/recorder.h"

namespace storesweep::observe {

class PictureReader;

struct Scene {
  device::Device& device;
  Recorder& recorder;
  const Clock& host;
  const std::string& package;         // a checked package name
  PictureReader* pictures = nullptr;  // null: screens without text stay unread
};

struct Observer {
  std::string_view name;
  bool (*looks_after)(Phase phase);  // P0: before the first phase
  Status (*observe)(const Scene& scene, const Deadline& deadline);
};
std::span<const Observer> edge_observers();
// All of the table that look after this phase.
Status observe_edge(const Scene& scene, Phase phase, const Deadline& deadline);

// A command's output and when the device ran it, by the device's own uptime before and after: on a starved
// device whole seconds lie between the parts of one command.
struct TimedOutput {
  device::ShellOutput output;  // `out` as the command printed it; exit_code 0, or 1 for any other
  Stamp at;
};
// Runs `cat /proc/uptime`, the command and `cat /proc/uptime` again as one command, and teaches the
// recorder's clock.
Result<TimedOutput> timed_shell(const Scene& scene, std::string_view command, const Deadline& deadline);
// What such a command printed, taken apart. Sees only the text.
struct TimedText {
  std::string out;
  std::optional<std::int64_t> from_up_ms, until_up_ms;
};
std::string timed_command(std::string_view command);
TimedText take_apart_timed(std::string_view text);
// The device's own moment now.
Result<Stamp> device_moment(const Scene& scene, const Deadline& deadline);
// "123.45 67.8" -> 123450; nothing for other text. Sees only the text.
std::optional<std::int64_t> parse_uptime(std::string_view line);

// Whether an error of a command means that nothing more can be asked of the device now; else the observer
// alone failed.
bool device_gone(const Status& error);
// Records that an observer failed and swallows the error; where the device is gone it comes back, for who may
// try the step again.
Status observer_failed(const Scene& scene, std::string_view name, const Status& error);

}  // namespace storesweep::observe
