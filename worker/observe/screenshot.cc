#include "worker/observe/screenshot.h"

#include "common/base/text.h"
#include "common/evidence/names.h"

namespace storesweep::observe {
namespace {
constexpr std::string_view kPng{"\x89PNG\r\n\x1a\n", 8};
}

Status observe_screenshot(const Scene& scene, const Deadline& deadline) {
  auto png = scene.device.exec_out("screencap -p", deadline);
  if (!png.ok()) return observer_failed(scene, record_name::kScreenshot, png.status());
  if (!starts_with(*png, kPng)) {
    scene.recorder.failed(record_name::kScreenshot, Reason::kHookDead,
                          "screencap gave no PNG: " + png->substr(0, 200));
    return ok_status();
  }
  scene.recorder.screenshot(*png);
  return ok_status();
}

}  // namespace storesweep::observe
