#include "worker/observe/appops.h"

#include "common/evidence/names.h"

namespace storesweep::observe {
namespace {
constexpr int kFirstApiWithTool = 21;  // frameworks/base/cmds/appops came with Android 5
}

Status observe_appops(const Scene& scene, const Deadline& deadline) {
  const std::string command =
      scene.device.facts().api < kFirstApiWithTool ? "dumpsys appops" : "appops get " + scene.package;
  // The dump counts backwards from its own moment: somewhere between the two stamps.
  auto answer = timed_shell(scene, command, deadline);
  if (!answer.ok()) return observer_failed(scene, record_name::kAppOps, answer.status());
  scene.recorder.raw(record_name::kAppOps, answer->output.out + answer->output.err, answer->at);
  return ok_status();
}

}  // namespace storesweep::observe
