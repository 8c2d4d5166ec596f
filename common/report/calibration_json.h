// The JSON form of a calibration (schemas/openapi.yaml, Calibration): what `storesweep calibrate` writes and
// the coordinator keeps. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/base/status.h"
#include "common/model/calibration.h"

namespace storesweep {

inline constexpr std::size_t kMaxProbeResults = 100'000;
inline constexpr std::size_t kMaxCalibrationRules = 1'000;

nlohmann::ordered_json calibration_json(const Calibration& calibration);
// kInvalid, naming the field. The states of the rules are those written, not made anew from the results.
Result<Calibration> calibration_from_json(const nlohmann::ordered_json& json);

}  // namespace storesweep
