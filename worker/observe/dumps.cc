#include "worker/observe/dumps.h"

#include <array>

#include "common/base/text.h"
#include "common/evidence/names.h"

namespace storesweep::observe {
namespace {

// Sensors and traffic are dumps of the whole device: once a run.
constexpr std::array<Dump, 7> kDumps = {{
    // Android 9 and later keep the uses of each state apart, and `appops get` leaves the states out.
    {record_name::kOpStates, "dumpsys appops --package {}", 28, "P7"},
    {record_name::kProcesses, "dumpsys activity processes {}", 1, "P7 P8 P9"},
    {record_name::kServices, "dumpsys activity services {}", 1, "P5 P7 P8 P9"},
    {record_name::kBroadcasts, "dumpsys activity broadcasts {}", 1, "P9"},
    {record_name::kExits, "dumpsys activity exit-info {}", 30, "P9 P10"},
    {record_name::kSensors, "dumpsys sensorservice", 1, "P7"},
    {record_name::kNetstats, "dumpsys netstats --uid", 1, "P7"},
}};

std::string filled(std::string_view command, const std::string& package) {
  const std::size_t at = command.find("{}");
  if (at == std::string_view::npos) return std::string(command);
  return std::string(command.substr(0, at)) + package + std::string(command.substr(at + 2));
}

bool asks_for(const Dump& dump, Phase phase) {
  for (std::string_view word : words(dump.phases)) {
    if (word == name(phase)) return true;
  }
  return false;
}

Status ask(const Scene& scene, const Dump& dump, const Deadline& deadline) {
  auto answer = timed_shell(scene, filled(dump.command, scene.package), deadline);
  if (!answer.ok()) return observer_failed(scene, dump.name, answer.status());
  const std::string& text = answer->output.out;
  if (unknown_to_device(text + answer->output.err)) {
    scene.recorder.failed(dump.name, Reason::kHookAbsent, clean_utf8(trim(text).substr(0, 200)));
  } else {
    scene.recorder.raw(dump.name, text, answer->at);
  }
  return ok_status();
}

}  // namespace

std::span<const Dump> dumps() { return kDumps; }

bool unknown_to_device(std::string_view answer) {
  const std::string_view first = trim(answer).substr(0, 200);
  return first.empty() || first.find("Can't find service") != std::string_view::npos ||
         first.find("Bad activity command") != std::string_view::npos ||
         first.find("Unknown argument") != std::string_view::npos;
}

Status observe_dumps(const Scene& scene, Phase phase, const Deadline& deadline) {
  for (const Dump& dump : kDumps) {
    if (scene.device.facts().api >= dump.first_api && asks_for(dump, phase)) TRY(ask(scene, dump, deadline));
  }
  return ok_status();
}

}  // namespace storesweep::observe
