#include "worker/apk/budget.h"

namespace storesweep::apk {

Status Budget::spend(std::uint64_t bytes) {
  std::uint64_t left = left_.load(std::memory_order_relaxed);
  do {
    if (bytes > left) {
      left_.store(0, std::memory_order_relaxed);
      return exhausted("the file asks for more work than one file may cost");
    }
  } while (!left_.compare_exchange_weak(left, left - bytes, std::memory_order_relaxed));
  if (deadline_.cancel != nullptr && deadline_.cancel->cancelled()) return cancelled("given up");
  if (deadline_.passed()) return timed_out("the file took longer than one file may take");
  return ok_status();
}

}  // namespace storesweep::apk
