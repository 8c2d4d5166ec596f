#include "worker/observe/screenshot.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/evidence/names.h"

namespace storesweep::observe {
namespace {
constexpr std::string_view kPng{"\x89PNG\r\n\x1a\n", 8};

// What the host's clock tells of the device's is wide; what was seen before has happened before.
Stamp not_before(Stamp at, const Stamp& reached) {
  const std::int64_t early_ms = reached.device_ms - at.device_ms;
  if (early_ms <= 0) return at;
  at.device_ms = reached.device_ms;
  at.took_ms = std::max<std::int64_t>(0, at.took_ms - early_ms);
  return at;
}
}  // namespace

Result<std::optional<Screenshot>> take_screenshot(const Scene& scene, const Deadline& deadline) {
  const Stamp reached = scene.recorder.reached();
  const std::int64_t from_ms = scene.host.steady_ms();
  auto png = scene.device.exec_out("screencap -p", deadline);
  if (!png.ok()) {
    TRY(observer_failed(scene, record_name::kScreenshot, png.status()));
    return std::optional<Screenshot>();
  }
  if (!starts_with(*png, kPng)) {
    scene.recorder.failed(record_name::kScreenshot, Reason::kHookDead,
                          "screencap gave no PNG: " + png->substr(0, 200));
    return std::optional<Screenshot>();
  }
  return std::optional(Screenshot{
      std::move(*png), not_before(scene.recorder.during(from_ms, scene.host.steady_ms()), reached)});
}

Status observe_screenshot(const Scene& scene, const Deadline& deadline) {
  TRY_ASSIGN(const auto taken, take_screenshot(scene, deadline));
  if (taken) scene.recorder.screenshot(taken->png, taken->at);
  return ok_status();
}

}  // namespace storesweep::observe
