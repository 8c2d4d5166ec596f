#include "worker/observe/focus.h"

#include "common/evidence/names.h"

namespace storesweep::observe {

Status observe_focus(const Scene& scene, const Deadline& deadline) {
  auto answer = timed_shell(scene, "dumpsys window | grep -E 'mCurrentFocus|mFocusedApp'", deadline);
  if (!answer.ok()) return observer_failed(scene, record_name::kFocus, answer.status());
  scene.recorder.raw(record_name::kFocus, answer->output.out, answer->at);
  return ok_status();
}

}  // namespace storesweep::observe
