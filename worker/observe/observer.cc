#include "worker/observe/observer.h"

#include <algorithm>
#include <array>

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "worker/observe/appops.h"
#include "worker/observe/package_state.h"

namespace storesweep::observe {
namespace {

bool every_phase(Phase) { return true; }
// Permissions change by the driver's answers; what is asked for does not change at all.
bool around_permissions(Phase p) {
  return p == Phase::kP0 || p == Phase::kP2 || p == Phase::kP6 || p == Phase::kP10;
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
  return ok_status();
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

Result<TimedOutput> timed_shell(const Scene& scene, std::string_view command, const Deadline& deadline,
                                Timed timed) {
  constexpr std::string_view kUptime = "cat /proc/uptime";
  const bool before = timed == Timed::kBefore;
  const std::string first(before ? kUptime : command), second(before ? command : kUptime);
  const std::int64_t from_ms = scene.host.steady_ms();
  TRY_ASSIGN(device::ShellOutput output, scene.device.shell(first + "; " + second, deadline));
  const std::int64_t to_ms = scene.host.steady_ms();
  TimedOutput out;
  const std::string_view text = output.out;
  const std::string_view trimmed = text.substr(0, text.find_last_not_of("\r\n") + 1);
  const std::size_t begin = before ? 0 : trimmed.rfind('\n') + 1;  // npos + 1 is 0
  const std::size_t end = before ? std::min(text.size(), text.find('\n')) : trimmed.size();
  const auto up_ms = parse_uptime(trim(text.substr(begin, end - begin)));
  if (up_ms) {
    // Read first it lies near the call's beginning, read last near its end.
    scene.recorder.learn_up(*up_ms, before ? from_ms : std::max(from_ms, to_ms - 2),
                            before ? std::min(from_ms + 2, to_ms) : to_ms);
    output.out.erase(begin, before ? end + 1 : std::string::npos);
  }
  out.at = up_ms ? scene.recorder.at_up(*up_ms) : scene.recorder.now();
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
