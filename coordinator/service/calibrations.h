// What each class of devices showed of apps with known faults, as the store keeps it, and which rules are not
// to be judged there. Safe for concurrent use; the store outlives it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "coordinator/store/store.h"

namespace storesweep {

class Calibrations {
 public:
  explicit Calibrations(Store& store) : store_(store) {}

  // Renews what is known of its class: a rule that failed stays dark until it passes. Value: what holds now.
  Result<Calibration> put(std::uint64_t epoch, Calibration fresh);
  Result<Page<Calibration>> page(const PageRequest& page);
  // Read from the store once, and again after another coordinator may have written (forget).
  Result<std::vector<DarkRule>> dark();
  void forget();

 private:
  Store& store_;
  std::mutex mutex_;
  std::optional<std::vector<DarkRule>> dark_;
};

}  // namespace storesweep
