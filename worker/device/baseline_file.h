// The baseline of a device on disk, so that a worker that starts anew does not take what the last app left
// for clean. It holds for one build of the device's system. Pure but for load and save; safe for concurrent
// use.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "worker/device/hygiene.h"

namespace storesweep::device {

inline constexpr std::size_t kBaselineMaxBytes = 32 * 1024 * 1024;

std::string encode_baseline(const Snapshot& snapshot, std::string_view fingerprint);
// Nothing when it was taken of another build; kCorrupt when it is no baseline.
Result<std::optional<Snapshot>> decode_baseline(std::string_view text, std::string_view fingerprint);

// Nothing when there is none for this identity and build.
Result<std::optional<Snapshot>> load_baseline(const std::string& folder, const Facts& facts);
Status save_baseline(const std::string& folder, const Facts& facts, const Snapshot& snapshot);

}  // namespace storesweep::device
