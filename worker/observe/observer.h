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

struct Scene {
  device::Device& device;
  Recorder& recorder;
  const Clock& host;
  const std::string& package;  // a checked package name
};

struct Observer {
  std::string_view name;
  bool (*looks_after)(Phase phase);  // P0: before the first phase
  Status (*observe)(const Scene& scene, const Deadline& deadline);
};
std::span<const Observer> edge_observers();
// All of the table that look after this phase.
Status observe_edge(const Scene& scene, Phase phase, const Deadline& deadline);

// A command's output and the moment at which the device ran it, by the device's own uptime.
struct TimedOutput {
  device::ShellOutput output;  // `out` without the uptime
  Stamp at;
};
// Runs the command and `cat /proc/uptime` before (or after) it as one command and teaches the recorder's
// clock.
enum class Timed { kBefore, kAfter };
Result<TimedOutput> timed_shell(const Scene& scene, std::string_view command, const Deadline& deadline,
                                Timed timed = Timed::kBefore);
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
