#include "worker/observe/observer.h"

#include <algorithm>
#include <array>

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "worker/observe/appops.h"
#include "worker/observe/dumps.h"
#include "worker/observe/package_state.h"

namespace storesweep::observe {
namespace {

bool every_phase(Phase) { return true; }
// Permissions change by the driver's answers; what is asked for does not change at all.
bool around_permissions(Phase p) {
  return p == Phase::kP0 || p == Phase::kP2 || p == Phase::kP6 || p == Phase::kP10 || p == Phase::kP11;
}

constexpr std::array<Observer, 2> kTable = {{
    {record_name::kAppOps, every_phase, observe_appops},
    {record_name::kPackage, around_permissions, observe_package_state},
}};

}  // namespace

std::span<const Observer> edge_observers() { return kTable; }

Status observe_edge(const Scene& scene, Phase phase, const Deadline& deadline) {
  for (const Observer& observer : kTable) {
    if (observer.looks_after(phase)) TRY(observer.observe(scene, deadline));
  }
  return observe_dumps(scene, phase, deadline);
}

std::optional<std::int64_t> parse_uptime(std::string_view line) {
  const std::string_view seconds = line.substr(0, line.find(' '));
  const std::size_t dot = seconds.find('.');
  if (dot == std::string_view::npos || seconds.size() != dot + 3) return std::nullopt;
  const auto whole = parse_int<std::int64_t>(seconds.substr(0, dot));
  const auto hundredths = parse_int<std::int64_t>(seconds.substr(dot + 1));
  if (!whole || !hundredths || *whole < 0 || *hundredths < 0 || *whole > 1'000'000'000) return std::nullopt;
  return *whole * 1000 + *hundredths * 10;
}

std::string timed_command(std::string_view command) {
  // The empty line separates the uptime from output that does not end with one.
  return "cat /proc/uptime; " + std::string(command) + "; s=$?; echo; cat /proc/uptime; test $s -eq 0";
}

TimedText take_apart_timed(std::string_view text) {
  TimedText out;
  std::size_t begin = 0, end = text.size();
  const std::size_t first_end = text.find('\n');
  if (first_end != std::string_view::npos) out.from_up_ms = parse_uptime(trim(text.substr(0, first_end)));
  if (out.from_up_ms) begin = first_end + 1;
  const std::size_t last_end = text.find_last_not_of("\r\n") + 1;
  const std::size_t last = text.substr(0, last_end).rfind('\n') + 1;  // npos + 1 is 0
  if (last > begin) out.until_up_ms = parse_uptime(trim(text.substr(last, last_end - last)));
  if (out.until_up_ms) end = last - 1;  // with the line end that separated it
  out.out = std::string(text.substr(begin, end - begin));
  return out;
}

Result<TimedOutput> timed_shell(const Scene& scene, std::string_view command, const Deadline& deadline) {
  const std::int64_t from_ms = scene.host.steady_ms();
  TRY_ASSIGN(device::ShellOutput output, scene.device.shell(timed_command(command), deadline));
  const std::int64_t to_ms = scene.host.steady_ms();
  TimedText text = take_apart_timed(output.out);
  // The first lies near the call's beginning, the second near its end.
  TimedOutput out;
  out.at = scene.recorder.between(text.from_up_ms, text.until_up_ms);
  if (text.from_up_ms) scene.recorder.learn_up(*text.from_up_ms, from_ms, std::min(from_ms + 2, to_ms));
  if (text.until_up_ms) scene.recorder.learn_up(*text.until_up_ms, std::max(from_ms, to_ms - 2), to_ms);
  output.out = std::move(text.out);
  out.output = std::move(output);
  return out;
}

Result<Stamp> device_moment(const Scene& scene, const Deadline& deadline) {
  TRY_ASSIGN(TimedOutput out, timed_shell(scene, "true", deadline));
  return out.at;
}

bool device_gone(const Status& error) {
  switch (error.kind()) {
    case ErrorKind::kNotFound:
    case ErrorKind::kUnavailable:
    case ErrorKind::kTimeout:
    case ErrorKind::kCancelled:
    case ErrorKind::kCorrupt:
      return true;
    default:
      return false;
  }
}

Status observer_failed(const Scene& scene, std::string_view name, const Status& error) {
  if (device_gone(error)) return error;
  scene.recorder.failed(name, Reason::kHookDead, error.text());
  return ok_status();
}

}  // namespace storesweep::observe
