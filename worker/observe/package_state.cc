#include "worker/observe/package_state.h"

#include "common/evidence/names.h"

namespace storesweep::observe {

Result<std::string> package_state(const Scene& scene, const Deadline& deadline) {
  auto answer = timed_shell(scene, "dumpsys package " + scene.package, deadline);
  if (!answer.ok()) {
    TRY(observer_failed(scene, record_name::kPackage, answer.status()));
    return std::string();
  }
  scene.recorder.raw(record_name::kPackage, answer->output.out, answer->at);
  return std::move(answer->output.out);
}

Status observe_package_state(const Scene& scene, const Deadline& deadline) {
  return package_state(scene, deadline).status();
}

}  // namespace storesweep::observe
